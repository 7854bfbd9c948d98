# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects of a simulated frame as questions relate them: distances, sizes, sides, what holds what.

From the simulator's exact boxes; nothing of what measures pictures is used. What people would argue
about, or what no camera could see well, is :class:`Ambiguous`.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.questions.relation_truth import ViewedObject, viewed
from smolrgpt_ros.simulation.sensing.truth import FrameTruth

End = int | None
"""A region's id; ``None`` is the camera."""

Floats = NDArray[np.float64]

# Differences below these are matters of opinion or of centimetres.
LEAST_METRES, LEAST_RATIO = 0.25, 0.08
LEAST_COLUMN = 0.02  # of the image's width
LEAST_SIZE_RATIO, LEAST_SIZE = 0.2, 0.12
LEAST_SEEN = 0.6
LEAST_DEG = 3.0
MOST_OFF_HOUR_DEG = 9.0


class Ambiguous(Exception):
    """No undisputed answer."""


class Refused(Exception):
    """An object asked about is not there, or several are where one is needed."""


class Itself(Exception):
    """An object would be related to itself."""


def surely(gap: float, least: float) -> bool:
    """Whether a number is positive; neither within ``least`` of 0."""
    if gap == 0 or abs(gap) < least:
        raise Ambiguous
    return gap > 0


