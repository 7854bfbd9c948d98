"""Answers a question's meaning from masks, metric depth and intrinsics; no neural network."""

from __future__ import annotations

from dataclasses import dataclass

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.relations import Quantity, difference, hour_of, length_of
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import STATES, Kind, Meaning, Order, Pick

from .measured_objects import CannotMeasure, MeasuredObjects


@dataclass(frozen=True)
class Measurement:
    """A measured answer.

    Args:
        kind: of the question.
        value: metres, a count, the hour of a clock, the word of a comparison or the id of the
            chosen region; ``None`` where depth could not answer, with the ``reason``.
        unit: ``"m"``, ``"count"``, ``"hour"`` of the clock or ``""``.
        std: standard deviation of a number, in its unit; ``None`` for counts and words.
        valid_ratio: smallest share of valid depth among the regions used; ``None`` where no depth
            was needed.
        region_ids: regions the value is about: the chosen, the counted or the two asked about.
        reason: one sentence; ``""`` with a value.
    """

    kind: Kind
    value: Value | None
    unit: str = ""
    std: float | None = None
    valid_ratio: float | None = None
    region_ids: tuple[int, ...] = ()
    reason: str = ""


def measure(meaning: Meaning, geometry: FrameGeometry) -> Measurement:
    """Measures the answer.

    Args:
        meaning: of the question.
        geometry: of the frame with all its regions.
    """
    kind = meaning.kind
    if kind.is_length and not geometry.frame.metric:
        reason = "the depth picture has no scale, so lengths cannot be measured"
        return Measurement(kind, None, reason=reason)
    geometry.prepare(_regions_to_place(meaning))
    evaluator = _Evaluator(MeasuredObjects(geometry))
    try:
        return evaluator.measure(meaning)
    except CannotMeasure as error:
        return Measurement(kind, None, reason=str(error))


def locate(geometry: FrameGeometry, pick: Pick) -> int | None:
    """The id of the region that a pick selects, ``None`` where depth cannot decide."""
    try:
        return _Evaluator(MeasuredObjects(geometry)).select(pick)
    except CannotMeasure:
        return None


def _regions_to_place(meaning: Meaning) -> list[int]:
    """Regions whose objects decide the answer, so that they are estimated together."""
    ids: list[int] = []
    if meaning.kind is Kind.COUNT and meaning.reference is None:
        return ids
    ids += meaning.counted
    for pick in meaning.picks():
        if pick.order is None and meaning.kind not in (Kind.CHOICE, Kind.LEFT_RIGHT):
            ids += pick.region_ids()
        ids += _deciding(pick)
    return list(dict.fromkeys(ids))


def _deciding(pick: Pick) -> tuple[int, ...]:
    """Regions whose objects decide a pick; none where image positions alone do."""
    reference = _deciding(pick.reference) if pick.reference is not None else ()
    if pick.order is None or pick.order.in_image:
        return reference
    ends = pick.reference.candidates if pick.reference and pick.reference.order is None else ()
    return pick.candidates + reference + ends


