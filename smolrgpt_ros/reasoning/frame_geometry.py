"""Metric geometry of one frame and its regions, computed once and only as far as asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.frame import RgbdFrame
from ..scene.geometry import Plane, depth_noise, fit_ground_plane
from ..scene.region import Region
from .boxes import Footprint
from .lying import fit_lying
from .seeing import Rim, Surface, rim_of, surface_of
from .sizes import SIZES, is_flat
from .standing import fit_standing

Box = tuple[int, int, int, int]
_ON_FLOOR = 0.06  # metres: lower points of a standing object are leaked floor
_RIDES = 0.14  # metres: an underside higher than this is not on the floor
_NOISY_FROM = 5e-5  # 1/metres: 5 mm of noise at 10 m
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
        self._noise: float | None = None
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
    def noise(self) -> float:
        """Spread of a pixel's depth over depth squared, 1/metres; 0 for an ideal picture."""
        with self._lock:
            if self._noise is None:
                noise = depth_noise(self.frame.depth) if self.frame.depth is not None else 0.0
                self._noise = noise if noise > _NOISY_FROM else 0.0
            return self._noise

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
        surface = surface_of(self.frame, region.mask, box, self.noise)
        if len(surface.points) < 8:
            return (
                f"region {region.id} has no depth "
                f"({surface.valid_ratio:.0%} of its pixels are valid)"
            )
        if self.plane is None:
            return _without_floor(region, surface)
        if is_flat(region.label):
            return self._flat(region, box, self.plane, surface)
        return self._standing(region, box, self.plane, surface)

    def _standing(
        self, region: Region, box: Box, plane: Plane, surface: Surface
    ) -> ObjectEstimate | str:
        prior = SIZES.get(region.label)
        camera = self.frame.intrinsics
        assert camera is not None
        local = plane.to_floor(surface.points)
        height = local[:, 2]
        floor_noise = max(_ON_FLOOR, 3 * plane.residual)
        standing = height > min(floor_noise, 0.5 * float(np.quantile(height, 0.95)))
        if standing.sum() < 8:
            return f"region {region.id} does not stand out from the floor"
        near = _near_median(local[standing, :2], prior.long if prior else 3.0)
        standing[standing] = near
        below_load = region.label == "transporter"
        rim = rim_of(self.frame, region.mask, box, plane, self.noise, below_load)
        heights = plane.to_floor(rim.points)[:, 2]
        falls = np.abs(height - plane.offset) / surface.points[:, 2]
        spread = np.concatenate(
            [(surface.sigma * falls)[standing], rim.sigma * np.abs(rim.directions @ plane.up)]
        )
        top = _top(np.concatenate([height[standing], heights]), spread)
        if prior is not None and _top_is_cut(rim, heights, local[standing], top):
            top = max(top, prior.height)
        bottom = self._bottom(region, rim, heights, plane) if region.label == "pallet" else 0.0
        seat = self._seat(plane, local[standing]) if below_load else None
        footprint = fit_standing(
            surface, standing, rim, plane, camera, prior, self.noise, (bottom, top), seat
        )
        return _assembled(region, plane, footprint, (bottom, top), surface)

    def _flat(
        self, region: Region, box: Box, plane: Plane, surface: Surface
    ) -> ObjectEstimate | str:
        """A rectangle on the floor, from the rim of its mask."""
        footprint = fit_lying(self.frame, region.mask, box, plane, SIZES[region.label], self.noise)
        if footprint is None:
            return f"the floor of region {region.id} is hidden"
        return _assembled(region, plane, footprint, (0.0, 0.0), surface)

    def _bottom(
        self, region: Region, rim: Rim, heights: NDArray[np.float64], plane: Plane
    ) -> float:
        """Height of a pallet's underside: 0 on the floor, or the deck it rides on."""
        known = np.isfinite(heights)
        lower = heights[rim.hangs & known]
        if len(lower) < 6:
            # Hidden all around: only a vehicle that touches it from below can lift it.
            touching = np.zeros(len(heights), bool)
            for other in self.regions:
                if other.label == "transporter":
                    below = np.clip(rim.rows + 4, 0, self.frame.height - 1)
                    touching |= other.mask[below, rim.columns]
            lower = heights[touching & known]
        if len(lower) < 6:
            return 0.0
        # Slanted upright edges end above what is behind them too, at any height; an underside
        # shows as many pixels of one height, the lowest.
        deck = SIZES["transporter"].height
        # The lowest of many noisy heights lie below all true ones.
        falling = np.abs(rim.directions[known] @ plane.up)
        noise = min(float(np.median(rim.sigma[known] * falling)), 0.1)
        lowest = float(np.quantile(lower, 0.06)) + 1.5 * noise
        foot = float(np.quantile(heights[known], 0.02)) + 2.0 * noise
        level = int((np.abs(lower - lowest) < 0.06 + noise).sum())
        rides = (
            deck - 0.05 < foot
            and lowest < min(foot + 0.08, deck + 0.22)
            and level >= max(4, 0.08 * len(lower))
        )
        return deck if rides else 0.0

    def _seat(
        self, plane: Plane, local: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], tuple[float, float]] | None:
        """Where the load of a vehicle says its centre is; ``None`` for one that carries nothing."""
        seen = np.median(local[:, :2], axis=0)
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
            return None
        along, across = load.sigma
        return load.centre, (0.2 + along, 0.03 + across)


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


def _top(heights: NDArray[np.float64], sigma: NDArray[np.float64]) -> float:
    """Height of the highest part, which may be as thin as a post seen only at the rim.

    The highest of many noisy heights lies above all true ones, by about what is taken off.

    Args:
        heights: of surface and rim, metres, NaN where unknown, shape ``(N,)``.
        sigma: their standard deviations, metres.
    """
    known = np.isfinite(heights)
    least = np.sort(heights[known] - 1.3 * sigma[known])
    return float(least[-1 - max(2, len(least) // 200)])


def _top_is_cut(
    rim: Rim, heights: NDArray[np.float64], local: NDArray[np.float64], top: float
) -> bool:
    """Whether the highest part of the rim is not the object's own edge."""
    known = np.isfinite(heights)
    heights, cut = heights[known], rim.cut[known]
    if len(heights) < 8 or float((local[:, 2] > top - 0.08).mean()) > 0.15:
        return False  # a level top face shows
    high = heights > np.quantile(heights, 0.9)
    return bool(cut[high].mean() > 0.6)


def _near_median(points: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """Points within reach of an object of this length around the median."""
    reach = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    near = reach < 1.5 * length
    return near if near.sum() >= 8 else np.ones(len(points), bool)
