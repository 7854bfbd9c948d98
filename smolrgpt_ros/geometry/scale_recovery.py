# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth in about metres of grey depth images without scale, whose nearest pixel became 0 and whose
farthest became 255.

Depth is ``scale * (grey + offset)``. The floor gives the offset, since only with the right one it
is flat; the sizes of objects in view give the scale, roughly. What does not depend on scale (which
side, what is inside, which is nearest) can be measured as usual; a length is only as good as the
typical sizes of the classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region

from .size_priors import SIZES, is_flat

_OFFSETS = np.geomspace(8.0, 1200.0, 48)  # grey levels, tried
_TRIALS = 60  # planes for each offset
_SAMPLES = 1600  # pixels
_TOLERANCE = 1.0  # grey levels: half a step of rounding, and the floor is not perfectly flat
_BELOW = 4  # tolerances under a plane: nothing is there if the plane is the floor
_LEAST_FLOOR = 0.1  # share of the pixels
_BORDER = 3  # pixels from the image's border within which a region may be cut
_PIXELS_EVERY = 7  # of a region's pixels
_PROVISIONAL_DEPTH = 20.0  # metres of the farthest pixel, before the scale is known


def depth_of_grey(
    rgb: NDArray[np.uint8],
    grey: NDArray[np.uint8],
    intrinsics: CameraIntrinsics,
    regions: Sequence[Region],
) -> RgbdFrame:
    """A frame with depth in about metres, marked as not metric.

    Args:
        rgb: shape ``(H, W, 3)``.
        grey: shape ``(H, W)``, planar depth stretched to 0..255, near is dark.
        intrinsics: of the image.
        regions: with labels of known size in view, on the floor.

    Raises:
        ValueError: where no floor shows, or nothing whose size is known.
    """
    if intrinsics.lens is not None:
        raise ValueError("depth of 8 bits needs a picture without lens distortion: rectify it")
    offset = grey_offset(grey, [r.mask for r in regions if not is_flat(r.label)])
    depth = (grey.astype(np.float32) + np.float32(offset)).astype(np.float32)
    provisional = depth / np.float32(depth.max()) * np.float32(_PROVISIONAL_DEPTH)
    scale = _scale(provisional, intrinsics, regions)
    return RgbdFrame(rgb, provisional * np.float32(scale), intrinsics, metric=False)


def grey_offset(grey: NDArray[np.uint8], objects: Sequence[NDArray[np.bool_]] = ()) -> float:
    """The grey levels below 0 at which depth is 0: with them the most pixels lie on one floor.

    A plane's inverse depth is linear in the pixels, whatever the camera. The same image always
    gives the same offset.

    Args:
        grey: shape ``(H, W)``.
        objects: masks of what is not floor.

    Raises:
        ValueError: where no plane has enough pixels.
    """
    height, width = grey.shape
    step = max(1, int(np.sqrt(height * width / _SAMPLES)))
    rows, columns = (i.ravel() for i in np.mgrid[step // 2 : height : step, 0:width:step])
    floor = np.ones(len(rows), bool)
    for mask in objects:
        floor &= ~mask[rows, columns]
    rows, columns = rows[floor], columns[floor]
    level = grey[rows, columns].astype(np.float64)
    pixels = np.column_stack([columns / width, rows / height, np.ones(len(rows))])
    triples = np.random.default_rng(0).integers(0, len(rows), (_TRIALS, 3))
    scores = [_flatness(pixels, level + offset, triples) for offset in _OFFSETS]
    best = int(np.argmax(scores))
    if scores[best] < _LEAST_FLOOR * len(rows):
        raise ValueError("the grey depth picture shows no floor: its offset cannot be told")
    low, high = _OFFSETS[max(best - 1, 0)], _OFFSETS[min(best + 1, len(_OFFSETS) - 1)]
    finer = np.linspace(low, high, 21)
    scores = [_flatness(pixels, level + offset, triples) for offset in finer]
    return float(finer[int(np.argmax(scores))])


def _flatness(
    pixels: NDArray[np.float64], depth: NDArray[np.float64], triples: NDArray[np.int64]
) -> float:
    """Most pixels on one plane, less twice those clearly below it.

    Args:
        pixels: column, row and 1, shape ``(N, 3)``.
        depth: grey levels with an offset, shape ``(N,)``.
        triples: pixels that planes are laid through, shape ``(T, 3)``.
    """
    inverse = 1.0 / depth
    corners = pixels[triples]
    usable = np.abs(np.linalg.det(corners)) > 1e-4
    planes = np.linalg.solve(corners[usable], inverse[triples[usable]][..., None])[..., 0]
    expected = 1.0 / np.maximum(pixels @ planes.T, 1e-6)
    behind = depth[:, None] - expected
    on, below = np.abs(behind) < _TOLERANCE, behind > _BELOW * _TOLERANCE
    return float((on.sum(axis=0) - 2.0 * below.sum(axis=0)).max())


def _scale(
    depth: NDArray[np.float32], camera: CameraIntrinsics, regions: Sequence[Region]
) -> float:
    """Typical over seen size of what is in view: tape by its area, pallets by their extent."""
    plane = fit_ground_plane(depth, camera, [r.boxed for r in regions if not is_flat(r.label)])
    if plane is None:
        raise ValueError("the grey depth picture shows no floor: its scale cannot be told")
    ratios: dict[str, list[float]] = {"buffer": [], "pallet": []}
    for region in regions:
        if region.label not in ratios or not _is_whole(region, camera):
            continue
        rows, columns = (index[::_PIXELS_EVERY] for index in np.nonzero(region.mask))
        directions = rays(camera, columns, rows)
        if region.label == "pallet":
            ratio = _pallet_ratio(directions * depth[rows, columns, None].astype(np.float64), plane)
        else:
            ratio = _tape_ratio(plane.to_floor(plane.meet(directions)))
        ratios[region.label].append(ratio)
    found = ratios["buffer"] or ratios["pallet"]
    if not found:
        raise ValueError("nothing of known size is wholly in view: the scale cannot be told")
    return float(np.median(found))


def _is_whole(region: Region, camera: CameraIntrinsics) -> bool:
    """Whether a region keeps clear of the image's border."""
    if region.box is None:
        return False
    x0, y0, x1, y1 = region.box
    right, lower = camera.width - _BORDER, camera.height - _BORDER
    return x0 >= _BORDER and y0 >= _BORDER and x1 <= right and y1 <= lower


def _pallet_ratio(points: NDArray[np.float64], plane: Plane) -> float:
    """Typical side over seen extent across the view."""
    across = np.ptp(np.quantile(plane.to_floor(points)[:, 0], (0.02, 0.98)))
    return SIZES["pallet"].long / max(float(across), 1e-6)


def _tape_ratio(on_floor: NDArray[np.float64]) -> float:
    """Square root of typical over seen area, by the variances of a rectangle: a twelfth of each
    side's square."""
    variances = np.maximum(np.linalg.eigvalsh(np.cov(on_floor[:, :2].T)), 1e-12)
    prior = SIZES["buffer"]
    return float(np.sqrt(prior.long * prior.short / np.prod(np.sqrt(variances * 12))))
