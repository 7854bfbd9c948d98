# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Augmentation of region geometry: errors as from a detector's masks, and missing floors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.features import (
    CENTROID,
    FLOOR,
    HEIGHTS,
    HIGH,
    HIGH_ALONG,
    LOW,
    LOW_ALONG,
    MEDIAN,
    METRIC,
    SIZE,
    STD,
    UP,
)

_IMAGE = slice(CENTROID.start, SIZE.start + 2)
_TOUCHED, _CAUGHT, _FLOORLESS = 0.5, 0.15, 0.06
"""Shares of regions with errors, of these with background in the mask, of calls without floor."""
_AHEAD = (0.0, 1.0, 0.5**0.5, 0.5**0.5)
"""A step ahead, as the columns ``HIGH_ALONG`` count it."""
_MEDIAN_M, _EDGE_M, _IMAGE_SHARE = 0.02, 0.05, 0.003


def perturb_geometry(
    geometry: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """A copy of raw region geometry with the errors of a detector's masks in some regions.

    Half of the regions have their edges moved by some centimetres; of these, some reach up to two
    metres into what lies behind. Now and then no floor is found.

    Args:
        geometry: ``(M, G)``, columns as in ``features.FEATURE_NAMES``.
    """
    made = geometry.copy()
    count = len(made)
    touched = rng.random(count) < _TOUCHED
    caught = touched & (rng.random(count) < _CAUGHT)
    measured, above_floor = touched & (made[:, METRIC] > 0), touched & (made[:, FLOOR] > 0)
    for rows, columns, size in (
        (measured, MEDIAN, _MEDIAN_M),
        (measured, LOW, _EDGE_M),
        (measured, HIGH, _EDGE_M),
        (above_floor, HEIGHTS, _MEDIAN_M),
        (above_floor, LOW_ALONG, _EDGE_M),
        (above_floor, HIGH_ALONG, _EDGE_M),
    ):
        made[rows, columns] += rng.normal(0, size, made[rows, columns].shape)
    made[touched, _IMAGE] += rng.normal(0, _IMAGE_SHARE, (int(touched.sum()), 4))
    reach = rng.uniform(0.2, 2.0, count) * (measured & caught)
    made[:, HIGH.start + 2] += reach
    made[:, STD.start + 2] += 0.3 * reach
    made[:, HIGH_ALONG] += (reach * above_floor)[:, None] * _AHEAD
    # The background of an object is mostly floor.
    made[above_floor & caught, HEIGHTS.start] *= 0.5
    if rng.random() < _FLOORLESS:
        made[:, UP.start : FLOOR + 1] = 0
    return made
