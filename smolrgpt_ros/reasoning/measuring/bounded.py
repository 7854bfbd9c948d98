# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Comparisons of numbers that may be the least that something is, as where the border cuts it."""

from __future__ import annotations

from smolrgpt_ros.language.question import Comparison

from .evaluation import SURE
from .floor_objects import CannotMeasure
from .numbers import Number, chance_compared


def chance_where_bounded(a: Number, comparison: Comparison, b: Number) -> float:
    """Probability that a comparison holds, as :func:`.numbers.chance_compared`.

    "At least 2.9 m" is more than 2 m; whether it is more than 4 m is not known.

    Args:
        a, b: numbers of one unit; ``lower_bound`` says that one may be larger.
        comparison: of the first with the second.

    Raises:
        CannotMeasure: where a number that is not wholly seen could decide it otherwise.
    """
    if a.lower_bound or b.lower_bound:
        larger, smaller = (a, b) if a.lower_bound else (b, a)
        above = chance_compared(larger, Comparison.MORE, smaller)
        if smaller.lower_bound or above < SURE:
            raise CannotMeasure("only a part is in view, of a class whose usual size is not known")
    return chance_compared(a, comparison, b)
