# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rationales: the intermediate results that an answer states before its verdict.

A small decoder cannot find the least of ten numbers or count ten objects at once. It can write one
number after another, each read from the name of the region it has just written, mark each new
extreme, and count on from the last number. Lists are headed by the word for the number or the sign
that their names carry (``quantities.QUANTITIES``). A region that a list finds is named behind it,
before the next list begins. What a number is compared with is said again right before it:
where it stood in the question alone, comparisons were not learned. Numbers are subtracted digit by
digit, from the last one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.simulation.true_answers.true_objects import End

_HEADINGS = {
    q.Mode.CENTER: "distance",
    q.Mode.HORIZONTAL: "ground",
    q.Mode.VERTICAL: "rise",
}
_STATE_SIGNS = {
    q.LoadState.LOADED: "cargo",
    q.LoadState.EMPTY: "cargo",
    q.LoadState.CARRIED: "lift",
    q.LoadState.ON_FLOOR: "lift",
}
_LEAST, _MOST = " least", " most"
_BORROWED = " less"


class Rationale:
    """Writes the rationale of one question.

    Args:
        truth: about the frame.
        region_ids: of the prompt; ``[Region i]`` is the i-th of them.
    """

    def __init__(self, truth: TrueAnswers, region_ids: tuple[int, ...]) -> None:
        self._truth, self._ids = truth, region_ids
        self._steps: list[str] = []

    def of(self, question: q.Question) -> str:
        """The sentences before the verdict."""
        match question:
            case q.HowMuch(quantity):
                self._quantity(quantity)
            case q.Which(selection):
                self._find(selection)
            case q.Whether(proposition):
                self._proposition(proposition)
            case q.Relation(kind, first, second):
                self._relation(kind, first, second)
            case q.Direction(subject, viewer):
                one, other = self._find(subject), self._find(viewer)
                self._hour(one, other)
        return " ".join(self._steps)

    # -- numbers ----------------------------------------------------------------------------

    def _quantity(self, quantity: q.Quantity) -> str:
        """Writes what shows the quantity; returns its number as it is written."""
        match quantity:
            case q.Distance(first, second, mode):
                one, other = self._find(first), self._find(second)
                start, end = (one, other) if other is not None else (None, one)
                number = f"{self._truth.distance(one, other, mode):.2f}"
                self._say(_HEADINGS[mode], start, [(end, number)])
                return number
            case q.Size(of, dimension):
                one = self._find(of)
                number = f"{self._truth.key(q.SizeOf(dimension), one):.2f}"
                self._say(dimension.value, None, [(one, number)])
                return number
            case q.Count(q.Where(of, condition)):
                return str(self._check(of, condition))
            case q.Count(of):
                members = self._truth.select(of)
                items = [(i, str(n)) for n, i in enumerate(self._sorted(members), 1)]
                self._list("Count whether in view", items)
                return str(len(members))
            case q.Difference(first, second):
                one_number, other_number = self._quantity(first), self._quantity(second)
                apart = float(one_number) - float(other_number)
                word = "less" if apart < 0 else "more"
                most, least = sorted((one_number, other_number), key=float, reverse=True)
                number, digits = subtracted(most, least)
                self._steps.append(f"Asked {one_number} from {other_number}: {word}.")
                self._steps.append(f"Asked {least} from {most}: {digits}.")
                return number
        raise TypeError(f"no rationale for {quantity!r}")

    def _hour(self, subject: End, viewer: End) -> None:
        across, ahead = (
            a - b for a, b in zip(self._truth.spot(subject), self._truth.spot(viewer), strict=True)
        )
        hours = clock_hours(across, ahead)
        self._say("bearing", viewer, [(subject, f"{hours:.1f}")])

    # -- selections -------------------------------------------------------------------------

    def _find(self, selection: q.Selection) -> End:
        """The one region of a selection, after what shows that it is."""
        found = self._truth.one(selection)
        match selection:
            case q.Where(of, condition):
                self._check(of, condition)
            case q.Ranked():
                self._rank(selection)
            case _:
                return found
        self._steps.append(f"Found {self._name(found)}.")
        return found

    def _rank(self, ranked: q.Ranked) -> None:
        """Lists of the candidates, without the first of each list in the next one."""
        key = ranked.key
        ids = self._sorted(self._truth.candidates(ranked.of, key))
        heading, start, digits = "column", None, 1
        if isinstance(key, q.DistanceTo):
            heading, start = "distance", self._find(key.target)
        if isinstance(key, q.SizeOf):
            heading, digits = key.dimension.value, 2
        values = {i: self._number(key, i) for i in ids}
        ends = (
            (min, max)
            if ranked.extreme is q.Extreme.MIDDLE
            else (min if ranked.extreme is q.Extreme.LEAST else max,)
        )
        passes = (len(ids) - 1) // 2 if len(ends) == 2 else ranked.rank
        for _ in range(passes):
            best: dict[Callable[..., float], float] = {}
            items = []
            for i in ids:
                text = f"{values[i]:.{digits}f}"
                for end in ends:
                    if end not in best or end(values[i], best[end]) != best[end]:
                        best[end] = values[i]
                        text += _LEAST if end is min else _MOST
                items.append((i, text))
            self._say(heading, start, items)
            ids = [i for i in ids if values[i] not in best.values()]

    def _number(self, key: q.Key, region_id: int) -> float:
        number = self._truth.key(key, region_id)
        if isinstance(key, q.Column):
            return 10 * (number + 0.5) / self._truth.truth.width
        return number

    # -- conditions -------------------------------------------------------------------------

    def _check(self, of: q.Selection, condition: q.Condition) -> int:
        """Whether the condition holds for each, and how many it holds for so far; in all."""
        asked, number_of = self._asked(condition)
        held, items = 0, []
        for i in self._sorted(self._truth.select(of)):
            if self._is_end(condition, i):
                continue
            holds = self._truth.holds_for(condition, i)
            held += holds
            items.append((i, f"{number_of(i)}{held if holds else 'no'}"))
        self._list(f"Count {asked}", items)
        return held

    def _is_end(self, condition: q.Condition, region_id: int) -> bool:
        """Whether the condition would relate a region to itself."""
        ends: list[q.Selection] = []
        match condition:
            case q.Beside(of=of) | q.NextTo(of=of):
                ends = [of]
            case q.Compared(key, _, value):
                ends = [value] if isinstance(value, q.Selection) else []
                ends += [key.target] if isinstance(key, q.DistanceTo) else []
        return any(end != q.Camera() and self._truth.one(end) == region_id for end in ends)

    def _asked(self, condition: q.Condition) -> tuple[str, Callable[[int], str]]:
        """The words before a list, and the number of each region in it that decides."""
        match condition:
            case q.State(state):
                return f"{_STATE_SIGNS[state]} {state.value}", _nothing
            case q.Inside(place):
                return f"inside {self._name(self._find(place))}", _nothing
            case q.OnTop(carrier):
                return f"resting {self._name(self._find(carrier))}", _nothing
            case q.NextTo(of):
                return f"gap {self._name(self._find(of))}", _nothing
            case q.Beside(side, of):
                return f"whether {side.value} {self._name(self._find(of))}", _nothing
            case q.Compared(key, comparison, value) if not isinstance(value, q.Key):
                return self._compared(key, comparison, value)
        raise TypeError(f"no rationale for {condition!r}")

    def _compared(
        self, key: q.Key, comparison: q.Comparison, value: float | q.Selection | q.Quantity
    ) -> tuple[str, Callable[[int], str]]:
        start = self._find(key.target) if isinstance(key, q.DistanceTo) else None
        heading = key.dimension.value if isinstance(key, q.SizeOf) else "distance"
        digits = 2 if isinstance(key, q.SizeOf) else 1
        if isinstance(value, q.Selection):
            other = self._find(value)
            assert other is not None
            bound = f"{self._number(key, other):.{digits}f}"
            self._say(heading, start, [(other, bound)])
        else:
            assert isinstance(value, int | float)
            bound = f"{value:.{digits}f}"
        behind = "" if start is None else f" from {self._name(start)}"
        return (
            f"by {heading}{behind} {comparison.value} {bound}",
            lambda i: f"{self._number(key, i):.{digits}f} ",
        )

    def _proposition(self, proposition: q.Proposition) -> None:
        match proposition:
            case q.Holds(subject, condition):
                one = self._find(subject)
                assert one is not None
                self._check(q.Ids((one,)), condition)
            case q.Exists(q.Where(of, condition)):
                self._check(of, condition)
            case q.Compares(first, comparison, int() | float() as second):
                number = self._quantity(first)
                bound = f"{second:.2f}" if "." in number else f"{second:.0f}"
                self._steps.append(f"Asked whether {number} {comparison.value} {bound}.")
            case q.Same(_, second):
                self._find(second)

    def _relation(self, kind: q.RelationKind, first: q.Selection, second: q.Selection) -> None:
        one, other = self._find(first), self._find(second)
        assert one is not None and other is not None
        if kind in (q.RelationKind.TALLER_SHORTER, q.RelationKind.WIDER_THINNER):
            tall = kind is q.RelationKind.TALLER_SHORTER
            dimension = q.Dimension.HEIGHT if tall else q.Dimension.WIDTH
            sizes = [(i, f"{self._truth.compared_size(i, dimension):.2f}") for i in (one, other)]
            self._say("height" if tall else "span", None, sizes)
            return
        word = self._truth.relation(kind, one, other)
        self._list(f"Asked whether {kind.value} {self._name(other)}", [(one, word)])

    # -- words ------------------------------------------------------------------------------

    def _say(self, heading: str, start: End, items: Sequence[tuple[End, str]]) -> None:
        behind = "" if start is None else f" from {self._name(start)}"
        self._list(f"By {heading}{behind}", items)

    def _list(self, head: str, items: Sequence[tuple[End, str]]) -> None:
        rows = ", ".join(f"{self._name(i)} {text}" for i, text in items)
        self._steps.append(f"{head}: {rows or 'none'}.")

    def _name(self, end: End) -> str:
        assert end is not None
        return f"[Region {self._ids.index(end)}]"

    def _sorted(self, ids: Sequence[int]) -> list[int]:
        return sorted(ids, key=self._ids.index)


