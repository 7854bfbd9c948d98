# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A floor plane's own frame, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.scene.plane import Plane


def test_floor_frame_by_hand() -> None:
    # Camera 2 m up, looking level: right, ahead and height are x, z and 2 - y.
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    points = np.array([[0.5, 2.0, 3.0], [-1.0, 0.5, 4.0]])
    floor = plane.to_floor(points)
    assert floor == pytest.approx(np.array([[0.5, 3.0, 0.0], [-1.0, 4.0, 1.5]]))
    assert plane.to_optical(floor) == pytest.approx(points)
    met = plane.meet(np.array([[0.0, 0.5, 1.0], [0.0, -0.5, 1.0]]))
    assert met[0] == pytest.approx([0.0, 2.0, 4.0])
    assert np.isnan(met[1]).all()


def test_floor_frame_straight_down() -> None:
    plane = Plane(np.array([0.0, 0.0, -1.0]), 3.0)
    assert plane.to_floor(np.array([[0.5, -0.25, 3.0]]))[0] == pytest.approx([0.5, 0.25, 0.0])
