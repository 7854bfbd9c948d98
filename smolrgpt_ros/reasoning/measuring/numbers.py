# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Uncertain numbers: sums and comparisons of measured lengths and counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.calibration import unaffected
from smolrgpt_ros.geometry.relations import Quantity
from smolrgpt_ros.language.question import Comparison

#: Two lengths that differ by less count as equal, metres; so do those within two standard
#: deviations.
EQUAL_WITHIN = 0.05
#: Below this probability nothing else about an object matters.
IMPOSSIBLE = 1e-3

_CERTAIN = 0.999  # probability


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
        lower_bound: whether it is the least it can be.
    """

    value: float
    variance: float = 0.0
    centres: Mapping[int, Dependence] = field(default_factory=dict)
    systematic: NDArray[np.float64] = field(default_factory=unaffected)
    counts: Mapping[float, float] = field(default_factory=dict)
    tie_break: float = 0.0
    lower_bound: bool = False

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
        """Probability that a count is as its value says; 1 of what is no count."""
        if not self.counts:
            return 1.0
        return sum(p for count, p in self.counts.items() if abs(count - self.value) < 1e-6)

    @property
    def exact(self) -> bool:
        """Whether it is certain."""
        return self.std == 0.0 and self.certainty > _CERTAIN

    def ties_with(self, other: Number) -> bool:
        """Whether two certain numbers are equal, and nothing else decides between them."""
        both_certain = self.exact and other.exact
        same = self.value == other.value and abs(self.tie_break - other.tie_break) < 0.01
        return both_certain and same


def combined(numbers: Sequence[Number], weights: Sequence[float]) -> Number:
    """The weighted sum of numbers; of counts, with the probability of each sum."""
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
    bounds = [w for w, n in zip(weights, numbers, strict=True) if n.lower_bound]
    bounded = bool(bounds) and min(bounds) > 0
    return Number(value, variance, centres, systematic, counts, lower_bound=bounded)


def quotient(first: Number, second: Number) -> Number:
    """How many times the second number the first is; errors to the first order, of counts with the
    probability of each ratio.

    Raises:
        ZeroDivisionError: for a second number of 0.
    """
    ratio = first.value / second.value
    gap = combined((first, second), (1.0 / second.value, -ratio / second.value))
    counts: dict[float, float] = {}
    for a, p in first.counts.items():
        for b, r in (second.counts or {second.value: 1.0}).items():
            if b:
                counts[a / b] = counts.get(a / b, 0.0) + p * r
    return Number(ratio, gap.variance, gap.centres, gap.systematic, counts)


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


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable is below ``z``."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def chance_positive(value: float, std: float) -> float:
    """Probability that a number is positive; 0.5 of an exact 0."""
    if std > 0:
        return normal_cdf(value / std)
    return 0.5 if value == 0 else float(value > 0)


def chance_below(a: Number, b: Number) -> float:
    """Probability that ``a`` is less than ``b``, half of a tie included."""
    gap = combined((b, a), (1.0, -1.0))
    if gap.counts:
        below = sum(p for count, p in gap.counts.items() if count > 0)
        return below + 0.5 * gap.counts.get(0.0, 0.0)
    if gap.value == 0 and a.exact and b.exact:
        return chance_positive(b.tie_break - a.tie_break, 0.0)
    return chance_positive(gap.value, gap.std)


def chance_compared(a: Number, comparison: Comparison, b: Number) -> float:
    """Probability that a comparison of two numbers holds.

    Counts compare exactly. Two lengths are equal within :data:`EQUAL_WITHIN` or two standard
    deviations, whichever is more.
    """
    gap = combined((a, b), (1.0, -1.0))
    if gap.counts or gap.std == 0:
        chances = gap.counts or {gap.value: 1.0}
        within = EQUAL_WITHIN if not gap.counts else 0.0
        return sum(p for value, p in chances.items() if _holds(value, comparison, within))
    if comparison is Comparison.EQUAL:
        within = max(EQUAL_WITHIN, 2 * gap.std)
        high, low = (within - gap.value) / gap.std, (-within - gap.value) / gap.std
        return normal_cdf(high) - normal_cdf(low)
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
