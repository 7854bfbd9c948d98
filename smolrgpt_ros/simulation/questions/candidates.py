# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects that a question may be about: random choices that leave no doubt about the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..sensing.truth import ObjectTruth

# Differences below these are matters of opinion, so they are never asked about.
LEAST_SIDE = 0.025  # of the image's width
LEAST_RATIO, LEAST_METRES = 1.08, 0.25  # second nearest to nearest


def distance_between(a: ObjectTruth, b: ObjectTruth) -> float:
    """Metres from centre to centre in 3-D; 0 where one stands inside the other, a buffer."""
    if b.id in a.inside or a.id in b.inside:
        return 0.0
    return math.dist(a.centre, b.centre)


def has_distance(a: ObjectTruth, b: ObjectTruth) -> bool:
    """Whether the pair has one undisputed distance.

    A carried pallet has none to its carrier, and none to a buffer: it may count as inside or not.
    """
    for one, other in ((a, b), (b, a)):
        if one.carried_by >= 0 and other.label == "buffer":
            return False
        if one.carried_by == other.id:
            return False
    return True


def nearest(start: ObjectTruth, candidates: Sequence[ObjectTruth]) -> ObjectTruth | None:
    """The candidate nearest to ``start``; ``None`` for fewer than two, or two about as near."""
    ranked = sorted((distance_between(start, o), o.id, o) for o in candidates)
    if len(ranked) < 2:
        return None
    first, second = ranked[0][0], ranked[1][0]
    if second < first * LEAST_RATIO or second - first < LEAST_METRES:
        return None
    return ranked[0][2]


def draw(
    rng: np.random.Generator, pool: Sequence[ObjectTruth], most: int
) -> list[ObjectTruth] | None:
    """Up to ``most`` different objects in random order; ``None`` where a pair is wanted and the
    pool has fewer than two, or the pool is empty."""
    if len(pool) < min(most, 2):
        return None
    return [pool[i] for i in rng.permutation(len(pool))[:most]]


def draw_list(
    rng: np.random.Generator, pool: Sequence[ObjectTruth], most: int
) -> list[ObjectTruth]:
    """All of the pool, in one of four cases a few of it, at most ``most``: what a question lists.

    The answer is about the listed objects alone.
    """
    if rng.random() < 0.25:
        most = min(most, int(rng.integers(2, 9)))
    return draw(rng, pool, most) or list(pool[:most])


def draw_superlative(
    rng: np.random.Generator, row: Sequence[ObjectTruth], width: int, middle: bool = False
) -> tuple[str, ObjectTruth | None]:
    """The word leftmost, rightmost or middle, and the object of the row it applies to.

    Args:
        width: of the image, pixels.
        middle: whether "middle" may be drawn for a row of three.

    Returns:
        The word, and ``None`` for the object where centroids are too close to each other.
    """
    ranked = sorted(row, key=lambda o: o.centroid[0])
    least = LEAST_SIDE * width
    gaps = [q.centroid[0] - p.centroid[0] for p, q in pairwise(ranked)]
    if not gaps:
        return "", None
    if middle and len(ranked) == 3 and rng.random() < 0.3:
        return "middle", ranked[1] if min(gaps) >= least else None
    if rng.random() < 0.5:
        return "leftmost", ranked[0] if gaps[0] >= least else None
    return "rightmost", ranked[-1] if gaps[-1] >= least else None
