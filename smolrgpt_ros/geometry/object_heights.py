"""Heights of standing objects: where they end above, and whether they stand on the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median, quantile

from .depth_sampling import Rims, Surfaces
from .size_priors import SIZES, SizePrior

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_ON_FLOOR = 0.06  # metres: lower points of a standing object are leaked floor


class Heights:
    """Heights above the floor of surface samples and rims, with what they are worth.

    Args:
        surfaces, rims: of the same regions.
        plane: the floor.
    """

    def __init__(self, surfaces: Surfaces, rims: Rims, plane: Plane) -> None:
        self.plane = plane
        self.local = plane.to_floor(surfaces.points)
        self.seen = self.local[:, 2]
        self.rim_local = plane.to_floor(rims.points)
        self.rim = self.rim_local[:, 2]
        self.rim_known = np.isfinite(self.rim)
        falls = np.abs(self.seen - plane.offset) / surfaces.points[:, 2]
        # What is surely below the top of a noisy object.
        self.least = self.seen - 1.3 * surfaces.sigma * falls
        self.rim_sigma = rims.sigma * np.abs(rims.directions @ plane.up)
        self.rim_least = self.rim - 1.3 * self.rim_sigma

    def standing(self, part: slice, length: float) -> Flags | None:
        """Which samples of a region belong to what stands there; ``None`` if too few.

        Args:
            part: the region's samples.
            length: of such an object, metres.
        """
        height = self.seen[part]
        floor_noise = max(_ON_FLOOR, 3 * self.plane.residual)
        standing = height > min(floor_noise, 0.5 * quantile(height, 0.95))
        if np.count_nonzero(standing) < 8:
            return None
        points = self.local[part, :2]
        apart = points - median(points[standing])
        near = standing & (np.square(apart).sum(axis=1) < (1.5 * length) ** 2)
        return near if np.count_nonzero(near) >= 8 else standing

    def top(self, part: slice, standing: Flags, rim: slice) -> float:
        """Height of the highest part, which may be as thin as a post seen only at the rim.

        The highest of many noisy heights lies above all true ones, by about what is taken off.
        """
        known = self.rim_known[rim]
        least = np.concatenate([self.least[part][standing], self.rim_least[rim][known]])
        least.sort()
        return float(least[-1 - max(2, len(least) // 200)])

    def top_is_cut(self, rims: Rims, part: slice, standing: Flags, rim: slice, top: float) -> bool:
        """Whether the highest part of the rim is not the object's own edge."""
        known = self.rim_known[rim]
        heights, cut = self.rim[rim][known], rims.cut[rim][known]
        level = np.count_nonzero(self.seen[part][standing] > top - 0.08)
        if len(heights) < 8 or level > 0.15 * np.count_nonzero(standing):
            return False  # a level top face shows
        return bool(cut[heights > quantile(heights, 0.9)].mean() > 0.6)

    def bottom(self, rims: Rims, rim: slice, vehicles: Flags | None, prior: SizePrior) -> float:
        """Height of a pallet's underside: 0 on the floor, or the deck it rides on.

        Args:
            rims: as given.
            rim: the pallet's.
            vehicles: where a vehicle shows below its rim; ``None`` if none is in view.
            prior: of what carries it.
        """
        known, height = self.rim_known[rim], self.rim[rim]
        lower = height[rims.hangs[rim] & known]
        if len(lower) < 6 and vehicles is not None:
            # Hidden all around: only a vehicle that touches it from below can lift it.
            lower = height[vehicles & known]
        if len(lower) < 6:
            return 0.0
        # Slanted upright edges end above what is behind them too, at any height; an underside
        # shows as many pixels of one height, the lowest.
        deck = prior.height
        # The lowest of many noisy heights lie below all true ones.
        noise = min(float(median(self.rim_sigma[rim][known])), 0.1)
        lowest = quantile(lower, 0.06) + 1.5 * noise
        foot = quantile(height[known], 0.02) + 2.0 * noise
        level = np.count_nonzero(np.abs(lower - lowest) < 0.06 + noise)
        rides = (
            deck - 0.05 < foot
            and lowest < min(foot + 0.08, deck + 0.22)
            and level >= max(4, 0.08 * len(lower))
        )
        return deck if rides else 0.0


CARRIER = SIZES["transporter"]
