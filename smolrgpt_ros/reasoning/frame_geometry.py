"""Metric geometry of one frame and its regions, computed once and only as far as asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.frame import RgbdFrame
from ..scene.geometry import Plane, fit_ground_plane, rays
from ..scene.masks import centroid_of
from ..scene.region import Region
from .boxes import Footprint, fit_footprint
from .sizes import SIZES

_MAX_POINTS = 900
_ON_FLOOR = 0.06  # metres: lower points of a standing object are leaked floor


@dataclass(frozen=True, eq=False)
class ObjectEstimate:
    """Where an object is.

    Args:
        label: its class.
        centre: of its box, shape ``(3,)``, metres, optical frame.
        covariance: of the centre, shape ``(3, 3)``, optical frame.
        size: length, width, height of its box, metres; NaN without a floor.
        footprint: on the floor; ``None`` where no floor was found.
        bottom, top: heights above the floor, metres.
        points: seen surface, shape ``(N, 3)``, optical frame.
        valid_ratio: share of the region's pixels that have depth.
    """

    label: str
    centre: NDArray[np.float64]
    covariance: NDArray[np.float64]
    size: tuple[float, float, float]
    footprint: Footprint | None
    bottom: float
    top: float
    points: NDArray[np.float64]
    valid_ratio: float


class FrameGeometry:
    """A frame, all regions in view, and what depth tells about them.

    Values are computed when first asked for and kept; safe to share between threads.

    Args:
        frame: with depth and intrinsics, or without (then only image positions are known).
        regions: every region in view; those a question does not mention still tell what is floor
            and what hides what.
    """

    def __init__(self, frame: RgbdFrame, regions: Sequence[Region]) -> None:
        self.frame = frame
        self.regions = tuple(regions)
        self._lock = threading.RLock()
        self._plane: Plane | None = None
        self._plane_known = False
        self._objects: dict[int, ObjectEstimate | str] = {}
        self._centroids: dict[int, tuple[float, float] | None] = {}

    @property
    def why_not(self) -> str:
        """Why nothing metric can be said, ``""`` where it can."""
        if self.frame.depth is None:
            return "the frame has no depth"
        if self.frame.intrinsics is None:
            return "the camera is not calibrated"
        return ""

    @property
    def plane(self) -> Plane | None:
        """The floor, ``None`` where it cannot be seen."""
        with self._lock:
            if not self._plane_known:
                standing = [r.mask for r in self.regions if not _is_flat(r.label)]
                self._plane = fit_ground_plane(self.frame, standing)
                self._plane_known = True
            return self._plane

    def centroid(self, position: int) -> tuple[float, float] | None:
        """Mask centroid of a region, pixels ``(x, y)``; ``None`` for an empty mask."""
        with self._lock:
            if position not in self._centroids:
                region = self.regions[position]
                box = region.box
                found = None
                if box is not None:
                    x0, y0, x1, y1 = box
                    inner = centroid_of(region.mask[y0:y1, x0:x1])
                    assert inner is not None
                    found = (inner[0] + x0, inner[1] + y0)
                self._centroids[position] = found
            return self._centroids[position]

    def estimate(self, position: int) -> ObjectEstimate | str:
        """The object of a region, or one sentence why depth cannot place it."""
        with self._lock:
            if position not in self._objects:
                self._objects[position] = self._estimated(position)
            return self._objects[position]

    # -- one object -------------------------------------------------------------------------

    def _estimated(self, position: int) -> ObjectEstimate | str:
        region = self.regions[position]
        if self.why_not:
            return self.why_not
        box = region.box
        if box is None:
            return f"the mask of region {region.id} is empty"
        columns, rows, z, ratio = self._samples(region, box)
        if len(z) < 8:
            return f"region {region.id} has no depth ({ratio:.0%} of its pixels are valid)"
        assert self.frame.intrinsics is not None
        points = rays(self.frame.intrinsics, columns, rows) * z[:, None]
        plane = self.plane
        if plane is None:
            return self._without_floor(region, points, ratio)
        prior = SIZES.get(region.label)
        local = plane.to_floor(points)
        grain = float(np.median(z)) / self.frame.intrinsics.fx
        if prior is not None and prior.flat:
            return self._flat(region, box, plane, local, points, ratio, grain)
        height = local[:, 2]
        tolerance = max(_ON_FLOOR, 3 * plane.residual)
        standing = height > min(tolerance, 0.5 * float(np.quantile(height, 0.95)))
        if standing.sum() < 8:
            return f"region {region.id} does not stand out from the floor"
        local = local[standing]
        local = local[_near_median(local[:, :2], prior.long if prior else 3.0)]
        top = float(np.quantile(local[:, 2], 0.99))
        bottom = self._bottom(region, local)
        if prior is not None and self._top_is_cut(box):
            top = max(top, prior.height)
        hidden = self._hidden_outline(region, box, plane)
        footprint = fit_footprint(local[:, :2], hidden, prior, grain)
        return self._assembled(region, plane, footprint, bottom, top, points[standing], ratio)

    def _samples(
        self, region: Region, box: tuple[int, int, int, int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], float]:
        """Columns, rows and depths of well inside, valid pixels; and the valid share of all."""
        assert self.frame.depth is not None
        x0, y0, x1, y1 = box
        mask = region.mask[y0:y1, x0:x1]
        depth = self.frame.depth[y0:y1, x0:x1]
        valid = np.isfinite(depth) & (depth > 0)
        pixels = int(mask.sum())
        ratio = float((valid & mask).sum()) / max(pixels, 1)
        good = mask & valid & ~_mixed(depth)
        if good.sum() < 30:
            good = mask & valid
        rows, columns = np.nonzero(good)
        step = max(1, len(rows) // _MAX_POINTS)
        # Row-major order: a stride coprime to the box keeps the sample even over the object.
        rows, columns = rows[::step], columns[::step]
        return columns + x0, rows + y0, depth[rows, columns].astype(np.float64), ratio

    def _without_floor(
        self, region: Region, points: NDArray[np.float64], ratio: float
    ) -> ObjectEstimate:
        """The visible surface's median, pushed back by half the object's typical depth."""
        prior = SIZES.get(region.label)
        surface = np.median(points, axis=0)
        reach = 0.25 * (prior.long + prior.short) * 0.5 if prior and not prior.flat else 0.0
        distance = float(np.linalg.norm(surface))
        centre = surface * (1 + reach / max(distance, 1e-6))
        doubt = np.square(0.1 + reach)
        nan = float("nan")
        return ObjectEstimate(
            region.label, centre, np.eye(3) * doubt, (nan, nan, nan), None, nan, nan, points, ratio
        )

    def _flat(
        self,
        region: Region,
        box: tuple[int, int, int, int],
        plane: Plane,
        local: NDArray[np.float64],
        points: NDArray[np.float64],
        ratio: float,
        grain: float,
    ) -> ObjectEstimate | str:
        """A rectangle on the floor, from the outline of its mask where that is floor."""
        assert self.frame.intrinsics is not None
        x0, y0, x1, y1 = box
        patch = region.mask[y0:y1, x0:x1].astype(np.uint8)
        outlines, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = np.concatenate(outlines).reshape(-1, 2)
        columns, rows = outline[:, 0] + x0, outline[:, 1] + y0
        depth = self.frame.depth
        assert depth is not None
        directions = rays(self.frame.intrinsics, columns, rows)
        on_floor = plane.meet(directions)
        z = depth[rows, columns]
        tolerance = np.maximum(0.08, 0.03 * on_floor[:, 2])
        floor = np.isfinite(on_floor[:, 2]) & ~(z < on_floor[:, 2] - tolerance)
        border = self._at_border(columns, rows)
        if floor.sum() < 8:
            return f"the floor of region {region.id} is hidden"
        spots = plane.to_floor(on_floor[floor])[:, :2]
        cut = plane.to_floor(on_floor[border & np.isfinite(on_floor[:, 2])])[:, :2]
        footprint = fit_footprint(spots, cut, SIZES[region.label], grain)
        return self._assembled(region, plane, footprint, 0.0, 0.0, points, ratio)

    def _assembled(
        self,
        region: Region,
        plane: Plane,
        footprint: Footprint,
        bottom: float,
        top: float,
        points: NDArray[np.float64],
        ratio: float,
    ) -> ObjectEstimate:
        middle = np.array([*footprint.centre, (bottom + top) / 2])
        centre = plane.to_optical(middle[None])[0]
        covariance = np.zeros((3, 3))
        covariance[:2, :2] = footprint.covariance
        covariance[2, 2] = 0.02**2
        axes = plane.axes
        size = (*footprint.size, top - bottom)
        return ObjectEstimate(
            region.label,
            centre,
            axes.T @ covariance @ axes,
            size,
            footprint,
            bottom,
            top,
            points,
            ratio,
        )

    def _bottom(self, region: Region, local: NDArray[np.float64]) -> float:
        """Height of the underside: the floor, or the deck for a pallet that rides."""
        if region.label != "pallet":
            return 0.0
        centre = np.median(local[:, :2], axis=0)
        for position, other in enumerate(self.regions):
            if other.label != "transporter" or other is region:
                continue
            below = self.estimate(position)
            if isinstance(below, str) or below.footprint is None:
                continue
            if np.linalg.norm(below.footprint.centre - centre) < 0.7:
                lowest = float(np.quantile(local[:, 2], 0.03))
                if lowest > 0.5 * SIZES["transporter"].height:
                    return SIZES["transporter"].height
        return 0.0

    def _at_border(self, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (
            (columns <= 1)
            | (rows <= 1)
            | (columns >= self.frame.width - 2)
            | (rows >= self.frame.height - 2)
        )

    def _top_is_cut(self, box: tuple[int, int, int, int]) -> bool:
        return box[1] <= 1

    def _hidden_outline(
        self, region: Region, box: tuple[int, int, int, int], plane: Plane
    ) -> NDArray[np.float64]:
        """Where the outline is not the object's own: cut by the image or by something nearer.

        Returns:
            Floor positions ``(M, 2)`` of such outline pixels.
        """
        depth, intrinsics = self.frame.depth, self.frame.intrinsics
        assert depth is not None and intrinsics is not None
        x0, y0, x1, y1 = box
        patch = region.mask[y0:y1, x0:x1].astype(np.uint8)
        outlines, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = np.concatenate(outlines).reshape(-1, 2)
        columns, rows = outline[:, 0] + x0, outline[:, 1] + y0
        own = depth[rows, columns]
        hidden = self._at_border(columns, rows)
        for dx, dy in ((3, 0), (-3, 0), (0, 3), (0, -3)):
            c = np.clip(columns + dx, 0, self.frame.width - 1)
            r = np.clip(rows + dy, 0, self.frame.height - 1)
            nearer = depth[r, c] < own - np.maximum(0.12, 0.04 * own)
            hidden |= nearer & ~region.mask[r, c]
        hidden &= np.isfinite(own) & (own > 0)
        if not hidden.any():
            return np.zeros((0, 2))
        points = rays(intrinsics, columns[hidden], rows[hidden]) * own[hidden, None]
        return plane.to_floor(points)[:, :2]


def _is_flat(label: str) -> bool:
    prior = SIZES.get(label)
    return prior is not None and prior.flat


def _mixed(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels beside a jump in depth, where a sensor mixes near and far."""
    filled = np.where(np.isfinite(depth) & (depth > 0), depth, 0).astype(np.float32)
    kernel = np.ones((3, 3), np.uint8)
    jump = cv2.dilate(filled, kernel) - cv2.erode(filled, kernel)
    return jump > np.maximum(0.08, 0.05 * filled)


def _near_median(points: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """Points within reach of an object of this length around the median."""
    reach = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    near = reach < 1.5 * length
    return near if near.sum() >= 8 else np.ones(len(points), bool)
