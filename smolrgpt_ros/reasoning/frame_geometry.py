"""Metric geometry of one frame and its regions, computed once and only as far as asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.frame import RgbdFrame
from ..scene.geometry import Plane, depth_noise, fit_ground_plane, rays
from ..scene.region import Region
from .boxes import Footprint, Outline, fit_footprint
from .seeing import Rim, Surface, at_border, outline_pixels, rim_of, surface_of
from .sizes import SIZES, is_flat

Box = tuple[int, int, int, int]
_ON_FLOOR = 0.06  # metres: lower points of a standing object are leaked floor
_RIDES = 0.14  # metres: an underside higher than this is not on the floor
_SMOOTH_FROM = 2e-4  # 1/metres: 2 cm of noise at 10 m
_CARRIED_WITHIN = 0.9  # metres: from what is seen of a vehicle to the middle of its load


@dataclass(frozen=True, eq=False)
class ObjectEstimate:
    """Where an object is.

    Args:
        label: its class.
        centre: of its box, shape ``(3,)``, metres, optical frame.
        covariance: of the centre, shape ``(3, 3)``, optical frame.
        size: length, width, height of its box, metres; NaN without a floor.
        footprint: on the floor; ``None`` where no floor was found.
        bottom, top: heights above the floor, metres; NaN without a floor.
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

    @property
    def rides(self) -> bool:
        """Whether it stands on something instead of the floor."""
        return self.bottom > _RIDES


