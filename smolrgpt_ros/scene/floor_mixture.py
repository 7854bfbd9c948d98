# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Refines a floor where depth is noisy: walls and goods near its edges look like floor there.

Inverse depth of a plane is linear in the image, and its noise is alike everywhere. A pixel shows
the floor, and its inverse depth is normally distributed about the floor's; or it shows something
nearer, and its inverse depth lies anywhere in a range above. What neighbours show says how probable
each is: a neighbourhood is mostly all floor or none, so their odds count twice. (Taken as they are,
patches of floor that correlated noise brings nearer become things on it, those that it takes
farther away stay, and the floor is found too far away.) Expectation-maximisation: the probabilities
from the floor, the floor from the probabilities (Dempster, Laird and Rubin, "Maximum likelihood
from incomplete data", 1977).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Points

Values = NDArray[np.float64]

_ROUNDS = 30
_CONVERGED = 0.02  # standard deviations by which a round moves the floor's inverse depth
_NEIGHBOURS = 5  # pixels of the grid, to a side
#: Standard deviations over which things that stand on the floor spread right where it ends.
_RANGE = 4.0
_BELOW = 0.01  # density of pixels beyond the floor, over one per standard deviation
_LEAST_SHARE = 1e-3  # of floor, in a neighbourhood
_NEAREST = 1 / 60.0  # of inverse depth, 1/metres: nearer the horizon a pixel says nothing


def refined_by_mixture(
    directions: Points,
    z: Values,
    usable: NDArray[np.bool_],
    up: Values,
    offset: float,
    noise: float,
) -> tuple[Values, float]:
    """Normal and offset of a floor, from those of one nearby.

    Args:
        directions: rays of depth 1 through the pixels of a grid, shape ``(h * w, 3)``.
        z: their depth, metres, shape ``(h * w,)``.
        usable: whether it is known and the pixel shows no object, shape ``(h, w)``.
        up: unit normal of the floor nearby, towards the camera.
        offset: height of the camera above it, metres.
        noise: standard deviation of depth over depth squared, 1/metres.
    """
    known = usable.ravel()
    z = np.where(known, z, 1.0)
    around = np.maximum(_mean_of_neighbours(usable.astype(np.float32)), 1e-3)
    share = np.full(len(z), 0.5)
    inverse = -up / offset
    for _ in range(_ROUNDS):
        expected = directions @ inverse
        of_floor = known & (expected > _NEAREST)
        expected = np.maximum(expected, _NEAREST)
        # Of first order in the noise: the mean of 1 / z is not 1 / the mean of z.
        off = expected - np.square(expected) * z
        on = share * np.exp(-0.5 * np.square(off / noise)) / math.sqrt(2 * math.pi)
        beside = (1 - share) * np.where(off > 0, 1 / _RANGE, _BELOW)
        probability = np.where(of_floor, on / (on + beside), 0.0)
        nearby = _mean_of_neighbours(probability.reshape(usable.shape).astype(np.float32)) / around
        odds = np.square(1.0 / np.maximum(nearby.ravel().astype(np.float64), 1e-6) - 1.0)
        share = np.clip(1.0 / (1.0 + odds), _LEAST_SHARE, 1 - _LEAST_SHARE)
        weighted = directions * probability[:, None]
        step = np.linalg.solve(weighted.T @ directions + 1e-9 * np.eye(3), weighted.T @ off)
        inverse = inverse + step
        if float(np.abs(step).sum()) < _CONVERGED * noise:
            break
    height = 1.0 / float(np.linalg.norm(inverse))
    return -height * inverse, height


def _mean_of_neighbours(values: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = cv2.blur(values, (_NEIGHBOURS, _NEIGHBOURS), borderType=cv2.BORDER_REFLECT)
    return np.asarray(mean, np.float32)
