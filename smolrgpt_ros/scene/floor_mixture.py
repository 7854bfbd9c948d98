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
    from .floor_loops import floor_sums

    around: NDArray[np.float32] = np.maximum(_mean_of_neighbours(usable.astype(np.float32)), 1e-3)
    probability = np.empty(usable.shape, np.float32)
    nearby: NDArray[np.float32] = np.full(usable.shape, 0.5, np.float32)
    matrix, vector, inverse = np.empty((3, 3)), np.empty(3), -up / offset
    for _ in range(_ROUNDS):
        floor_sums(
            directions,
            z,
            usable.ravel(),
            nearby.ravel(),
            inverse,
            noise,
            _NEAREST,
            (1 / _RANGE, _BELOW),
            _LEAST_SHARE,
            probability.ravel(),
            matrix,
            vector,
        )
        nearby = _mean_of_neighbours(probability) / around
        step = np.linalg.solve(matrix + 1e-9 * np.eye(3), vector)
        inverse = inverse + step
        if float(np.abs(step).sum()) < _CONVERGED * noise:
            break
    height = 1.0 / float(np.linalg.norm(inverse))
    return -height * inverse, height


def _mean_of_neighbours(values: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = cv2.blur(values, (_NEIGHBOURS, _NEIGHBOURS), borderType=cv2.BORDER_REFLECT)
    return np.asarray(mean, np.float32)
