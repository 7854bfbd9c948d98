# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Thin parts beside masks, of blocks 3 m before a level camera and a wall at 7 m."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.geometry.region_masks import Flags
from smolrgpt_ros.geometry.thin_parts import with_thin_parts
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.5)
BLOCK = (40, 90, 84, 130)  # first and last row and column, of 3 m depth


def patch(top: int, left: int, bottom: int, right: int) -> Flags:
    """A rectangle of pixels."""
    mask = np.zeros((120, 160), bool)
    mask[top:bottom, left:right] = True
    return mask


def found(*parts: tuple[Flags, float], lost: int = 2) -> dict[int, Flags]:
    """The masks of the block and of one at the left, with parts of other depths beside them."""
    depth = np.full((120, 160), 7.0, np.float32)
    masks = {4: patch(*BLOCK), 9: patch(50, 20, 84, 60)}
    for mask, metres in (*((mask, 3.0) for mask in masks.values()), *parts):
        depth[mask] = metres
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, CAMERA)
    return with_thin_parts(frame, masks, PLANE, DepthNoise(), lost)


def test_a_post_on_a_block_is_its_own() -> None:
    """Four pixels wide: erosion by two pixels took it."""
    post = patch(10, 100, 40, 104)
    masks = found((post, 3.0))
    assert np.array_equal(masks[4], patch(*BLOCK) | post)
    assert np.array_equal(masks[9], patch(50, 20, 84, 60))


def test_what_is_wide_or_elsewhere_is_not() -> None:
    for beside, metres in (
        (patch(55, 130, 84, 150), 3.0),  # a box that touches the block: 20 pixels wide
        (patch(10, 100, 40, 104), 3.6),  # a post behind it
        (patch(10, 100, 34, 104), 3.0),  # one that does not reach it
    ):
        masks = found((beside, metres))
        assert np.array_equal(masks[4], patch(*BLOCK))
    # The floor before the block, 1.5 m below the camera, is as thin in a picture's corner.
    assert np.array_equal(found((patch(84, 90, 88, 130), 9.2))[4], patch(*BLOCK))


def test_a_part_between_two_belongs_to_the_one_that_it_touches_most() -> None:
    """A board from the left block to the right one, and along the top of the right one."""
    board = patch(60, 60, 64, 90)
    upright = patch(56, 82, 64, 90)
    masks = found((board | upright, 3.0), lost=4)
    assert masks[4][61, 75] and not masks[9][61, 75]


def test_a_strip_along_a_slanted_side_is_another_object() -> None:
    """A block seen at a corner, and 3.5 pixels of what it stands on along one of its lower edges.

    A mask of both, three pixels too tight, would have kept most of the strip's width beside it.
    """
    row, column = np.mgrid[:120, :160]
    beyond = np.abs(column - 100) + np.abs(row - 55) - 30  # of the block's edge, times root two
    lower_right = (column > 100) & (row > 55)
    strip = lower_right & (beyond > 0) & (beyond <= 5)
    depth = np.full((120, 160), 7.0, np.float32)
    depth[(beyond <= 0) | strip] = 3.0
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, CAMERA)
    masks = with_thin_parts(frame, {4: beyond <= 0}, PLANE, DepthNoise(), 3)
    assert np.array_equal(masks[4], beyond <= 0)
