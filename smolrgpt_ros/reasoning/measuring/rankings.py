# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How sure rankings of uncertain numbers are, from draws of all of them at once.

No formula of pairs tells how sure the least of many is: of ten that are about equal, each may be
the least. Draws have the errors that the numbers share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.calibration import PARAMETERS

from .numbers import IMPOSSIBLE, Number, chance_below

Floats = NDArray[np.float64]

#: Probabilities are good to 0.01.
_DRAWS = 4000
#: More than any number that is measured.
_BEYOND_ALL = 1e6
#: What a tie break counts beside the number.
_TIE_BREAK = 1e-6


def slice_chances(
    ordered: Sequence[Number], start: int, end: int, descending: bool
) -> tuple[float, Floats]:
    """How surely a slice of a ranking has the numbers that belong there.

    Numbers that change places with none of the slice are left out of the draws.

    Args:
        ordered: N numbers as they are ranked.
        start, end: of the slice.
        descending: whether the largest is first.

    Returns:
        Probability that just these numbers are in the slice, in any order, and of each number that
        it is in it, shape ``(N,)``.
    """
    inner, outer = range(start, end), (*range(start), *range(end, len(ordered)))
    near = [*inner, *(k for k in outer if _may_swap(ordered, k, inner, descending))]
    chances = np.zeros(len(ordered))
    chances[start:end] = 1.0
    if len(near) == len(inner):
        return 1.0, chances
    near.sort()
    drawn = _draws([ordered[k] for k in near])
    ranks = (-drawn if descending else drawn).argsort(axis=1).argsort(axis=1)
    first = near.index(start)
    held = (ranks >= first) & (ranks < first + len(inner))
    chances[near] = held.mean(axis=0)
    return float(held[:, first : first + len(inner)].all(axis=1).mean()), chances


def order_chance(ordered: Sequence[Number], descending: bool) -> float:
    """Probability that numbers are in order; those that tie may be in either.

    Args:
        ordered: as they are ranked.
        descending: whether the largest is first.
    """
    pairs = [(k, k + 1) for k in range(len(ordered) - 1)]
    pairs = [(a, b) for a, b in pairs if not ordered[a].ties_with(ordered[b])]
    if not any(_swap(ordered[a], ordered[b], descending) >= IMPOSSIBLE for a, b in pairs):
        return 1.0
    drawn = _draws(ordered)
    before, after = (drawn[:, list(side)] for side in zip(*pairs, strict=True))
    rises = before > after if descending else before < after
    return float(rises.all(axis=1).mean())


def _swap(first: Number, second: Number, descending: bool) -> float:
    """Probability that two numbers are in the other order."""
    return chance_below(first, second) if descending else chance_below(second, first)


def _may_swap(ordered: Sequence[Number], k: int, others: Sequence[int], descending: bool) -> bool:
    return any(
        _swap(ordered[min(k, other)], ordered[max(k, other)], descending) >= IMPOSSIBLE
        for other in others
    )


def _draws(numbers: Sequence[Number]) -> Floats:
    """What numbers may be, the same of the same numbers; shape ``(_DRAWS, N)``.

    Equal counts come in any order, other equal numbers in that of their tie breaks.
    """
    random = np.random.default_rng(0)
    calibration = random.standard_normal((_DRAWS, PARAMETERS))
    places: dict[int, Floats] = {}
    found = np.empty((_DRAWS, len(numbers)))
    for column, number in enumerate(numbers):
        chances, cases = zip(*number.cases, strict=True)
        which = random.choice(len(cases), _DRAWS, p=np.array(chances) / sum(chances))
        for row, case in enumerate(cases):
            chosen = which == row
            found[chosen, column] = _drawn(case, calibration, places, random)[chosen]
    return found


def _drawn(
    number: Number, calibration: Floats, places: dict[int, Floats], random: np.random.Generator
) -> Floats:
    """One number without other cases, shape ``(_DRAWS,)``; draws of places are added to those."""
    if number.counts:
        counts, chances = (np.array(part) for part in zip(*number.counts.items(), strict=True))
        drawn: Floats = random.choice(counts, _DRAWS, p=chances / chances.sum())
        return drawn + _TIE_BREAK * random.random(_DRAWS)
    own = np.sqrt(max(number.variance, 0.0)) * random.standard_normal(_DRAWS)
    # What may be more than is seen of it is so or more than all others, as probable as each other.
    for bound, side in ((number.lower_bound, 1.0), (number.upper_bound, -1.0)):
        if bound:
            own += side * _BEYOND_ALL * random.random(_DRAWS) * random.integers(0, 2, _DRAWS)
    drawn = number.value + _TIE_BREAK * number.tie_break + own + calibration @ number.systematic
    for region_id, part in number.centres.items():
        if region_id not in places:
            values, axes = np.linalg.eigh(part.covariance)
            spread = axes * np.sqrt(np.maximum(values, 0.0))
            places[region_id] = random.standard_normal((_DRAWS, 3)) @ spread.T
        drawn = drawn + places[region_id] @ part.gradient
    return drawn
