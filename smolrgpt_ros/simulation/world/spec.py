# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the renderer takes: camera, light, and a scene as geometric primitives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .assets import SIDE_LIGHTS, Picture
from .parts import Colour, Part
from .site import SceneObject


@dataclass(frozen=True)
class CameraPose:
    """A camera in the world: z up, metres, degrees.

    ``pitch_deg`` is positive downwards; ``roll_deg`` turns the camera clockwise about its optical
    axis, as seen from behind it.
    """

    position: tuple[float, float, float]
    heading_deg: float
    pitch_deg: float
    hfov_deg: float
    roll_deg: float = 0.0

    @classmethod
    def before(
        cls,
        target: tuple[float, float],
        reach: float,
        height: float,
        heading_deg: float,
        pitch_deg: float,
        hfov_deg: float,
        roll_deg: float = 0.0,
    ) -> CameraPose:
        """A camera whose heading leads over a point of the floor, ``reach`` metres away."""
        ahead = np.radians(heading_deg)
        position = (
            float(target[0] - reach * np.cos(ahead)),
            float(target[1] - reach * np.sin(ahead)),
            height,
        )
        return cls(position, heading_deg, pitch_deg, hfov_deg, roll_deg)

    def rotation(self) -> NDArray[np.float64]:
        """World to optical frame, shape ``(3, 3)``: rows are right, down, forward in the world."""
        heading, pitch = np.radians(self.heading_deg), np.radians(self.pitch_deg)
        cos, sin = np.cos(np.radians(self.roll_deg)), np.sin(np.radians(self.roll_deg))
        ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
        forward = np.cos(pitch) * ahead - np.array([0, 0, np.sin(pitch)])
        level = np.array([ahead[1], -ahead[0], 0.0])
        below = np.cross(forward, level)
        return np.stack([cos * level + sin * below, cos * below - sin * level, forward])


@dataclass(frozen=True)
class Light:
    """Light of the hall: strengths in [0, 1], direction of the main light in the world.

    Args:
        sides: strengths of the light from the four sides.
        shadow: whether the main light casts hard shadows.
        occlusion: how much darker corners and hollows are, in [0, 1].
    """

    direction: tuple[float, float, float]
    strength: float
    ambient: float
    tint: Colour
    sides: tuple[float, float, float, float] = SIDE_LIGHTS
    shadow: bool = False
    occlusion: float = 0.0


@dataclass(frozen=True)
class SceneSpec:
    """A whole scene, as the renderer takes it.

    Args:
        pictures: RGB of the materials of ``assets.PAINTED`` that it uses, by name.
        bystanders: of people who are no objects, the first part and the one after the last.
    """

    family: str
    camera: CameraPose
    floor: str
    floor_colour: Colour
    light: Light
    objects: tuple[SceneObject, ...]
    parts: tuple[Part, ...]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    bystanders: tuple[tuple[int, int], ...] = ()
