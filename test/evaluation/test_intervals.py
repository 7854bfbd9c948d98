from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.intervals import wilson


def test_wilson_by_hand():
    # 8 of 10, z = 2: (0.8 + 0.2 -+ sqrt(0.016 * 4 + 0.04)) / 1.4
    low, high = wilson(8, 10, z=2.0)
    assert low == pytest.approx((1.0 - 0.104**0.5) / 1.4)
    assert high == pytest.approx((1.0 + 0.104**0.5) / 1.4)


def test_extremes_stay_shares():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (3, 2), (-1, 4)])
def test_counts_that_are_no_share(correct, total):
    with pytest.raises(ValueError, match=f"{correct}/{total}"):
        wilson(correct, total)
