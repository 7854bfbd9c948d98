"""Pinhole geometry by hand."""

from __future__ import annotations

import numpy as np
import pytest
from empty_floor import CAMERA

from smolrgpt_ros.scene.pinhole import back_project


def test_back_projection_by_hand() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[83, 90] = 2.0
    depth[50, 70] = 4.0
    points = back_project(depth, CAMERA)
    # x = (90 - 70) / 100 * 2, y = (83 - 50) / 110 * 2
    assert points == pytest.approx(np.array([[0.0, 0.0, 4.0], [0.4, 0.6, 2.0]]))
    only = np.zeros((120, 160), bool)
    only[83, 90] = True
    assert back_project(depth, CAMERA, only) == pytest.approx(np.array([[0.4, 0.6, 2.0]]))
