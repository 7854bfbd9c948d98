"""Region geometry on a slanted scene with known numbers."""

import time

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_features import (
    FEATURE_COUNT,
    FEATURE_NAMES,
    frame_geometry,
    region_geometry,
)
from smolrgpt_ros.scene.frame import CameraIntrinsics

CAMERA = CameraIntrinsics(width=200, height=100, fx=100.0, fy=50.0, cx=80.0, cy=40.0)


def named(values):
    return dict(zip(FEATURE_NAMES, values.tolist(), strict=True))


def box_mask(rows, columns):
    mask = np.zeros((100, 200), bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


def test_a_box_at_two_metres():
    found = named(
        region_geometry(
            np.full((100, 200), 2.0, np.float32), CAMERA, box_mask((50, 61), (100, 141))
        )
    )
    # columns 100..140: x = (u - 80) * 2 / 100 = 0.4 .. 1.2; rows 50..60: y = (v - 40) * 2 / 50
    assert found["median_x"] == pytest.approx(0.8)
    assert found["median_y"] == pytest.approx(0.6)
    assert found["median_z"] == pytest.approx(2.0)
    assert found["low_x"] == pytest.approx(0.44)
    assert found["high_x"] == pytest.approx(1.16)
    assert found["std_z"] == 0 and 0.2 < found["std_x"] < 0.25
    assert found["centroid_u"] == pytest.approx(120.5 / 200)
    assert found["centroid_v"] == pytest.approx(55.5 / 100)
    assert found["box_width"] == pytest.approx(41 / 200)
    assert found["box_height"] == pytest.approx(0.11)
    assert found["area_share"] == pytest.approx(451 / 20000)
    assert found["valid_share"] == 1 and found["metric"] == 1


def test_holes_and_outliers_hardly_move_the_median():
    depth = np.full((100, 200), 5.0, np.float32)
    mask = box_mask((10, 30), (20, 60))
    depth[10:15, 20:60] = np.nan
    depth[15:16, 20:40] = 900.0
    found = named(region_geometry(depth, CAMERA, mask))
    assert found["median_z"] == pytest.approx(5.0)
    assert found["high_z"] == pytest.approx(5.0)
    assert found["valid_share"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("depth", "camera", "share"),
    [
        (None, CAMERA, 0.0),
        (np.full((100, 200), np.nan, np.float32), CAMERA, 0.0),
        (np.zeros((100, 200), np.float32), CAMERA, 0.0),
        (np.ones((100, 200), np.float32), None, 1.0),
    ],
)
def test_without_depth_or_calibration_metres_are_zero_and_the_image_part_stays(
    depth, camera, share
):
    found = region_geometry(depth, camera, box_mask((50, 61), (100, 141)))
    assert found[:12].tolist() == [0.0] * 12
    assert named(found)["metric"] == 0 and named(found)["valid_share"] == share
    assert named(found)["centroid_u"] == pytest.approx(0.6025)


def test_an_empty_mask_is_all_zero_and_sizes_must_agree():
    empty = np.zeros((100, 200), bool)
    assert not region_geometry(np.ones((100, 200)), CAMERA, empty).any()
    assert frame_geometry(None, None, []).shape == (0, FEATURE_COUNT)
    with pytest.raises(ValueError, match="depth is"):
        region_geometry(np.ones((50, 200)), CAMERA, empty)
    with pytest.raises(ValueError, match="200x100"):
        region_geometry(np.ones((50, 60)), CAMERA, np.ones((50, 60), bool))


def test_subsampling_does_not_alias_with_the_mask_width():
    rng = np.random.default_rng(0)
    depth = rng.uniform(3, 4, (100, 200)).astype(np.float32)
    found = named(region_geometry(depth, CAMERA, box_mask((0, 100), (0, 200))))
    assert found["median_z"] == pytest.approx(3.5, abs=0.03)
    # x at the image's left and right edge is -2.8 and 4.2 at 3.5 m
    assert found["low_x"] == pytest.approx(-2.45, abs=0.15)
    assert found["high_x"] == pytest.approx(3.83, abs=0.15)
    assert found["median_y"] == pytest.approx(0.66, abs=0.1)


def test_twelve_masks_take_a_few_milliseconds():
    depth = np.random.default_rng(0).uniform(1, 9, (360, 640)).astype(np.float32)
    camera = CameraIntrinsics(width=640, height=360, fx=500.0, fy=500.0, cx=320.0, cy=180.0)
    masks = []
    for i in range(12):
        mask = np.zeros((360, 640), bool)
        mask[20 * i : 20 * i + 90, 30 * i : 30 * i + 120] = True
        masks.append(mask)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        frame_geometry(depth, camera, masks)
        times.append(time.perf_counter() - start)
    # 7 ms on an idle core; the bound leaves room for a busy machine.
    assert min(times) < 0.1
