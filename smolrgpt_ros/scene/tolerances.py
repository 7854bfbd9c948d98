# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How far the calibration of a camera, the registration of its depth and its masks may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Tolerances:
    """Largest errors that a camera and its detector are expected to make, as data sheets state
    them: an error is taken as evenly distributed between minus and plus its tolerance.

    The defaults are a camera calibrated with care. ``config/cameras`` has those of cameras sold.

    Args:
        focal_length: of the colour camera, share.
        principal_point: pixels.
        depth_scale: of all depth at once, share.
        registration: of depth to colour, pixels.
        mask_edge: of the edges of masks, pixels; what depth edges show of it in a frame counts
            where it is more.

    Raises:
        ValueError: for one that is negative or not finite.
    """

    focal_length: float = 0.001
    principal_point: float = 0.5
    depth_scale: float = 0.001
    registration: float = 0.0
    mask_edge: float = 0.2

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(
                    f"tolerance {field.name} must be finite and not negative, found {value!r}"
                )
