# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where a camera was at its frames: TF that lags, is missing, comes late or ends."""

import numpy as np
import pytest

from smolrgpt_ros.nodes.camera_placement import CameraPlacement
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

TIMEOUT_S = 0.2


class LaggingTf:
    """Knows the camera from ``first_s`` to ``last_s``, each pose ``lag_s`` after its time."""

    def __init__(self):
        self.now_s, self.first_s, self.last_s, self.lag_s = 100.0, 0.0, 1e9, 0.05
        self.waited_s = 0.0

    def look_up(self, target, source, stamp_ns, wait_s):
        known_until = min(self.now_s - self.lag_s, self.last_s)
        stamp_s = stamp_ns / 1e9 if stamp_ns else known_until
        missing_s = stamp_s - known_until
        if missing_s > 0.0:
            waited = wait_s if stamp_s > self.last_s else min(missing_s, wait_s)
            self.now_s += waited
            self.waited_s += waited
        if not self.first_s <= stamp_s <= min(self.now_s - self.lag_s, self.last_s) + 1e-6:
            raise QueryError(Status.TF_FAILED, f"no transform from {source!r} to {target!r}")
        return Pose.identity(target)


@pytest.fixture
def tf():
    return LaggingTf()


@pytest.fixture
def placement(tf):
    return CameraPlacement(tf.look_up, lambda: tf.now_s)


def placed(tf, placement, count, fixed="odom"):
    """Of frames ten times a second, each looked up as it is taken: which have a pose."""
    found = []
    for _ in range(count):
        tf.now_s += 0.1
        frame = RgbdFrame(
            np.zeros((2, 3, 3), np.uint8),
            None,
            None,
            stamp_ns=round(tf.now_s * 1e9),
            frame_id="camera",
        )
        found.append(placement.pose(frame, fixed, TIMEOUT_S) is not None)
    return found


def test_a_transform_that_comes_after_its_image_is_waited_for(tf, placement):
    assert placed(tf, placement, 9) == [True] * 9
    assert tf.waited_s == pytest.approx(9 * 0.05) and placement.unplaced == ""


def test_after_a_failure_poses_come_again_though_each_needs_a_wait(tf, placement):
    tf.first_s = 100.35
    found = placed(tf, placement, 20)
    assert not found[0] and found[-8:] == [True] * 8
    assert placement.unplaced == ""


def test_a_frame_that_tf_does_not_know_is_waited_for_once(tf, placement):
    tf.first_s = 1e9
    assert placed(tf, placement, 40) == [False] * 40
    assert tf.waited_s <= TIMEOUT_S
    assert "'camera' to 'odom'" in placement.unplaced


def test_transforms_that_end_hold_up_one_frame_a_second(tf, placement):
    assert placed(tf, placement, 3) == [True] * 3
    tf.last_s, tf.waited_s = tf.now_s, 0.0
    assert placed(tf, placement, 40) == [False] * 40
    assert TIMEOUT_S < tf.waited_s <= 5 * TIMEOUT_S


def test_without_a_fixed_frame_nothing_is_asked_for(tf, placement):
    tf.first_s = 1e9
    placed(tf, placement, 1)
    assert placed(tf, placement, 1, fixed="") == [False] and placement.unplaced == ""