def subtracted(most: str, least: str) -> tuple[str, str]:
    """A difference of two numbers of as many decimals, and how it is found digit by digit.

    Args:
        most: not below 0, as written.
        least: from 0 to ``most``.

    Returns:
        The difference; and from the last place on the two digits and that of the difference, "less"
        behind it where one is taken from the next place, whose digit is then one less: "2 1 1, 1 6
        5 less, 4 3 0" for 4.12 and 3.61.
    """
    above = [int(digit) for digit in reversed(most.replace(".", ""))]
    below = [int(digit) for digit in reversed(least.replace(".", "").zfill(len(above)))]
    steps, found, borrowed = [], "", 0
    for one, other in zip(above, below, strict=True):
        digit = one - other - borrowed
        borrowed = int(digit < 0)
        found = f"{digit % 10}{found}"
        steps.append(f"{one} {other} {digit % 10}{_BORROWED * borrowed}")
    decimals = len(most.partition(".")[2])
    return f"{int(found) / 10**decimals:.{decimals}f}", ", ".join(steps)


def clock_hours(across: float, ahead: float) -> float:
    """Hours from 0 to 12, 12 being straight ahead."""
    return math.degrees(math.atan2(across, ahead)) / 30 % 12


def _nothing(region_id: int) -> str:
    return ""
