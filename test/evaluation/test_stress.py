# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the stress test asks, how it judges, and what its conditions change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.evaluation.stress import Judged, row, stress, table
from smolrgpt_ros.evaluation.stress_conditions import CONDITIONS
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

CAMERA = CameraIntrinsics(160, 90, 100.0, 100.0, 79.5, 44.5)


def shot() -> SimulatedFrame:
    """A wall 4 m ahead with one region of 30 x 20 pixels."""
    mask = np.zeros((90, 160), bool)
    mask[40:60, 50:80] = True
    frame = RgbdFrame(
        np.full((90, 160, 3), 128, np.uint8), np.full((90, 160), 4.0, np.float32), CAMERA
    )
    truth = FrameTruth(0, "ceiling", CAMERA, (0.0, 0.0, 2.0), (1.0,) * 9, ())
    return SimulatedFrame(frame, (Region(3, "pallet", mask),), truth)


def seen(name: str) -> tuple[RgbdFrame, Region]:
    frame, (region,) = CONDITIONS[name].disturb(shot(), np.random.default_rng(5))
    return frame, region


def test_masks_end_three_pixels_inside_or_beyond_their_objects() -> None:
    assert seen("masks -3 px")[1].box == (53, 43, 77, 57)
    assert seen("masks +3 px")[1].box == (47, 37, 83, 63)
    x0, y0, x1, y1 = seen("masks shifted 3 px")[1].box or (0, 0, 0, 0)
    assert (x1 - x0, y1 - y0) == (30, 20)
    assert math.hypot(x0 - 50, y0 - 40) == pytest.approx(3.0, abs=0.75)


def test_calibration_is_off_and_pixels_are_not() -> None:
    frame, _ = seen("focal length -2 %")
    assert frame.intrinsics is not None and frame.intrinsics.fx == pytest.approx(98.0)
    frame, _ = seen("principal point 13 px")
    assert frame.intrinsics is not None
    moved = math.hypot(frame.intrinsics.cx - 79.5, frame.intrinsics.cy - 44.5)
    assert moved == pytest.approx(13.0)
    frame, _ = seen("depth scale +2 %")
    assert frame.depth is not None and frame.depth[0, 0] == pytest.approx(4.08)


def test_correlated_noise_grows_with_the_square_of_depth_and_is_smooth() -> None:
    depth = seen("correlated noise")[0].depth
    assert depth is not None
    noise = (depth - 4.0) / 16.0
    assert noise.std() == pytest.approx(0.005, rel=1e-3)
    assert np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1] > 0.98
    # Blurred by 6 pixels: exp(-(12 / 6)^2 / 4) of the variance is left 12 pixels on.
    far = np.corrcoef(noise[:, :-12].ravel(), noise[:, 12:].ravel())[0, 1]
    assert far == pytest.approx(math.exp(-1.0), abs=0.2)


def test_a_row_by_hand() -> None:
    found = [
        Judged(False, True, 0.01, 0.004, within=False),
        Judged(False, True, 0.03, 0.02, within=True),
        Judged(False, False, answered=False),
        Judged(True, True, sure=True),
        Judged(True, False),
        Judged(True, False, sure=True),
        Judged(True, False, answered=False),
    ]
    summary = row("clean", "robot", found)
    assert summary.questions == 3
    assert summary.right == pytest.approx(2 / 3)
    assert summary.within_2_sigma == 0.5
    assert summary.median_error == pytest.approx(0.02)
    assert summary.p95_error == pytest.approx(0.029)
    assert summary.median_sigma == pytest.approx(0.012)
    assert summary.counts_right == 0.25 and summary.counts_wrong_trusted == 0.25
    assert table([summary]).splitlines()[2] == (
        "| clean | robot | 3 | 66.7 | 50.0 | 2.00 | 2.90 | 1.20 | 25.0 | 25.0 |"
    )


def test_an_unknown_condition_is_named() -> None:
    with pytest.raises(ValueError, match="foggy"):
        stress([1], conditions=["foggy"])


@pytest.mark.usefixtures("can_render")
def test_ideal_frames_are_measured_right() -> None:
    (found,) = stress(range(91000, 91002), ("ceiling",), ["clean"])
    assert found.questions >= 10 and found.right == 1.0 and found.counts_right == 1.0
    assert found.median_error < 0.01


@pytest.mark.usefixtures("can_render")
def test_the_camera_of_a_rolled_frame_is_rolled() -> None:
    rolled = CONDITIONS["rolled 90 deg"].shoot(91000, "ceiling")
    right, down, forward = np.array(rolled.truth.world_to_optical).reshape(3, 3)
    assert right[2] < -0.5 and abs(down[2]) < 1e-9  # the picture's right is downwards
    assert np.cross(right, down) == pytest.approx(forward)
