"""What is known of rectangles on the floor before they are fitted."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Seat = tuple[Array, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Spots:
    """Points on the floor whose errors differ along and across the line of sight.

    Args:
        table: shape ``(6, N)``, see :meth:`of`.
    """

    table: Array

    @staticmethod
    def of(
        xy: Array,
        along: Array,
        across: Array,
        share: Array | float = 0.0,
        recess: Array | float = 1e-3,
    ) -> Spots:
        """From their properties.

        Args:
            xy: shape ``(N, 2)``, ``(right, ahead)``, metres; the camera is above the origin.
            along, across: standard deviations, metres, shape ``(N,)``.
            share: how probably such a point lies on a side of the rectangle, shape ``(N,)`` or one
                for all; the others lie anywhere inside.
            recess: how far behind its side such a point lies at most, metres, likewise.
        """
        table = np.empty((6, len(xy)))
        table[:2], table[2], table[3], table[4], table[5] = xy.T, along, across, share, recess
        return Spots(table)

    @staticmethod
    def none() -> Spots:
        return Spots(np.zeros((6, 0)))

    def __len__(self) -> int:
        return self.table.shape[1]

    def part(self, chosen: slice) -> Spots:
        """Some of them."""
        return Spots(self.table[:, chosen])


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of one rectangle.

    Args:
        surface: seen points; those on a side are on one that faces the camera.
        rim: seen points at the silhouette; those on a side are on any.
        covered: points surely inside, anywhere.
        free: points that it does not cover, since the camera looks through them.
        tangents: unit normals, out of the object, of the vertical planes through the camera that
            touch it, shape ``(T, 2)``, with standard deviations in radians, shape ``(T,)``.
        sides: long and short side before measuring, metres; ``spread`` their standard deviation.
        seat: where its centre is expected, shape ``(2,)``, with standard deviations along the long
            and the short side; ``None`` without such knowledge.
        effort: how many independent points the surface, and twice the rim, are worth at most.
    """

    surface: Spots
    rim: Spots
    covered: Spots
    free: Spots
    tangents: Array
    tangent_sigma: Array
    sides: tuple[float, float]
    spread: float
    seat: Seat | None = None
    effort: float = 20.0


@dataclass(frozen=True, eq=False)
class Prospect:
    """All that is needed to fit one object's footprint.

    Args:
        evidence: of its rectangle.
        starts: rectangles to start from, shape ``(K, 5)``: centre, angle of the long side, sides.
        heights: of its underside and its top, metres.
        floor_error: standard deviation of what no fit can see, metres.
    """

    evidence: Evidence
    starts: Array
    heights: tuple[float, float]
    floor_error: float

    def seated(self, seat: Seat) -> Prospect:
        """The same object where something else says where its centre is."""
        starts = starts_around(seat[0], self.evidence.sides, 0.0)
        return replace(self, evidence=replace(self.evidence, seat=seat), starts=starts)


def starts_around(middle: Array, sides: tuple[float, float], behind: float) -> Array:
    """Rectangles of a size at all angles, shape ``(K, 5)``.

    Args:
        middle: on the floor, shape ``(2,)``.
        sides: long and short, metres.
        behind: how far their centres lie beyond it, as a share of the short side.
    """
    away = middle / max(float(np.hypot(*middle)), 1e-6)
    square = abs(sides[0] - sides[1]) < 0.05 * sides[0]
    count, turn = (5, np.pi / 2) if square else (8, np.pi)
    starts = np.empty((count, 5))
    starts[:, :2] = middle + behind * sides[1] * away
    starts[:, 2] = np.arange(count) * turn / count + np.arctan2(away[1], away[0])
    starts[:, 3:] = sides
    return starts


