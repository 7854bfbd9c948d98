# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks of what stands in a box, from depth."""

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, masks_of_boxes
from smolrgpt_ros.perception.box_refinement import refined
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import overlap


@pytest.fixture
def yard_scene(make_scene, make_block):
    """A pallet, a crate of a class without a typical size, a rack behind the pallet, tape."""
    return make_scene(
        [
            make_block(1, "pallet", (-1.6, 6.0), (1.2, 1.2, 0.7), 20.0),
            make_block(2, "crate", (1.9, 5.2), (0.8, 0.6, 0.5), -35.0),
            make_block(3, "shelf", (-1.2, 9.4), (2.8, 1.0, 3.0)),
            make_block(4, "buffer", (3.0, 8.5), (2.1, 3.0, 0.0)),
        ],
        noise=0.001,
    )


def box_only(scene, region_id):
    region = next(r for r in scene.regions if r.id == region_id)
    mask = np.zeros_like(region.mask)
    x0, y0, x1, y1 = region.box
    mask[y0:y1, x0:x1] = True
    return Detection(region.label, 0.8, mask, box_only=True), region.mask


@pytest.mark.parametrize("region_id", [1, 2])
def test_a_box_becomes_the_mask_of_what_stands_in_it(yard_scene, region_id):
    box, true = box_only(yard_scene, region_id)
    (found,) = refined([box], yard_scene.frame)
    assert overlap(box.mask, true) < 0.8
    assert overlap(found.mask, true) > 0.85
    assert (found.label, found.score) == (box.label, box.score)


def test_tape_and_masks_stay_as_they_are(yard_scene):
    tape, _ = box_only(yard_scene, 4)
    pallet, true = box_only(yard_scene, 1)
    outlined = Detection("pallet", 0.7, true)
    found = refined([tape, outlined, pallet], yard_scene.frame)
    assert found[0] is tape and found[1] is outlined and found[2] is not pallet


def test_without_depth_a_box_keeps_its_filled_mask(yard_scene):
    box, _ = box_only(yard_scene, 1)
    for frame in (
        yard_scene.without_depth(),
        RgbdFrame(
            yard_scene.frame.rgb,
            np.full_like(yard_scene.frame.depth, np.nan),
            yard_scene.frame.intrinsics,
        ),
    ):
        (found,) = refined([box], frame)
        np.testing.assert_array_equal(found.mask, box.mask)


def test_a_box_around_floor_keeps_its_filled_mask(yard_scene):
    floor = np.zeros(yard_scene.frame.depth.shape, bool)
    floor[180:220, 120:170] = True
    assert not any((r.mask & floor).any() for r in yard_scene.regions)
    box = Detection("pallet", 0.5, floor, box_only=True)
    (found,) = refined([box], yard_scene.frame)
    np.testing.assert_array_equal(found.mask, box.mask)


def test_pixels_without_depth_make_no_holes(yard_scene):
    box, true = box_only(yard_scene, 1)
    depth = yard_scene.frame.depth.copy()
    holes = np.random.default_rng(3).random(depth.shape) < 0.08
    depth[holes] = np.nan
    (found,) = refined([box], replace(yard_scene.frame, depth=depth))
    assert overlap(found.mask, true) > 0.8
    assert (found.mask & holes & true).sum() > 0.6 * (holes & true).sum()


def test_a_pixel_belongs_to_the_box_that_holds_its_middle():
    masks = masks_of_boxes(np.array([[0.6, 1.0, 3.5, 2.4], [-5.0, -5.0, 0.5, 9.0]]), (3, 5))
    assert np.array(masks, int).tolist() == [
        [[0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 0]],
        [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
    ]
