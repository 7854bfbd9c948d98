# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the fit of a footprint cannot see of its errors: those that all its observations share.

Each part is a pair of standard deviations of the centre, metres: along the line of sight on the
floor, and across it. Objects err independently in all of them; what the whole camera shares is in
``calibration``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise

Pair = tuple[float, float]

#: Metres by which an object differs from its box, or a strip of tape from a rectangle.
_BOX_SHAPE, _TAPE_SHAPE = 0.008, 0.002
#: Share of a pixel's depth noise that all points of an object have in common.
_SHARED_NOISE = 0.2
#: Share of the edge error of a mask by which the middle of a standing object moves: depth places
#: it, the mask's edges only limit it.
_EDGE_SHARE = 0.3
#: Share of the image's pixels that show the floor, and lever arm of its tilt, both about.
_FLOOR_SHARE, _FLOOR_LEVER = 0.3, 2.5
#: Standard deviation of a centre over the short side, of an object whose whole outline is hidden,
#: and how it falls with the hidden share.
_HIDDEN_SHARE, _HIDDEN_POWER = 0.27, 1.5
_NONE: Pair = (0.0, 0.0)


@dataclass(frozen=True)
class CentreErrors:
    """Shared errors of one footprint's centre, along and across the line of sight, metres.

    Args:
        shape: the object is no box.
        depth: noise that neighbouring pixels share.
        floor: the floor that the footprint lies on.
        mask_edge: the mask ends beside the object; depth is not registered to colour.
        hidden: other objects or the border of the picture hide the outline.
    """

    shape: Pair = _NONE
    depth: Pair = _NONE
    floor: Pair = _NONE
    mask_edge: Pair = _NONE
    hidden: Pair = _NONE

    @property
    def total(self) -> Pair:
        """All parts together."""
        parts = (self.shape, self.depth, self.floor, self.mask_edge, self.hidden)
        along, across = zip(*parts, strict=True)
        return math.hypot(*along), math.hypot(*across)

    def covariance(self, centre: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of a centre on the floor, shape ``(2,)``; the camera is above the origin."""
        right, ahead = centre.tolist()
        distance = max(math.hypot(right, ahead), 1e-6)
        x, y = right / distance, ahead / distance
        along, across = (sigma**2 for sigma in self.total)
        between = (along - across) * x * y
        return np.array(
            [
                [along * x * x + across * y * y, between],
                [between, along * y * y + across * x * x],
            ]
        )


def box_errors(
    z: float,
    noise: DepthNoise,
    camera: CameraIntrinsics,
    mask_edge: float,
    short_side: float,
    hidden: float,
) -> CentreErrors:
    """Errors of an object that stands on the floor.

    Args:
        z: its depth, metres.
        noise: of the depth.
        camera: the intrinsics.
        mask_edge: standard deviation of a mask's edges, pixels.
        short_side: of its class, metres.
        hidden: share of its outline that is hidden.
    """
    edge = _EDGE_SHARE * mask_edge * z / camera.fx
    unseen = _HIDDEN_SHARE * short_side * hidden**_HIDDEN_POWER
    shared = _SHARED_NOISE * noise.strength * z**2
    return CentreErrors(
        shape=(_BOX_SHAPE, _BOX_SHAPE),
        depth=(shared, 0.5 * shared),
        floor=(_floor_error(z, noise, camera), 0.0),
        mask_edge=(edge, edge),
        hidden=(unseen, unseen),
    )


def tape_errors(
    distance: float,
    height: float,
    noise: DepthNoise,
    camera: CameraIntrinsics,
    mask_edge: float,
) -> CentreErrors:
    """Errors of a rectangle of tape, which only the edges of its mask place.

    Args:
        distance: from the camera to its middle, metres.
        height: of the camera above the floor, metres.
        noise, camera, mask_edge: as for :func:`box_errors`.
    """
    return CentreErrors(
        shape=(_TAPE_SHAPE, _TAPE_SHAPE),
        floor=(_floor_error(distance, noise, camera), 0.0),
        mask_edge=(
            mask_edge * distance**2 / (height * camera.fy),
            mask_edge * distance / camera.fx,
        ),
    )


def floor_sigma(z: float, height: float, noise: DepthNoise, camera: CameraIntrinsics) -> float:
    """Standard deviation of the floor's own height, metres.

    Args:
        z: depth of the floor, metres.
        height: of the camera above the floor, metres.
        noise: of the depth.
        camera: the intrinsics.
    """
    return _floor_error(z, noise, camera) * height / max(z, 1e-6)


def _floor_error(z: float, noise: DepthNoise, camera: CameraIntrinsics) -> float:
    """Along the line of sight, metres: the floor is as high as the mean of its pixels."""
    patches = noise.independent(_FLOOR_SHARE * camera.width * camera.height)
    own = _FLOOR_LEVER * noise.strength / math.sqrt(patches)
    return math.hypot(own, noise.shared) * z**2
