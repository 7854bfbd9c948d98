# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Random questions of the forms that the mini is trained on, about the regions of a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.sensing.truth import ObjectTruth

Option = TypeVar("Option")
Draw = Callable[[], q.Question]

_MOST_LISTED = 15
_COMPARISONS = (q.Comparison.LESS, q.Comparison.MORE, q.Comparison.AT_LEAST, q.Comparison.AT_MOST)
_RELATIONS = (
    q.RelationKind.FRONT_BEHIND,
    q.RelationKind.ABOVE_BELOW,
    q.RelationKind.TALLER_SHORTER,
    q.RelationKind.WIDER_THINNER,
)
_ENDS = (q.Extreme.LEAST, q.Extreme.MOST)
_SIZES = (q.Dimension.HEIGHT, q.Dimension.LENGTH)


class FormSampler:
    """Draws questions; many have no undisputed answer.

    Args:
        objects: the frame's regions that may be asked about, two at least.
        rng: source of all random choices.
        pairs: draw questions about a few regions alone, to learn numbers before lists.
    """

    def __init__(
        self, objects: Sequence[ObjectTruth], rng: np.random.Generator, pairs: bool = False
    ) -> None:
        self._rng, self._pairs_alone = rng, pairs
        self._of: dict[str, list[int]] = {}
        for item in objects:
            self._of.setdefault(item.label, []).append(item.id)

    def draw(self) -> q.Question:
        """A question of a random form; forms that take longer to learn come more often."""
        pairs: list[tuple[float, Draw]] = [
            (10, self._distance),
            (10, lambda: q.HowMuch(q.Size(self._one(), self._pick(tuple(q.Dimension)[:3])))),
            (2, lambda: q.Relation(q.RelationKind.LEFT_RIGHT, self._one(), self._one())),
            (5, lambda: q.Relation(self._pick(_RELATIONS), self._one(), self._one())),
            (2, lambda: q.Direction(self._one(), self._end())),
            (9, self._difference),
            (4, lambda: q.Whether(q.Holds(self._one(), self._condition()))),
            (4, self._distance_compared),
        ]
        lists: list[tuple[float, Draw]] = [
            (4, lambda: q.HowMuch(q.Distance(self._picked(), self._end()))),
            (18, lambda: q.Which(self._ranked())),
            (2, lambda: q.Whether(q.Same(self._one(), self._ranked()))),
            (4, lambda: q.Which(self._narrowed())),
            (1, lambda: q.HowMuch(q.Count(self._several()))),
            (18, lambda: q.HowMuch(q.Count(self._narrowed()))),
            (3, lambda: q.Whether(q.Exists(self._narrowed()))),
            (4, self._count_compared),
        ]
        forms = pairs if self._pairs_alone else pairs + lists
        weights = np.array([weight for weight, _ in forms], float)
        return forms[int(self._rng.choice(len(forms), p=weights / weights.sum()))][1]()

    def _pick(self, options: Sequence[Option]) -> Option:
        return options[int(self._rng.integers(len(options)))]

    # -- selections -------------------------------------------------------------------------

    def _one(self) -> q.Ids:
        label = self._pick(list(self._of))
        return q.Ids((self._pick(self._of[label]),), label)

    def _end(self) -> q.Selection:
        return q.Camera() if self._rng.random() < 0.2 else self._one()

    def _several(self, label: str | None = None) -> q.Selection:
        """All regions of a class, in one of three cases some of them; now and then of two."""
        if label is None and len(self._of) > 1 and self._rng.random() < 0.12:
            two = [list(self._of)[i] for i in self._rng.permutation(len(self._of))[:2]]
            return q.Union(tuple(self._ids(label, _MOST_LISTED // 2) for label in two))
        return self._ids(label or self._pick(self._common()), _MOST_LISTED)

    def _common(self) -> list[str]:
        """Classes, those of which there are several four times."""
        return [label for label, ids in self._of.items() for _ in range(4 if len(ids) > 1 else 1)]

    def _ids(self, label: str, most: int) -> q.Ids:
        ids = self._of[label]
        if self._rng.random() < 0.35:
            most = min(most, int(self._rng.integers(1, 6)))
        chosen = self._rng.permutation(len(ids))[:most]
        if self._rng.random() < 0.5:  # as they are in view
            chosen = np.sort(chosen)
        return q.Ids(tuple(ids[i] for i in chosen), label)

    def _ranked(self) -> q.Ranked:
        style, of = self._rng.random(), self._several()
        if style < 0.2:
            middle = self._rng.random() < 0.2
            return q.Ranked(of, q.Column(), q.Extreme.MIDDLE if middle else self._pick(_ENDS))
        rank = int(self._rng.choice([1, 2, 3], p=[0.75, 0.17, 0.08]))
        if style < 0.4:
            return q.Ranked(of, q.SizeOf(self._pick(_SIZES)), self._pick(_ENDS), rank)
        extreme = q.Extreme.LEAST if self._rng.random() < 0.7 else q.Extreme.MOST
        return q.Ranked(of, q.DistanceTo(self._target()), extreme, rank)

    def _target(self) -> q.Selection:
        """What something is near to: mostly a region, or the one vehicle that is empty."""
        if "transporter" in self._of and self._rng.random() < 0.15:
            state = self._pick((q.LoadState.EMPTY, q.LoadState.LOADED))
            return q.Where(self._ids("transporter", 6), q.State(state))
        return self._end()

    def _picked(self) -> q.Ranked:
        """One of a row by its place in it, or the nearest to something."""
        label = self._pick(self._common())
        row = self._ids(label, 6)
        if self._rng.random() < 0.8:
            return q.Ranked(row, q.Column(), self._pick(_ENDS))
        return q.Ranked(row, q.DistanceTo(self._one()), q.Extreme.LEAST)

    def _narrowed(self) -> q.Where:
        """Regions of a class that a condition narrows; pallets and places most often."""
        condition = self._condition()
        inside = isinstance(condition, q.Inside) and "pallet" in self._of
        of = self._several("pallet" if inside and self._rng.random() < 0.8 else None)
        return q.Where(of, condition)

    # -- conditions, quantities, propositions -----------------------------------------------

    def _condition(self) -> q.Condition:
        style = self._rng.random()
        if style < 0.33 and "buffer" in self._of:
            return q.Inside(self._place())
        if style < 0.48:
            return q.State(self._pick(tuple(q.LoadState)))
        if style < 0.52:
            return q.OnTop(self._one())
        if style < 0.61:
            return q.NextTo(self._one())
        if style < 0.72:
            return q.Beside(self._pick(tuple(q.Side)), self._one())
        comparison = self._pick(_COMPARISONS)
        if style < 0.85:
            return q.Compared(q.DistanceTo(self._end()), comparison, self._metres())
        if style < 0.92:
            return q.Compared(q.DistanceTo(self._end()), comparison, self._one())
        return q.Compared(q.SizeOf(self._pick(_SIZES)), comparison, self._one())

    def _place(self) -> q.Selection:
        style = self._rng.random()
        if self._pairs_alone or style < 0.55:
            return q.Ids((self._pick(self._of["buffer"]),), "buffer")
        row = self._ids("buffer", 6)
        if style < 0.85:
            return q.Ranked(row, q.Column(), self._pick(tuple(q.Extreme)))
        return q.Ranked(row, q.DistanceTo(self._one()), q.Extreme.LEAST)

    def _metres(self) -> float:
        return round(float(self._rng.uniform(1.0, 10.0)), int(self._rng.integers(2)))

    def _distance(self) -> q.Question:
        modes, shares = (q.Mode.CENTER, q.Mode.HORIZONTAL, q.Mode.VERTICAL), (0.5, 0.23, 0.27)
        mode = modes[int(self._rng.choice(3, p=shares))]
        return q.HowMuch(q.Distance(self._one(), self._end(), mode))

    def _difference(self) -> q.Question:
        one, other = self._one(), self._one()
        if one == other:
            return self._difference()
        absolute = bool(self._rng.random() < 0.5)
        if self._rng.random() < 0.4:
            size = self._pick(_SIZES)
            return q.HowMuch(q.Difference(q.Size(one, size), q.Size(other, size), absolute))
        end = self._end()
        return q.HowMuch(q.Difference(q.Distance(one, end), q.Distance(other, end), absolute))

    def _distance_compared(self) -> q.Question:
        distance = q.Distance(self._one(), self._end())
        return q.Whether(q.Compares(distance, self._pick(_COMPARISONS), self._metres()))

    def _count_compared(self) -> q.Question:
        count, number = q.Count(self._narrowed()), int(self._rng.integers(5))
        comparisons = (*_COMPARISONS, q.Comparison.EQUAL)
        return q.Whether(q.Compares(count, self._pick(comparisons), number))
