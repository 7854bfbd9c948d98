# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Order statistics: by hand, and against NumPy's own."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.scene.statistics import (
    median,
    quantile,
    quantiles,
    robust_sigma,
    trimmed_summary,
    upper_median,
)

SKEWED = np.array([9.0, 1.0, 4.0, 2.0])


def test_quantiles_by_hand() -> None:
    # In order 1 2 4 9: a quarter of three steps lies at 0.75, nine tenths at 2.7.
    assert quantile(SKEWED, 0.25) == pytest.approx(1.75)
    assert quantile(SKEWED, 0.9) == pytest.approx(4 + 0.7 * 5)
    assert quantile(SKEWED, 1.0) == 9.0
    low, high = quantiles(np.column_stack([SKEWED, -SKEWED]), 0.25, 0.9)
    assert low == pytest.approx([1.75, -5.25]) and high == pytest.approx([7.5, -1.3])


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_quantiles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).gamma(2.0, size=(count, 3))
    low, high = quantiles(values, 0.05, 0.95)
    expected = np.percentile(values, (5, 95), axis=0)
    np.testing.assert_allclose([low, high], expected, rtol=1e-12)
    assert quantile(values[:, 0], 0.3) == pytest.approx(np.quantile(values[:, 0], 0.3), rel=1e-12)
    np.testing.assert_allclose(median(values), np.median(values, axis=0), rtol=1e-12)


def test_medians_by_hand() -> None:
    assert median(SKEWED) == 3.0 and median(SKEWED[:3]) == 4.0
    assert upper_median(SKEWED) == 4.0 and upper_median(SKEWED[:3]) == 4.0
    assert upper_median(np.zeros(0)) == 0.0


def test_a_robust_sigma_ignores_outliers() -> None:
    deviations = np.abs(np.random.default_rng(1).normal(0.0, 0.02, 5000))
    deviations[:500] = 9.0
    assert robust_sigma(deviations) == pytest.approx(0.02, rel=0.2)
    assert robust_sigma(np.array([0.0, 1.0, 5.0])) == pytest.approx(1.4826)


def test_trimmed_summary_by_hand() -> None:
    """Of 0 to 20 and an outlier in place of 20: nearest ranks 1 and 19 are kept."""
    row = np.arange(21.0)
    row[20] = 1000.0
    low, middle, high, spread = trimmed_summary(np.stack([row[::-1], -row]))
    assert low.tolist() == [1.0, -19.0] and high.tolist() == [19.0, -1.0]
    assert middle.tolist() == [10.0, -10.0]
    # 1 to 19: variance (19 ** 2 - 1) / 12.
    assert spread == pytest.approx([np.sqrt(30.0)] * 2)
