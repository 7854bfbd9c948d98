# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations and sizes of objects as a viewer sees them: in front, above, bigger, wider, o'clock.

The ten kinds that SpatialRGPT-Bench asks beside left and right and distance (arXiv 2406.01584).
Every function answers from the truth, and gives ``None`` where the answer is disputable: where two
objects are nearly the same, or where two common definitions of the word disagree.

The viewer's axes are gravity's: *ahead* is the camera's viewing direction laid flat, *across* is to
its right, *up* is against gravity. A camera that looks down does not change what is above what.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..sensing.truth import FrameTruth, ObjectTruth

COMPARISONS = (
    "front_behind",
    "above_below",
    "bigger_smaller",
    "taller_shorter",
    "wider_thinner",
)
"""Kinds answered with one of two words, about a pair."""
PAIR_VALUES = ("horizontal_distance", "vertical_distance", "direction")
"""Kinds answered with a number, about a pair."""
SIZES = ("width", "height")
"""Kinds answered with metres, about one object."""
RELATION_KINDS = (*COMPARISONS, *PAIR_VALUES, *SIZES)

# Differences below these are disputable and not asked about: metres, ratios, degrees.
LEAST_AHEAD, LEAST_HEIGHT, LEAST_APART = 0.4, 0.25, 1.0
VOLUME_RATIO, HEIGHT_RATIO, WIDTH_RATIO, LEAST_TALLER = 1.35, 1.15, 1.25, 0.1
MOST_OFF_HOUR_DEG, MOST_TURNED = 10.0, 0.1
# Sizes are asked of what is mostly in view and not cut by the picture's border.
LEAST_SEEN = 0.6


@dataclass(frozen=True)
class ViewedObject:
    """An object in the viewer's axes; metres, origin on the floor below the camera.

    Args:
        item: the object.
        across, ahead, up: of its box's centre; ``up`` counts from the floor.
        extent: of its box along across, ahead and up, as seen by this viewer.
        side: the side of its own box that faces the viewer, whatever its turn.
        whole: whether its mask keeps clear of the picture's border.
    """

    item: ObjectTruth
    across: float
    ahead: float
    up: float
    extent: tuple[float, float, float]
    side: float
    whole: bool

    @property
    def flat(self) -> bool:
        return self.item.size[2] == 0.0

    @property
    def volume(self) -> float:
        return float(np.prod(self.item.size))


