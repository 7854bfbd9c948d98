"""Frayed geometry: a copy, some regions moved a little, what was not measured left alone."""

import numpy as np

from smolrgpt_ros.model.geometry_features import FEATURE_COUNT
from smolrgpt_ros.training.mini.frayed import frayed


def regions(count, metric):
    raw = np.zeros((count, FEATURE_COUNT), np.float32)
    raw[:, 0:3], raw[:, 3:6], raw[:, 6:9] = (1, 2, 5), (0.5, 1.5, 4.5), (1.5, 2.5, 5.5)
    raw[:, 13:17] = (0.25, 0.5, 0.1, 0.2)
    raw[:, 18] = metric
    return raw


def test_half_of_the_regions_move_by_centimetres():
    raw = regions(4000, 1.0)
    before = raw.copy()
    made = frayed(raw, np.random.default_rng(3))
    assert np.array_equal(raw, before)
    moved = np.any(made != raw, axis=1)
    assert 0.47 < moved.mean() < 0.53
    change = (made - raw)[moved]
    assert 0.015 < change[:, 0:3].std() < 0.025
    assert 0.04 < change[:, 3:6].std() < 0.06
    # What a mask catches lies behind: only the far edge, by up to two metres.
    reach = change[:, 8]
    assert 0.1 < (reach > 0.25).mean() < 0.2
    assert reach.min() > -0.25 and reach.max() < 2.25


def test_without_depth_only_the_picture_moves():
    raw = regions(500, 0.0)
    raw[:, :12] = 0
    made = frayed(raw, np.random.default_rng(4))
    assert not made[:, :12].any()
    change = made[:, 13:17] - raw[:, 13:17]
    assert 0 < np.abs(change).max() < 0.02
