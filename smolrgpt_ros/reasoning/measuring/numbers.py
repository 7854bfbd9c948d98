# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Uncertain numbers: sums and comparisons of measured lengths and counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.calibration import unaffected
from smolrgpt_ros.geometry.relations import Quantity
from smolrgpt_ros.language.question import Comparison
from smolrgpt_ros.scene.statistics import chance_positive, normal_cdf

from .evaluation import SURE

#: Two lengths that differ by less count as equal, metres.
EQUAL_WITHIN = 0.05
#: Below this probability nothing else about an object matters.
IMPOSSIBLE = 1e-3

_CERTAIN = 0.999  # probability


class CannotMeasure(Exception):
    """Depth does not answer; the message says why."""


@dataclass(frozen=True, eq=False)
class Dependence:
    """How a number depends on where one object is.

    Args:
        gradient: change of the number with the object's centre, shape ``(3,)``.
        covariance: of the centre, shape ``(3, 3)``, the same frame.
    """

    gradient: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Number:
    """A number with its uncertainty.

    Numbers that depend on the same object share its error: in the sum or the difference of two
    distances to one object the object's own error is counted once, with its sign. All numbers share
    the errors of the camera's calibration.

    Args:
        value: the best estimate.
        variance: that no other number shares.
        centres: by region id, how the number depends on where objects are.
        systematic: its change by one standard deviation of each parameter of the camera's
            calibration, see ``geometry.calibration``.
        counts: probability of each count, of a count; else empty.
        tie_break: decides between two equal values: the expected count, or how far from the
            middle of a floor region something inside is.
        lower_bound, upper_bound: whether it is the least, or the most, it can be.
        others: what it is instead, each with its probability: the distance to a floor region is 0
            for what stands in it.
    """

    value: float
    variance: float = 0.0
    centres: Mapping[int, Dependence] = field(default_factory=dict)
    systematic: NDArray[np.float64] = field(default_factory=unaffected)
    counts: Mapping[float, float] = field(default_factory=dict)
    tie_break: float = 0.0
    lower_bound: bool = False
    upper_bound: bool = False
    others: tuple[tuple[float, Number], ...] = ()

    @staticmethod
    def of(quantity: Quantity) -> Number:
        """A measured quantity that shares only the calibration's errors with others."""
        return Number(
            quantity.value,
            quantity.std**2,
            systematic=quantity.systematic,
            lower_bound=quantity.lower_bound,
        )

    @cached_property
    def std(self) -> float:
        """Standard deviation."""
        shared = sum(float(d.gradient @ d.covariance @ d.gradient) for d in self.centres.values())
        return math.sqrt(max(self.variance + shared, 0.0) + self.std_systematic**2)

    @property
    def std_systematic(self) -> float:
        """Share of the standard deviation that all numbers of one camera have in common."""
        return math.hypot(*self.systematic)

    @property
    def certainty(self) -> float:
        """Probability that a count is as its value says, and that it is none of ``others``."""
        if not self.counts:
            return self.cases[0][0]
        return sum(p for count, p in self.counts.items() if abs(count - self.value) < 1e-6)

    @property
    def cases(self) -> tuple[tuple[float, Number], ...]:
        """All that it may be, each with its probability, as told by its value first."""
        if not self.others:
            return ((1.0, self),)
        rest = sum(chance for chance, _ in self.others)
        return ((1.0 - rest, replace(self, others=())), *self.others)

    @property
    def exact(self) -> bool:
        """Whether it is certain."""
        return self.std == 0.0 and self.certainty > _CERTAIN

    def ties_with(self, other: Number) -> bool:
        """Whether two certain numbers are equal, and nothing else decides between them."""
        both_certain = self.exact and other.exact
        same = self.value == other.value and abs(self.tie_break - other.tie_break) < 0.01
        return both_certain and same


def either(one: Number, chance: float, other: Number) -> Number:
    """One of two numbers, the more probable one, and the other as what it is instead.

    Args:
        one, other: the numbers.
        chance: probability of ``one``; the other is left out below :data:`IMPOSSIBLE`.
    """
    if chance < 0.5:
        one, chance, other = other, 1.0 - chance, one
    return one if chance > 1.0 - IMPOSSIBLE else replace(one, others=((1.0 - chance, other),))


def in_each_case(numbers: Sequence[Number], of: Callable[[Sequence[Number]], Number]) -> Number:
    """A number made of numbers, each of which may be another; cases less probable than
    :data:`IMPOSSIBLE` are left out."""
    cases: list[tuple[float, tuple[Number, ...]]] = [(1.0, ())]
    for number in numbers:
        cases = [
            (chance * p, (*chosen, case))
            for row, (chance, chosen) in enumerate(cases)
            for column, (p, case) in enumerate(number.cases)
            if row == column == 0 or chance * p >= IMPOSSIBLE
        ]
    (_, probable), *rest = cases
    return replace(of(probable), others=tuple((chance, of(chosen)) for chance, chosen in rest))


