# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mask of a vehicle under a load, with what the detector did not see at the load's other sides.

What shows of such a vehicle are strips a few pixels wide on several sides of its load, and a
detector's mask often has but one of them. The others have its colours and its height.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import is_flat, most_usual
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import pixel_heights
from smolrgpt_ros.scene.masks import Mask, box_of
from smolrgpt_ros.scene.plane import Plane

from .sampled_points import pixels_of, points_of, some_points, squared_distances
from .vehicle_pieces import LOAD, VEHICLE, WITHIN_PERCENT, with_rim

#: Heights of what is added, metres: above the floor, and above most of what the mask has.
_LOWEST, _ABOVE, _MOST_PERCENT = 0.05, 0.05, 95.0
#: Distance of two colours (CIELAB in bytes) up to which they are alike, and the share of the mask's
#: pixels to which one of the vehicle's is alike: a mask has some of what is around it.
_ALIKE, _LEAST_ALIKE = 20.0, 0.1
#: Fewest pixels of a piece, and the share of them at the rim of the mask or of its load.
_FEWEST, _LEAST_AT_RIM = 8, 0.1
#: About as many pixels of a mask as others are compared to.
_SAMPLES = 40


def grown(detections: Sequence[Detection], frame: RgbdFrame) -> tuple[Detection, ...]:
    """The detections, vehicles that have a load with all pieces at that load's rim.

    Weak detections and boxes without masks are kept as they are, and all where the frame has no
    depth in metres or no intrinsics, or where no floor is found in it.

    Args:
        detections: of the frame, best first, with masks; the better of two vehicles gets a piece.
        frame: registered depth and intrinsics.
    """
    loads = [d.mask for d in detections if d.label == LOAD and not d.weak]
    loads_of = {
        i: beside
        for i, d in enumerate(detections)
        if d.label == VEHICLE
        and not (d.weak or d.box_only)
        and (beside := [load for load in loads if (with_rim(d.mask) & load).any()])
    }
    plane = frame.floor if loads_of else None
    if plane is None:
        return tuple(detections)
    taken = np.logical_or.reduce([d.mask for d in detections if not is_flat(d.label)])
    found = list(detections)
    for i, beside in loads_of.items():
        mask = _grown(found[i].mask, beside, taken, frame, plane)
        found[i] = replace(found[i], mask=mask)
        taken = taken | mask
    return tuple(found)


def _grown(mask: Mask, loads: Sequence[Mask], taken: Mask, frame: RgbdFrame, plane: Plane) -> Mask:
    """A vehicle's mask with the pieces at its loads' rims that no object of ``taken`` has."""
    own = some_points(frame, mask, _SAMPLES)
    if len(own) < _FEWEST:
        return mask
    long, short, _ = most_usual(VEHICLE)
    diagonal = math.hypot(long, short)
    rim = with_rim(np.logical_or.reduce([mask, *loads]))
    around = _around(rim, frame, short / 2 / float(np.median(own[:, 2])))
    rows, columns = np.nonzero(~taken[around])
    rows, columns = rows + around[0].start, columns + around[1].start
    highest = np.nanpercentile(_heights(mask, frame, plane), _MOST_PERCENT) + _ABOVE
    _, heights = pixel_heights(frame, plane, columns, rows)
    low = (heights > _LOWEST) & (heights < highest)
    rows, columns = rows[low], columns[low]
    alike = _has_its_colours(mask, frame, rows, columns)
    rows, columns = rows[alike], columns[alike]
    near = squared_distances(points_of(frame, rows, columns), own) <= diagonal**2
    within = np.mean(near, axis=1) >= WITHIN_PERCENT / 100
    whole = mask.copy()
    whole[rows[within], columns[within]] = True
    return _at(rim, whole, around) | mask


def _around(mask: Mask, frame: RgbdFrame, reach: float) -> tuple[slice, slice]:
    """Rows and columns of the image that are within a reach of a mask.

    Args:
        reach: tangent of the angle.
    """
    assert frame.intrinsics is not None
    x0, y0, x1, y1 = box_of(mask) or (0, 0, 0, 0)
    right, down = int(frame.intrinsics.fx * reach), int(frame.intrinsics.fy * reach)
    return slice(max(0, y0 - down), y1 + down), slice(max(0, x0 - right), x1 + right)


def _heights(mask: Mask, frame: RgbdFrame, plane: Plane) -> NDArray[np.float64]:
    rows, columns = pixels_of(mask)
    return pixel_heights(frame, plane, columns, rows)[1]


def _has_its_colours(
    mask: Mask, frame: RgbdFrame, rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Whether each pixel, ``(N,)``, has a colour that enough of a mask's pixels have."""
    own_rows, own_columns = pixels_of(mask)
    some = slice(None, None, max(1, len(own_rows) // _SAMPLES))
    smooth = cv2.blur(frame.rgb, (3, 3)).astype(np.uint8)
    own = _lab(smooth[own_rows[some], own_columns[some]])
    gaps = squared_distances(_lab(smooth[rows, columns]), own)
    alike: NDArray[np.bool_] = np.mean(gaps < _ALIKE**2, axis=1) >= _LEAST_ALIKE
    return alike


def _lab(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIELAB, in bytes, of RGB colours, ``(N, 3)`` both."""
    if not len(colours):
        return np.zeros((0, 3), np.float32)
    lab: NDArray[np.float32] = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB)[0].astype(np.float32)
    return lab


def _at(rim: Mask, pixels: Mask, around: tuple[slice, slice]) -> Mask:
    """The connected parts of pixels of which enough is on a rim; all in a part of the image."""
    _, parts = cv2.connectedComponents(pixels[around].view(np.uint8), connectivity=8)
    sizes = np.bincount(parts.ravel())
    at_rim = np.bincount(parts[rim[around]], minlength=len(sizes))
    kept = (sizes >= _FEWEST) & (at_rim >= _LEAST_AT_RIM * sizes)
    kept[0] = False  # no part
    found = np.zeros_like(pixels)
    found[around] = kept[parts]
    return found
