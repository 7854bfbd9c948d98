"""On simulated frames with true masks, both evaluators measure the same of what both measure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.meaning import CAMERA, Kind, Meaning, Order, Pick
from smolrgpt_ros.reasoning.evaluator import measure
from smolrgpt_ros.reasoning.query.evaluator import evaluate
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame

RELATIONS = {
    Kind.LEFT_RIGHT: q.RelationKind.LEFT_RIGHT,
    Kind.FRONT_BEHIND: q.RelationKind.FRONT_BEHIND,
    Kind.ABOVE_BELOW: q.RelationKind.ABOVE_BELOW,
    Kind.BIGGER_SMALLER: q.RelationKind.BIGGER_SMALLER,
    Kind.TALLER_SHORTER: q.RelationKind.TALLER_SHORTER,
    Kind.WIDER_THINNER: q.RelationKind.WIDER_THINNER,
}
MODES = {
    Kind.DISTANCE: q.Mode.CENTER,
    Kind.HORIZONTAL_DISTANCE: q.Mode.HORIZONTAL,
    Kind.VERTICAL_DISTANCE: q.Mode.VERTICAL,
    Kind.CLEARANCE: q.Mode.CLEARANCE,
}
ORDERS: dict[Order, tuple[q.Key, q.Extreme]] = {
    Order.LEFTMOST: (q.Column(), q.Extreme.LEAST),
    Order.RIGHTMOST: (q.Column(), q.Extreme.MOST),
    Order.MIDDLE: (q.Column(), q.Extreme.MIDDLE),
    Order.LARGEST: (q.SizeOf(q.Dimension.SIZE), q.Extreme.MOST),
    Order.SMALLEST: (q.SizeOf(q.Dimension.SIZE), q.Extreme.LEAST),
}


@pytest.fixture(scope="module", params=[("ceiling", 7), ("robot", 12)], ids=["ceiling", "robot"])
def simulated(request: pytest.FixtureRequest) -> SimulatedFrame:
    family, seed = request.param
    try:
        return simulate_frame(seed, family, 640, 480)
    except RuntimeError as error:
        pytest.skip(f"this host cannot render: {error}")


def pairs(frame: SimulatedFrame) -> Iterator[tuple[Meaning, q.Question]]:
    """Questions about two regions or one, in both languages."""
    ids = [region.id for region in frame.regions]
    labels = {region.id: region.label for region in frame.regions}
    for a, b in permutations(ids, 2):
        picks, ends = (Pick((a,)), Pick((b,))), (q.Ids((a,)), q.Ids((b,)))
        flat = "buffer" in (labels[a], labels[b])
        for kind, relation in RELATIONS.items():
            # Volumes of floor regions were all 0 and could not be compared; now they can.
            if not (flat and kind is Kind.BIGGER_SMALLER):
                yield Meaning(kind, *picks), q.Relation(relation, *ends)
        for kind, mode in MODES.items():
            yield Meaning(kind, *picks), q.HowMuch(q.Distance(*ends, mode))
        yield Meaning(Kind.DIRECTION, *picks), q.Direction(*ends)
    for a in ids:
        pick, end = Pick((a,)), q.Ids((a,))
        yield Meaning(Kind.DISTANCE, pick, CAMERA), q.HowMuch(q.Distance(end, q.Camera()))
        yield Meaning(Kind.HEIGHT, pick), q.HowMuch(q.Size(end, q.Dimension.HEIGHT))
        yield Meaning(Kind.WIDTH, pick), q.HowMuch(q.Size(end, q.Dimension.WIDTH))


def choices(frame: SimulatedFrame) -> Iterator[tuple[Meaning, q.Question]]:
    """Counts and choices among the regions of a class."""
    of = {
        label: tuple(r.id for r in frame.regions if r.label == label)
        for label in ("pallet", "transporter", "buffer", "shelf")
    }
    pallets, chosen = of["pallet"], q.OfClass("pallet")
    yield Meaning(Kind.COUNT, counted=pallets), q.HowMuch(q.Count(chosen))
    for buffer in of["buffer"]:
        inside = q.Where(chosen, q.Inside(q.Ids((buffer,))))
        meaning = Meaning(Kind.COUNT, reference=Pick((buffer,)), counted=pallets)
        yield meaning, q.HowMuch(q.Count(inside))
    for label, ids in of.items():
        if len(ids) < 2:
            continue
        for order, (key, extreme) in ORDERS.items():
            for rank in range(1, 2 if order is Order.MIDDLE else len(ids)):
                pick = Pick(ids, order, rank)
                ranked = q.Ranked(q.OfClass(label), key, extreme, rank)
                yield Meaning(Kind.CHOICE, pick), q.Which(ranked)
        for end in (None, *of["transporter"], *of["shelf"]):
            if end in ids:
                continue
            distance = q.DistanceTo(q.Camera() if end is None else q.Ids((end,)))
            reference = CAMERA if end is None else Pick((end,))
            for order, extreme in (
                (Order.NEAREST, q.Extreme.LEAST),
                (Order.FARTHEST, q.Extreme.MOST),
            ):
                pick = Pick(ids, order, 1, reference)
                yield (
                    Meaning(Kind.CHOICE, pick),
                    q.Which(q.Ranked(q.OfClass(label), distance, extreme)),
                )
    for vehicle in of["transporter"]:
        for order, state in ((Order.EMPTY, q.LoadState.EMPTY), (Order.LOADED, q.LoadState.LOADED)):
            pick = Pick((vehicle,), order)
            found = q.Where(q.Ids((vehicle,), "transporter"), q.State(state))
            yield Meaning(Kind.CHOICE, pick), q.Which(found)


def test_pairs(simulated: SimulatedFrame) -> None:
    geometry = FrameGeometry(simulated.frame, simulated.regions)
    measured = 0
    for meaning, question in pairs(simulated):
        first, second = measure(meaning, geometry), evaluate(question, geometry)
        assert second.value == first.value, (meaning, first, second)
        assert second.unit == first.unit and second.reason == first.reason
        assert second.region_ids == first.region_ids
        assert second.std == (None if first.std is None else pytest.approx(first.std, abs=1e-9))
        measured += second.value is not None
    assert measured > 500


def test_counts_and_choices(simulated: SimulatedFrame) -> None:
    geometry = FrameGeometry(simulated.frame, simulated.regions)
    for meaning, question in choices(simulated):
        first = measure(meaning, geometry)
        if first.value is None:
            with pytest.raises(Exception, match="no transporter"):
                evaluate(question, geometry)
            continue
        second = evaluate(question, geometry)
        assert second.value == first.value, (meaning, first, second)
        assert second.region_ids == first.region_ids