def viewed(truth: FrameTruth, item: ObjectTruth) -> ViewedObject:
    """The object as the frame's camera sees it."""
    up = [float(value) for value in np.array(truth.world_to_optical).reshape(3, 3)[:, 2]]
    level = (-up[2] * up[0], -up[2] * up[1], 1.0 - up[2] * up[2])
    ahead = [value / math.hypot(*level) for value in level]
    across = (
        ahead[1] * up[2] - ahead[2] * up[1],
        ahead[2] * up[0] - ahead[0] * up[2],
        ahead[0] * up[1] - ahead[1] * up[0],
    )
    length, width, height = item.size
    x0, y0, x1, y1 = item.box
    cosine, sine = abs(math.cos(item.yaw)), abs(math.sin(item.yaw))
    return ViewedObject(
        item,
        _dot(item.centre, across),
        _dot(item.centre, ahead),
        _dot(item.centre, up) + truth.camera_position[2],
        (length * sine + width * cosine, length * cosine + width * sine, height),
        width if cosine >= sine else length,
        x0 > 0 and y0 > 0 and x1 < truth.width and y1 < truth.height,
    )


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Scalar product with one rounding: a BLAS sums in another order on another processor, and the
    truth of a question must not change where a value lies between two decimals."""
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def compare(kind: str, a: ViewedObject, b: ViewedObject) -> str | None:
    """The word for ``a`` relative to ``b``, e.g. ``"taller"``; ``None`` where it is in doubt.

    Raises:
        ValueError: for a kind that is not one of ``COMPARISONS``.
    """
    if kind not in _COMPARE:
        raise ValueError(f"kind must be one of {COMPARISONS}, found {kind!r}")
    holds = _COMPARE[kind](a, b)
    if holds is None:
        return None
    first, second = kind.split("_")
    return first if holds else second


def value_of(kind: str, a: ViewedObject, b: ViewedObject | None = None) -> float | int | None:
    """Metres with two decimals, or for ``direction`` the hour 1 to 12 at which ``b`` lies for
    a viewer at ``a`` who looks in the camera's direction; ``None`` where it is in doubt.

    Raises:
        ValueError: for a kind without a number, or a pair's kind without ``b``.
    """
    if kind in SIZES:
        return _size(kind, a)
    if kind not in PAIR_VALUES or b is None:
        raise ValueError(f"kind must be one of {SIZES} or, of a pair, {PAIR_VALUES}, found {kind}")
    if kind == "vertical_distance":
        metres = abs(a.up - b.up)
        return round(metres, 2) if metres >= LEAST_HEIGHT and not (a.flat or b.flat) else None
    if _belong_together(a.item, b.item):
        return None
    across, ahead = b.across - a.across, b.ahead - a.ahead
    apart = math.hypot(across, ahead)
    if apart < LEAST_APART:
        return None
    if kind == "horizontal_distance":
        return round(apart, 2)
    bearing = math.degrees(math.atan2(across, ahead)) % 360
    hour = round(bearing / 30)
    return (hour % 12 or 12) if abs(bearing - 30 * hour) <= MOST_OFF_HOUR_DEG else None


def _belong_together(a: ObjectTruth, b: ObjectTruth) -> bool:
    """Whether one stands in the other or is carried by it: no direction between them is meant."""
    return b.id in a.inside or a.id in b.inside or a.carried_by == b.id or b.carried_by == a.id


def _front(a: ViewedObject, b: ViewedObject) -> bool | None:
    if _belong_together(a.item, b.item):
        return None
    # By centres, by nearest edges (as the benchmark has it) and by the way from the camera.
    gaps = (
        b.ahead - a.ahead,
        (b.ahead - b.extent[1] / 2) - (a.ahead - a.extent[1] / 2),
        math.hypot(b.ahead, b.across) - math.hypot(a.ahead, a.across),
    )
    if min(gaps) >= LEAST_AHEAD:
        return True
    return False if max(gaps) <= -LEAST_AHEAD else None


def _above(a: ViewedObject, b: ViewedObject) -> bool | None:
    if a.flat or b.flat or abs(a.up - b.up) < LEAST_HEIGHT:
        return None
    return a.up > b.up


def _bigger(a: ViewedObject, b: ViewedObject) -> bool | None:
    return _by_ratio(a, b, a.volume, b.volume, VOLUME_RATIO)


def _taller(a: ViewedObject, b: ViewedObject) -> bool | None:
    if abs(a.extent[2] - b.extent[2]) < LEAST_TALLER:
        return None
    return _by_ratio(a, b, a.extent[2], b.extent[2], HEIGHT_RATIO)


def _wider(a: ViewedObject, b: ViewedObject) -> bool | None:
    seen = _by_ratio(a, b, a.extent[0], b.extent[0], WIDTH_RATIO)
    own = _by_ratio(a, b, a.side, b.side, WIDTH_RATIO)
    return seen if seen == own else None


def _by_ratio(
    a: ViewedObject, b: ViewedObject, first: float, second: float, least: float
) -> bool | None:
    if not (_well_seen(a) and _well_seen(b)) or max(first, second) < least * min(first, second):
        return None
    return first > second


def _well_seen(a: ViewedObject) -> bool:
    return not a.flat and a.whole and a.item.visible_share >= LEAST_SEEN


def _size(kind: str, a: ViewedObject) -> float | None:
    if not _well_seen(a):
        return None
    if kind == "height":
        return round(a.extent[2], 2)
    # A turned box is wider in view than its side is long; then "wide" has two meanings.
    return round(a.side, 2) if abs(a.extent[0] - a.side) <= MOST_TURNED * a.side else None


_COMPARE: dict[str, Callable[[ViewedObject, ViewedObject], bool | None]] = {
    "front_behind": _front,
    "above_below": _above,
    "bigger_smaller": _bigger,
    "taller_shorter": _taller,
    "wider_thinner": _wider,
}
