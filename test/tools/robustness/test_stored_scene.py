# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A scene written and read again, and the messages of its camera."""

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from std_msgs.msg import Header

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.tools.robustness.stored_scene import StoredScene

pytestmark = [pytest.mark.ros]


def scene():
    depth = np.arange(12, dtype=np.uint16).reshape(3, 4) * 100
    rgb = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    masks = np.zeros((2, 3, 4), bool)
    masks[1, 2, 3] = True
    camera = CameraIntrinsics(4, 3, 5.0, 6.0, 1.5, 1.0)
    return StoredScene(rgb, depth, camera, ("pallet", "shelf"), masks)


def test_a_scene_is_read_as_it_was_written(tmp_path):
    scene().write(tmp_path / "scene.npz")
    found = StoredScene.read(tmp_path / "scene.npz")
    np.testing.assert_array_equal(found.rgb, scene().rgb)
    np.testing.assert_array_equal(found.depth, scene().depth)
    np.testing.assert_array_equal(found.masks, scene().masks)
    assert found.labels == ("pallet", "shelf")
    assert found.intrinsics == scene().intrinsics


def test_the_camera_sends_millimetres_and_its_calibration():
    info, rgb, depth = scene().messages(Header(frame_id="optical"))
    assert (info.width, info.height, info.k[0], info.k[4]) == (4, 3, 5.0, 6.0)
    assert (rgb.encoding, depth.encoding) == ("rgb8", "16UC1")
    assert np.frombuffer(depth.data, "<u2")[5] == 500
    assert {message.header.frame_id for message in (info, rgb, depth)} == {"optical"}
