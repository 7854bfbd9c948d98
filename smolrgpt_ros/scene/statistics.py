# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Order statistics and robust scales of small arrays, and the normal distribution.

Most arrays here hold a few hundred values. NumPy's own functions spend ten times longer on them,
almost all of it before the first comparison.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Floating = TypeVar("Floating", np.float32, np.float64)

#: Standard deviation of a normal distribution over its median absolute deviation.
SIGMA_PER_MAD = 1.4826


def quantile(values: Values, share: float) -> float:
    """The quantile of shape ``(N,)``, linear between neighbours as ``np.quantile`` has it.

    Args:
        values: at least one.
        share: in [0, 1].
    """
    return float(_at(np.sort(values), share))


def quantiles(values: Values, low: float, high: float) -> tuple[Values, Values]:
    """Two quantiles of every column of shape ``(N, A)``, each of shape ``(A,)``."""
    ordered = np.sort(values, axis=0)
    return _at(ordered, low), _at(ordered, high)


def median(values: Values) -> Values:
    """Medians along the first axis, of which at least one value is needed."""
    ordered = values.copy()
    ordered.sort(axis=0)
    half = len(ordered) // 2
    middle: Values = (ordered[half] + ordered[~half]) / 2
    return middle


def linear_median(values: NDArray[Floating]) -> float:
    """The median of shape ``(N,)``, at least one value. Linear time, for thousands of them."""
    lower, upper = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, (lower, upper))
    return float(ordered[lower] + ordered[upper]) / 2


def upper_median(values: NDArray[Floating]) -> float:
    """The middle value, of an even number the greater one of two; 0 of none. Linear time."""
    half = len(values) // 2
    return float(np.partition(values, half)[half]) if len(values) else 0.0


def robust_sigma(deviations: NDArray[Floating]) -> float:
    """Standard deviation that absolute deviations of shape ``(N,)`` show, outliers or not."""
    return SIGMA_PER_MAD * upper_median(deviations)


def trimmed_summary(values: Values) -> tuple[Values, Values, Values, Values]:
    """Of every row of ``(A, N)``: 5th percentile, median, 95th percentile, and the standard
    deviation of the values between those percentiles; each of shape ``(A,)``.

    Percentiles are single elements, by nearest rank. The rows are sorted in place.
    """
    values.sort(axis=1)
    count = values.shape[1]
    low, high = round(0.05 * (count - 1)), round(0.95 * (count - 1))
    middle = values[:, (count - 1) // 2] / 2 + values[:, count // 2] / 2
    return values[:, low], middle, values[:, high], values[:, low : high + 1].std(axis=1)


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable is below ``z``."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def chance_positive(value: float, std: float) -> float:
    """Probability that a number is positive; 0.5 of an exact 0."""
    if std > 0:
        return normal_cdf(value / std)
    return 0.5 if value == 0 else float(value > 0)


def _at(ordered: Values, share: float) -> Values:
    """The quantile of values in order along the first axis."""
    place = share * (len(ordered) - 1)
    whole = int(place)
    low, high = ordered[whole], ordered[min(whole + 1, len(ordered) - 1)]
    between: Values = low + (place - whole) * (high - low)
    return between
