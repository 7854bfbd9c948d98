# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The table of free questions: what people and planners type, and what it must mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.meaning import Kind, Order, Pick
from smolrgpt_ros.language.model_form import model_form
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError, Status

TABLE = Path(__file__).with_name("free_questions.txt")
NOT_YET = "not yet: "
ERRORS = {"bad": Status.BAD_QUESTION, "unknown": Status.UNKNOWN_REGION}
SCENES = {
    "A": [
        (7, "pallet", 320), (3, "pallet", 100), (12, "pallet", 560), (9, "transporter", 450),
        (4, "transporter", 200), (2, "shelf", 40), (5, "shelf", 600), (8, "buffer", 520),
        (1, "buffer", 120), (6, "buffer", 330),
    ],
    "B": [(1, "pallet", 100), (4, "buffer", 200), (2, "transporter", 300), (3, "shelf", 500)],
}  # fmt: skip
LABELS = {scene: {i: label for i, label, _ in rows} for scene, rows in SCENES.items()}
COLUMNS = {scene: {i: x for i, _, x in rows} for scene, rows in SCENES.items()}
SIDES = {
    q.Side.LEFT: q.RelationKind.LEFT_RIGHT,
    q.Side.RIGHT: q.RelationKind.LEFT_RIGHT,
    q.Side.FRONT: q.RelationKind.FRONT_BEHIND,
    q.Side.BEHIND: q.RelationKind.FRONT_BEHIND,
}
SIZES = {
    q.Dimension.HEIGHT: q.RelationKind.TALLER_SHORTER,
    q.Dimension.WIDTH: q.RelationKind.WIDER_THINNER,
    q.Dimension.SIZE: q.RelationKind.BIGGER_SMALLER,
}


def described(question: q.Question, scene: str) -> str:
    """The question in the notation of the table, as a canonical sentence where it has no word."""
    form = model_form(_as_relation(question), LABELS[scene])
    if form is None:
        return english(question)
    kind, column = form.kind, COLUMNS[scene]
    ends = [_end(pick, column) for pick in (form.subject, form.reference)]
    if kind is Kind.COUNT:
        return f"count {_listed(form.counted)} in {ends[1] if form.reference else 'view'}"
    if kind is Kind.CHOICE:
        assert form.subject is not None and form.subject.order is not None
        return f"choice {_choice(form.subject, column)}"
    return " ".join([kind.value, *(ends[:1] if kind.is_size else ends)])


def _as_relation(question: q.Question) -> q.Question:
    """Yes or no about a side or a size as the question for the word."""
    match question:
        case q.Whether(q.Holds(first, q.Beside(side, second))) if side in SIDES:
            return q.Relation(SIDES[side], first, second)
        case q.Whether(q.Holds(first, q.Compared(q.SizeOf(dimension), _, second))) if (
            dimension in SIZES and not isinstance(second, float | q.Quantity | q.Key)
        ):
            return q.Relation(SIZES[dimension], first, second)
    return question


def _listed(ids: tuple[int, ...]) -> str:
    return " ".join(map(str, sorted(ids)))


def _choice(pick: Pick, column: Mapping[int, int]) -> str:
    assert pick.order is not None
    near = pick.order in (Order.NEAREST, Order.FARTHEST)
    to = f" to {_end(pick.reference, column)}" if near else ""
    rank = f" rank {pick.rank}" if pick.rank > 1 else ""
    return f"{pick.order.value} {_listed(pick.candidates)}{to}{rank}"


def _end(pick: Pick | None, column: Mapping[int, int]) -> str:
    if pick is None or pick.is_camera:
        return "camera"
    if pick.order is None:
        return _listed(pick.candidates)
    row = sorted(pick.candidates, key=column.__getitem__)
    places = {
        Order.LEFTMOST: pick.rank - 1,
        Order.RIGHTMOST: -pick.rank,
        Order.MIDDLE: len(row) // 2,
    }
    if pick.order in places:
        return str(row[places[pick.order]])
    near = pick.order in (Order.NEAREST, Order.FARTHEST)
    to = f"|{_end(pick.reference, column)}" if near else ""
    return f"{pick.order.value}({_listed(pick.candidates)}{to})"


def rows() -> list[tuple[str, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    parts = [line.replace("\\|", "\0").split("|") for line in lines if not line.startswith("#")]
    return [(a.strip(), b.strip(), c.strip().replace("\0", "|")) for a, b, c in parts]


@pytest.mark.parametrize(("scene", "question", "expected"), rows())
def test_free_question(scene: str, question: str, expected: str) -> None:
    if expected in ERRORS or expected.startswith(NOT_YET):
        with pytest.raises(QueryError) as caught:
            read_question(question, LABELS[scene])
        if expected in ERRORS:
            assert caught.value.status is ERRORS[expected], caught.value.message
        return
    asked = read_question(question, LABELS[scene])
    sentence = english(asked)
    assert (sentence if expected[-1] in ".?" else described(asked, scene)) == expected
    assert read_question(sentence, LABELS[scene]) == asked
