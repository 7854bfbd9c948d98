# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise model of the fit: how far depth, masks and the floor are off, and how sure that makes.

Everything that the fit of a footprint takes for a standard deviation, a share of outliers or a
limit of robustness is set here. ``rectangle_likelihood`` says in formulae how the numbers are used;
``footprint`` turns the fit's covariance into the answer's with :data:`SHARED_ERROR_FACTOR` and
``centre_errors``.

Depth noise grows with the square of the distance. ``depth_noise``, :func:`depth_sigma`,
:func:`floor_height_sigma` and ``centre_errors`` share this law and change together, and with
them ``simulation.sensing.sensor``, which makes such noise.

Where no source is named, a number was found on simulated frames of both camera families, as the one
with which the truth lies within two standard deviations often enough.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics

Values = NDArray[np.float64]

# -- one pixel's depth ----------------------------------------------------------------------------


def depth_sigma(noise: float, z: Values) -> Values:
    """Standard deviations of the depth of pixels, metres.

    Args:
        noise: over depth squared, 1/metres, see ``depth_noise``.
        z: their depths, metres.
    """
    sigma: Values = noise * z * z
    return sigma


def floor_height_sigma(noise: float, z: Values, camera_height: float) -> Values:
    """Standard deviations of the heights of floor pixels, metres: depth errs along a slanted ray.

    Args:
        noise: over depth squared, 1/metres, see ``depth_noise``.
        z: their depths, metres.
        camera_height: above the floor, metres.
    """
    sigma: Values = noise * z * camera_height
    return sigma


#: Metres of noise of heights from which they do not tell the floor from a deck or a low part.
UNSURE_HEIGHTS = 0.15

# -- points on the floor plan ---------------------------------------------------------------------

#: Metres by which a surface point may be off the box that stands for its object, on ideal depth.
BOX_SHAPE_SIGMA = 0.012
#: Pixels by which a mask's edge may be off: of standing objects, of tape on the floor.
OBJECT_EDGE_PIXELS, TAPE_EDGE_PIXELS = 0.6, 0.5
#: Radians by which the floor may be tilted against its estimate.
FLOOR_TILT = 3e-4

Sigmas = tuple[Values, Values]
"""Standard deviations along the line of sight and across it, metres, shape ``(N,)`` each."""


def surface_sigmas(xy: Values, z: Values, sigma_z: Values, camera: CameraIntrinsics) -> Sigmas:
    """Of points measured by depth.

    Args:
        xy: on the floor, metres, shape ``(N, 2)``.
        z, sigma_z: their depths with standard deviations, metres.
        camera: the intrinsics.
    """
    floor_per_depth = np.hypot(xy[:, 0], xy[:, 1]) / np.maximum(z, 1e-6)
    along = np.sqrt(np.square(sigma_z * floor_per_depth) + BOX_SHAPE_SIGMA**2)
    across = np.sqrt(np.square(0.5 * z / camera.fx) + 0.5 * BOX_SHAPE_SIGMA**2)
    return along, across


def tape_edge_sigmas(
    xy: Values, camera_height: float, camera: CameraIntrinsics, mask_edge: float
) -> Sigmas:
    """Of floor points found by following the edge of a mask to the floor.

    Args:
        xy: on the floor, metres, shape ``(N, 2)``.
        camera_height: above the floor, metres.
        camera: the intrinsics.
        mask_edge: standard deviation of the masks' edges, pixels, besides the usual.
    """
    distance = np.sqrt(np.square(xy).sum(axis=1) + camera_height**2)
    pixel = math.hypot(TAPE_EDGE_PIXELS, mask_edge) / camera.fx
    along = (pixel + FLOOR_TILT) * np.square(distance) / camera_height + 0.008
    return along, pixel * distance + 0.008


