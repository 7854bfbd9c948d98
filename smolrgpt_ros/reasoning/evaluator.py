"""Answers a question's meaning from masks, metric depth and intrinsics; no neural network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.payload import load_of
from smolrgpt_ros.geometry.relations import FloorObject, Quantity, difference, hour_of, length_of
from smolrgpt_ros.geometry.size_priors import SIZES
from smolrgpt_ros.language.meaning import STATES, Kind, Meaning, Order, Pick
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region


@dataclass(frozen=True)
class Measurement:
    """A measured answer.

    Args:
        kind: of the question.
        value: metres, a count, the hour of a clock, the word of a comparison or the chosen
            position; ``None`` where depth could not answer, with the ``reason``.
        unit: ``"m"``, ``"count"``, ``"hour"`` of the clock or ``""``.
        std: standard deviation of a number, in its unit; ``None`` for counts and words.
        valid_ratio: smallest share of valid depth among the regions used; ``None`` where no depth
            was needed.
        normalized: as the benchmark writes it; ``""`` without a value.
        regions: positions the value is about: the chosen, the counted or the two asked ones.
        reason: one sentence; ``""`` with a value.
    """

    kind: Kind
    value: float | int | str | None
    unit: str = ""
    std: float | None = None
    valid_ratio: float | None = None
    normalized: str = ""
    regions: tuple[int, ...] = ()
    reason: str = ""


class _CannotMeasure(Exception):
    """Depth does not answer; the message says why."""


def measure(
    meaning: Meaning,
    frame: RgbdFrame,
    regions: Sequence[Region],
    geometry: FrameGeometry | None = None,
) -> Measurement:
    """Measures the answer.

    Args:
        meaning: positions count over ``regions``.
        frame: the frame asked about.
        regions: as in the prompt, in order.
        geometry: of the frame with *all* its regions; made from ``regions`` if left out.
    """
    if geometry is None:
        geometry = FrameGeometry(frame, tuple(dict.fromkeys(regions)))  # a prompt may repeat one
    gauge = _Gauge(geometry, regions)
    if meaning.kind.is_length and not frame.metric:
        reason = "the depth picture has no scale, so lengths cannot be told"
        return Measurement(meaning.kind, None, reason=reason)
    gauge.prepare(meaning)
    try:
        if meaning.kind is Kind.DISTANCE:
            return gauge.distance(meaning)
        if meaning.kind is Kind.LEFT_RIGHT:
            return gauge.left_right(meaning)
        if meaning.kind is Kind.COUNT:
            return gauge.count(meaning)
        if meaning.kind is Kind.CHOICE:
            return gauge.choice(meaning)
        if meaning.kind.is_relation:
            return gauge.relation(meaning)
    except _CannotMeasure as error:
        return Measurement(meaning.kind, None, reason=str(error))
    return Measurement(meaning.kind, None, reason="this kind of question is not measured")


def locate(geometry: FrameGeometry, pick: Pick) -> int | None:
    """The region of a frame that a pick selects, ``None`` where depth cannot tell.

    Args:
        pick: positions count over ``geometry.regions``.
    """
    try:
        return _Gauge(geometry, geometry.regions).pick(pick)
    except _CannotMeasure:
        return None


def _placed_for(pick: Pick) -> tuple[int, ...]:
    """Positions whose places decide a pick; none where the picture alone does."""
    reference = _placed_for(pick.reference) if pick.reference is not None else ()
    if pick.order is None or pick.order.in_image:
        return reference
    ends = pick.reference.candidates if pick.reference and pick.reference.order is None else ()
    return pick.candidates + reference + ends


class _Gauge:
    """Measures among the regions of one prompt."""

    def __init__(self, geometry: FrameGeometry, regions: Sequence[Region]) -> None:
        self._geometry = geometry
        self._regions = regions
        if not all(geometry.region(region.id) is region for region in regions):
            raise ValueError("every region of the prompt must be one of the geometry's")
        self._ids = [region.id for region in regions]
        self._ratios: list[float] = []

    def prepare(self, meaning: Meaning) -> None:
        """Looks at once at every region whose place will be asked for."""
        if meaning.kind is Kind.LEFT_RIGHT:
            wanted = {p for pick in meaning.picks() for p in _placed_for(pick)}
        elif meaning.kind is Kind.COUNT and meaning.reference is None:
            wanted = set()
        else:
            wanted = set(meaning.counted)
            for pick in meaning.picks():
                ends = pick.positions() if meaning.kind is not Kind.CHOICE else ()
                wanted |= set(_placed_for(pick)) | set(ends if pick.order is None else ())
        self._geometry.prepare(self._ids[p] for p in sorted(wanted))

    # -- kinds ------------------------------------------------------------------------------

    def distance(self, meaning: Meaning) -> Measurement:
        assert meaning.subject is not None and meaning.reference is not None
        first = self.pick(meaning.subject)
        if meaning.reference.is_camera:
            spot = self._object(first)
            value = float(np.linalg.norm(spot.centre))
            direction = spot.centre / max(value, 1e-9)
            std = math.sqrt(float(direction @ spot.covariance @ direction))
            return self._length(value, std, (first,))
        second = self.pick(meaning.reference)
        value, std = self._between(first, second)
        return self._length(value, std, (first, second))

    def _length(self, value: float, std: float, regions: tuple[int, ...]) -> Measurement:
        return Measurement(Kind.DISTANCE, value, "m", std, self._ratio(), f"{value:.2f}", regions)

    def left_right(self, meaning: Meaning) -> Measurement:
        assert meaning.subject is not None and meaning.reference is not None
        first, second = self.pick(meaning.subject), self.pick(meaning.reference)
        x1, x2 = self._column(first), self._column(second)
        if x1 == x2:
            raise _CannotMeasure("both masks are centred on the same column")
        side = "left" if x1 < x2 else "right"
        return Measurement(
            Kind.LEFT_RIGHT, side, valid_ratio=self._ratio(), normalized=side,
            regions=(first, second),
        )  # fmt: skip

    def count(self, meaning: Meaning) -> Measurement:
        if meaning.reference is None:
            inside = meaning.counted
        else:
            place = self.pick(meaning.reference)
            inside = tuple(p for p in meaning.counted if self.is_inside(p, place))
        return Measurement(
            Kind.COUNT, len(inside), "count", valid_ratio=self._ratio(),
            normalized=str(len(inside)), regions=inside,
        )  # fmt: skip

    def choice(self, meaning: Meaning) -> Measurement:
        assert meaning.subject is not None
        chosen = self.pick(meaning.subject)
        return Measurement(
            Kind.CHOICE, chosen, valid_ratio=self._ratio(), normalized=str(chosen),
            regions=(chosen,),
        )  # fmt: skip

    def relation(self, meaning: Meaning) -> Measurement:
        """Relations and sizes of boxes on the floor."""
        assert meaning.subject is not None
        kind, first = meaning.kind, self.pick(meaning.subject)
        one = self._placed(first)
        if kind.is_size:
            return self._metres(kind, length_of(kind, one), (first,))
        assert meaning.reference is not None
        second = self.pick(meaning.reference)
        two, both = self._placed(second), (first, second)
        if kind.is_length:
            return self._metres(kind, length_of(kind, one, two), both)
        if kind is Kind.DIRECTION:
            hour, std = hour_of(one, two)
            return Measurement(kind, hour, "hour", std, self._ratio(), str(hour), both)
        gap = difference(kind, one, two)
        if abs(gap.value) < gap.std:
            raise _CannotMeasure(f"too little differs to tell {kind.value.replace('_', ' or ')}")
        word = kind.value.split("_")[0 if gap.value > 0 else 1]
        return Measurement(kind, word, "", None, self._ratio(), word, both)

    def _metres(self, kind: Kind, found: Quantity, regions: tuple[int, ...]) -> Measurement:
        value = found.value
        return Measurement(kind, value, "m", found.std, self._ratio(), f"{value:.2f}", regions)

    def _placed(self, position: int) -> FloorObject:
        found = self._object(position)
        plane = self._geometry.plane
        if plane is None or found.footprint is None:
            raise _CannotMeasure("no floor is in view, what is level and upright cannot be told")
        return FloorObject(found, plane)

    # -- selections -------------------------------------------------------------------------

    def pick(self, pick: Pick) -> int:
        """The position a pick selects."""
        order = pick.order
        # Also of a single candidate: "the empty transporter" must not be one that carries a load.
        if order in STATES:
            return self._by_load(pick, order)
        if pick.single is not None:
            return pick.single
        if order is None:
            raise _CannotMeasure("several regions fit and nothing selects one")
        if order.in_image:
            values = {p: self._column(p) for p in pick.candidates}
        elif order in (Order.NEAREST, Order.FARTHEST):
            values = self._ranges(pick)
        else:
            values = {p: self._volume(p) for p in pick.candidates}
        descending = order in (Order.RIGHTMOST, Order.FARTHEST, Order.LARGEST)
        ranked = sorted(values, key=values.__getitem__, reverse=descending)
        if order is Order.MIDDLE:
            return ranked[len(ranked) // 2]
        if pick.rank > len(ranked):
            raise _CannotMeasure(f"there is no number {pick.rank} among {len(ranked)}")
        return ranked[pick.rank - 1]

    def _by_load(self, pick: Pick, order: Order) -> int:
        """The one empty (or loaded) candidate; refuses where none or several stand out.

        Who asks for the empty one says that there is one: it is the one whose deck is seen to be
        empty, also where another's cannot be seen.
        """
        loads: dict[int, float] = {}
        hidden = ""
        for position in pick.candidates:
            try:
                loads[position] = self.load_of(position)
            except _CannotMeasure as error:
                hidden = str(error)
        wanted = [p for p in loads if (loads[p] > 0.5) == (order is Order.LOADED)]
        if len(wanted) == 1:
            return wanted[0]
        if hidden and not wanted:
            raise _CannotMeasure(hidden)
        raise _CannotMeasure(
            f"{len(wanted)} of {len(pick.candidates)} candidates are {order.value}, not one"
        )

    def _ranges(self, pick: Pick) -> dict[int, float]:
        if pick.reference is None or pick.reference.is_camera:
            return {p: float(np.linalg.norm(self._object(p).centre)) for p in pick.candidates}
        reference = pick.reference
        if reference.order is None and reference.single is None:
            ends = reference.candidates
        else:
            ends = (self.pick(reference),)
        return {
            p: min(self._between(p, end, inside_is_zero=False)[0] for end in ends)
            for p in pick.candidates
        }

    # -- relations --------------------------------------------------------------------------

    def _between(self, first: int, second: int, inside_is_zero: bool = True) -> tuple[float, float]:
        """Distance of two centres and its standard deviation; 0 inside a buffer region."""
        one, two = self._object(first), self._object(second)
        if inside_is_zero and (self.is_inside(first, second) or self.is_inside(second, first)):
            return 0.0, 0.0
        gap = two.centre - one.centre
        value = float(np.linalg.norm(gap))
        direction = gap / max(value, 1e-9)
        variance = float(direction @ (one.covariance + two.covariance) @ direction)
        return value, math.sqrt(variance + (0.0004 * value) ** 2)

    def is_inside(self, thing: int, place: int) -> bool:
        """Whether a region's object stands on the floor inside a flat region."""
        prior = SIZES.get(self._regions[place].label)
        if prior is None or not prior.flat or self._regions[thing].label == "buffer":
            return False
        spot, area = self._object(thing), self._object(place)
        if spot.footprint is None or area.footprint is None:
            raise _CannotMeasure("no floor is in view, inside or outside cannot be told")
        return spot.bottom < 0.1 and area.footprint.depth_of(spot.footprint.centre) > 0

    def load_of(self, position: int) -> float:
        """How surely something stands on a transporter (or a pallet carries boxes), in [0, 1]."""
        self._object(position)
        load = load_of(self._geometry, self._ids[position])
        if isinstance(load, str):
            raise _CannotMeasure(load)
        return load

    # -- values -----------------------------------------------------------------------------

    def _object(self, position: int) -> ObjectEstimate:
        found = self._geometry.estimate(self._ids[position])
        if isinstance(found, str):
            raise _CannotMeasure(found)
        self._ratios.append(found.valid_ratio)
        return found

    def _column(self, position: int) -> float:
        centroid = self._geometry.centroid(self._ids[position])
        if centroid is None:
            raise _CannotMeasure(f"the mask of region {self._regions[position].id} is empty")
        return centroid[0]

    def _volume(self, position: int) -> float:
        size = np.asarray(self._object(position).size)
        if not np.all(np.isfinite(size)):
            raise _CannotMeasure("no floor is in view, sizes cannot be told")
        return float(size[0] * size[1] * max(size[2], 0.01))

    def _ratio(self) -> float | None:
        return min(self._ratios) if self._ratios else None
