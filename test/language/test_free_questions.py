"""The table of free questions: what people and planners type, and what it must mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from smolrgpt_ros.language.grounding import Grounding, RegionView, ground
from smolrgpt_ros.language.meaning import Kind, Order, Pick
from smolrgpt_ros.scene.status import QueryError, Status

TABLE = Path(__file__).with_name("free_questions.txt")
SCENES = {
    "A": [
        (7, "pallet", 320), (3, "pallet", 100), (12, "pallet", 560), (9, "transporter", 450),
        (4, "transporter", 200), (2, "shelf", 40), (5, "shelf", 600), (8, "buffer", 520),
        (1, "buffer", 120), (6, "buffer", 330),
    ],
    "B": [(1, "pallet", 100), (4, "buffer", 200), (2, "transporter", 300), (3, "shelf", 500)],
}  # fmt: skip


def views(scene: str) -> list[RegionView]:
    return [
        RegionView(i, label, (float(x), 200.0), (x - 30, 180, x + 30, 220))
        for i, label, x in SCENES[scene]
    ]


def described(grounding: Grounding, scene: list[RegionView]) -> str:
    """The meaning in the notation of the table."""
    column = {view.id: view.centroid[0] for view in scene if view.centroid}

    def one(pick: Pick | None) -> str:
        if pick is None or pick.is_camera:
            return "camera"
        named = pick.candidates
        if len(named) == 1:
            return str(named[0])
        ranked = sorted(named, key=column.__getitem__)
        if pick.order is Order.LEFTMOST:
            return str(ranked[pick.rank - 1])
        if pick.order is Order.RIGHTMOST:
            return str(ranked[-pick.rank])
        if pick.order is Order.MIDDLE:
            return str(ranked[len(ranked) // 2])
        listed = " ".join(str(i) for i in named)
        assert pick.order is not None
        tail = f"|{one(pick.reference)}" if pick.order in (Order.NEAREST, Order.FARTHEST) else ""
        return f"{pick.order.value}({listed}{tail})"

    meaning = grounding.meaning
    if meaning.kind.is_size:
        return f"{meaning.kind.value} {one(meaning.subject)}"
    if meaning.kind in (Kind.DISTANCE, Kind.LEFT_RIGHT) or meaning.kind.is_relation:
        return f"{meaning.kind.value} {one(meaning.subject)} {one(meaning.reference)}"
    if meaning.kind is Kind.COUNT:
        counted = " ".join(str(i) for i in meaning.counted)
        return f"count {counted} in {one(meaning.reference) if meaning.reference else 'view'}"
    pick = meaning.subject
    assert meaning.kind is Kind.CHOICE and pick is not None and pick.order is not None
    listed = " ".join(str(i) for i in pick.candidates)
    to = f" to {one(pick.reference)}" if pick.order in (Order.NEAREST, Order.FARTHEST) else ""
    rank = f" rank {pick.rank}" if pick.rank > 1 else ""
    return f"choice {pick.order.value} {listed}{to}{rank}"


def rows() -> list[tuple[str, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    parts = [line.replace("\\|", "\0").split("|") for line in lines if not line.startswith("#")]
    return [(a.strip(), b.strip(), c.strip().replace("\0", "|")) for a, b, c in parts]


@pytest.mark.parametrize(("scene", "question", "expected"), rows())
def test_free_question(scene: str, question: str, expected: str) -> None:
    regions = views(scene)
    if expected in ("bad", "unknown"):
        with pytest.raises(QueryError) as caught:
            ground(question, regions)
        wanted = Status.BAD_QUESTION if expected == "bad" else Status.UNKNOWN_REGION
        assert caught.value.status is wanted, caught.value.message
        assert "In view: " in caught.value.message
        return
    grounding = ground(question, regions)
    assert described(grounding, regions) == expected
    assert grounding.prompt.text.count("<mask>") == len(grounding.prompt.region_ids)