def passing_ray_sigmas(
    xy: Values, drop: Values, z: Values, camera: CameraIntrinsics, mask_edge: float = 0.0
) -> Sigmas:
    """Of points where lines of sight past an object's edge run through a height.

    Args:
        xy: on the floor plan, metres, shape ``(N, 2)``.
        drop: height above the camera, metres; negative below it.
        z: depth, metres.
        camera: the intrinsics.
        mask_edge: standard deviation of the mask's edge, pixels, besides the usual.
    """
    pixel = math.hypot(OBJECT_EDGE_PIXELS, mask_edge) / camera.fx
    square = np.square(xy).sum(axis=1) + np.square(drop)
    along = pixel * square / np.maximum(np.abs(drop), 0.05) + 0.01
    return along, pixel * z + 0.005


# -- tangent planes -------------------------------------------------------------------------------

#: Pixels by which the outermost edge of a mask lies beyond the object, and their deviation.
TANGENT_BIAS_PIXELS, TANGENT_SIGMA_PIXELS = 0.2, 0.7
#: Metres by which a box may miss a tangent plane since objects are no boxes.
TANGENT_SHAPE_SIGMA = 0.008

# -- densities of the likelihood ------------------------------------------------------------------

#: Scale of a logistic distribution with the standard deviation 1: sqrt(3) / pi.
LOGISTIC_SCALE = 0.551
#: Metres over which points that are on no side are spread behind it.
INTERIOR_DEPTH = 0.8
#: Density of points that belong to something else, 1/metres.
STRAY_DENSITY = 1e-5
#: Standard deviations from which a wrong free point, or a wrong tangent, counts no more.
FREE_LIMIT, TANGENT_LIMIT = 3.0, 4.0
#: Shares of points on a side: of an upright surface, of a level top, of a silhouette, of tape.
UPRIGHT_ON_SIDE, TOP_ON_SIDE, RIM_ON_SIDE, TAPE_ON_SIDE = 0.7, 0.15, 0.7, 0.95
#: The same of places where an object seems to end on the floor; its foot may be hidden.
FOOT_ON_SIDE = 0.7
#: Independent points that all points of an object are worth at most: neighbours err alike.
BOX_EFFECTIVE_POINTS, TAPE_EFFECTIVE_POINTS = 20.0, 60.0
#: The same of the points of a foot: along one row of pixels the edge is off alike.
FOOT_EFFECTIVE_POINTS = 2.0


class LikelihoodNoise(NamedTuple):
    """The densities and tangent planes as one argument of compiled loops."""

    logistic_rate: float = 1 / LOGISTIC_SCALE
    per_interior: float = 1 / INTERIOR_DEPTH
    stray: float = STRAY_DENSITY
    free_limit: float = FREE_LIMIT
    tangent_limit: float = TANGENT_LIMIT
    tangent_shape: float = TANGENT_SHAPE_SIGMA


# -- from the fit's covariance to the answer's ----------------------------------------------------

#: Points share errors of mask, floor and model, the fit takes them for independent: what its
#: covariance is multiplied by.
SHARED_ERROR_FACTOR = 2.0
#: Standard deviations of the heights of an object's underside and of its top, metres.
BOTTOM_SIGMA, TOP_SIGMA = 0.01, 0.017
#: Standard deviation of an extent that is seen up to where the picture ends, metres.
SEEN_EXTENT_SIGMA = 0.03
#: Standard deviation of a centre that only the visible surface gives, in every direction, metres;
#: what is hidden behind the surface comes on top.
SURFACE_SIGMA = 0.1
#: Share of a difference between the costs of two fits that is believed, for the same reason.
COST_TRUST = 0.4


#: Standard deviations of a vehicle's centre by the start of its load's fit, metres.
ROUGH_LOAD_SIGMA = (0.4, 0.4)


def load_sigma(along: float, across: float) -> tuple[float, float]:
    """Standard deviations of a vehicle's centre, along and across it, by that of its load, metres.

    Args:
        along, across: standard deviations of the load's own centre, metres.
    """
    return 0.2 + along, 0.03 + across
