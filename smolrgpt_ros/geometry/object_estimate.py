"""Where an object is: its box on the floor, or its visible surface where no floor is in view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median

from .footprint import Footprint
from .noise import HEIGHT_SIGMA, SURFACE_SIGMA
from .size_priors import SIZES

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

    @staticmethod
    def on_floor(
        label: str,
        plane: Plane,
        footprint: Footprint,
        heights: tuple[float, float],
        points: NDArray[np.float64],
        valid_ratio: float,
    ) -> ObjectEstimate:
        """An upright box.

        Args:
            label, points, valid_ratio: as above.
            plane: the floor.
            footprint: on it.
            heights: of its underside and its top, metres.
        """
        bottom, top = heights
        middle = np.array([*footprint.centre, (bottom + top) / 2])
        covariance = np.zeros((3, 3))
        covariance[:2, :2] = footprint.covariance
        covariance[2, 2] = HEIGHT_SIGMA**2
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
        )

    @staticmethod
    def without_floor(
        label: str, points: NDArray[np.float64], valid_ratio: float
    ) -> ObjectEstimate:
        """The visible surface's median, moved away from the camera to the middle of a typical
        object.

        Args:
            label, points, valid_ratio: as above.
        """
        prior = SIZES.get(label)
        middle = median(points)
        behind = prior.behind_surface if prior and not prior.flat else 0.0
        nan = float("nan")
        return ObjectEstimate(
            label=label,
            centre=middle * (1 + behind / max(float(np.linalg.norm(middle)), 1e-6)),
            covariance=np.eye(3) * (SURFACE_SIGMA + behind) ** 2,
            size=(nan, nan, nan),
            footprint=None,
            bottom=nan,
            top=nan,
            points=points,
            valid_ratio=valid_ratio,
        )
