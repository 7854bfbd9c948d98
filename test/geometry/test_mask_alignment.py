# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks that are off, of blocks before a wall whose edges are known."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.mask_alignment import MaskAlignment, align_masks
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Box
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.tolerances import Tolerances

CAMERA = CameraIntrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.5)  # a level camera 1.5 m above the floor
BLOCKS = ((20, 30, 60, 80), (90, 40, 130, 84))  # x0, y0, x1, y1; 3 m away, before a wall at 7 m


def aligned(
    grown: int = 0,
    shifted: tuple[int, int] = (0, 0),
    tolerance: float = 0.3,
    top: float = 0.0,
    blocks: tuple[Box, ...] = BLOCKS,
) -> MaskAlignment:
    """Masks of the blocks, whose uppermost ten rows are a top face, each farther by ``top``."""
    depth, regions = np.full((120, 160), 7.0, np.float32), []
    for number, (x0, y0, x1, y1) in enumerate(blocks):
        depth[y0:y1, x0:x1] = 3.0
        depth[y0 : y0 + 10, x0:x1] += top * np.arange(10.0, 0.0, -1.0)[:, None]
        mask = np.zeros((120, 160), bool)
        # The second is shifted the other way.
        dx, dy = (1 - 2 * number) * np.array(shifted)
        mask[y0 - grown + dy : y1 + grown + dy, max(x0 - grown + dx, 0) : x1 + grown + dx] = True
        regions.append(Region(number, "pallet", mask))
    frame = RgbdFrame(
        np.zeros((120, 160, 3), np.uint8), depth, CAMERA,
        tolerances=Tolerances(mask_edge=tolerance),
    )  # fmt: skip
    return align_masks(frame, regions, PLANE, DepthNoise())


def off(found: MaskAlignment, number: int, block: Box) -> int:
    """Pixels by which the box of an aligned mask is not its block's, at most."""
    box = found.masks[number].box
    assert box is not None
    return max(abs(a - b) for a, b in zip(box, block, strict=True))


def test_masks_that_are_right_stay_as_they_are() -> None:
    found = aligned()
    assert [found.masks[number].box for number in range(len(BLOCKS))] == list(BLOCKS)
    assert found.edge_sigma == found.tape_sigma == pytest.approx(0.3 / np.sqrt(3))


@pytest.mark.parametrize("grown", [-3, -2, 2, 3])
def test_growth_is_undone(grown: int) -> None:
    found = aligned(grown)
    for number, block in enumerate(BLOCKS):
        assert off(found, number, block) <= 1
    assert found.edge_sigma >= 0.5


def test_a_mask_that_the_border_cuts_still_reaches_it() -> None:
    cut = ((0, 30, 40, 80), BLOCKS[1])
    found = aligned(grown=3, blocks=cut)
    box = found.masks[0].box
    assert box is not None and box[0] == 0 and off(found, 0, cut[0]) <= 1


@pytest.mark.parametrize("grown", [-3, 0, 3])
def test_a_top_seen_at_a_grazing_angle_is_no_edge(grown: int) -> None:
    """Its depth grows by 0.15 m from row to row, more than on a face; the wall is 2.5 m behind."""
    found = aligned(grown, top=0.15)
    for number, block in enumerate(BLOCKS):
        assert off(found, number, block) == 0


@pytest.mark.parametrize("shifted", [(3, 0), (-2, 2)])
def test_shifts_of_each_mask_are_undone_and_tell_how_far_tape_may_be_off(
    shifted: tuple[int, int],
) -> None:
    found = aligned(shifted=shifted)
    for number, block in enumerate(BLOCKS):
        assert off(found, number, block) <= 1
    # A pixel besides the shift, which is that of both axes.
    assert found.tape_sigma == pytest.approx(np.sqrt(1 + np.square(shifted).mean()), rel=0.3)


def test_without_a_floor_masks_stay_as_they_are() -> None:
    mask = np.zeros((120, 160), bool)
    mask[27:83, 17:63] = True
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), None, CAMERA)
    region = Region(4, "pallet", mask)
    found = align_masks(frame, [region], None, DepthNoise())
    assert found.masks == {4: region.boxed}
