# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where an object is: its box on the floor, or its visible surface where no floor is in view."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median, quantiles

from .footprint import Footprint
from .noise import BOTTOM_SIGMA, SURFACE_SIGMA, TOP_SIGMA
from .observations import VerticalExtent
from .size_priors import SIZES, most_usual

# From what is seen to the middle of an object of which nothing says how far it goes on, as a share
# of the largest extent that is seen.
_UNKNOWN_REACH = 0.5
_SEEN = 0.02, 0.98  # quantiles of a surface between which its extent lies
_RIDES = 0.14  # metres: an object whose underside is higher rides on something


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
        bottom_sigma, top_sigma: standard deviations of these heights, metres, but for the floor's.
        seen: what is seen of length, width and height, metres, where they may be more: the
            picture's border cuts them, or the class is not known and they are not wholly seen;
            ``None`` elsewhere.
        on_vehicle, on_something, underside_hidden: see :class:`.VerticalExtent`.
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
    bottom_sigma: float = BOTTOM_SIGMA
    top_sigma: float = TOP_SIGMA
    seen: tuple[float | None, float | None, float | None] = (None, None, None)
    on_vehicle: float = 0.0
    on_something: float = 0.0
    underside_hidden: bool = False

    @property
    def rides(self) -> bool:
        """Whether it stands on something instead of the floor."""
        return self.bottom > _RIDES

    @property
    def height_sigma(self) -> float:
        """Standard deviation of the height of the box, metres."""
        return math.hypot(self.bottom_sigma, self.top_sigma)

    def is_bound(self, which: int) -> bool:
        """Whether nothing but what is seen of length (0), width (1) or height (2) says how much it
        is: the class has no usual size, or it is longer than that."""
        seen = self.seen[which]
        return seen is not None and seen > most_usual(self.label)[which]

    def with_bottom(self, bottom: float, variance: float, plane: Plane) -> ObjectEstimate:
        """The same object with its underside elsewhere and its top where it is.

        Args:
            bottom: height of the underside above the floor, metres.
            variance: by which that of the underside grows, square metres.
            plane: the floor.
        """
        lift, (long, short, height), seen_top = bottom - self.bottom, self.size, self.seen[2]
        return replace(
            self,
            centre=self.centre + lift / 2 * plane.up,
            covariance=self.covariance + variance / 4 * np.outer(plane.up, plane.up),
            size=(long, short, height - lift),
            bottom=bottom,
            bottom_sigma=math.sqrt(self.bottom_sigma**2 + variance),
            seen=(*self.seen[:2], None if seen_top is None else seen_top - lift),
        )

    @staticmethod
    def on_floor(
        label: str,
        plane: Plane,
        footprint: Footprint,
        vertical: VerticalExtent,
        seen_sides: tuple[float | None, float | None],
        points: NDArray[np.float64],
        valid_ratio: float,
    ) -> ObjectEstimate:
        """An upright box.

        Args:
            label, points, valid_ratio: as above.
            plane: the floor.
            footprint: on it.
            vertical: its heights.
            seen_sides: see :meth:`Footprint.seen_sides`.
        """
        bottom, top = vertical.bottom, vertical.top
        long, short = (
            part if part is not None and part > most else None
            for part, most in zip(seen_sides, most_usual(label)[:2], strict=True)
        )
        unknown = long, short
        if any(part is not None for part in unknown):
            sides = zip(unknown, footprint.size, strict=True)
            largest = max(top - bottom, *(whole if part is None else part for part, whole in sides))
            footprint = footprint.with_unseen(unknown, _UNKNOWN_REACH * largest)
        height_sigma = math.hypot(vertical.bottom_sigma, vertical.top_sigma)
        seen_top = vertical.seen_top
        middle = np.array([*footprint.centre, (bottom + top) / 2])
        covariance = np.zeros((3, 3))
        covariance[:2, :2] = footprint.covariance
        covariance[2, 2] = (height_sigma / 2) ** 2 + vertical.floor_sigma**2
        return ObjectEstimate(
            label=label,
            centre=plane.to_optical(middle[None])[0],
            covariance=plane.axes.T @ covariance @ plane.axes,
            size=(*footprint.size, top - bottom),
            footprint=footprint,
            bottom=bottom,
            top=top,
            points=points,
            valid_ratio=valid_ratio,
            bottom_sigma=vertical.bottom_sigma,
            top_sigma=vertical.top_sigma,
            seen=(*seen_sides, None if seen_top is None else seen_top - bottom),
            on_vehicle=vertical.on_vehicle,
            on_something=vertical.on_something,
            underside_hidden=vertical.underside_hidden,
        )

    @staticmethod
    def without_floor(
        label: str, points: NDArray[np.float64], valid_ratio: float
    ) -> ObjectEstimate:
        """The visible surface's median, moved away from the camera to the middle of a typical
        object, and as unsure. Of no known class it stays on the surface, and the middle may lie
        half of the largest extent that is seen behind it.

        Args:
            label, points, valid_ratio: as above.
        """
        prior = SIZES.get(label)
        middle = median(points)
        behind = prior.behind_surface if prior and not prior.flat else 0.0
        unsure = behind
        if prior is None:
            low, high = quantiles(points, *_SEEN)
            unsure = _UNKNOWN_REACH * float((high - low).max())
        nan = float("nan")
        return ObjectEstimate(
            label=label,
            centre=middle * (1 + behind / max(float(np.linalg.norm(middle)), 1e-6)),
            covariance=np.eye(3) * (SURFACE_SIGMA + unsure) ** 2,
            size=(nan, nan, nan),
            footprint=None,
            bottom=nan,
            top=nan,
            points=points,
            valid_ratio=valid_ratio,
        )
