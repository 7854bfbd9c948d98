# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Samples of regions in made-up depth images, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_sampling import rims_of, surfaces_of
from smolrgpt_ros.geometry.region_masks import RegionMasks, at_border, rim_pixels
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Box, BoxedMask
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(60, 40, 50.0, 40.0, 30.0, 20.0)
# A floor so far below that nothing in these images is taken for it.
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 20.0)
ALONE, NOWHERE = np.array([False]), np.zeros((40, 60), bool)
LEFT, RIGHT = (10, 12, 22, 30), (30, 8, 44, 20)


def masks(*boxes: Box) -> RegionMasks:
    images = []
    for x0, y0, x1, y1 in boxes:
        image = np.zeros((40, 60), bool)
        image[y0:y1, x0:x1] = True
        images.append(BoxedMask.of(image))
    return RegionMasks(images)


def frame(depth: np.ndarray) -> RgbdFrame:
    return RgbdFrame(np.zeros((40, 60, 3), np.uint8), depth.astype(np.float32), CAMERA)


def depth_of_two() -> np.ndarray:
    """A wall at 6 m; objects at 3 m and 4 m before it."""
    depth = np.full((40, 60), 6.0)
    depth[12:30, 10:22] = 3.0
    depth[8:20, 30:44] = 4.0
    return depth


def test_a_pixel_may_belong_to_several_regions() -> None:
    both = masks((10, 12, 22, 30), (20, 10, 40, 20))
    pixels, places = both.table
    assert places.tolist() == [[10, 12, 22, 30, 0], [20, 10, 40, 20, 12 * 18]]
    assert pixels.tolist() == [1] * (12 * 18 + 20 * 10)
    assert both.bounds(np.array([0, 0, 1, 1, 1])).tolist() == [0, 2, 5]
    assert both.shape == (40, 60) and len(both) == 2


def test_the_rim_of_a_box() -> None:
    """3 by 2 pixels: each side once for each pixel along it, corners twice."""
    rim = rim_pixels(masks((5, 7, 8, 9)))
    steps = {(c, r, dx, dy) for c, r, dx, dy, _ in zip(*rim, strict=True)}
    assert len(rim.owner) == len(steps) == 10
    assert {s for s in steps if s[3] == -1} == {(5, 7, 0, -1), (6, 7, 0, -1), (7, 7, 0, -1)}
    assert {s for s in steps if s[2] == 1} == {(7, 7, 1, 0), (7, 8, 1, 0)}


def test_what_is_near_the_border() -> None:
    columns, rows = np.array([2, 3, 56, 57, 30, 30]), np.array([20, 20, 20, 20, 36, 37])
    border = at_border(masks(LEFT), columns, rows)
    assert border.tolist() == [True, False, False, True, False, True]


def test_surface_samples_have_their_own_regions_depth() -> None:
    depth = depth_of_two()
    depth[8:14, 30:44] = np.nan  # half of the right one
    samples = surfaces_of(frame(depth), masks(LEFT, RIGHT), DepthNoise())
    left, right = samples.points[samples.part(0)], samples.points[samples.part(1)]
    assert len(left) > 100 and len(right) > 50
    assert set(left[:, 2]) == {3.0} and set(right[:, 2]) == {4.0}
    # Pixels at depth edges are left out: columns 11 to 20, since the wall is beside 10 and 21.
    assert left[:, 0].min() == pytest.approx((11 - 30) / 50 * 3)
    assert left[:, 0].max() == pytest.approx((20 - 30) / 50 * 3)
    assert samples.valid_ratio == pytest.approx([1.0, 0.5])
    assert (samples.sigma == 0).all()


def test_sparse_depth_is_found_between_the_samples() -> None:
    """Every third pixel of a picture has depth; every second pixel of a region would be looked at,
    from its row 13 and column 11 on."""
    depth, sparse = np.full((40, 60), 3.0), np.full((40, 60), np.nan)
    sparse[::3, ::3] = depth[::3, ::3]
    wide = (10, 12, 40, 36)
    samples = surfaces_of(frame(sparse), masks(wide), DepthNoise())
    # Columns 12 to 39 and rows 12 to 33: 10 times 8 pixels of 30 times 24.
    assert len(samples.points) == 80
    assert samples.valid_ratio == pytest.approx([1 / 9])


def test_noisy_depth_is_averaged_over_the_region() -> None:
    rng = np.random.default_rng(1)
    noise = 0.002
    depth = depth_of_two() + rng.normal(0.0, noise * 9, (40, 60))
    samples = surfaces_of(frame(depth), masks(LEFT), DepthNoise(noise))
    z = samples.points[:, 2]
    assert abs(z.mean() - 3.0) < 0.01
    # Fifteen of sixteen neighbours and more: a quarter of one pixel's noise.
    assert z.std() < 0.5 * noise * 9
    assert np.median(samples.sigma) == pytest.approx(noise * 9 / np.sqrt(17), rel=0.05)