def combined(numbers: Sequence[Number], weights: Sequence[float]) -> Number:
    """The weighted sum of numbers; of counts, with the probability of each sum."""
    if any(number.others for number in numbers):
        return in_each_case(numbers, lambda chosen: combined(chosen, weights))
    value = sum(w * n.value for n, w in zip(numbers, weights, strict=True))
    variance = sum(w * w * n.variance for n, w in zip(numbers, weights, strict=True))
    systematic = sum(
        (w * n.systematic for n, w in zip(numbers, weights, strict=True)), unaffected()
    )
    centres: dict[int, Dependence] = {}
    for number, weight in zip(numbers, weights, strict=True):
        for region_id, part in number.centres.items():
            gradient = weight * part.gradient
            if region_id in centres:
                gradient = gradient + centres[region_id].gradient
            centres[region_id] = Dependence(gradient, part.covariance)
    counts: dict[float, float] = {}
    if any(number.counts for number in numbers):
        counts = {0.0: 1.0}
        for number, weight in zip(numbers, weights, strict=True):
            counts = _added(counts, number.counts or {number.value: 1.0}, weight)
    turned = [(n, w < 0) for n, w in zip(numbers, weights, strict=True)]
    lower = any(n.upper_bound if turn else n.lower_bound for n, turn in turned)
    upper = any(n.lower_bound if turn else n.upper_bound for n, turn in turned)
    return Number(
        value, variance, centres, systematic, counts, lower_bound=lower, upper_bound=upper
    )


def quotient(first: Number, second: Number) -> Number:
    """How many times the second number the first is; errors to the first order, of counts with the
    probability of each ratio. Infinite where the second is 0.
    """
    if first.others or second.others:
        return in_each_case((first, second), lambda chosen: quotient(*chosen))
    if second.value == 0:
        return Number(math.inf)
    ratio = first.value / second.value
    gap = combined((first, second), (1.0 / second.value, -ratio / second.value))
    counts: dict[float, float] = {}
    for a, p in first.counts.items():
        for b, r in (second.counts or {second.value: 1.0}).items():
            if b:
                counts[a / b] = counts.get(a / b, 0.0) + p * r
    return replace(gap, value=ratio, counts=counts)


def _added(
    one: Mapping[float, float], other: Mapping[float, float], weight: float
) -> dict[float, float]:
    found: dict[float, float] = {}
    for a, p in one.items():
        for b, q in other.items():
            total = a + weight * b
            found[total] = found.get(total, 0.0) + p * q
    return found


def count_of(chances: Iterable[float]) -> Number:
    """How many of some objects there are.

    Args:
        chances: the probability of each; those of at least 0.5 are counted.
    """
    chances = tuple(chances)
    counts = {0.0: 1.0}
    for chance in chances:
        if 0.0 < chance:
            counts = _added(counts, {0.0: 1.0 - chance, 1.0: chance}, 1.0)
    value = float(sum(chance >= 0.5 for chance in chances))
    return Number(value, counts=counts, tie_break=sum(chances))


def chance_of_any(chances: Iterable[float]) -> float:
    """Probability that at least one of several things is so.

    A "no" is as sure as that none is, taken as independent, as counts are. A "yes" is as sure as
    the surest of them alone, at least 0.5: errors that they share, of an edge or of the camera's
    calibration, make several that are hardly probable no more probable than one.
    """
    chances = tuple(chances)
    some = 1.0 - math.prod(1.0 - chance for chance in chances)
    return some if some < 0.5 else max(0.5, *chances)


def chance_below(a: Number, b: Number) -> float:
    """Probability that ``a`` is less than ``b``, half of a tie included; 0.5 where what is not seen
    of one may change it."""
    if a.others or b.others:
        return sum(p * q * chance_below(one, two) for p, one in a.cases for q, two in b.cases)
    gap = combined((b, a), (1.0, -1.0))
    if gap.counts:
        below = sum(p for count, p in gap.counts.items() if count > 0)
        return below + 0.5 * gap.counts.get(0.0, 0.0)
    if gap.value == 0 and a.exact and b.exact:
        return chance_positive(b.tie_break - a.tie_break, 0.0)
    below = chance_positive(gap.value, gap.std)
    if gap.lower_bound:
        below = max(below, 0.5)
    return min(below, 0.5) if gap.upper_bound else below


def chance_compared(a: Number, comparison: Comparison, b: Number) -> float:
    """Probability that a comparison of two numbers holds.

    Counts compare exactly. Two lengths are equal within :data:`EQUAL_WITHIN`, so that of what is
    known less well an equality is improbable. A bound decides on its side: at least 2.9 m is more
    than 2 m.

    Raises:
        CannotMeasure: where what is not seen may change it, as whether at least 2.9 m is more
            than 4 m.
    """
    if a.others or b.others:
        return sum(
            p * q * chance_compared(one, comparison, two)
            for p, one in a.cases
            for q, two in b.cases
        )
    gap = combined((a, b), (1.0, -1.0))
    more = chance_positive(gap.value, gap.std)
    if (gap.lower_bound and more < SURE) or (gap.upper_bound and 1.0 - more < SURE):
        raise CannotMeasure("not all of it is seen, and how much is hidden is not known")
    if gap.counts or gap.std == 0:
        chances = gap.counts or {gap.value: 1.0}
        within = EQUAL_WITHIN if not gap.counts else 0.0
        return sum(p for value, p in chances.items() if _holds(value, comparison, within))
    if comparison is Comparison.EQUAL:
        ends = ((side * EQUAL_WITHIN - gap.value) / gap.std for side in (1.0, -1.0))
        high, low = (normal_cdf(end) for end in ends)
        return high - low
    below = chance_positive(-gap.value, gap.std)
    return below if comparison in (Comparison.LESS, Comparison.AT_MOST) else 1.0 - below


def _holds(gap: float, comparison: Comparison, within: float) -> bool:
    match comparison:
        case Comparison.LESS:
            return gap < 0
        case Comparison.AT_MOST:
            return gap <= 0
        case Comparison.EQUAL:
            return abs(gap) <= within
        case Comparison.AT_LEAST:
            return gap >= 0
        case Comparison.MORE:
            return gap > 0
