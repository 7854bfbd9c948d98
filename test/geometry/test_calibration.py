# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Changes of lengths by errors of the calibration, against a camera that really errs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.calibration import CalibrationErrors
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.tolerances import Tolerances

CAMERA = CameraIntrinsics(640, 360, 400.0, 500.0, 319.5, 179.5)
TOLERANCES = Tolerances(focal_length=0.02, principal_point=10.0, depth_scale=0.03)
ERRORS = CalibrationErrors.of(CAMERA, TOLERANCES)
EVEN = math.sqrt(3.0)


def test_lengths_by_hand() -> None:
    across, ahead = np.array([2.0, 0.0, 0.0]), np.array([0.0, 0.0, 5.0])
    # Across: 2 % of 2 m by the focal length, 3 % by the depth; the principal point moves both ends.
    assert EVEN * ERRORS.of_length(across) == pytest.approx([-0.04, 0.0, 0.0, 0.06])
    # Ahead: only the depth counts.
    assert EVEN * ERRORS.of_length(ahead) == pytest.approx([0.0, 0.0, 0.0, 0.15])
    # Far away, points move by 5 m * 10 / 400 to the left.
    moved = ERRORS.along(np.array([1.0, 0.0, 0.0]), ahead)
    assert EVEN * moved == pytest.approx([0.0, -0.125, 0.0, 0.0])


@pytest.mark.parametrize(
    ("index", "camera", "scale"),
    [
        (0, CameraIntrinsics(640, 360, 400.4, 500.5, 319.5, 179.5), 1.0),
        (1, CameraIntrinsics(640, 360, 400.0, 500.0, 320.0, 179.5), 1.0),
        (2, CameraIntrinsics(640, 360, 400.0, 500.0, 319.5, 180.0), 1.0),
        (3, CAMERA, 1.0015),
    ],
)
def test_a_camera_that_errs_by_a_twentieth_of_its_tolerance(
    index: int, camera: CameraIntrinsics, scale: float
) -> None:
    seen = np.array([[100.0, 60.0, 3.0], [420.0, 300.0, 6.0]])  # column, row, depth

    def length(of: CameraIntrinsics, by: float) -> float:
        x, y = (seen[:, 0] - of.cx) / of.fx, (seen[:, 1] - of.cy) / of.fy
        a, b = np.column_stack([x, y, np.ones(2)]) * seen[:, 2:] * by
        return math.dist(a, b)

    x, y = (seen[:, 0] - CAMERA.cx) / CAMERA.fx, (seen[:, 1] - CAMERA.cy) / CAMERA.fy
    a, b = np.column_stack([x, y, np.ones(2)]) * seen[:, 2:]
    change = length(camera, scale) - length(CAMERA, 1.0)
    expected = EVEN / 20 * ERRORS.of_length(b - a)[index]
    assert change == pytest.approx(expected, rel=0.01)


def test_a_tolerance_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"depth_scale .* found -0\.1"):
        Tolerances(depth_scale=-0.1)
