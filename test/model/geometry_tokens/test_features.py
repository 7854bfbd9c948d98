# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Region geometry on a slanted scene with known numbers."""

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.model.geometry_tokens.features import (
    CLASS,
    FEATURE_COUNT,
    FEATURE_NAMES,
    FROM_DEPTH,
    METRIC,
    MOST_CLASSES,
    UP,
    class_marks,
    frame_geometry,
    region_geometry,
)
from smolrgpt_ros.model.geometry_tokens.outline_shares import SIDES
from smolrgpt_ros.model.geometry_tokens.surroundings import PARTS
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

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


def test_with_a_floor_there_are_heights_and_positions_along_it():
    # A level camera 2 m up: right, ahead and height are x, z and 2 - y.
    floor = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    depth = np.full((100, 200), 2.0, np.float32)
    depth[:, 120:] = 4.0
    mask = box_mask((50, 61), (100, 141))
    found = named(region_geometry(depth, CAMERA, mask, floor))
    # rows 50..60: y = (v - 40) * z / 50, from 0.4 to 0.8 m at 2 m and to 1.6 m at 4 m
    assert [found[f"{name}_height"] for name in ("low", "median", "high")] == pytest.approx(
        [0.48, 1.2, 1.56]
    )
    # x = (u - 80) * z / 100: columns 100..119 at 2 m, 120..140 at 4 m
    assert (found["low_right"], found["high_right"]) == pytest.approx((0.44, 2.32))
    assert (found["low_ahead"], found["high_ahead"]) == pytest.approx((2.0, 4.0))
    assert found["low_right_ahead"] == pytest.approx((0.44 + 2) / 2**0.5)
    assert found["high_right_ahead"] == pytest.approx((2.32 + 4) / 2**0.5)
    # left ahead is (z - x) / sqrt 2: the leftmost far column lies furthest along it
    assert found["high_left_ahead"] == pytest.approx((4 - 1.68) / 2**0.5)
    assert [found[f"up_{axis}"] for axis in "xyz"] == [0.0, -1.0, 0.0]
    # The outermost hundredths: right of 2.36 and 2.4 m lie the last rays of columns 139 and 140.
    assert (found["least_0"], found["most_0"]) == pytest.approx((0.4, 2.4))
    assert (found["least_height"], found["most_height"]) == pytest.approx((0.4, 1.6))
    # 22.5 degrees from the right to ahead, greatest in the far right corner, least in the near left
    right, ahead = np.cos(np.pi / 8), np.sin(np.pi / 8)
    assert found["most_22"] == pytest.approx(2.4 * right + 4 * ahead, abs=0.05)
    assert found["least_22"] == pytest.approx(0.4 * right + 2 * ahead, abs=0.01)
    # Half of the mask lies before the other half, inside of it: no side is hidden by anything else.
    assert found["shape"] == 1 and not any(found[f"hidden_{side}"] for side in SIDES)
    assert (
        found["floor"] == 1
        and found["median_z"] == named(region_geometry(depth, CAMERA, mask))["median_z"]
    )


def test_what_is_above_and_below_is_told_where_there_is_a_floor():
    # A level camera 1.8 m up, a wall of 4 cm by 8 cm pixels at 4 m: row v is at
    # 1.8 - 0.08 * (v - 40) m.
    floor = Plane(np.array([0.0, -1.0, 0.0]), 1.8)
    depth = np.full((100, 200), np.nan, np.float32)
    depth[44:60, 100:120] = 4.0
    lower, upper = box_mask((52, 60), (100, 120)), box_mask((44, 52), (100, 120))
    found = named(region_geometry(depth, CAMERA, lower, floor))
    # Rows 52..59 are at 0.84 .. 0.28 m, the 95th percentile is row 52's height; rows 44..51 are
    # 0.64 .. 0.08 m above that, as many pixels as the mask has.
    assert [found[f"above_{part}"] for part in PARTS] == pytest.approx([1.0, 0.36, 0.64])
    assert [found[f"below_{part}"] for part in PARTS] == [0, 0, 0]
    other = named(region_geometry(depth, CAMERA, upper, floor))
    assert [other[f"above_{part}"] for part in PARTS] == [0, 0, 0]
    assert [other[f"below_{part}"] for part in PARTS] == pytest.approx([1.0, 0.36, 0.64])


