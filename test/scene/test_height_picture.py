# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights of single pixels, and levels of a picture: centimetres above the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from empty_floor import CAMERA, floor_depth

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import height_picture, pixel_heights
from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.scene.plane import Plane

BLACK = np.zeros((CAMERA.height, CAMERA.width, 3), np.uint8)


def test_depths_and_heights_have_the_shape_of_the_pixels() -> None:
    camera = CameraIntrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
    plane = Plane(np.array([0.0, -1.0, 0.0]), 1.5)  # a level camera 1.5 m above the floor
    depth = np.full((120, 160), np.nan, np.float32)
    depth[110, 10], depth[60, 20] = 3.0, 6.0
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, camera)
    columns, rows = np.array([[10, 20, 30]]), np.array([[110, 60, 60]])
    z, height = pixel_heights(frame, plane, columns, rows)
    # 50.5 pixels below the middle at 3 m: 1.01 m lower than the camera; half a pixel at 6 m: 0.02.
    assert z == pytest.approx(np.array([[3.0, 6.0, np.nan]]), nan_ok=True)
    assert height == pytest.approx(np.array([[0.49, 1.48, np.nan]]), nan_ok=True)


def test_a_floor_has_level_11_and_boxes_a_level_a_centimetre() -> None:
    """Planes parallel to the floor, 4 m below the camera: 0.15 m, 3 m and -0.5 m above it."""
    depth, low, tall, below = (floor_depth(h, 60.0) for h in (4.0, 3.85, 1.0, 4.5))
    depth[50:60, 40:60], depth[50:60, 70:80] = low[50:60, 40:60], tall[50:60, 70:80]
    depth[50:60, 90:95] = below[50:60, 90:95]
    depth[20:24, 30:34] = np.nan
    levels = height_picture(RgbdFrame(BLACK, depth, CAMERA))
    assert levels.shape == depth.shape and levels.dtype == np.uint8
    assert np.unique(levels[90:, :30]).tolist() == [11]
    assert np.unique(levels[50:60, 40:60]).tolist() == [26]
    assert np.unique(levels[50:60, 70:80]).tolist() == [255]
    assert np.unique(levels[50:60, 90:95]).tolist() == [1]
    assert np.unique(levels[20:24, 30:34]).tolist() == [0]


def test_heights_do_not_depend_on_where_the_camera_hangs() -> None:
    for height, pitch, roll in ((6.0, 45.0, 0.0), (1.0, 20.0, 0.0), (2.5, 50.0, 170.0)):
        depth, top = floor_depth(height, pitch, roll), floor_depth(height - 0.4, pitch, roll)
        depth[50:70, 60:90] = top[50:70, 60:90]
        levels = height_picture(RgbdFrame(BLACK, depth, CAMERA))
        assert set(np.unique(levels[50:70, 60:90])) <= {50, 51, 52}
        seen = np.isfinite(depth)
        seen[50:70, 60:90] = False
        assert set(np.unique(levels[seen])) <= {10, 11, 12}


def test_a_fisheye_sees_the_same_heights_and_none_where_it_has_no_ray() -> None:
    fisheye = replace(CAMERA, fx=50.0, fy=55.0, lens=Lens(True, (0.0, 0.0, 0.0, 0.0)))
    depth, low = (floor_depth(h, 60.0, camera=fisheye) for h in (4.0, 3.6))
    depth[60:70, 40:50] = low[60:70, 40:50]
    levels = height_picture(RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, fisheye))
    assert np.unique(levels[60:70, 40:50]).tolist() == [51]
    assert np.unique(levels[90:110, 60:80]).tolist() == [11]
    assert levels[-1, -1] == 0  # more than 90 degrees off the axis


def test_nothing_is_known_without_depth_in_metres_camera_or_floor() -> None:
    depth = floor_depth(4.0, 60.0)
    assert not height_picture(RgbdFrame(BLACK, None, CAMERA)).any()
    assert not height_picture(RgbdFrame(BLACK, depth, None)).any()
    assert not height_picture(RgbdFrame(BLACK, depth, CAMERA, metric=False)).any()
    nothing = np.full_like(depth, np.nan)
    assert not height_picture(RgbdFrame(BLACK, nothing, CAMERA)).any()
