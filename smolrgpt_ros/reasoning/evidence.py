"""What is known of one rectangle on the floor before it is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spots:
    """Points on the floor whose errors differ along and across the line of sight.

    Args:
        xy: shape ``(N, 2)``, ``(right, ahead)``, metres; the camera is above the origin.
        along, across: standard deviations, metres, shape ``(N,)``.
        share: how probably such a point lies on a side of the rectangle, shape ``(N,)`` or one for
            all; the others lie anywhere inside.
        recess: how far behind its side such a point lies at most, metres, shape ``(N,)`` or one.
    """

    xy: Array
    along: Array
    across: Array
    share: Array | float = 0.0
    recess: Array | float = 1e-3

    @staticmethod
    def none() -> Spots:
        empty = np.zeros(0)
        return Spots(np.zeros((0, 2)), empty, empty)

    def __len__(self) -> int:
        return len(self.xy)


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
    seat: tuple[Array, tuple[float, float]] | None = None
    effort: float = 20.0


class Pack:
    """Evidence as arrays: all points that lie inside in one, with what each is worth.

    Args:
        evidence: what is known.
        most: points of each sort that are used; every one if left out.
    """

    def __init__(self, evidence: Evidence, most: int = 10**6) -> None:
        self.evidence = evidence
        effort = evidence.effort
        sorts = (
            (evidence.surface, effort, True),
            (evidence.rim, effort / 2, False),
            (evidence.covered, effort / 2, False),
        )
        self.inside = Points(
            [(spots, worth, near) for spots, worth, near in sorts if len(spots)], most
        )
        self.free = Points([(evidence.free, 0.6 * effort, False)], most)


class Points:
    """Points of several sorts: places, lines of sight, variances, worth."""

    def __init__(self, sorts: Sequence[tuple[Spots, float, bool]], most: int) -> None:
        columns = []
        for spots, worth, near in sorts:
            every = slice(None, None, max(1, -(-len(spots) // most)))
            xy = spots.xy[every]
            count = max(len(xy), 1)
            full = np.ones(len(xy))
            columns.append(
                (
                    xy,
                    np.square(spots.along[every]),
                    np.square(spots.across[every]),
                    np.broadcast_to(spots.share, len(spots))[every],
                    np.broadcast_to(spots.recess, len(spots))[every],
                    full * min(1.0, worth / count),
                    full * near > 0,
                )
            )
        joined = [np.concatenate(part) for part in zip(*columns, strict=True)]
        self.xy, self.along, self.across, self.share, self.recess, self.weight, self.near = joined
        distance = np.sqrt(np.square(self.xy).sum(axis=1))
        self.sight = (self.xy / np.maximum(distance, 1e-6)[:, None]).T

    def __len__(self) -> int:
        return len(self.xy)
