# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is observed of a rectangle on the floor, and the problem of fitting one to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .centre_errors import CentreErrors
from .noise import BOTTOM_SIGMA, BOX_EFFECTIVE_POINTS, TOP_SIGMA

Array = NDArray[np.float64]

_ANGLES = 8  # of the rectangles that a fit starts from
_MOST_SIGMAS = 3.0  # by which a side differs from that of its class

X, Y, SIGMA_ALONG, SIGMA_ACROSS, ON_SIDE, RECESS = range(6)


@dataclass(frozen=True, eq=False)
class FloorPoints:
    """Points on the floor whose errors differ along and across the line of sight.

    Args:
        table: shape ``(6, N)``, see :meth:`of` and the row numbers of this module.
    """

    table: Array

    @staticmethod
    def of(
        xy: Array,
        along: Array,
        across: Array,
        on_side: Array | float = 0.0,
        recess: Array | float = 1e-3,
    ) -> FloorPoints:
        """From their properties.

        Args:
            xy: shape ``(N, 2)``, ``(right, ahead)``, metres; the camera is above the origin.
            along, across: standard deviations, metres, shape ``(N,)``.
            on_side: probability that such a point lies on a side of the rectangle, shape ``(N,)``
                or one for all; the others lie anywhere inside.
            recess: how far behind its side such a point lies at most, metres, likewise.
        """
        table = np.empty((6, len(xy)))
        table[X : Y + 1], table[SIGMA_ALONG], table[SIGMA_ACROSS] = xy.T, along, across
        table[ON_SIDE], table[RECESS] = on_side, recess
        return FloorPoints(table)

    @staticmethod
    def none() -> FloorPoints:
        return FloorPoints(np.zeros((6, 0)))

    def __len__(self) -> int:
        return int(self.table.shape[1])

    def part(self, chosen: slice) -> FloorPoints:
        """Some of them."""
        return FloorPoints(self.table[:, chosen])


@dataclass(frozen=True, eq=False)
class CentrePrior:
    """Where something else says that the centre of a rectangle is.

    Args:
        centre: shape ``(2,)``, metres.
        sigma: standard deviations along the long and the short side, metres.
    """

    centre: Array
    sigma: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Observations:
    """What is observed of one rectangle, and what its class says.

    Args:
        surface: measured points; those on a side are on one that faces the camera.
        rim: measured points at the silhouette; those on a side are on any.
        covered: points surely inside, anywhere.
        free: points that it does not cover, since the camera looks through them.
        tangents: unit normals, out of the object, of the vertical planes through the camera that
            touch it, shape ``(T, 2)``.
        tangent_sigma: their standard deviations in radians, shape ``(T,)``.
        sides: long and short side before measuring, metres.
        side_sigma: standard deviation of both, metres.
        centre_prior: where its centre is expected, if anything says so.
        foot: points where lines of sight to its lowest edge meet what it stands on, whatever their
            depth; those on a side are on one that faces the camera.
        effective_points: how many independent points those from masks are worth at most: half of it
            the covered ones, 0.6 of it the free ones.
        effective_depths: the same of measured points: all of it the surface, half of it the rim.
    """

    surface: FloorPoints
    rim: FloorPoints
    covered: FloorPoints
    free: FloorPoints
    tangents: Array
    tangent_sigma: Array
    sides: tuple[float, float]
    side_sigma: float
    centre_prior: CentrePrior | None = None
    foot: FloorPoints = field(default_factory=FloorPoints.none)
    effective_points: float = BOX_EFFECTIVE_POINTS
    effective_depths: float = BOX_EFFECTIVE_POINTS


@dataclass(frozen=True)
class VerticalExtent:
    """Heights of an object above the floor, metres.

    Args:
        bottom, top: of its underside and its top.
        bottom_sigma, top_sigma: standard deviations.
        floor_sigma: standard deviation of the floor's own height there.
        seen_top: the highest part that is seen, where the picture's border cuts the top or, of an
            object of no known class, something hides it; else ``None``.
        on_vehicle: probability that a vehicle carries it.
        on_something: probability that anything else than the floor or a vehicle does.
        underside_hidden: whether nothing is seen near the floor, and something may hide what is
            lower.
    """

    bottom: float = 0.0
    top: float = 0.0
    bottom_sigma: float = BOTTOM_SIGMA
    top_sigma: float = TOP_SIGMA
    floor_sigma: float = 0.0
    seen_top: float | None = None
    on_vehicle: float = 0.0
    on_something: float = 0.0
    underside_hidden: bool = False


@dataclass(frozen=True, eq=False)
class FitProblem:
    """All that is needed to fit one object's footprint.

    Args:
        observations: of its rectangle.
        starts: rectangles to start from, shape ``(K, 5)``: centre, angle of the long side, sides.
        vertical: its heights.
        errors: of the centre that no fit can see.
        rim: where it ends in the picture, on the floor, shape ``(N, 2)``, metres.
        border: where the picture's border cuts it, likewise, ``(M, 2)``.
        hidden: whether so little of its outline shows that a size that is none of its class is an
            error of the fit.
        behind: where something nearer hides its outline, on the floor, shape ``(K, 2)``.
        most: length and width up to which its class is usual, metres; 0 where nothing is known.
    """

    observations: Observations
    starts: Array
    vertical: VerticalExtent
    errors: CentreErrors
    rim: Array
    border: Array
    hidden: bool = False
    behind: Array = field(default_factory=lambda: np.zeros((0, 2)))
    most: tuple[float, float] = (0.0, 0.0)

    def unlikely_side(self, long: float, short: float) -> float:
        """By how much a side differs from that of the class, metres, where that is an error of the
        fit; else 0."""
        sides, most = self.observations.sides, _MOST_SIGMAS * self.observations.side_sigma
        off = max(abs(long - sides[0]), abs(short - sides[1]))
        return off if self.hidden and off > most else 0.0

    def with_centre_prior(self, prior: CentrePrior) -> FitProblem:
        """The same object where something else says where its centre is."""
        return replace(
            self,
            observations=replace(self.observations, centre_prior=prior),
            starts=starts_around(prior.centre, self.observations.sides, 0.0),
        )


def starts_around(middle: Array, sides: tuple[float, float], behind: float) -> Array:
    """Rectangles of a size at all angles, shape ``(K, 5)``.

    Args:
        middle: on the floor, shape ``(2,)``.
        sides: long and short, metres.
        behind: how far their centres lie beyond it, as a share of the short side.
    """
    x, y = middle.tolist()
    beyond = behind * sides[1] / max(math.hypot(x, y), 1e-6)
    square = abs(sides[0] - sides[1]) < 0.05 * sides[0]
    turn = np.pi / 2 if square else np.pi  # a square repeats every quarter turn
    starts = np.empty((_ANGLES, 5))
    starts[:, 0], starts[:, 1] = x + beyond * x, y + beyond * y
    starts[:, 2] = np.arange(_ANGLES) * turn / _ANGLES + math.atan2(y, x)
    starts[:, 3:] = sides
    return starts
