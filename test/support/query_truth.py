"""Answers of the query language from the simulator's truth alone: no picture, no geometry room.

What people would argue about, or what no camera could see well, is :class:`Ambiguous`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.questions.relation_truth import ViewedObject, viewed
from smolrgpt_ros.simulation.sensing.truth import FrameTruth

End = int | None
Answer = float | int | bool | str | frozenset[int] | tuple[object, ...] | dict[int, float]

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


class TruthEvaluator:
    """Answers questions about the regions of one simulated frame."""

    def __init__(self, truth: FrameTruth) -> None:
        self.truth = truth
        self.seen = {item.id: viewed(truth, item) for item in truth.regions}
        self.ids = tuple(self.seen)

    # -- questions --------------------------------------------------------------------------

    def answer(self, question: q.Question) -> Answer:
        """The true answer: a number, a word, a set of ids, a tuple in order or a table."""
        match question:
            case q.HowMuch(quantity):
                return self.quantity(quantity)
            case q.Which(selection):
                chosen = self.select(selection)
                if not chosen:
                    raise Refused
                return frozenset(chosen)
            case q.Listing(selection):
                return frozenset(self.select(selection))
            case q.Order(selection, key, descending):
                values = self.table(selection, key)
                ranked = sorted(values, key=values.__getitem__, reverse=descending)
                for a, b in pairwise(ranked):
                    surely(values[a] - values[b], self.least(key, values[a], values[b]))
                return tuple(ranked)
            case q.Each(selection, key):
                return self.table(selection, key)
            case q.Pair(selection, extreme):
                return self.pair(selection, extreme)
            case q.Whether(proposition):
                return self.whether(proposition)
            case q.Relation(kind, first, second):
                return self.relation(kind, self.one(first), self.one(second))
            case q.Direction(subject, viewer):
                return self.hour(self.one(subject), self.one(viewer))
            case q.WhereIs(subject):
                item = self.region(self.one(subject))
                holders = [i for i in self.ids if i != item and self.holds(i, item)]
                return (math.dist(self.centre(item), (0, 0, 0)), *holders)
            case q.Dimensions(of):
                item = self.well_seen(self.region(self.one(of)))
                length, width, height = self.seen[item].item.size
                return (max(length, width), min(length, width), height)

    def table(self, selection: q.Selection, key: q.Key) -> dict[int, float]:
        ids = self.candidates(selection, key)
        if not ids:
            raise Refused
        if isinstance(key, q.SizeOf) and key.dimension is q.Dimension.SIZE:
            if len({self.seen[i].flat for i in ids}) > 1:
                raise Ambiguous
        return {i: self.key(key, i) for i in ids}

    def pair(self, selection: q.Selection, extreme: q.Extreme) -> frozenset[int]:
        ids = self.select(selection)
        if len(ids) < 2:
            raise Refused
        gaps = {
            frozenset(pair): math.dist(*(self.centre(i) for i in pair))
            for pair in combinations(ids, 2)
        }
        ranked = sorted(gaps, key=gaps.__getitem__, reverse=extreme is q.Extreme.MOST)
        if len(ranked) > 1:
            surely(gaps[ranked[0]] - gaps[ranked[1]], self.margin(gaps[ranked[0]]))
        return ranked[0]

    def whether(self, proposition: q.Proposition) -> bool:
        match proposition:
            case q.Exists(selection):
                return bool(self.select(selection))
            case q.Holds(subject, condition):
                ends = (None,) if subject == q.Camera() else self.select(subject)
                if not ends:
                    raise Refused
                try:
                    return all([self.holds_for(condition, end) for end in ends])
                except Itself:
                    raise Refused from None
            case q.Compares(first, comparison, second):
                one = self.quantity(first)
                two = second if isinstance(second, (int, float)) else self.quantity(second)
                exact = isinstance(one, int) and isinstance(two, int)
                least = 0.0 if exact else self.size_margin(one, two)
                return self.compared(one, comparison, two, least)
            case q.Same(first, second):
                chosen, others = self.select(first), self.select(second)
                if not chosen or not others:
                    raise Refused
                return set(chosen) == set(others)
            case q.SamePlace(subject, places):
                things = self.select(subject)
                if len(things) < 2:
                    raise Refused
                areas = self.select(places)
                if not areas:
                    raise Refused
                return any([all(self.holds(area, t) for t in things) for area in areas])

    def relation(self, kind: q.RelationKind, a: End, b: End) -> str:
        if a == b:
            raise Refused
        words = {
            q.RelationKind.LEFT_RIGHT: ("left", "right", q.Side.LEFT),
            q.RelationKind.FRONT_BEHIND: ("front", "behind", q.Side.FRONT),
            q.RelationKind.ABOVE_BELOW: ("above", "below", q.Side.ABOVE),
        }
        if kind in words:
            first, second, side = words[kind]
            return first if self.beside(side, a, b) else second
        one, two = self.region(a), self.region(b)
        dimension, first, second = {
            q.RelationKind.BIGGER_SMALLER: (q.Dimension.SIZE, "bigger", "smaller"),
            q.RelationKind.TALLER_SHORTER: (q.Dimension.HEIGHT, "taller", "shorter"),
            q.RelationKind.WIDER_THINNER: (q.Dimension.WIDTH, "wider", "thinner"),
        }[kind]
        sizes = self.compared_size(one, dimension), self.compared_size(two, dimension)
        bigger = surely(sizes[0] - sizes[1], self.size_margin(*sizes))
        return first if bigger else second

    def hour(self, subject: End, viewer: End) -> int:
        if subject == viewer:
            raise Refused
        across, ahead = np.subtract(self.spot(subject), self.spot(viewer))
        if math.hypot(across, ahead) < 1.0:
            raise Ambiguous
        bearing = math.degrees(math.atan2(across, ahead)) % 360
        hour = round(bearing / 30)
        if abs(bearing - 30 * hour) > MOST_OFF_HOUR_DEG:
            raise Ambiguous
        return hour % 12 or 12

    # -- quantities -------------------------------------------------------------------------

    def quantity(self, quantity: q.Quantity) -> float | int:
        match quantity:
            case q.Distance(first, second, mode):
                a, b = self.one(first), self.one(second)
                if a == b:
                    raise Refused
                return self.distance(a, b, mode)
            case q.Size(of, dimension):
                return self.key(q.SizeOf(dimension), self.one(of))
            case q.Count(of):
                return len(self.select(of))
            case q.Total(of, key):
                return sum(self.table(of, key).values())
            case q.Mean(of, key):
                values = self.table(of, key).values()
                return sum(values) / len(values)
            case q.Route(stops):
                way = [self.centre(self.one(stop)) for stop in stops]
                return sum(math.dist(a, b) for a, b in pairwise(way))
            case q.Difference(first, second):
                return self.quantity(first) - self.quantity(second)

    def key(self, key: q.Key, end: End) -> float | int:
        match key:
            case q.Column():
                return self.seen[self.region(end)].item.centroid[0]
            case q.DistanceTo(target):
                if target == q.Camera():
                    return self.distance(end, None)
                others = self.select(target)
                if not others:
                    raise Refused
                others = [o for o in others if o != end]
                if not others:
                    raise Itself
                return min(self.distance(end, o) for o in others)
            case q.SizeOf(dimension):
                return self.size(self.region(end), dimension)
            case q.Bearing():
                across, ahead = self.spot(self.region(end))
                return abs(math.degrees(math.atan2(across, ahead)))
            case q.Holding(content):
                holder = self.region(end)
                return sum(self.holds(holder, i) for i in self.select(content) if i != holder)

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
        match dimension:
            case q.Dimension.HEIGHT:
                return height
            case q.Dimension.WIDTH:
                if abs(item.extent[0] - item.side) > 0.25 * item.side:
                    raise Ambiguous  # turned by about 45 degrees, either side faces the viewer
                return item.side
            case q.Dimension.LENGTH:
                return max(length, width)
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

    # -- selections -------------------------------------------------------------------------

    def one(self, selection: q.Selection) -> End:
        if selection == q.Camera():
            return None
        ids = self.select(selection)
        if len(ids) != 1:
            raise Refused
        return ids[0]

    def select(self, selection: q.Selection) -> list[int]:
        match selection:
            case q.Ids(ids):
                return list(ids)
            case q.OfClass(label):
                return [i for i in self.ids if self.seen[i].item.label == label]
            case q.Everything():
                return [i for i in self.ids if not self.seen[i].flat]
            case q.Union(members):
                return list(dict.fromkeys(i for m in members for i in self.select(m)))
            case q.Where(of, condition):
                found = []
                for i in self.select(of):
                    try:
                        if self.holds_for(condition, i):
                            found.append(i)
                    except Itself:
                        continue
                return found
            case q.Ranked():
                return self.ranked(selection)
            case q.Camera():
                raise Ambiguous

    def candidates(self, selection: q.Selection, key: q.Key) -> list[int]:
        ids = self.select(selection)
        if isinstance(key, q.DistanceTo) and key.target != q.Camera():
            targets = self.select(key.target)
            if len(targets) == 1:
                return [i for i in ids if i not in targets]
        return ids

    def ranked(self, selection: q.Ranked) -> list[int]:
        key = selection.key
        ids = self.candidates(selection.of, key)
        sizes = isinstance(key, q.SizeOf) and key.dimension is q.Dimension.SIZE
        values = {
            i: self.compared_size(i, q.Dimension.SIZE) if sizes else self.key(key, i) for i in ids
        }
        ranked = sorted(ids, key=values.__getitem__, reverse=selection.extreme is q.Extreme.MOST)
        start = selection.rank - 1
        if selection.extreme is q.Extreme.MIDDLE:
            if len(ids) % 2 == 0:
                raise Ambiguous
            start = len(ids) // 2
        chosen = ranked[start : start + selection.take]
        if not chosen:
            raise Refused
        for inner in chosen:
            for outer in ranked:
                if outer not in chosen:
                    least = self.least(key, values[inner], values[outer])
                    surely(values[inner] - values[outer], least)
        return chosen

    # -- conditions -------------------------------------------------------------------------

    def holds_for(self, condition: q.Condition, end: End) -> bool:
        match condition:
            case q.Not(inner):
                return not self.holds_for(inner, end)
            case q.All(conditions):
                return all([self.holds_for(c, end) for c in conditions])
            case q.AnyOf(conditions):
                return self.any_of(conditions, end)
            case q.Among(selection):
                return end in self.select(selection)
            case q.State(state):
                return self.state(state, self.region(end))
            case q.Inside(place):
                thing = self.region(end)
                return any([self.inside(thing, i) for i in self.select(place)])
            case q.OnTop(carrier):
                thing = self.region(end)
                return any([self.holds(i, thing) for i in self.select(carrier)])
            case q.Beside(side, of):
                other = self.one(of)
                if other == end:
                    raise Itself
                return self.beside(side, end, other)
            case q.NextTo(of):
                others = [o for o in self.select(of) if o != end]
                if not others:
                    raise Itself
                return any([self.next_to(end, o) for o in others])
            case q.Between(first, second):
                ends = self.one(first), self.one(second)
                if end in ends:
                    raise Itself
                return self.between(end, *ends)
            case q.Compared(key, comparison, value):
                return self.compares(key, comparison, value, end)

    def any_of(self, conditions: Sequence[q.Condition], end: End) -> bool:
        found = []
        for condition in conditions:
            try:
                found.append(self.holds_for(condition, end))
            except Itself:
                continue
        if not found:
            raise Itself
        return any(found)

    def compares(
        self, key: q.Key, comparison: q.Comparison, value: float | q.Selection, end: End
    ) -> bool:
        if isinstance(value, (int, float)):
            number = self.key(key, end)
            return self.compared(number, comparison, value, self.least(key, number, value))
        others = [o for o in self.select(value) if o != end]
        if not others and end in self.select(value):
            raise Itself

        def number_of(of: End) -> float:
            if isinstance(key, q.SizeOf):
                return self.compared_size(self.region(of), key.dimension)
            return self.key(key, of)

        found = []
        for other in others:
            one, two = number_of(end), number_of(other)
            found.append(self.compared(one, comparison, two, self.least(key, one, two)))
        return all(found)

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

    def axes(self, item: ViewedObject) -> np.ndarray:
        """Directions of length and width as rows, (across, ahead)."""
        yaw = item.item.yaw
        return np.array([[-math.sin(yaw), math.cos(yaw)], [-math.cos(yaw), -math.sin(yaw)]])

    def outline(self, end: End) -> np.ndarray:
        if end is None:
            return np.zeros((1, 2))
        item = self.seen[end]
        length, width, _ = item.item.size
        corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) * [length / 2, width / 2]
        steps = np.linspace(0, 1, 40)[:, None]
        local = np.concatenate([a + steps * (b - a) for a, b in pairwise(corners)])
        return np.array(self.spot(end)) + local @ self.axes(item)

    def covers(self, end: End, points: np.ndarray) -> bool:
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
