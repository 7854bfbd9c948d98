# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Perturbed geometry: a copy, some regions moved a little, unmeasured values unchanged."""

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_tokens.features import (
    AROUND,
    BASIC_COUNT,
    CLASS,
    FEATURE_COUNT,
    FLOOR,
    HEIGHTS,
    HIGH_ALONG,
    LEAST_ALONG,
    LOW_ALONG,
    METRIC,
    MOST_ALONG,
    SHAPE,
    SPAN,
    UP,
)
from smolrgpt_ros.training.mini.geometry_augmentation import perturb_geometry


def regions(count, metric):
    raw = np.zeros((count, FEATURE_COUNT), np.float32)
    raw[:, 0:3], raw[:, 3:6], raw[:, 6:9] = (1, 2, 5), (0.5, 1.5, 4.5), (1.5, 2.5, 5.5)
    raw[:, 13:17] = (0.25, 0.5, 0.1, 0.2)
    raw[:, 18] = metric
    return raw


def test_half_of_the_regions_move_by_centimetres():
    raw = regions(4000, 1.0)
    before = raw.copy()
    made = perturb_geometry(raw, np.random.default_rng(3))
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


def test_edges_on_the_floor_move_with_the_others():
    raw = regions(4000, 1.0)
    raw[:, HEIGHTS], raw[:, LOW_ALONG], raw[:, HIGH_ALONG] = (0.25, 0.5, 1), 1, 2
    raw[:, FLOOR] = 1
    made = perturb_geometry(raw, np.random.default_rng(3))
    caught = made[:, 8] - raw[:, 8] > 0.3
    change = made - raw
    assert 0.04 < change[change[:, LOW_ALONG.start] != 0, LOW_ALONG].std() < 0.06
    # Right, ahead and the diagonals: what is caught lies ahead.
    ahead = change[caught][:, HIGH_ALONG].mean(axis=0) / change[caught, 8].mean()
    assert ahead == pytest.approx([0, 1, 0.707, 0.707], abs=0.03)
    assert made[caught, HEIGHTS.start].mean() == pytest.approx(0.125, abs=0.01)
    untouched = (change == 0).all(axis=1)
    assert 0.47 < untouched.mean() < 0.53
    hidden = perturb_geometry(regions(500, 1.0), np.random.default_rng(3))
    assert not hidden[:, UP.start :].any()


def test_some_calls_have_the_basic_columns_alone_and_others_move_with_the_edges():
    raw = regions(4, 1.0)
    raw[:, UP.start :] = 1
    rng = np.random.default_rng(6)
    made = [perturb_geometry(raw, rng) for _ in range(1000)]
    basic = [not one[:, SHAPE].any() for one in made if one[:, FLOOR].all()]
    assert 0.06 < np.mean(basic) < 0.11
    shaped = np.concatenate([one for one in made if one[:, SHAPE].all()])
    # Half of the regions by 5 cm; the far edge with what the mask caught, ahead most of all.
    change = shaped - 1
    assert change[:, LEAST_ALONG].std() == pytest.approx(0.05 * 0.5**0.5, abs=0.003)
    caught = shaped[:, 8] - raw[0, 8] > 0.3
    # What is caught is mostly floor: the lowest hundredth is there.
    assert shaped[caught, SPAN.start].mean() == pytest.approx(0.25, abs=0.03)
    far = change[caught][:, MOST_ALONG].mean(axis=0) / (shaped[caught, 8] - raw[0, 8]).mean()
    ahead = [np.sin(np.radians(one)) for one in (0, 90, 45, 135, 22.5, 67.5, 112.5, 157.5)]
    assert far == pytest.approx(ahead, abs=0.05)
    bare = [one for one in made if not one[:, SHAPE].any()]
    assert all(not one[:, BASIC_COUNT : CLASS.start].any() for one in bare)


def test_without_depth_only_the_picture_moves():
    raw = regions(500, 0.0)
    raw[:, :12] = 0
    made = perturb_geometry(raw, np.random.default_rng(4))
    assert not made[:, :12].any()
    change = made[:, 13:17] - raw[:, 13:17]
    assert 0 < np.abs(change).max() < 0.02


def test_some_calls_have_no_floor():
    raw = regions(4, 1.0)
    raw[:, UP.start :] = 1
    rng = np.random.default_rng(5)
    made = [perturb_geometry(raw, rng) for _ in range(1000)]
    without = [not one[:, UP.start : CLASS.start].any() for one in made]
    assert 0.04 < np.mean(without) < 0.08
    assert all(one[:, FLOOR].all() for one, gone in zip(made, without, strict=True) if not gone)
    assert all((one[:, METRIC] == 1).all() for one in made)


def test_the_class_is_never_touched():
    raw = regions(40, 1.0)
    raw[:, UP.start :] = 1
    raw[:, CLASS] = np.eye(8)[np.arange(40) % 5]
    rng = np.random.default_rng(7)
    for _ in range(300):  # some of them without floor, some without shape
        assert np.array_equal(perturb_geometry(raw, rng)[:, CLASS], raw[:, CLASS])


def test_what_is_around_changes_by_a_share_where_it_was_measured():
    raw = regions(4000, 1.0)
    raw[:, AROUND], raw[:, SHAPE] = (0.5, 0.2, 1.5, 0, 2.0, 0.1), 1
    raw[:200, SHAPE] = 0
    made = perturb_geometry(raw, np.random.default_rng(8))
    assert np.array_equal(made[:200, AROUND], raw[:200, AROUND])
    assert not made[:, AROUND.start + 3].any()  # what is not there does not appear
    change = made[200:, AROUND][:, [0, 1, 2, 4, 5]] / raw[200:, AROUND][:, [0, 1, 2, 4, 5]]
    touched = (change != 1).any(axis=1)
    assert 0.47 < touched.mean() < 0.53
    moved = change[touched]
    assert 0.7 <= moved.min() < 0.72 and 1.28 < moved.max() <= 1.3 + 1e-6
    # Each number by itself.
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.1