class FrameGeometry:
    """A frame, all regions in view, and what depth tells about them.

    Values are computed when first asked for and kept; safe to share between threads.

    Args:
        frame: with depth and intrinsics, or without (then only image positions are known).
        regions: every region in view; those a question does not mention still tell what is floor
            and what carries what.
    """

    def __init__(self, frame: RgbdFrame, regions: Sequence[Region]) -> None:
        self.frame = frame
        self.regions = tuple(regions)
        self._lock = threading.RLock()
        self._plane: Plane | None = None
        self._plane_known = False
        self._seen: RgbdFrame | None = None
        self._noise = 0.0
        self._objects: dict[int, ObjectEstimate | str] = {}
        self._boxes: dict[int, Box | None] = {}
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
                standing = [r.mask for r in self.regions if not is_flat(r.label)]
                self._plane = fit_ground_plane(self.frame, standing)
                self._plane_known = True
            return self._plane

    @property
    def seen(self) -> RgbdFrame:
        """The frame with noisy depth smoothed: objects are measured on it."""
        with self._lock:
            if self._seen is None:
                self._seen, depth = self.frame, self.frame.depth
                self._noise = depth_noise(depth) if depth is not None else 0.0
                if depth is not None and self._noise > _SMOOTH_FROM:
                    self._seen = replace(self.frame, depth=_smoothed(depth))
                    self._noise *= 0.3
            return self._seen

    def box(self, position: int) -> Box | None:
        """``(x0, y0, x1, y1)`` of a region's mask, exclusive; ``None`` for an empty mask."""
        with self._lock:
            if position not in self._boxes:
                x, y, width, height = cv2.boundingRect(self.regions[position].mask.view(np.uint8))
                self._boxes[position] = (x, y, x + width, y + height) if width else None
            return self._boxes[position]

    def centroid(self, position: int) -> tuple[float, float] | None:
        """Mask centroid of a region, pixels ``(x, y)``; ``None`` for an empty mask."""
        with self._lock:
            if position not in self._centroids:
                box, found = self.box(position), None
                if box is not None:
                    x0, y0, x1, y1 = box
                    patch = np.ascontiguousarray(self.regions[position].mask[y0:y1, x0:x1])
                    moments = cv2.moments(patch.view(np.uint8), binaryImage=True)
                    area = moments["m00"]
                    found = (moments["m10"] / area + x0, moments["m01"] / area + y0)
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
        region, box = self.regions[position], self.box(position)
        if self.why_not:
            return self.why_not
        if box is None:
            return f"the mask of region {region.id} is empty"
        surface = surface_of(self.seen, region.mask, box)
        if len(surface.points) < 8:
            return (
                f"region {region.id} has no depth "
                f"({surface.valid_ratio:.0%} of its pixels are valid)"
            )
        if self.plane is None:
            return _without_floor(region, surface)
        if is_flat(region.label):
            return self._flat(region, box, self.plane, surface)
        found = self._standing(region, box, self.plane, surface)
        if region.label == "transporter" and not isinstance(found, str):
            return self._below_its_load(found, self.plane)
        return found

    def _standing(
        self, region: Region, box: Box, plane: Plane, surface: Surface
    ) -> ObjectEstimate | str:
        prior = SIZES.get(region.label)
        local = plane.to_floor(surface.points)
        height = local[:, 2]
        floor_noise = max(_ON_FLOOR, 3 * plane.residual)
        standing = height > min(floor_noise, 0.5 * float(np.quantile(height, 0.95)))
        if standing.sum() < 8:
            return f"region {region.id} does not stand out from the floor"
        local = local[standing]
        local = local[_near_median(local[:, :2], prior.long if prior else 3.0)]
        rim = rim_of(self.seen, region.mask, box, plane, region.label == "transporter")
        # What is left of the depth noise, metres.
        blur = self._noise * float(np.median(surface.points[:, 2])) ** 2
        top = _top(local, rim, blur)
        if prior is not None and _top_is_cut(rim, local, top):
            top = max(top, prior.height)
        bottom = self._bottom(region, rim) if region.label == "pallet" else 0.0
        footprint = fit_footprint(
            local[:, :2], rim.outline, prior, surface.grain, plane.offset, blur
        )
        return _assembled(region, plane, footprint, (bottom, top), surface)

    def _flat(
        self, region: Region, box: Box, plane: Plane, surface: Surface
    ) -> ObjectEstimate | str:
        """A rectangle on the floor, from the outline of its mask where that is floor."""
        depth, camera = self.seen.depth, self.seen.intrinsics
        assert depth is not None and camera is not None
        columns, rows = outline_pixels(region.mask, box)
        on_floor = plane.meet(rays(camera, columns, rows))
        meets = np.isfinite(on_floor[:, 2])
        columns, rows, on_floor = columns[meets], rows[meets], on_floor[meets]
        # What stands on the rectangle may reach over its outline in the picture.
        height = plane.offset * (1.0 - depth[rows, columns] / on_floor[:, 2])
        free = np.abs(height) < 0.04 + min(2 * plane.residual, 0.06)  # not where depth is unknown
        if free.sum() < 8:
            return f"the floor of region {region.id} is hidden"
        spots = plane.to_floor(on_floor)[:, :2]
        border = at_border(self.frame, columns, rows)
        outline = Outline(spots, np.zeros(len(spots)), border | ~free, border)
        footprint = fit_footprint(
            spots[free], outline, SIZES[region.label], surface.grain, plane.offset
        )
        return _assembled(region, plane, footprint, (0.0, 0.0), surface)

    def _bottom(self, region: Region, rim: Rim) -> float:
        """Height of a pallet's underside: 0 on the floor, or the deck it rides on."""
        heights = rim.outline.heights
        lower = heights[rim.hangs]
        if len(lower) < 6:
            # Hidden all around: only a vehicle that touches it from below can lift it.
            touching = np.zeros(len(heights), bool)
            for other in self.regions:
                if other.label == "transporter":
                    below = np.clip(rim.rows + 4, 0, self.frame.height - 1)
                    touching |= other.mask[below, rim.columns]
            lower = heights[touching]
        if len(lower) < 6:
            return 0.0
        # Slanted upright edges end above what is behind them too, at any height; an underside
        # shows as many pixels of one height, the lowest.
        deck = SIZES["transporter"].height
        lowest, foot = float(np.quantile(lower, 0.06)), float(np.quantile(heights, 0.02))
        level = int((np.abs(lower - lowest) < 0.06).sum())
        rides = (
            deck - 0.05 < foot
            and lowest < min(foot + 0.08, deck + 0.22)
            and level >= max(4, 0.08 * len(lower))
        )
        return deck if rides else 0.0

    def _below_its_load(self, vehicle: ObjectEstimate, plane: Plane) -> ObjectEstimate:
        """A vehicle that shows little below its pallet stands where the pallet is."""
        assert vehicle.footprint is not None
        seen = np.median(plane.to_floor(vehicle.points)[:, :2], axis=0)
        prior, size = SIZES["transporter"], vehicle.footprint.size
        whole = min(size) > prior.short - 2 * prior.spread and (
            max(size) > prior.long - 2 * prior.spread
        )
        if whole and max(vehicle.footprint.sigma) < 0.06:
            return vehicle  # seen well enough itself
        nearest, load = _CARRIED_WITHIN, None
        for position, other in enumerate(self.regions):
            if other.label != "pallet":
                continue
            above = self.estimate(position)
            if isinstance(above, str) or above.footprint is None or not above.rides:
                continue
            apart = float(np.linalg.norm(above.footprint.centre - seen))
            if apart < nearest:
                nearest, load = apart, above.footprint
        if load is None:
            return vehicle
        sigma = (load.sigma[0] + 0.05, load.sigma[1] + 0.05)
        footprint = replace(vehicle.footprint, centre=load.centre, axes=load.axes, sigma=sigma)
        middle = np.array([*load.centre, (vehicle.bottom + vehicle.top) / 2])
        return replace(
            vehicle,
            centre=plane.to_optical(middle[None])[0],
            covariance=_covariance(plane, footprint),
            footprint=footprint,
        )


