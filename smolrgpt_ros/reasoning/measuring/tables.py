# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers of each of several objects as an answer."""

from __future__ import annotations

from dataclasses import replace

from smolrgpt_ros.language.question import Key, Selection, SizeOf
from smolrgpt_ros.scene.status import QueryError, Status

from .context import Context, SameObjectError
from .evaluation import Evaluation
from .numbers import Number
from .quantities import unit_of
from .results import table
from .selections import candidates, none_fits


def each(context: Context, selection: Selection, key: Key) -> Evaluation:
    """One number of each object."""
    ids = candidates(selection, key, context)
    if not ids:
        raise none_fits(selection, context)
    unit = unit_of(key, ids, context)
    if unit != "count":
        context.objects.require_scale()
    return table(context, ids, [cell_of(key, i, context) for i in ids], unit, None)


def columns(context: Context, selection: Selection, keys: tuple[Key, ...]) -> Evaluation:
    """Several numbers of each object; 0 for the distance of an object to itself."""
    ids = context.members(selection)
    if not ids:
        raise none_fits(selection, context)
    units = sorted({unit_of(key, ids, context) for key in keys})
    if len(units) > 1:
        raise QueryError(
            Status.BAD_QUESTION,
            f"the numbers of a table have one unit, found {', '.join(units)}; ask for each",
        )
    if units[0] != "count":
        context.objects.require_scale()
    numbers = [_cell(key, i, context) for i in ids for key in keys]
    repeated = tuple(i for i in ids for _ in keys)
    return replace(table(context, repeated, numbers, units[0], None), region_ids=ids)


def _cell(key: Key, region_id: int, context: Context) -> Number:
    try:
        return cell_of(key, region_id, context)
    except SameObjectError:
        return Number(0.0)


def cell_of(key: Key, region_id: int, context: Context) -> Number:
    """A number of a list: a size that is not wholly seen is what is seen of it, at least."""
    if isinstance(key, SizeOf):
        return context.objects.size(region_id, key.dimension, as_seen=True)
    return context.number(key, region_id)
