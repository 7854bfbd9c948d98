# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Frames, regions, statuses: what they hold and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

RGB = np.zeros((4, 6, 3), np.uint8)


def test_scaled_intrinsics_keep_the_rays_of_pixel_edges() -> None:
    camera = CameraIntrinsics(640, 480, 500.0, 520.0, 319.5, 200.0)
    half = camera.scaled(320, 120)
    assert (half.width, half.height, half.fx, half.fy) == (320, 120, 250.0, 130.0)
    # The left border of the image is column -0.5 at every size, row edges likewise.
    assert (-0.5 - half.cx) / half.fx == pytest.approx((-0.5 - camera.cx) / camera.fx)
    assert (119.5 - half.cy) / half.fy == pytest.approx((479.5 - camera.cy) / camera.fy)


@pytest.mark.parametrize(
    "values",
    [
        (0, 480, 500.0, 500.0, 1.0, 1.0),
        (640, 480, 0.0, 500.0, 1.0, 1.0),
        (640, 480, 500.0, -1.0, 1.0, 1.0),
        (640, 480, 500.0, 500.0, float("nan"), 1.0),
    ],
)
def test_impossible_cameras_are_refused(
    values: tuple[int, int, float, float, float, float],
) -> None:
    with pytest.raises(ValueError, match="found"):
        CameraIntrinsics(*values)


def test_frame_is_read_only_and_knows_its_size() -> None:
    depth = np.ones((4, 6), np.float32)
    frame = RgbdFrame(RGB.copy(), depth, CameraIntrinsics(6, 4, 5.0, 5.0, 2.5, 1.5))
    assert (frame.width, frame.height) == (6, 4)
    with pytest.raises(ValueError):
        frame.rgb[0, 0] = 1
    with pytest.raises(ValueError):
        depth[0, 0] = 2.0


@pytest.mark.parametrize(
    ("rgb", "depth", "camera"),
    [
        (np.zeros((4, 6), np.uint8), None, None),
        (RGB.astype(np.float32), None, None),
        (RGB, np.ones((6, 4), np.float32), None),
        (RGB, np.ones((4, 6), np.float64), None),
        (RGB, None, CameraIntrinsics(4, 6, 5.0, 5.0, 2.0, 2.0)),
    ],
)
def test_frame_refuses_what_does_not_fit(
    rgb: np.ndarray, depth: np.ndarray | None, camera: CameraIntrinsics | None
) -> None:
    with pytest.raises(ValueError, match=r"found|image is"):
        RgbdFrame(rgb, depth, camera)


def test_region_box_is_exclusive_and_absent_for_an_empty_mask() -> None:
    mask = np.zeros((4, 6), bool)
    mask[1:3, 2:6] = True
    assert Region(3, "pallet", mask).box == (2, 1, 6, 3)
    assert Region(3, "pallet", np.zeros((4, 6), bool)).box is None
    assert np.isnan(Region(3, "pallet", mask.copy()).score)
    known = Region(3, "pallet", mask)
    assert replace(known, label="shelf").box == (2, 1, 6, 3), "a box is not lost by a copy"
    other = np.zeros((4, 6), bool)
    other[3, 0] = True
    assert replace(known, mask=other).box == (0, 3, 1, 4), "nor kept for another mask"


def test_a_region_keeps_what_is_in_its_box() -> None:
    mask = np.zeros((480, 640), bool)
    mask[200:240, 100:150] = True
    region = Region(3, "pallet", mask)
    mask[:] = False
    assert np.count_nonzero(region.mask) == 40 * 50 and region.mask[239, 149]
    kept = [value for value in vars(region).values() if not isinstance(value, int | float | str)]
    assert kept == [region.boxed] and region.boxed.patch.nbytes == 40 * 50
    again = Region(4, "shelf", region.boxed)
    assert again.boxed is region.boxed and not again.mask.flags.writeable


def test_region_centroid_is_the_mean_of_its_pixels() -> None:
    mask = np.zeros((4, 6), bool)
    mask[1, 2:5] = mask[3, 5] = True
    assert Region(3, "pallet", mask).centroid == pytest.approx((14 / 4, 6 / 4))
    assert Region(3, "pallet", np.zeros((4, 6), bool)).centroid is None


@pytest.mark.parametrize("mask", [np.zeros((4, 6), np.uint8), np.zeros((1, 4, 6), bool)])
def test_region_refuses_other_masks(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="region 3"):
        Region(3, "pallet", mask)


def test_status_numbers_are_those_of_the_service() -> None:
    assert [s.value for s in Status] == list(range(12))
    assert (Status.OK, Status.UNKNOWN_REGION, Status.MODEL_ERROR) == (0, 6, 11)


def test_query_error_is_a_failure_with_a_message() -> None:
    error = QueryError(Status.NO_DEPTH, "no depth arrived")
    assert (error.status, error.message, str(error)) == (
        Status.NO_DEPTH,
        "no depth arrived",
        "no depth arrived",
    )
    with pytest.raises(ValueError):
        QueryError(Status.OK, "fine")
