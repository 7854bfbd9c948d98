# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cameras of the varied scenes: ceiling cameras and robots, drawn wider, and robots close by."""

from __future__ import annotations

import numpy as np

from ..footprints import Field
from ..spec import CameraPose


def distant_camera(rng: np.random.Generator, family: str, field: Field) -> CameraPose:
    """A camera that looks at a field."""
    if family == "ceiling":
        height, pitch = float(rng.uniform(3.5, 10.0)), float(rng.uniform(26.0, 62.0))
        if rng.random() < 0.06:
            pitch = float(rng.uniform(75.0, 88.0))
        hfov, reach = float(rng.uniform(60.0, 100.0)), height / np.tan(np.radians(pitch))
        target = (float(rng.uniform(-1.5, 1.5)), float(rng.uniform(-1.5, 1.5)))
    else:
        height, pitch = float(rng.uniform(0.25, 2.2)), float(rng.uniform(-6.0, 22.0))
        hfov, reach = float(rng.uniform(55.0, 100.0)), float(rng.uniform(3.0, 9.0))
        target = field.draw_point(rng, 0.0)
    return _looking(rng, target, reach, height, pitch, hfov)


def close_camera(rng: np.random.Generator, low: bool) -> CameraPose:
    """A camera one to four metres from the origin; ``low``: no more than 0.9 m up."""
    reach = float(rng.uniform(0.9, 3.8))
    height = float(rng.uniform(0.12, 0.9)) if low else float(rng.uniform(0.5, 2.6))
    if not low and rng.random() < 0.2:
        reach = float(rng.uniform(0.1, 0.7))
    aim = float(rng.uniform(-0.1, 0.5))
    pitch = float(np.degrees(np.arctan2(height - aim, reach))) + float(rng.normal(0, 5))
    target = (float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.5, 0.5)))
    hfov = float(rng.uniform(50.0, 85.0))
    return _looking(rng, target, reach, height, float(np.clip(pitch, -15, 88)), hfov)


def _looking(
    rng: np.random.Generator,
    target: tuple[float, float],
    reach: float,
    height: float,
    pitch: float,
    hfov: float,
) -> CameraPose:
    """The camera in a random direction from its target, nearly level."""
    heading, roll = float(rng.uniform(0, 360)), float(rng.normal(0, 2.5))
    return CameraPose.before(target, reach, height, heading, pitch, hfov, roll)
