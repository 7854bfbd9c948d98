"""Geometry as of a detector's masks: edges are off, and some masks catch what lies behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...model.geometry_features import METRIC

_MEDIAN, _LOW, _HIGH, _SPREAD = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 12)
_IMAGE = slice(13, 17)
_TOUCHED, _CAUGHT = 0.5, 0.15
_MEDIAN_M, _EDGE_M, _IMAGE_SHARE = 0.02, 0.05, 0.003


def frayed(geometry: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A copy of raw region geometry in which some regions are as a detector would give them.

    Half of the regions have their edges moved by some centimetres; of these, some reach up to two
    metres into what lies behind.

    Args:
        geometry: ``(M, G)``, columns as in ``geometry_features.FEATURE_NAMES``.
    """
    made = geometry.copy()
    count = len(made)
    touched = rng.random(count) < _TOUCHED
    caught = touched & (rng.random(count) < _CAUGHT)
    measured = touched & (made[:, METRIC] > 0)
    for columns, size in ((_MEDIAN, _MEDIAN_M), (_LOW, _EDGE_M), (_HIGH, _EDGE_M)):
        made[measured, columns] += rng.normal(0, size, (int(measured.sum()), 3))
    made[touched, _IMAGE] += rng.normal(0, _IMAGE_SHARE, (int(touched.sum()), 4))
    behind = measured & caught
    reach = rng.uniform(0.2, 2.0, int(behind.sum()))
    made[behind, _HIGH.start + 2] += reach
    made[behind, _SPREAD.start + 2] += 0.3 * reach
    return made