def _assembled(
    region: Region,
    plane: Plane,
    footprint: Footprint,
    heights: tuple[float, float],
    surface: Surface,
) -> ObjectEstimate:
    bottom, top = heights
    middle = np.array([*footprint.centre, (bottom + top) / 2])
    return ObjectEstimate(
        label=region.label,
        centre=plane.to_optical(middle[None])[0],
        covariance=_covariance(plane, footprint),
        size=(*footprint.size, top - bottom),
        footprint=footprint,
        bottom=bottom,
        top=top,
        points=surface.points,
        valid_ratio=surface.valid_ratio,
    )


def _covariance(plane: Plane, footprint: Footprint) -> NDArray[np.float64]:
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = footprint.covariance
    covariance[2, 2] = 0.03**2
    return plane.axes.T @ covariance @ plane.axes


def _without_floor(region: Region, surface: Surface) -> ObjectEstimate:
    """The visible surface's median, pushed back by half the object's typical depth."""
    prior = SIZES.get(region.label)
    middle = np.median(surface.points, axis=0)
    reach = 0.25 * (prior.long + prior.short) * 0.5 if prior and not prior.flat else 0.0
    nan = float("nan")
    return ObjectEstimate(
        label=region.label,
        centre=middle * (1 + reach / max(float(np.linalg.norm(middle)), 1e-6)),
        covariance=np.eye(3) * (0.1 + reach) ** 2,
        size=(nan, nan, nan),
        footprint=None,
        bottom=nan,
        top=nan,
        points=surface.points,
        valid_ratio=surface.valid_ratio,
    )


def _smoothed(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of 5 x 5 pixels, which keeps edges; unknown pixels stay unknown."""
    known = np.isfinite(depth)
    calm = cv2.medianBlur(np.where(known, depth, np.float32(0.0)), 5)
    return np.where(known & (calm > 0), calm, np.float32("nan"))


def _top(local: NDArray[np.float64], rim: Rim, blur: float) -> float:
    """Height of the highest part, which may be as thin as a post seen only at the rim."""
    heights = np.sort(np.concatenate([local[:, 2], rim.outline.heights]))
    if blur > 0.02:
        return float(np.quantile(heights, 0.985) - blur)
    return float(heights[-1 - max(2, len(heights) // 200)])


def _top_is_cut(rim: Rim, local: NDArray[np.float64], top: float) -> bool:
    """Whether the highest part of the outline is not the object's own edge."""
    heights = rim.outline.heights
    if len(heights) < 8 or float((local[:, 2] > top - 0.08).mean()) > 0.15:
        return False  # a level top face shows
    high = heights > np.quantile(heights, 0.9)
    return bool(rim.outline.cut[high].mean() > 0.6)


def _near_median(points: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """Points within reach of an object of this length around the median."""
    reach = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    near = reach < 1.5 * length
    return near if near.sum() >= 8 else np.ones(len(points), bool)
