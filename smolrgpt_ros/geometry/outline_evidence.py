# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the outlines of standing objects show of their footprints: where they meet the floor, what
they leave free, and how far they reach to either side.

Masks say it as exactly as they end where their objects do; depth only tells whether an object ends
there at all or something nearer hides it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.plane import Plane

from .depth_sampling import RimSamples
from .noise import (
    FOOT_ON_SIDE,
    TANGENT_BIAS_PIXELS,
    TANGENT_SIGMA_PIXELS,
    depth_sigma,
    floor_height_sigma,
    passing_ray_sigmas,
)
from .object_heights import Heights
from .observations import FloorPoints
from .region_masks import Flags, Whole

Floats = NDArray[np.float64]

_BELOW_TOP = 0.95  # of a base's height, at which its deck fills the footprint
_FOOT_BAND = 0.05  # metres above the underside up to which a lower edge is the foot
_FOOT_RECESS = 0.01  # metres by which the base lies behind the sides of its box
# Share of the places at an outermost edge where the object must end: where what hides it meets its
# outline, two edges of which one is its own make a corner that it does not have.
_TANGENT_ENDS = 0.8


def foot_points(
    rims: RimSamples,
    rays: Floats,
    heights: Heights,
    camera: CameraIntrinsics,
    noise: DepthNoise,
    bottom: Floats,
    base: Floats,
    mask_edge: float,
) -> tuple[FloorPoints, Whole]:
    """Where objects that fill their footprint meet what they stand on.

    The line of sight to the lowest edge says it, however noisy the depth, where what shows below
    is not higher: else that may hide the foot.

    Args:
        rims: of the objects, M places.
        rays: through them, of depth 1, in the floor's axes, shape ``(M, 3)``.
        heights: of the places above the floor.
        camera: the intrinsics.
        noise: of the depth.
        bottom, base: height of each object's underside, and that of its base above it, metres.
        mask_edge: standard deviation of the masks' edges, pixels, besides the usual.

    Returns:
        The points and their owners.
    """
    foot = bottom[rims.owner]
    drop = foot - heights.plane.offset
    with np.errstate(divide="ignore", invalid="ignore"):
        z = drop / rays[:, 2]
        ends = rims.lower & (z > 0) & (base[rims.owner] > 0)
        ends &= heights.rim < foot + _FOOT_BAND + 2 * heights.rim_sigma
        sigma = floor_height_sigma(noise.strength, z, heights.plane.offset)
        ends &= rims.beyond_height < foot + _FOOT_BAND + 2 * sigma
    z, drop = z[ends], drop[ends]
    xy = rays[ends, :2] * z[:, None]
    sigmas = passing_ray_sigmas(xy, drop, z, camera, mask_edge)
    return FloorPoints.of(xy, *sigmas, FOOT_ON_SIDE, _FOOT_RECESS), rims.owner[ends]


def free_points(
    rims: RimSamples,
    rays: Floats,
    plane: Plane,
    camera: CameraIntrinsics,
    noise: DepthNoise,
    bottom: Floats,
    base: Floats,
) -> tuple[FloorPoints, Whole]:
    """Where lines of sight that pass objects run right below the top of their bases.

    Lower down they may pass through openings, as those of a pallet.

    Args:
        rims: of the objects, M places.
        rays: through them, of depth 1, in the floor's axes, shape ``(M, 3)``.
        plane: the floor.
        camera: the intrinsics.
        noise: of the depth, which may show what lies beyond nearer than it is.
        bottom, base: height of each object's underside, and that of its base above it, metres.

    Returns:
        The points and their owners.
    """
    foot, high = bottom[rims.owner], base[rims.owner]
    drop = foot + _BELOW_TOP * high - plane.offset
    with np.errstate(divide="ignore", invalid="ignore"):
        z = drop / rays[:, 2]
        farthest = 1.02 * rims.beyond + 0.1 + 3 * depth_sigma(noise.strength, rims.beyond)
        passes = (z > 0) & (z < farthest) & (high > 0)
    z, drop = z[passes], drop[passes]
    xy = rays[passes, :2] * z[:, None]
    return FloorPoints.of(xy, *passing_ray_sigmas(xy, drop, z, camera)), rims.owner[passes]


def tangents(
    bearing: Floats, ends: Flags, camera: CameraIntrinsics, mask_edge: float
) -> tuple[Floats, Floats]:
    """Vertical planes through the camera that touch an object left and right, where it ends there.

    Args:
        bearing: of its rim, radians, to the right of straight ahead, shape ``(M,)``.
        ends: whether the object surely ends there.
        camera: the intrinsics.
        mask_edge: standard deviation of the mask's edge, pixels, besides the usual.

    Returns:
        Normals out of the object, shape ``(T, 2)``, and standard deviations, radians, ``(T,)``.
    """
    pixel = 1.0 / camera.fx
    normals: list[tuple[float, float]] = []
    left, right = (float(bearing.min()), float(bearing.max())) if len(bearing) else (0.0, math.inf)
    if right - left <= 2.0:  # an object all around the camera has no outermost edges
        within, bias = 1.5 * pixel, TANGENT_BIAS_PIXELS * pixel
        for sign, angle, ending in (
            (-1.0, left + bias, ends[bearing < left + within]),
            (1.0, right - bias, ends[bearing > right - within]),
        ):
            if np.count_nonzero(ending) >= _TANGENT_ENDS * len(ending):
                normals.append((sign * math.cos(angle), -sign * math.sin(angle)))
    sigma = np.full(len(normals), math.hypot(TANGENT_SIGMA_PIXELS, mask_edge) * pixel)
    return np.array(normals).reshape(-1, 2), sigma
