# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame's floor by its depth alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from empty_floor import CAMERA, floor_depth

from smolrgpt_ros.scene.frame import RgbdFrame

FRAME = RgbdFrame(
    np.zeros((CAMERA.height, CAMERA.width, 3), np.uint8), floor_depth(4.0, 60.0), CAMERA
)


def test_the_floor_is_below_the_camera_and_fitted_once() -> None:
    floor = FRAME.floor
    assert floor is not None
    assert floor.offset == pytest.approx(4.0, abs=0.01)
    assert FRAME.floor is floor


def test_another_depth_has_another_floor() -> None:
    assert FRAME.floor is not None
    other = replace(FRAME, depth=floor_depth(2.5, 60.0)).floor
    assert other is not None
    assert other.offset == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("lacking", [{"depth": None}, {"intrinsics": None}, {"metric": False}])
def test_no_metres_no_floor(lacking: dict[str, Any]) -> None:
    assert replace(FRAME, **lacking).floor is None
