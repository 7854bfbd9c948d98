# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Random questions of the query language about the regions of a simulated frame, in all forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.sensing.truth import FrameTruth

Option = TypeVar("Option")
_THINGS = ("pallet", "transporter")


class QuestionSampler:
    """Draws questions; many have no undisputed answer or none at all."""

    def __init__(self, truth: FrameTruth, rng: np.random.Generator) -> None:
        self.rng = rng
        self.of = {
            label: [o.id for o in truth.regions if o.label == label]
            for label in ("pallet", "transporter", "buffer", "shelf")
        }
        self.labels = [label for label, ids in self.of.items() if ids]

    def pick(self, options: Sequence[Option]) -> Option:
        return options[int(self.rng.integers(len(options)))]

    def draw(self) -> q.Question:
        """A question of a random form."""
        forms: tuple[Callable[[], q.Question], ...] = (
            lambda: q.HowMuch(self.quantity()),
            lambda: q.Which(self.one_of()),
            lambda: q.Which(self.ranked()),
            lambda: q.Listing(self.several()),
            lambda: q.Listing(self.restricted()),
            lambda: self.order(),
            lambda: self.each(),
            lambda: q.Pair(self.several(), self.pick((q.Extreme.LEAST, q.Extreme.MOST))),
            lambda: q.Whether(self.proposition()),
            lambda: q.Whether(self.proposition()),
            lambda: self.relation(),
            lambda: q.Direction(self.end(), self.end(camera=0.4)),
            lambda: q.WhereIs(self.end(camera=0.0)),
            lambda: q.Dimensions(self.end(camera=0.0)),
        )
        return self.pick(forms)()

    def order(self) -> q.Question:
        key, of = self.keyed()
        return q.Order(of, key, bool(self.rng.random() < 0.5))

    def each(self) -> q.Question:
        key, of = self.keyed()
        return q.Order(of, key) if isinstance(key, q.Column) else q.Each(of, key)

    def relation(self) -> q.Question:
        kind = self.pick(tuple(q.RelationKind))
        sides = (q.RelationKind.LEFT_RIGHT, q.RelationKind.FRONT_BEHIND)
        return q.Relation(kind, self.end(camera=0.0), self.end(camera=0.15 * (kind in sides)))

    # -- selections -------------------------------------------------------------------------

    def ids(self, label: str, most: int = 3) -> q.Selection:
        pool = self.of[label]
        count = int(self.rng.integers(1, min(most, len(pool)) + 1))
        chosen = self.rng.permutation(len(pool))[:count]
        return q.Ids(tuple(pool[i] for i in chosen), label)

    def label(self, among: Sequence[str] = ()) -> str:
        fitting = [label for label in self.labels if not among or label in among]
        return self.pick(fitting or self.labels)

    def several(self) -> q.Selection:
        """A selection that may hold several objects."""
        style = self.rng.random()
        if style < 0.45:
            return q.OfClass(self.label())
        if style < 0.55:
            return q.Everything()
        if style < 0.65:
            label, other = self.label(), self.label()
            named = self.ids(label, 2)
            return named if label == other else q.Union((named, q.OfClass(other)))
        return self.restricted()

    def restricted(self) -> q.Selection:
        label = self.label()
        found = q.where(q.OfClass(label), self.condition(label))
        return q.where(found, self.condition(label)) if self.rng.random() < 0.2 else found

    def one_of(self) -> q.Selection:
        return self.restricted() if self.rng.random() < 0.6 else self.end(camera=0.0)

    def end(self, camera: float = 0.12) -> q.Selection:
        """A selection that is meant to be one object."""
        style = self.rng.random()
        if style < camera:
            return q.Camera()
        if style < 0.75:
            return self.ids(self.label(), 1)
        return self.ranked(take=1)

    def ranked(self, take: int | None = None) -> q.Selection:
        key, of = self.keyed()
        if take is None:
            take = int(self.rng.integers(2, 4)) if self.rng.random() < 0.2 else 1
        extremes = (q.Extreme.LEAST, q.Extreme.MOST)
        if isinstance(key, q.Column) and take == 1 and self.rng.random() < 0.3:
            return q.Ranked(of, key, q.Extreme.MIDDLE)
        rank = 2 if take == 1 and self.rng.random() < 0.2 else 1
        return q.Ranked(of, key, self.pick(extremes), rank, take)

    def keyed(self) -> tuple[q.Key, q.Selection]:
        """A key and objects that have it."""
        style = self.rng.random()
        of: q.Selection = q.OfClass(self.label())
        if self.rng.random() < 0.25:
            of = self.restricted()
        if style < 0.03:
            return q.Bearing(), of
        if style < 0.3:
            return q.Column(), of
        if style < 0.65:
            return q.DistanceTo(self.pick((q.Camera(), self.ids(self.label(), 1)))), of
        if style < 0.85:
            return q.SizeOf(self.pick(tuple(q.Dimension))), of
        return q.Holding(q.OfClass(self.label(_THINGS))), q.OfClass(
            self.label(("buffer", "transporter"))
        )

    # -- conditions -------------------------------------------------------------------------

    def condition(self, label: str, depth: int = 1) -> q.Condition:
        style = int(self.rng.integers(14 if depth else 11))
        comparison = self.pick(tuple(q.Comparison))
        match style:
            case 0:
                states = tuple(q.LoadState) if label in _THINGS else (q.LoadState.ON_FLOOR,)
                return q.State(self.pick(states))
            case 1 if self.of["buffer"]:
                return q.Inside(self.ids("buffer"))
            case 1:
                return q.State(q.LoadState.ON_FLOOR)
            case 2:
                return q.OnTop(q.OfClass(self.label(("transporter", "buffer"))))
            case 3 | 4:
                return q.Beside(self.pick(tuple(q.Side)), self.end())
            case 5:
                return q.NextTo(self.end(camera=0.0))
            case 6:
                return q.Between(self.end(), self.end())
            case 7:
                metres = round(float(self.rng.uniform(1.0, 10.0)), 1)
                return q.Compared(q.DistanceTo(self.end(0.3)), comparison, metres)
            case 8:
                sizes = (q.Dimension.HEIGHT, q.Dimension.WIDTH, q.Dimension.SIZE)
                size = q.SizeOf(self.pick(sizes))
                return q.Compared(size, comparison, self.end(camera=0.0))
            case 9:
                key = q.DistanceTo(self.end(0.3))
                if self.rng.random() < 0.25:  # "closer to shelf 3 than to shelf 4"
                    return q.Compared(key, comparison, q.DistanceTo(self.end(0.3)))
                return q.Compared(key, comparison, self.end(camera=0.0))
            case 10:
                return q.Among(self.ids(self.label()))
            case 11:
                return q.negated(self.condition(label, 0))
            case 12:
                return q.all_of(self.condition(label, 0), self.condition(label, 0))
            case _:
                one, other = self.condition(label, 0), self.condition(label, 0)
                return one if one == other else q.AnyOf((one, other))

    # -- quantities and propositions --------------------------------------------------------

    def quantity(self, depth: int = 1) -> q.Quantity:
        style = int(self.rng.integers(10 if depth else 8))
        match style:
            case 0 | 1 | 2:
                return q.Distance(self.end(), self.end(), self.pick(tuple(q.Mode)))
            case 3:
                return q.Size(self.end(camera=0.0), self.pick(tuple(q.Dimension)))
            case 4 | 5:
                return q.Count(self.several())
            case 6:
                return q.Route((self.end(), self.end(), self.end()))
            case 7:
                key, of = self.keyed()
                if isinstance(key, q.Column):
                    return q.Count(of)
                return q.Total(of, key) if self.rng.random() < 0.5 else q.Mean(of, key)
            case 8:
                return q.Difference(q.Count(self.several()), q.Count(self.several()))
            case _:
                first, second = (q.Distance(self.end(), self.end()) for _ in range(2))
                return q.Difference(first, second)

    def proposition(self) -> q.Proposition:
        comparison = self.pick(tuple(q.Comparison))
        match int(self.rng.integers(9)):
            case 0 | 1:
                return q.Exists(self.restricted())
            case 2 | 3:
                label = self.label()
                return q.Holds(self.ids(label, 1), self.condition(label))
            case 4:
                label = self.label()
                return q.Holds(q.OfClass(label), self.condition(label))
            case 5:
                metres = round(float(self.rng.uniform(0.5, 12.0)), 1)
                return q.Compares(q.Distance(self.end(), self.end()), comparison, metres)
            case 6:
                count = q.Count(self.several())
                if self.rng.random() < 0.5:
                    return q.Compares(count, comparison, int(self.rng.integers(0, 5)))
                return q.Compares(count, comparison, q.Count(self.several()))
            case 7:
                return q.Same(self.end(camera=0.0), self.ranked(take=1))
            case _:
                return q.SamePlace(self.ids(self.label(_THINGS)), q.OfClass("buffer"))
