# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which objects of a simulated frame a selection of the query language truly selects."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smolrgpt_ros.language import question as q

from .true_objects import Ambiguous, End, Itself, Refused, TrueObjects, surely


class TrueSelections(TrueObjects):
    """Selections, conditions and the numbers that rank, of one frame."""

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
            case q.Exactly(of, number):
                found = self.select(of)
                if len(found) != number:
                    raise Refused
                return found
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
                if carrier == q.OfClass("transporter") and self.seen[thing].item.carried_by >= 0:
                    return True  # by a vehicle that may be hidden
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

    def quantity(self, quantity: q.Quantity) -> float | int:
        """The value of a quantity, see ``TrueAnswers``."""
        raise NotImplementedError

    def compares(
        self,
        key: q.Key,
        comparison: q.Comparison,
        value: float | q.Selection | q.Quantity | q.Key,
        end: End,
    ) -> bool:
        if isinstance(value, q.Quantity):
            return self.compares(key, comparison, self.quantity(value), end)
        if isinstance(value, q.Key):
            return self.compares(key, comparison, self.key(value, end), end)
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