class _Evaluator:
    """Evaluates one meaning on the objects of a frame; raises CannotMeasure."""

    def __init__(self, objects: MeasuredObjects) -> None:
        self._objects = objects

    def measure(self, meaning: Meaning) -> Measurement:
        """The value of a meaning, by its kind."""
        kind = meaning.kind
        if kind is Kind.DISTANCE:
            return self._distance(meaning)
        if kind is Kind.LEFT_RIGHT:
            return self._left_right(meaning)
        if kind is Kind.COUNT:
            return self._count(meaning)
        if kind is Kind.CHOICE:
            chosen = self.select(_given(meaning.subject))
            return self._measured(kind, chosen, (chosen,))
        if kind.is_relation:
            return self._relation(meaning)
        raise CannotMeasure("this kind of question is not measured")

    # -- kinds ------------------------------------------------------------------------------

    def _distance(self, meaning: Meaning) -> Measurement:
        first, reference = self.select(_given(meaning.subject)), _given(meaning.reference)
        if reference.is_camera:
            return self._length(Kind.DISTANCE, self._objects.range(first), (first,))
        second = self.select(reference)
        length = self._objects.distance(first, second)
        if self._objects.is_inside(first, second) or self._objects.is_inside(second, first):
            length = Quantity(0.0, 0.0)
        return self._length(Kind.DISTANCE, length, (first, second))

    def _left_right(self, meaning: Meaning) -> Measurement:
        ids = self.select(_given(meaning.subject)), self.select(_given(meaning.reference))
        first, second = (self._objects.column(region_id) for region_id in ids)
        if first == second:
            raise CannotMeasure("both masks are centred on the same column")
        return self._measured(Kind.LEFT_RIGHT, "left" if first < second else "right", ids)

    def _count(self, meaning: Meaning) -> Measurement:
        inside = meaning.counted
        if meaning.reference is not None:
            place = self.select(meaning.reference)
            inside = tuple(i for i in meaning.counted if self._objects.is_inside(i, place))
        return self._measured(Kind.COUNT, len(inside), inside, "count")

    def _relation(self, meaning: Meaning) -> Measurement:
        """Relations and sizes of boxes on the floor."""
        kind, first = meaning.kind, self.select(_given(meaning.subject))
        one = self._objects.on_floor(first)
        if kind.is_size:
            return self._length(kind, length_of(kind, one), (first,))
        second = self.select(_given(meaning.reference))
        two, both = self._objects.on_floor(second), (first, second)
        if kind.is_length:
            return self._length(kind, length_of(kind, one, two), both)
        if kind is Kind.DIRECTION:
            hour, std = hour_of(one, two)
            return self._measured(kind, hour, both, "hour", std)
        gap = difference(kind, one, two)
        if abs(gap.value) < gap.std:
            raise CannotMeasure(f"too little differs to tell {kind.value.replace('_', ' or ')}")
        return self._measured(kind, kind.value.split("_")[0 if gap.value > 0 else 1], both)

    def _length(self, kind: Kind, length: Quantity, region_ids: tuple[int, ...]) -> Measurement:
        return self._measured(kind, length.value, region_ids, "m", length.std)

    def _measured(
        self,
        kind: Kind,
        value: Value,
        region_ids: tuple[int, ...],
        unit: str = "",
        std: float | None = None,
    ) -> Measurement:
        return Measurement(kind, value, unit, std, self._objects.valid_ratio, region_ids)

    # -- selections -------------------------------------------------------------------------

    def select(self, pick: Pick) -> int:
        """The id of the region that a pick selects."""
        order = pick.order
        # Also of a single candidate: "the empty transporter" must not be one that carries a load.
        if order in STATES:
            return self._with_load(pick, loaded=order is Order.LOADED)
        if pick.single is not None:
            return pick.single
        if order is None:
            raise CannotMeasure("several regions fit and nothing selects one")
        values = self._compared_values(pick, order)
        descending = order in (Order.RIGHTMOST, Order.FARTHEST, Order.LARGEST)
        ranked = sorted(pick.candidates, key=values.__getitem__, reverse=descending)
        if order is Order.MIDDLE:
            return ranked[len(ranked) // 2]
        if pick.rank > len(ranked):
            raise CannotMeasure(f"there is no number {pick.rank} among {len(ranked)}")
        return ranked[pick.rank - 1]

    def _compared_values(self, pick: Pick, order: Order) -> dict[int, float]:
        """What an order compares of each candidate: pixels, metres or cubic metres."""
        if order.in_image:
            return {i: self._objects.column(i) for i in pick.candidates}
        if order in (Order.LARGEST, Order.SMALLEST):
            return {i: self._objects.volume(i) for i in pick.candidates}
        reference = pick.reference
        if reference is None or reference.is_camera:
            return {i: self._objects.range(i).value for i in pick.candidates}
        several = reference.order is None and reference.single is None
        ends = reference.candidates if several else (self.select(reference),)
        return {
            i: min(self._objects.distance(i, end).value for end in ends) for i in pick.candidates
        }

    def _with_load(self, pick: Pick, loaded: bool) -> int:
        """The one loaded (or empty) candidate; refuses where none or several are.

        The question implies that there is one: where a single deck is seen to be empty it is that,
        also where another deck is hidden.
        """
        loads: dict[int, float] = {}
        hidden = ""
        for region_id in pick.candidates:
            try:
                loads[region_id] = self._objects.load(region_id)
            except CannotMeasure as error:
                hidden = str(error)
        wanted = [region_id for region_id, load in loads.items() if (load > 0.5) == loaded]
        if len(wanted) == 1:
            return wanted[0]
        if hidden and not wanted:
            raise CannotMeasure(hidden)
        state = Order.LOADED if loaded else Order.EMPTY
        raise CannotMeasure(
            f"{len(wanted)} of {len(pick.candidates)} candidates are {state.value}, not one"
        )


def _given(pick: Pick | None) -> Pick:
    """A pick that every meaning of its kind has."""
    if pick is None:
        raise ValueError("the meaning lacks a subject or a reference that its kind needs")
    return pick
