# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Augmentation of region geometry: errors as from a detector's masks, and missing floors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.features import (
    ALONG_DEGREES,
    AROUND,
    BASIC_COUNT,
    CENTROID,
    CLASS,
    FLOOR,
    HEIGHTS,
    HIGH,
    HIGH_ALONG,
    LEAST_ALONG,
    LOW,
    LOW_ALONG,
    MEDIAN,
    METRIC,
    MOST_ALONG,
    SHAPE,
    SIZE,
    SPAN,
    STD,
    UP,
)

_IMAGE = slice(CENTROID.start, SIZE.start + 2)
_TOUCHED, _CAUGHT, _FLOORLESS, _SHAPELESS = 0.5, 0.15, 0.06, 0.08
"""Shares of regions with errors, of these with background in the mask, of calls without floor, and
of calls with the basic columns alone, as pictures show them."""
_AHEAD = np.sin(np.radians(ALONG_DEGREES))
"""A step ahead, as the columns ``MOST_ALONG`` count it, and the first ones as ``HIGH_ALONG``."""
_MEDIAN_M, _EDGE_M, _IMAGE_SHARE = 0.02, 0.05, 0.003


def perturb_geometry(
    geometry: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """A copy of raw region geometry with the errors of a detector's masks in some regions.

    Half of the regions have their edges moved by some centimetres; of these, some reach up to two
    metres into what lies behind. Now and then no floor is found, or no more than the basic columns.

    Args:
        geometry: ``(M, G)``, columns as in ``features.FEATURE_NAMES``.
    """
    made = geometry.copy()
    count = len(made)
    touched = rng.random(count) < _TOUCHED
    caught = touched & (rng.random(count) < _CAUGHT)
    measured, above_floor, shaped = (
        touched & (made[:, flag] > 0) for flag in (METRIC, FLOOR, SHAPE)
    )
    for rows, columns, size in (
        (measured, MEDIAN, _MEDIAN_M),
        (measured, LOW, _EDGE_M),
        (measured, HIGH, _EDGE_M),
        (above_floor, HEIGHTS, _MEDIAN_M),
        (above_floor, LOW_ALONG, _EDGE_M),
        (above_floor, HIGH_ALONG, _EDGE_M),
        (shaped, LEAST_ALONG, _EDGE_M),
        (shaped, MOST_ALONG, _EDGE_M),
        (shaped, SPAN, _EDGE_M),
    ):
        made[rows, columns] += rng.normal(0, size, made[rows, columns].shape)
    made[touched, _IMAGE] += rng.normal(0, _IMAGE_SHARE, (int(touched.sum()), 4))
    reach = rng.uniform(0.2, 2.0, count) * (measured & caught)
    made[shaped, AROUND] *= rng.uniform(0.7, 1.3, made[shaped, AROUND].shape)
    made[:, HIGH.start + 2] += reach
    made[:, STD.start + 2] += 0.3 * reach
    made[:, HIGH_ALONG] += (reach * above_floor)[:, None] * _AHEAD[:4]
    made[:, MOST_ALONG] += (reach * shaped)[:, None] * _AHEAD
    # The background of an object is mostly floor.
    made[above_floor & caught, HEIGHTS.start] *= 0.5
    made[shaped & caught, SPAN.start] *= 0.25
    if rng.random() < _FLOORLESS:
        made[:, UP.start : CLASS.start] = 0
    if rng.random() < _SHAPELESS:
        made[:, BASIC_COUNT : CLASS.start] = 0
    return made