def test_classes_are_marked_by_their_place_among_those_that_are_known():
    known = ("transporter", "pallet", "shelf")
    marks = class_marks(["pallet", "crane", "transporter", "pallet", ""], known)
    assert marks.shape == (5, MOST_CLASSES)
    assert marks[:, :3].tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert not marks[:, 3:].any()
    assert class_marks(["pallet"], ("shelf", "buffer", "pallet"))[0].tolist() == [0, 0, 1, *[0] * 5]
    assert not class_marks(["pallet"], ()).any()
    assert class_marks([], known).shape == (0, MOST_CLASSES)


def test_measuring_marks_no_class_and_depth_tells_none():
    depth = np.full((100, 200), 2.0, np.float32)
    found = region_geometry(depth, CAMERA, box_mask((50, 61), (100, 141)))
    assert not found[CLASS].any()
    # What a camera without depth has: the place and size of the mask, and the class.
    names = [name for name, deep in zip(FEATURE_NAMES, FROM_DEPTH, strict=True) if not deep]
    assert names[:5] == ["centroid_u", "centroid_v", "box_width", "box_height", "area_share"]
    assert names[5:] == [f"class_{index}" for index in range(MOST_CLASSES)]


def test_without_a_floor_its_features_are_zero():
    found = region_geometry(np.full((100, 200), 2.0, np.float32), CAMERA, box_mask((5, 9), (5, 9)))
    assert found[METRIC] == 1 and not found[METRIC + 1 :].any()


def test_what_hides_an_object_is_told_by_side():
    floor = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    depth = np.full((100, 200), 4.0, np.float32)
    depth[:, 141:] = 2.0  # something nearer, all along the right side
    found = named(region_geometry(depth, CAMERA, box_mask((50, 100), (100, 141)), floor))
    assert [found[f"hidden_{side}"] for side in SIDES] == [0, 1, 0, 0]
    assert [found[f"cut_{side}"] for side in SIDES] == [0, 0, 0, 1]


def test_the_floor_is_the_whole_pictures_for_any_regions():
    v = np.mgrid[0:100, 0:200][0]
    depth = np.where(v > 45, 50 * 1.5 / np.maximum(v - 40, 1), np.nan).astype(np.float32)
    masks = [box_mask((60, 80), (20, 60)), box_mask((70, 90), (100, 160))]
    both, one = frame_geometry(depth, CAMERA, masks), frame_geometry(depth, CAMERA, masks[1:])
    assert np.array_equal(both[1:], one)
    # The floor of a level camera 1.5 m up.
    assert named(one[0])["up_y"] == pytest.approx(-1, abs=1e-3)
    assert named(one[0])["median_height"] == pytest.approx(0, abs=0.01)


def test_in_noise_the_floor_is_the_one_that_is_measured_with():
    """Noise of 0.005 times depth squared, and goods on a third of the floor within it."""
    v, u = np.mgrid[0:100, 0:200]
    rows = np.maximum(v - 40, 1)
    depth = np.where(v > 45, 50 * np.where(u < 60, 1.3, 1.5) / rows, np.nan)
    depth += 0.005 * np.random.default_rng(1).standard_normal(depth.shape) * depth**2
    depth = depth.astype(np.float32)
    (found,) = frame_geometry(depth, CAMERA, [box_mask((60, 80), (100, 160))])
    plane = FrameGeometry(RgbdFrame(np.zeros((100, 200, 3), np.uint8), depth, CAMERA), ()).plane
    assert plane is not None
    assert found[UP] == pytest.approx(plane.up, abs=1e-6)
    assert named(found)["median_height"] == pytest.approx(0.0, abs=0.02)


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
