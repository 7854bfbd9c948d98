# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights of objects that rise from the floor: their own samples, their top and underside."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median, quantile

from .depth_sampling import FEWEST_SAMPLES, RimSamples, SurfaceSamples
from .noise import TOP_SIGMA, UNSURE_HEIGHTS
from .region_masks import Flags, Whole

Floats = NDArray[np.float64]

_ON_FLOOR = 0.06  # metres: lower samples of an object are floor that its mask includes
_REACH = 1.5  # lengths of an object from the middle of what is seen of it to its ends, at most
_SURELY_BELOW = 1.3  # standard deviations that a noisy height is lowered by to stay below the top
_TOP_NOISE = 0.6  # share of the noise of single heights that the height of the top has
LEVEL_TOP = 0.08  # metres below the top up to which samples and rims belong to a level top face
_SHOWS_TOP = 0.15  # of an object's samples, at its top, from which a level face shows
# Of the lowered heights, those above the top: so many, or the share that is stray pixels.
_FEWEST_ABOVE, _ONE_ABOVE_IN = 2, 200


class Heights:
    """Heights above the floor of surface and rim samples, metres, and their reliability.

    Args:
        surfaces, rims: of the same regions.
        plane: the floor.

    Attributes:
        plane: as given.
        surface_local, surface: surface samples in the floor frame ``(N, 3)``, and their heights.
        rim_local, rim: the same of rim samples; NaN without depth.
        rim_known: where rim heights are finite.
        rim_sigma: standard deviations of rim heights.
    """

    def __init__(self, surfaces: SurfaceSamples, rims: RimSamples, plane: Plane) -> None:
        self.plane = plane
        self.surface_local = plane.to_floor(surfaces.points)
        self.surface = self.surface_local[:, 2]
        self.rim_local = plane.to_floor(rims.points)
        self.rim = self.rim_local[:, 2]
        self.rim_known = np.isfinite(self.rim)
        slope = np.abs(self.surface - plane.offset) / surfaces.points[:, 2]
        self._surface_sigma = surfaces.sigma * slope
        self._surface_low = self.surface - _SURELY_BELOW * self._surface_sigma
        self.rim_sigma = rims.sigma * np.abs(rims.directions @ plane.up)
        self._rim_upper = rims.upper
        self._rim_low = self.rim - _SURELY_BELOW * self.rim_sigma

    def object_samples(self, part: slice, length: float) -> Flags | None:
        """Which surface samples of a region are the object's, not the floor's; ``None`` if too few.

        Args:
            part: the region's samples.
            length: of such an object, metres.
        """
        height = self.surface[part]
        floor = max(_ON_FLOOR, 3 * self.plane.residual)
        least = min(floor, 0.5 * quantile(height, 0.95))
        rising = height > least
        sigma = float(median(self._surface_sigma[part]))
        few = np.count_nonzero(rising) < FEWEST_SAMPLES
        # In strong noise the lower ones are not floor, but measured too far away.
        if sigma > UNSURE_HEIGHTS or (few and 2 * sigma > _ON_FLOOR):
            rising = height > least - 2 * sigma
            few = np.count_nonzero(rising) < FEWEST_SAMPLES
        if few:
            return None
        xy = self.surface_local[part, :2]
        offset = xy - median(xy[rising])
        near = rising & (np.square(offset).sum(axis=1) < (_REACH * length) ** 2)
        return near if np.count_nonzero(near) >= FEWEST_SAMPLES else rising

    def top(self, part: slice, of_object: Flags, rim: slice, length: float) -> float:
        """Height of the highest part, which may be as thin as a post seen only at the rim.

        The highest of many noisy heights lies above all true ones, by about what is taken off.

        Args:
            part, rim: the region's surface and rim samples.
            of_object: see :meth:`object_samples`.
            length: of such an object, metres: a mask may take in what is farther behind it.
        """
        offset = self.rim_local[rim, :2] - median(self.surface_local[part, :2][of_object])
        with np.errstate(invalid="ignore"):
            near = np.square(offset).sum(axis=1) < (_REACH * length) ** 2
        known = self.rim_known[rim] & near
        low = np.concatenate([self._surface_low[part][of_object], self._rim_low[rim][known]])
        low.sort()
        return float(low[-1 - max(_FEWEST_ABOVE, len(low) // _ONE_ABOVE_IN)])

    def top_sigma(self, rim: slice, edge: float) -> float:
        """Standard deviation of the height of the top where it shows, metres.

        Args:
            rim: the region's rim samples.
            edge: standard deviation of the mask's edge, metres.
        """
        return math.hypot(TOP_SIGMA, _TOP_NOISE * self.rim_noise(rim), edge)

    def rim_noise(self, rim: slice) -> float:
        """Standard deviation of the heights of a region's rim samples, metres."""
        known = self.rim_known[rim]
        return float(median(self.rim_sigma[rim][known])) if known.any() else 0.0

    def top_rim(
        self, part: slice, of_object: Flags, rim: slice, top: float, open_frame: bool
    ) -> Whole:
        """Rim samples of the highest part of an object, that say whether its top is cut off.

        Args:
            part, rim: the region's surface and rim samples.
            of_object: see :meth:`object_samples`.
            top: see :meth:`top`.
            open_frame: whether a level face may be a board below the top.

        Returns:
            Indices of samples of all regions; none where the top shows, or too little of the rim.
        """
        known = self.rim_known[rim]
        # The sides of a post end beside it, however high they are.
        upper = known & self._rim_upper[rim]
        if np.count_nonzero(upper) >= FEWEST_SAMPLES:
            known = upper
        samples: Whole = rim.start + np.flatnonzero(known)
        heights = self.rim[samples]
        level = np.count_nonzero(self.surface[part][of_object] > top - LEVEL_TOP)
        from_above = self.plane.offset > top and not open_frame
        shows_top = from_above and level > _SHOWS_TOP * np.count_nonzero(of_object)
        if len(heights) < FEWEST_SAMPLES or shows_top:
            return np.zeros(0, np.int64)
        at_top = heights > top - LEVEL_TOP
        if not at_top.any():
            at_top = heights > quantile(heights, 0.9)
        highest: Whole = samples[at_top]
        return highest
