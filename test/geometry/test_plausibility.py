# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth and calibrations that cannot be right, on exact scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from block_scene import YARD, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.plausibility import Plausibility
from smolrgpt_ros.scene.frame import RgbdFrame

SCENE = Scene(YARD)


def judged(frame: RgbdFrame) -> Plausibility:
    return FrameGeometry(frame, SCENE.regions).plausibility


def scaled(factor: float) -> RgbdFrame:
    assert SCENE.frame.depth is not None
    return replace(SCENE.frame, depth=SCENE.frame.depth * np.float32(factor))


def refocused(factor: float) -> RgbdFrame:
    camera = SCENE.frame.intrinsics
    assert camera is not None
    other = replace(camera, fx=camera.fx * factor, fy=camera.fy * factor)
    return replace(SCENE.frame, intrinsics=other)


def test_right_depth_is_not_doubted() -> None:
    assert judged(SCENE.frame) == Plausibility()
    assert judged(SCENE.without_depth()) == Plausibility()
    assert judged(scaled(1.3)) == Plausibility()  # pallets of other sizes exist


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        (4.0, "steps of 0.25 or 0.2 mm (depth.unit 0.00025"),
        (10.0, "steps of 0.1 mm (depth.unit 0.0001)"),
        (5.0, "or 0.0002)"),
        (1000.0, ": is depth in another unit (depth.unit"),
        (0.1, "depth in another unit (depth.unit"),
    ],
)
def test_depth_in_another_unit_is_refused_with_the_likely_unit(factor: float, cause: str) -> None:
    found = judged(scaled(factor))
    assert found.reason.startswith("the size of what is in view (pallet, transporter) is ")
    assert cause in found.reason and found.caveat == ""


def test_the_calibration_of_another_image_size_is_noted_or_refused() -> None:
    half = judged(refocused(0.5))
    assert "camera_info that of another camera or image size" in half.reason + half.caveat
    assert "camera_info" in judged(refocused(0.3)).reason
    assert "camera_info" in judged(refocused(4.0)).reason


def test_depth_beside_the_masks_is_noted() -> None:
    assert SCENE.frame.depth is not None
    beside = replace(SCENE.frame, depth=np.roll(SCENE.frame.depth, 40, axis=1))
    found = judged(beside)
    assert found.reason == "" and "is depth registered" in found.caveat


def test_a_camera_as_high_as_a_tower_is_refused() -> None:
    unnamed = [replace(region, label="crate") for region in SCENE.regions]
    found = FrameGeometry(scaled(10.0), unnamed).plausibility
    assert found.reason.startswith("the camera would be 60 m above the floor, expected 0.05 to 25")


def test_depth_without_scale_is_not_judged() -> None:
    assert judged(replace(scaled(10.0), metric=False)) == Plausibility()
