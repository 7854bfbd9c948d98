# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is estimated of an object: its box, and whether it is loaded and carried."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from .features import ALONG_DEGREES

SIZES = ("height", "width", "length", "span")
"""Metres: height, the side that faces the camera, the longer side along the floor, and the extent
across the viewing direction."""
STATES = ("loaded", "carried")
_PARTS = (3, len(SIZES), len(ALONG_DEGREES), len(STATES))
ESTIMATED = sum(_PARTS)
"""Numbers that are estimated of a region."""


class Estimates(NamedTuple):
    """Estimates of some regions, float32.

    Args:
        centres: ``(..., M, 3)`` metres, optical frame.
        sizes: ``(..., M, 4)`` metres, as in :data:`SIZES`.
        reaches: ``(..., M, 8)`` metres that the footprint reaches from its centre, in the
            directions of ``features.ALONG_DEGREES``; those opposite are as long.
        states: ``(..., M, 2)`` log-odds of :data:`STATES`.
    """

    centres: Tensor
    sizes: Tensor
    reaches: Tensor
    states: Tensor

    @classmethod
    def of(cls, found: Tensor) -> Estimates:
        """From ``(..., M, ESTIMATED)``, its parts one after another."""
        return cls(*found.split(_PARTS, -1))
