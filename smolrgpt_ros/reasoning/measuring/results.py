# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Evaluations of questions from measured numbers and choices."""

from __future__ import annotations

import math
from dataclasses import replace

from .context import Context
from .evaluation import SURE, Evaluation
from .numbers import CannotMeasure, Number


def table(
    context: Context,
    ids: tuple[int, ...],
    numbers: list[Number],
    unit: str,
    certainty: float | None,
) -> Evaluation:
    """A number for each of several regions as the answer."""
    for region_id, number in zip(ids, numbers, strict=True):
        if number.certainty < SURE:
            name, what = context.objects.name(region_id), "count" if number.counts else "number"
            context.doubt(f"the {what} of {name} could be another ({1 - number.certainty:.2f})")
    surely = math.prod(number.certainty for number in numbers)
    if unit == "count" or surely < 1.0:
        certainty = surely if certainty is None else min(certainty, surely)
    values = tuple(number.value for number in numbers)
    stds = tuple(number.std for number in numbers)
    evaluation = found(context, None, unit, ids, certainty, values=values, stds=stds)
    return replace(evaluation, lower_bounds=tuple(number.lower_bound for number in numbers))


def length(
    context: Context,
    number: Number,
    unit: str,
    region_ids: tuple[int, ...],
    certainty: float | None = None,
) -> Evaluation:
    """A length, area or volume as the answer.

    Raises:
        CannotMeasure: for one that is not the least it can be, but falls with what is not seen.
    """
    if number.upper_bound or (number.lower_bound and number.value < 0):
        raise CannotMeasure("not all is seen of what the answer falls with")
    evaluation = found(context, number.value, unit, region_ids, certainty, number.std)
    return replace(evaluation, std_systematic=number.std_systematic, lower_bound=number.lower_bound)


def found(
    context: Context,
    value: float | int | str | None,
    unit: str,
    region_ids: tuple[int, ...],
    certainty: float | None = None,
    std: float | None = None,
    values: tuple[float, ...] = (),
    stds: tuple[float, ...] = (),
) -> Evaluation:
    """An answer, as sure as it is itself and all that it relies on."""
    if certainty is not None or context.relies_on_measured_choice:
        certainty = (1.0 if certainty is None else certainty) * context.certainty()
    return Evaluation(
        value, unit, std, certainty, region_ids, values, stds,
        context.objects.valid_ratio, "", context.doubts,
    )  # fmt: skip