class Pack:
    """Evidence of R rectangles as arrays, padded with points that are worth nothing.

    Args:
        evidence: of each rectangle.
        most: points of each sort that are used of each rectangle.
    """

    def __init__(self, evidence: Sequence[Evidence], most: int) -> None:
        inside = [
            (
                (e.surface, e.effort, True),
                (e.rim, e.effort / 2, False),
                (e.covered, e.effort / 2, False),
            )
            for e in evidence
        ]
        self.inside = Points(inside, most)
        self.free = Points([((e.free, 0.6 * e.effort, False),) for e in evidence], most)
        self.sides = np.array([e.sides for e in evidence])
        self.stiff = 1.0 / np.array([e.spread for e in evidence])
        rows, tangents = len(evidence), max(len(e.tangents) for e in evidence)
        self.tangents = np.zeros((rows, 2, tangents))
        self.tangent_sigma = np.full((rows, 1, tangents), np.inf)
        self.seat = np.zeros((rows, 2))
        self.seat_stiff = np.zeros((rows, 2))
        for row, e in enumerate(evidence):
            if len(e.tangents):
                self.tangents[row, :, : len(e.tangents)] = e.tangents.T
                self.tangent_sigma[row, 0, : len(e.tangents)] = e.tangent_sigma
            if e.seat is not None:
                self.sit(row, *e.seat)

    def part(self, rows: NDArray[np.int64], every: int) -> Pack:
        """Some of the rectangles, with every so many-th of their points."""
        part = copy.copy(self)
        part.inside = self.inside.part(rows, every)
        part.free = self.free.part(rows, every)
        for name in ("sides", "stiff", "tangents", "tangent_sigma", "seat", "seat_stiff"):
            setattr(part, name, getattr(self, name)[rows])
        return part

    def sit(self, row: int, place: Array, sigma: tuple[float, float]) -> None:
        """Says where the centre of a rectangle is, see :class:`Evidence`."""
        self.seat[row] = place
        self.seat_stiff[row] = 1.0 / np.array(sigma)

    @property
    def seated(self) -> bool:
        return bool(self.seat_stiff.any())


class Points:
    """Points of several sorts of each of R rectangles, shape ``(R, N)``.

    Args:
        sorts: of each rectangle: points, how many independent ones they are worth at most, and
            whether those on a side are on one that faces the camera.
        most: points of each sort that are used of each rectangle.
    """

    def __init__(self, sorts: Sequence[Sequence[tuple[Spots, float, bool]]], most: int) -> None:
        thinned = [
            [(s.table[:, :: max(1, -(-len(s) // most))], worth, near) for s, worth, near in of_one]
            for of_one in sorts
        ]
        longest = max(sum(t.shape[1] for t, _, _ in of_one) for of_one in thinned)
        # The six properties of spots, worth, and whether near.
        table = np.ones((len(sorts), 8, longest), np.float32)
        table[:, :2] = table[:, 4] = table[:, 6:] = 0.0
        for row, of_one in enumerate(thinned):
            end = 0
            for spots, worth, near in of_one:
                count = spots.shape[1]
                if count:
                    part = table[row, :, end : end + count]
                    part[:6] = spots
                    part[6] = min(1.0, worth / count)
                    part[7] = near
                    end += count
        np.square(table[:, 2:4], out=table[:, 2:4])
        self._set(table)

    def _set(self, table: Floats) -> None:
        self._table = table
        #: right, ahead, 1: shape ``(R, 3, N)``.
        self.spots: Floats = np.ones((len(table), 3, table.shape[2]), np.float32)
        self.spots[:, :2] = table[:, :2]
        reach = np.maximum(np.sqrt(np.square(table[:, :2]).sum(axis=1)), np.float32(1e-6))
        #: unit vectors along the lines of sight, shape ``(R, 2, N)``.
        self.sight: Floats = table[:, :2] / reach[:, None]
        # One axis more, for the rectangles that are tried: (R, 1, N).
        along, across, self.share, self.recess, self.weight = table[:, 2:7, None].swapaxes(0, 1)
        self.across, self.stretch, self.both = across, along - across, along + across
        self.per_recess = 1 / self.recess
        self.nearness: Floats = table[:, None, 7]
        self.anywhere = self.nearness == 0

    def part(self, rows: NDArray[np.int64], every: int) -> Points:
        """Some of the rectangles, with every so many-th of their points, worth that much more."""
        table = self._table[rows, :, ::every].copy()
        table[:, 6] = np.minimum(table[:, 6] * every, 1.0)
        part = copy.copy(self)
        part._set(table)
        return part

    def __len__(self) -> int:
        return self.spots.shape[2]
