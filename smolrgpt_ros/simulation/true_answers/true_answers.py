# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""True answers of the query language, from a simulated frame's exact boxes."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import numpy as np

from smolrgpt_ros.language import question as q

from .true_objects import MOST_OFF_HOUR_DEG, Ambiguous, End, Itself, Refused, surely
from .true_selections import TrueSelections

Answer = float | int | bool | str | frozenset[int] | tuple[object, ...] | dict[int, float]


class TrueAnswers(TrueSelections):
    """Answers questions about the regions of one simulated frame."""

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
                sides = (max(length, width), min(length, width))
                return sides if self.seen[item].flat else (*sides, height)
            case q.Table(selection, keys):
                columns = [self.table(selection, key) for key in keys]
                return tuple(column[i] for i in columns[0] for column in columns)
            case q.ClassOf(of):
                return self.seen[self.region(self.one(of))].item.label
            case q.Conditional(condition, then, otherwise):
                return self.answer(then if self.whether(condition) else otherwise)

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
            case q.Difference(first, second, absolute):
                found = self.quantity(first) - self.quantity(second)
                return abs(found) if absolute else found
            case q.Ratio(first, second):
                if (least := self.quantity(second)) == 0:
                    raise Refused
                return self.quantity(first) / least
