# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers of each of several objects as words: "pallet 2 (1.65 m ± 0.02), pallet 4 (...)"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smolrgpt_ros.language.question import Unit

from .evaluation import Evaluation
from .number_wording import written

_BARE = str.maketrans({"(": None, ")": None})


def at_least(lower_bound: bool) -> str:
    """What stands before a number that is the least it can be."""
    return "at least " if lower_bound else ""


def columns(
    found: Evaluation, heads: Sequence[str], unit: Unit, name_of: Callable[[int], str]
) -> str:
    """The numbers of each region of an evaluation behind its name.

    Args:
        found: with as many numbers of each region as there are heads.
        heads: what each number is; ``""`` where the sentence says it.
        unit: that lengths are written in.
        name_of: a region id.
    """
    cells = [
        f"{at_least(bound)}{written(value, std, found.unit, unit).translate(_BARE)}"
        for value, std, bound in zip(found.values, found.stds, found.lower_bounds, strict=True)
    ]
    rows = []
    for row, region_id in enumerate(found.region_ids):
        numbers = cells[row * len(heads) : (row + 1) * len(heads)]
        named = ", ".join(f"{h} {n}".strip() for h, n in zip(heads, numbers, strict=True))
        rows.append(f"{name_of(region_id)} ({named})")
    return ", ".join(rows)
