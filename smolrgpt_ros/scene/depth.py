# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Stored depth values in metres, and values that no depth camera measures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Metres of a step of whole numbers where nothing else is known (REP-118: 16UC1).
MILLIMETRE = 0.001
#: Stored values from which on nothing was measured, in any unit: drivers store 65535, or the
#: largest number of a type, where the sensor is saturated or nothing came back.
_SATURATED = 65535
#: Shares of the known pixels from which the farthest value is where the sensor's range ends: of
#: those that have it, and of those that nearly do. A wall right before the camera has one depth,
#: too, but little else is as far away.
_PILE_UP, _NEARLY = 0.05, 0.01
_NEAR_THE_END = 0.95  # of the farthest value
_ALONG_AXIS = 0.978  # cosine of 12 degrees
#: Metres; half of an image farther away is in another unit. No depth camera sees so far.
_FARTHEST_HALF = 100.0


def metres(values: NDArray[Any], unit: float = 0.0) -> NDArray[np.float32]:
    """Stored depth as metres; NaN where nothing was measured.

    Missing are values that are not finite and positive, 65535 and more, and 65.535 of floats, which
    is the 65535 of a converted image.

    Args:
        values: shape ``(H, W)``, any number type.
        unit: metres of a step; 0: millimetres for whole numbers, metres for floats (REP-118).
    """
    whole = values.dtype.kind in "ui"
    step = unit or (MILLIMETRE if whole else 1.0)
    depth = values.astype(np.float32)
    with np.errstate(invalid="ignore"):  # comparisons with NaN
        if whole:
            missing = (values <= 0) | (values >= _SATURATED)
        else:
            missing = ~((depth > 0) & (depth < _SATURATED))  # NaN as well
            missing |= depth == np.float32(_SATURATED * MILLIMETRE)
    if step != 1.0:
        # A division is exact for whole millimetres, a product with 0.001 is not.
        per_metre = 1.0 / step
        if abs(per_metre - round(per_metre)) < 1e-6 * per_metre:
            depth /= np.float32(round(per_metre))
        else:
            depth *= np.float32(step)
    np.copyto(depth, np.float32("nan"), where=missing)
    return depth


def within_range(
    depth: NDArray[np.float32], up: tuple[float, float, float] | None
) -> NDArray[np.float32]:
    """Depth without what lies at the end of the sensor's range: NaN there.

    Sensors, and programs that clip, give all that is farther the largest value that they have.

    Args:
        depth: shape ``(H, W)``, metres, NaN where nothing was measured.
        up: against gravity in the optical frame: the floor right below a camera has one depth, too.
    """
    farthest = np.fmax.reduce(depth, axis=None, initial=np.float32(0.0))
    at_end = depth == farthest
    known, piled = np.count_nonzero(depth > 0), np.count_nonzero(at_end)
    if piled < _PILE_UP * known or (up is not None and abs(up[2]) > _ALONG_AXIS):
        return depth
    nearly = np.count_nonzero(depth >= _NEAR_THE_END * farthest) - piled
    if nearly < _NEARLY * known:
        return depth
    return np.where(at_end, np.float32("nan"), depth)


def unit_problem(depth: NDArray[np.float32]) -> str:
    """Why depth cannot be in metres, one clause that names the parameter; empty where it can.

    Args:
        depth: shape ``(H, W)``, metres, NaN where nothing was measured.
    """
    sample = depth[:: max(1, depth.shape[0] // 120), :: max(1, depth.shape[1] // 160)]
    known = sample[np.isfinite(sample)]
    if not known.size or (middle := float(np.median(known))) <= _FARTHEST_HALF:
        return ""
    return (
        f"half of the depth is beyond {middle:.4g} m, expected at most {_FARTHEST_HALF:g} m; is it "
        "in millimetres? 32FC1 must be in metres (REP-118), or set depth.unit, metres per step "
        "(0.001 for millimetres)"
    )