def test_a_rim_before_a_wall_shows_the_wall() -> None:
    rims = rims_of(frame(depth_of_two()), masks(LEFT), PLANE, DepthNoise(), ALONE, NOWHERE)
    assert not rims.cut.any() and set(rims.beyond) == {6.0}
    assert set(rims.points[:, 2]) == {3.0}, "depth is read inside the edge"
    upper = rims.directions[rims.upper]
    assert set(rims.rows[rims.lower]) == {29}
    # The edge above row 12 is at row 11.5.
    assert upper[:, 1] == pytest.approx((11.5 - 20) / 40)
    # What is below the object is farther: it hangs there, and only there.
    assert set(rims.rows[rims.hangs]) == {29}


def test_of_what_shows_beyond_the_farthest_and_the_lowest_count() -> None:
    """The wall three pixels right of the object is 6 m away, a strip six pixels right of it 5 m."""
    depth = depth_of_two()
    depth[:, 26:29] = 5.0
    rims = rims_of(frame(depth), masks(LEFT), PLANE, DepthNoise(), ALONE, NOWHERE)
    right = (rims.columns == 21) & ~rims.upper & ~rims.lower
    assert set(rims.beyond[right]) == {6.0}
    # Rows 15 and 25 look up and down by 0.125 a metre: the strip is lower there, then the wall.
    heights = dict(zip(rims.rows[right].tolist(), rims.beyond_height[right], strict=True))
    assert heights[15] == pytest.approx(20.625) and heights[25] == pytest.approx(19.25)


def test_depth_that_is_not_known_at_a_rim_is_that_further_inside() -> None:
    for unknown, z in ((2, 3.0), (3, np.nan)):  # columns
        depth = depth_of_two()
        depth[:, 22 - unknown : 22] = np.nan
        rims = rims_of(frame(depth), masks(LEFT), PLANE, DepthNoise(), ALONE, NOWHERE)
        right = (rims.columns == 21) & (rims.rows > 15) & (rims.rows < 25)
        assert rims.points[right, 2] == pytest.approx(z, nan_ok=True) and right.any()


def test_something_in_front_cuts_the_rim() -> None:
    depth = depth_of_two()
    depth[:, 22:26] = 1.5  # a post right of the left object
    rims = rims_of(frame(depth), masks(LEFT), PLANE, DepthNoise(), ALONE, NOWHERE)
    right = rims.columns == 21
    assert rims.cut[right & ~rims.upper & (rims.rows > 12) & (rims.rows < 29)].all()
    assert np.isnan(rims.beyond[rims.cut]).all()
    assert not rims.cut[rims.columns == 10].any()


def test_of_two_objects_that_noise_does_not_tell_apart_either_may_hide_the_other() -> None:
    """A post at 2.8 m, or 3.3 m, right of an object at 3 m, where noise is 0.03 z² = 0.27 m.

    Without noise only the nearer one hides the object. With noise, four deviations are 1.08 m:
    both may hide it where they are objects, and neither where nothing is known of them.
    """
    post = np.zeros((40, 60), bool)
    post[:, 22:26] = True
    for z, noise, objects, hidden in (
        (2.8, 0.0, post, True),
        (3.3, 0.0, post, False),
        (2.8, 0.03, post, True),
        (3.3, 0.03, post, True),
        (2.8, 0.03, NOWHERE, False),
    ):
        depth = depth_of_two()
        depth[post] = z
        rims = rims_of(frame(depth), masks(LEFT), PLANE, DepthNoise(noise), ALONE, objects)
        right = (rims.columns == 21) & ~rims.upper & (rims.rows > 12) & (rims.rows < 29)
        assert set(rims.cut[right]) == {hidden}


def test_a_mask_over_what_hides_its_object_is_cut_there() -> None:
    """The mask reaches two pixels over a post, whose own edge at column 20 is no end of it."""
    depth = depth_of_two()
    depth[:, 20:26] = 1.5
    for mask_edge, cut in ((0.0, False), (0.4, False), (1.0, True)):
        rims = rims_of(frame(depth), masks(LEFT), PLANE, DepthNoise(), ALONE, NOWHERE, mask_edge)
        over = (rims.columns == 21) & (rims.rows > 12) & (rims.rows < 29)
        assert set(rims.cut[over]) == {cut}
        assert not rims.cut[rims.columns == 10].any()


def test_a_load_as_near_as_its_vehicle_cuts_the_vehicles_rim() -> None:
    depth = depth_of_two()
    depth[4:12, 10:22] = 3.0  # above the left one, at the same depth
    for below_load in (False, True):
        rims = rims_of(
            frame(depth), masks(LEFT), PLANE, DepthNoise(), np.array([below_load]), NOWHERE
        )
        assert rims.cut[rims.upper].all() == below_load
        assert rims.cut[rims.upper].any() == below_load


def test_the_images_border_cuts_the_rim() -> None:
    at_edge = masks((0, 12, 10, 30))
    depth = np.full((40, 60), 6.0)
    depth[12:30, :10] = 3.0
    rims = rims_of(frame(depth), at_edge, PLANE, DepthNoise(), ALONE, NOWHERE)
    assert rims.cut[rims.columns < 3].all() and not rims.cut[rims.columns == 9].any()
