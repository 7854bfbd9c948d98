# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Calibration messages: which numbers count, binning, region of interest, no calibration."""

import pytest
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.camera_info import calibration_of, camera_info_of
from smolrgpt_ros.scene.calibration import CalibrationError
from smolrgpt_ros.scene.camera import CameraIntrinsics


def intrinsics_from(info, width, height, rectified=False):
    return calibration_of(info, rectified).intrinsics(width, height)


K = [600.0, 0.0, 330.0, 0.0, 610.0, 250.0, 0.0, 0.0, 1.0]


def test_k_is_read_by_position():
    camera = intrinsics_from(CameraInfo(width=640, height=480, k=K), 640, 480)
    assert camera == CameraIntrinsics(640, 480, fx=600.0, fy=610.0, cx=330.0, cy=250.0)


@pytest.mark.parametrize("k", [[0.0] * 9, [0.0, *K[1:4], 0.0, *K[5:]]])
def test_uncalibrated_is_none(k):
    assert intrinsics_from(CameraInfo(width=640, height=480, k=k), 640, 480) is None


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({0: 1e-300}, r"fx \(k\[0\]\) of 1e-300 pixels, expected 1 to 100000"),
        ({0: float("nan")}, r"fx \(k\[0\]\) of nan"),
        ({0: -600.0}, "of -600 pixels"),
        ({0: 0.0}, "of 0 pixels"),
        ({4: float("inf")}, r"fy \(k\[4\]\) of inf"),
        ({4: 2e5}, r"fy \(k\[4\]\) of 200000"),
        ({2: 1e6}, r"cx \(k\[2\]\) at 1e\+06 pixels of an image of 640"),
        ({2: float("nan")}, r"cx \(k\[2\]\) at nan"),
        ({5: -7e5}, r"cy \(k\[5\]\) at -700000 pixels of an image of 480"),
    ],
)
def test_a_calibration_of_no_camera_is_refused_with_the_value(changes, found):
    k = [changes.get(at, value) for at, value in enumerate(K)]
    with pytest.raises(CalibrationError, match=found):
        intrinsics_from(CameraInfo(width=640, height=480, k=k), 640, 480)


def test_a_region_of_interest_far_outside_is_refused_with_its_offset():
    roi = RegionOfInterest(x_offset=2**32 - 1, width=640, height=480)
    with pytest.raises(CalibrationError, match="roi offset 4294967295"):
        intrinsics_from(CameraInfo(width=640, height=480, k=K, roi=roi), 640, 480)


def test_binning_halves_the_focal_length_and_keeps_pixel_centres():
    info = CameraInfo(width=640, height=480, k=K, binning_x=2, binning_y=2)
    camera = intrinsics_from(info, 320, 240)
    # Column 0 of the binned image covers columns 0 and 1: centre 0.5 -> cx' = (330.5 / 2) - 0.5.
    assert camera is not None
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (300.0, 305.0, 164.75, 124.75)


def test_region_of_interest_moves_the_principal_point():
    roi = RegionOfInterest(x_offset=30, y_offset=50, width=300, height=200)
    camera = intrinsics_from(CameraInfo(width=640, height=480, k=K, roi=roi), 300, 200)
    assert camera is not None
    assert (camera.fx, camera.cx, camera.cy) == (600.0, 300.0, 200.0)


def test_calibration_of_another_size_names_both():
    with pytest.raises(CalibrationError, match=r"1280x720.*640x480"):
        intrinsics_from(CameraInfo(width=1280, height=720, k=K), 640, 480)


def test_intrinsics_survive_their_message():
    camera = CameraIntrinsics(64, 48, fx=50.0, fy=51.0, cx=31.5, cy=20.25)
    info = camera_info_of(camera, Header(frame_id="optical"))
    assert info.header.frame_id == "optical"
    assert intrinsics_from(info, 64, 48) == camera
    assert list(info.p) == [50.0, 0.0, 31.5, 0.0, 0.0, 51.0, 20.25, 0.0, 0.0, 0.0, 1.0, 0.0]
