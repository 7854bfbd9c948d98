# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights of objects above the floor, from samples that are made up one by one."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_sampling import RimSamples, SurfaceSamples
from smolrgpt_ros.geometry.object_heights import Heights
from smolrgpt_ros.scene.plane import Plane

# A level camera 2 m up: right, ahead and height are x, z and 2 - y.
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 2.0)


def surface(heights: np.ndarray, sigma: float = 0.0, ahead: float = 4.0) -> SurfaceSamples:
    """One region's samples at given heights, 4 m ahead."""
    count = len(heights)
    points = np.column_stack([np.linspace(-0.5, 0.5, count), 2.0 - heights, np.full(count, ahead)])
    owner = np.zeros(count, np.int64)
    bounds = np.array([0, count])
    return SurfaceSamples(points, np.full(count, sigma), owner, bounds, np.ones(1))


def rim(
    heights: np.ndarray,
    cut: bool | np.ndarray = False,
    sigma: float = 0.0,
    lower: bool = True,
    upper: bool | np.ndarray = False,
) -> RimSamples:
    """One region's rim; the noise of its heights is about half of that of its depth."""
    count = len(heights)
    points = np.column_stack([np.linspace(-0.5, 0.5, count), 2.0 - heights, np.full(count, 4.0)])
    whole = np.zeros(count, np.int64)
    flags = np.zeros(count, bool)
    return RimSamples(
        columns=whole,
        rows=whole,
        directions=points / points[:, 2:],
        points=points,
        sigma=np.full(count, sigma),
        upper=flags | upper,
        lower=flags | lower,
        cut=flags | cut,
        beyond=np.full(count, np.nan),
        beyond_height=np.full(count, np.nan),
        hangs=flags,
        owner=whole,
        bounds=np.array([0, count]),
    )


UPRIGHT = np.linspace(0.01, 0.81, 41)  # every 2 cm
WHOLE = slice(0, 41)


def test_low_samples_are_floor() -> None:
    heights = Heights(surface(UPRIGHT), rim(np.zeros(0)), PLANE)
    chosen = heights.object_samples(WHOLE, 1.2)
    assert chosen is not None
    # Above 6 cm: 7 cm is the first.
    assert np.flatnonzero(chosen)[0] == 3 and chosen[3:].all()


def test_a_low_object_is_not_taken_for_floor() -> None:
    low = np.linspace(0.001, 0.081, 41)
    heights = Heights(surface(low), rim(np.zeros(0)), PLANE)
    chosen = heights.object_samples(WHOLE, 1.2)
    assert chosen is not None
    # Half of its 95th percentile, 3.85 cm, is below the floor's 6 cm.
    assert low[chosen].min() == pytest.approx(0.039)


def test_too_few_samples_above_the_floor() -> None:
    flat = np.where(np.arange(41) < 36, 0.0, 0.3)
    heights = Heights(surface(flat), rim(np.zeros(0)), PLANE)
    assert heights.object_samples(WHOLE, 1.2) is None


def test_in_strong_noise_low_samples_are_the_objects_too() -> None:
    """Half a metre of noise at 2 m below the camera and 4 m ahead is 0.2 m of height and more."""
    noisy = np.linspace(-0.6, 1.0, 41)
    heights = Heights(surface(noisy, sigma=0.5), rim(np.zeros(0)), PLANE)
    chosen = heights.object_samples(WHOLE, 3.0)
    assert chosen is not None and chosen[noisy > -0.3].all()
    # A vehicle's deck, of which less than eight samples are above 6 cm.
    low = np.where(np.arange(41) < 6, 0.2, 0.04)
    assert Heights(surface(low), rim(np.zeros(0)), PLANE).object_samples(WHOLE, 3.0) is None
    found = Heights(surface(low, sigma=0.08), rim(np.zeros(0)), PLANE).object_samples(WHOLE, 3.0)
    assert found is not None and np.count_nonzero(found) == 41


def test_samples_far_from_the_object_are_not_its_own() -> None:
    samples = surface(UPRIGHT)
    samples.points[38:, 2] = 12.0  # the mask leaks to something 8 m behind
    heights = Heights(samples, rim(np.zeros(0)), PLANE)
    chosen = heights.object_samples(WHOLE, 1.2)
    assert chosen is not None and not chosen[38:].any() and chosen[3:38].all()


def test_the_top_may_be_seen_at_the_rim_only() -> None:
    posts = rim(np.array([0.2, 1.5, 1.5, 1.5]))
    heights = Heights(surface(UPRIGHT), posts, PLANE)
    chosen = UPRIGHT > 0.06
    # The third highest of all, so that two stray pixels do not count.
    assert heights.top(WHOLE, chosen, slice(0, 4), 1.2) == pytest.approx(1.5)
    # A mask that takes in what is 4 m behind.
    posts.points[1:, 2] = 8.0
    heights = Heights(surface(UPRIGHT), posts, PLANE)
    assert heights.top(WHOLE, chosen, slice(0, 4), 1.2) == pytest.approx(0.77)
    assert heights.top(WHOLE, chosen, slice(0, 0), 1.2) == pytest.approx(0.77)


def test_a_noisy_top_is_lowered() -> None:
    """By 1.3 deviations of height: 0.1 m of depth on rays that fall 1.23 m in 4 m."""
    heights = Heights(surface(UPRIGHT, sigma=0.1), rim(np.zeros(0)), PLANE)
    chosen = UPRIGHT > 0.06
    assert heights.top(WHOLE, chosen, slice(0, 0), 1.2) == pytest.approx(
        0.77 - 1.3 * 0.1 * (2 - 0.77) / 4
    )


def test_the_highest_rim_says_whether_the_top_is_cut() -> None:
    edges = rim(np.linspace(0.0, 0.8, 30))
    heights = Heights(surface(UPRIGHT), edges, PLANE)
    chosen = UPRIGHT > 0.06
    # Up to 8 cm below the top, at 0.73 m and more: steps of 0.8 m / 29.
    found = heights.top_rim(WHOLE, chosen, slice(0, 30), 0.81, False)
    assert found.tolist() == [27, 28, 29]
    # A level top face shows: half of the samples are as high as the top.
    level = Heights(surface(np.where(UPRIGHT > 0.4, 0.81, UPRIGHT)), edges, PLANE)
    assert len(level.top_rim(WHOLE, chosen, slice(0, 30), 0.81, False)) == 0
    # A board of an open frame is no top.
    found = level.top_rim(WHOLE, chosen, slice(0, 30), 0.81, True)
    assert found.tolist() == [27, 28, 29]


def test_the_sides_of_a_post_do_not_say_where_it_ends() -> None:
    """Of the ten upper ones only the highest is its end; a lower board and its sides are not."""
    ends = np.concatenate([[2.6], np.full(9, 1.9)])
    heights = np.concatenate([ends, np.linspace(0.5, 2.58, 30)])
    number = np.arange(40)
    edges = rim(heights, upper=number < 10)
    object_ = Heights(surface(UPRIGHT), edges, PLANE)
    chosen = np.ones(41, bool)
    assert object_.top_rim(WHOLE, chosen, slice(0, 40), 2.6, True).tolist() == [0]
