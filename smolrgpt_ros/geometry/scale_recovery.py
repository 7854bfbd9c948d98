"""Depth pictures without scale: the nearest and the farthest pixel became 0 and 255.

Depth is then known as ``scale * (grey + offset)``. The floor tells the offset, since only with the
right one it is flat; the sizes of what is in view tell the scale, roughly. What does not depend on
scale (which side, what is inside, which is nearest) can be measured as usual; a length is only as
good as the typical sizes of the classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame
from smolrgpt_ros.scene.pinhole import rays
from smolrgpt_ros.scene.region import Region

from .size_priors import SIZES

_OFFSETS = np.geomspace(8.0, 1200.0, 48)
_TRIALS = 60
_SAMPLES = 1600
_TOLERANCE = 1.0  # grey levels: half a step of rounding, and the floor is not perfectly flat


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
        intrinsics: of the picture.
        regions: with labels of known size in view, on the floor.

    Raises:
        ValueError: where no floor shows, or nothing whose size is known.
    """
    offset = grey_offset(grey, [r.mask for r in regions if r.label != "buffer"])
    depth = (grey.astype(np.float32) + np.float32(offset)).astype(np.float32)
    unit = RgbdFrame(rgb, depth / np.float32(depth.max()) * np.float32(20.0), intrinsics)
    scale = _scale(unit, regions)
    assert unit.depth is not None
    return RgbdFrame(rgb, unit.depth * np.float32(scale), intrinsics, metric=False)


def grey_offset(grey: NDArray[np.uint8], standing: Sequence[NDArray[np.bool_]] = ()) -> float:
    """The grey levels below 0 at which depth is 0: with them the most pixels lie on one floor.

    A plane's inverse depth is linear in the pixels, whatever the camera.

    Args:
        grey: shape ``(H, W)``.
        standing: masks of what is not floor.

    Raises:
        ValueError: where no plane has enough pixels.
    """
    height, width = grey.shape
    step = max(1, int(np.sqrt(height * width / _SAMPLES)))
    rows, columns = (i.ravel() for i in np.mgrid[step // 2 : height : step, 0:width:step])
    free = np.ones(len(rows), bool)
    for mask in standing:
        free &= ~mask[rows, columns]
    rows, columns = rows[free], columns[free]
    level = grey[rows, columns].astype(np.float64)
    spots = np.column_stack([columns / width, rows / height, np.ones(len(rows))])
    rng = np.random.default_rng(0)  # the same picture always gives the same offset
    seeds = rng.integers(0, len(rows), (_TRIALS, 3))
    scores = [_flatness(spots, level + offset, seeds) for offset in _OFFSETS]
    best = int(np.argmax(scores))
    if scores[best] < 0.1 * len(rows):
        raise ValueError("the grey depth picture shows no floor: its offset cannot be told")
    near = np.linspace(_OFFSETS[max(best - 1, 0)], _OFFSETS[min(best + 1, len(_OFFSETS) - 1)], 21)
    finer = [_flatness(spots, level + offset, seeds) for offset in near]
    return float(near[int(np.argmax(finer))])


def _flatness(
    spots: NDArray[np.float64], depth: NDArray[np.float64], seeds: NDArray[np.int64]
) -> float:
    """Most pixels on one plane, less those clearly below it."""
    inverse = 1.0 / depth
    corners = spots[seeds]
    usable = np.abs(np.linalg.det(corners)) > 1e-4
    planes = np.linalg.solve(corners[usable], inverse[seeds[usable]][..., None])[..., 0]
    expected = 1.0 / np.maximum(spots @ planes.T, 1e-6)
    beyond = depth[:, None] - expected
    on, below = np.abs(beyond) < _TOLERANCE, beyond > 4 * _TOLERANCE
    return float((on.sum(axis=0) - 2.0 * below.sum(axis=0)).max())


def _scale(frame: RgbdFrame, regions: Sequence[Region]) -> float:
    """Typical over seen size of what is in view: tape by its area, pallets by their extent."""
    standing = [r.mask for r in regions if not (r.label in SIZES and SIZES[r.label].flat)]
    plane = fit_ground_plane(frame.depth, frame.intrinsics, standing)
    camera, depth = frame.intrinsics, frame.depth
    if plane is None or camera is None or depth is None:
        raise ValueError("the grey depth picture shows no floor: its scale cannot be told")
    ratios: dict[str, list[float]] = {"buffer": [], "pallet": []}
    for region in regions:
        if region.label not in ratios or region.box is None:
            continue
        x0, y0, x1, y1 = region.box
        if x0 < 3 or y0 < 3 or x1 > frame.width - 3 or y1 > frame.height - 3:
            continue  # more of it is outside the picture
        rows, columns = (i[::7] for i in np.nonzero(region.mask))
        points = rays(camera, columns, rows) * depth[rows, columns].astype(np.float64)[:, None]
        across = np.ptp(np.quantile(plane.to_floor(points)[:, 0], (0.02, 0.98)))
        prior = SIZES[region.label]
        if region.label == "pallet":
            ratios["pallet"].append(prior.long / max(float(across), 1e-6))
            continue
        spots = plane.to_floor(plane.meet(rays(camera, columns, rows)))
        sides = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(spots[:, :2].T)), 1e-12) * 12)
        ratios["buffer"].append(float(np.sqrt(prior.long * prior.short / np.prod(sides))))
    found = ratios["buffer"] or ratios["pallet"]
    if not found:
        raise ValueError("nothing of known size is wholly in view: the scale cannot be told")
    return float(np.median(found))