class TrueObjects:
    """The regions of one simulated frame, and its camera."""

    def __init__(self, truth: FrameTruth) -> None:
        self.truth = truth
        self.seen = {item.id: viewed(truth, item) for item in truth.regions}
        self.ids = tuple(self.seen)

    # -- numbers ----------------------------------------------------------------------------

    def distance(self, a: End, b: End, mode: q.Mode = q.Mode.CENTER) -> float:
        if a == b:
            return 0.0
        match mode:
            case q.Mode.CENTER:
                if a is not None and b is not None and (self.inside(a, b) or self.inside(b, a)):
                    return 0.0
                return math.dist(self.centre(a), self.centre(b))
            case q.Mode.HORIZONTAL:
                return math.dist(self.spot(a), self.spot(b))
            case q.Mode.VERTICAL:
                return abs(self.up(a) - self.up(b))
            case q.Mode.CLEARANCE:
                return self.clearance(a, b)

    def size(self, region_id: int, dimension: q.Dimension) -> float:
        item = self.seen[region_id]
        length, width, height = item.item.size
        if dimension is q.Dimension.ELEVATION:
            return item.up - height / 2
        self.well_seen(region_id)
        if dimension is q.Dimension.TOP:
            return item.up + height / 2
        match dimension:
            case q.Dimension.HEIGHT:
                return height
            case q.Dimension.WIDTH:
                if abs(item.extent[0] - item.side) > 0.25 * item.side:
                    raise Ambiguous  # turned by about 45 degrees, either side faces the viewer
                return item.side
            case q.Dimension.LENGTH:
                return max(length, width)
            case q.Dimension.FOOTPRINT:
                return length * width
            case _:
                return length * width * (1.0 if item.flat else height)

    def compared_size(self, region_id: int, dimension: q.Dimension) -> float:
        item = self.seen[region_id]
        if dimension is q.Dimension.WIDTH:
            self.well_seen(region_id)
            return item.extent[0]
        size = self.size(region_id, dimension)
        return size * 0.01 if dimension is q.Dimension.SIZE and item.flat else size

    def clearance(self, a: End, b: End) -> float:
        """From outline to outline, sampled every few centimetres."""
        one, two = self.outline(a), self.outline(b)
        flat = float(np.linalg.norm(one[:, None] - two[None], axis=2).min())
        if self.covers(a, two) or self.covers(b, one):
            flat = 0.0
        (low, high), (low_2, high_2) = self.levels(a), self.levels(b)
        return math.hypot(flat, max(low - high_2, low_2 - high, 0.0))

    # -- relations --------------------------------------------------------------------------

    def compared(self, a: float, comparison: q.Comparison, b: float, least: float) -> bool:
        if least == 0.0:
            return {
                q.Comparison.LESS: a < b,
                q.Comparison.AT_MOST: a <= b,
                q.Comparison.EQUAL: a == b,
                q.Comparison.AT_LEAST: a >= b,
                q.Comparison.MORE: a > b,
            }[comparison]
        if comparison is q.Comparison.EQUAL:
            surely(a - b, least)  # what is about equal is disputed
            return False
        more = surely(a - b, least)
        return more if comparison in (q.Comparison.MORE, q.Comparison.AT_LEAST) else not more

    def state(self, state: q.LoadState, region_id: int) -> bool:
        item = self.seen[region_id].item
        if state in (q.LoadState.CARRIED, q.LoadState.ON_FLOOR):
            return (item.carried_by >= 0) == (state is q.LoadState.CARRIED)
        if item.label == "shelf" or (item.label == "pallet" and 0.2 < item.size[2] < 0.4):
            raise Ambiguous
        if item.label == "buffer":
            loaded = any([self.inside(i, region_id) for i in self.ids])
        else:
            loaded = item.load == "loaded"
        return loaded == (state is q.LoadState.LOADED)

    def inside(self, thing: int, place: int) -> bool:
        if self.seen[place].item.label == "shelf" and thing != place:
            return False
        return place in self.seen[thing].item.inside

    def holds(self, holder: int, thing: int) -> bool:
        item = self.seen[thing].item
        return holder in item.inside or item.carried_by == holder

    def beside(self, side: q.Side, a: End, b: End) -> bool:
        match side:
            case q.Side.LEFT | q.Side.RIGHT:
                if a is not None and b is not None:
                    least = LEAST_COLUMN * self.truth.width
                    one, two = (self.seen[i].item.centroid[0] for i in (a, b))
                else:
                    least, one, two = 0.2, self.spot(a)[0], self.spot(b)[0]
                right = surely(one - two, least)
                return right == (side is q.Side.RIGHT)
            case q.Side.FRONT | q.Side.BEHIND:
                behind = surely(self.spot(a)[1] - self.spot(b)[1], LEAST_METRES)
                if b is None:
                    behind = not behind
                return behind == (side is q.Side.BEHIND)
            case q.Side.ABOVE | q.Side.BELOW:
                above = surely(self.up(a) - self.up(b), 0.15)
                return above == (side is q.Side.ABOVE)

    def next_to(self, a: End, b: End) -> bool:
        if a is not None and b is not None and (self.holds(a, b) or self.holds(b, a)):
            return False
        return surely(1.0 - self.clearance(a, b), 0.25)

    def between(self, thing: End, a: End, b: End) -> bool:
        start, end, spot = (np.array(self.spot(i)) for i in (a, b, thing))
        length = math.dist(start, end)
        if length < 0.5:
            raise Ambiguous
        along = (end - start) / length
        position = float(along @ (spot - start))
        beside = abs(float(along[0] * (spot - start)[1] - along[1] * (spot - start)[0]))
        sides = [side for i in (a, b) if i is not None for side in self.seen[i].item.size[:2]]
        width = max(sides, default=0.0) / 2 + 0.25
        margins = (position, length - position, width - beside)
        if min(margins) > LEAST_METRES:
            return True
        if min(margins) < -LEAST_METRES:
            return False
        raise Ambiguous

    # -- objects ----------------------------------------------------------------------------

    def region(self, end: End) -> int:
        if end is None:
            raise Ambiguous
        return end

    def well_seen(self, region_id: int) -> int:
        item = self.seen[region_id]
        if not item.whole or item.item.visible_share < LEAST_SEEN:
            raise Ambiguous
        return region_id

    def centre(self, end: End) -> tuple[float, float, float]:
        return (0.0, 0.0, 0.0) if end is None else self.seen[end].item.centre

    def spot(self, end: End) -> tuple[float, float]:
        if end is None:
            return (0.0, 0.0)
        return (self.seen[end].across, self.seen[end].ahead)

    def up(self, end: End) -> float:
        return self.truth.camera_position[2] if end is None else self.seen[end].up

    def levels(self, end: End) -> tuple[float, float]:
        half = 0.0 if end is None else self.seen[end].item.size[2] / 2
        return self.up(end) - half, self.up(end) + half

    def axes(self, item: ViewedObject) -> Floats:
        """Directions of length and width as rows, (across, ahead)."""
        yaw = item.item.yaw
        return np.array([[-math.sin(yaw), math.cos(yaw)], [-math.cos(yaw), -math.sin(yaw)]])

    def outline(self, end: End) -> Floats:
        if end is None:
            return np.zeros((1, 2))
        item = self.seen[end]
        length, width, _ = item.item.size
        corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) * [length / 2, width / 2]
        steps = np.linspace(0, 1, 40)[:, None]
        local = np.concatenate([a + steps * (b - a) for a, b in pairwise(corners)])
        placed: Floats = np.array(self.spot(end)) + local @ self.axes(item)
        return placed

    def covers(self, end: End, points: Floats) -> bool:
        """Whether an object's footprint covers one of some points."""
        if end is None:
            return False
        item = self.seen[end]
        local = np.abs((points - np.array(self.spot(end))) @ self.axes(item).T)
        return bool((local < np.array(item.item.size[:2]) / 2).all(axis=1).any())

    # -- margins ----------------------------------------------------------------------------

    def least(self, key: q.Key, a: float, b: float) -> float:
        """Difference of two numbers of a key from which on one is surely more."""
        if isinstance(key, q.Holding):
            return 0.0
        if isinstance(key, q.Column):
            return LEAST_COLUMN * self.truth.width
        if isinstance(key, q.SizeOf):
            return self.size_margin(a, b)
        if isinstance(key, q.Bearing):
            return LEAST_DEG
        return self.margin(max(abs(a), abs(b)))

    @staticmethod
    def margin(metres: float) -> float:
        return max(LEAST_METRES, LEAST_RATIO * metres)

    @staticmethod
    def size_margin(a: float, b: float) -> float:
        return max(LEAST_SIZE, LEAST_SIZE_RATIO * max(abs(a), abs(b)))
