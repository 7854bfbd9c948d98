"""Relations and sizes: the simulator's sentences, what people type, what must stay as it was."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.grounding import Grounding, RegionView, ground
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.language.prompts import Prompt
from smolrgpt_ros.language.reader.relations import relation_of
from smolrgpt_ros.scene.status import QueryError, Status
from smolrgpt_ros.simulation.questions.questions import question_phrasings
from smolrgpt_ros.simulation.questions.relation_questions import relation_phrasings

VIEWS = [
    RegionView(7, "pallet", (320.0, 200.0)),
    RegionView(3, "pallet", (100.0, 200.0)),
    RegionView(12, "pallet", (560.0, 200.0)),
    RegionView(9, "transporter", (450.0, 200.0)),
    RegionView(2, "shelf", (40.0, 200.0)),
    RegionView(8, "buffer", (520.0, 200.0)),
]


def ends(grounding: Grounding) -> tuple[int | None, ...]:
    """Region ids of subject and reference."""
    meaning = grounding.meaning
    picks = (meaning.subject, meaning.reference)
    return tuple(p.single if p is not None else None for p in picks)


@pytest.mark.parametrize("phrasing", ["train", "heldout"])
@pytest.mark.parametrize(
    ("one", "other"), [("pallet", "shelf"), ("transporter", "pallet"), ("pallet", "pallet")]
)
def test_simulated_sentences(phrasing: str, one: str, other: str) -> None:
    labels = {"a": one, "b": other}
    for kind, sentences in relation_phrasings().split(phrasing).items():
        for sentence in sentences:
            order = sorted(
                (k for k in "ab" if f"{{{k}}}" in sentence), key=lambda k: sentence.find(f"{{{k}}}")
            )
            text = sentence.replace("{a}", f"the {one} <mask>").replace(
                "{b}", f"the {other} <mask>"
            )
            views = [RegionView(i, labels[k], (90.0 * i, 20.0)) for i, k in enumerate(order)]
            grounding = ground(text, views)
            assert grounding.meaning.kind.value == kind, text
            assert grounding.prompt.text == text
            subject, reference = ends(grounding)
            if kind in ("width", "height"):
                assert (subject, reference) == (0, None)
            elif kind == "direction":  # of b, seen from a
                assert (subject, reference) == (order.index("b"), order.index("a")), text
            elif not kind.endswith("distance"):
                assert (subject, reference) == (order.index("a"), order.index("b")), text


def test_the_benchmarks_sentences_are_none() -> None:
    for split in ("train", "heldout"):
        for sentences in question_phrasings().split(split).values():
            assert [s for s in sentences if relation_of(s)] == []


@pytest.mark.parametrize(
    ("question", "kind", "ids"),
    [
        ("is pallet 3 in front of the rack", Kind.FRONT_BEHIND, (3, 2)),
        ("pallet 3 behind forklift 9?", Kind.FRONT_BEHIND, (3, 9)),
        ("is #12 closer to the camera than #7", Kind.FRONT_BEHIND, (12, 7)),
        ("is the leftmost pallet in front of the transporter", Kind.FRONT_BEHIND, (3, 9)),
        ("is pallet 7 above or below transporter 9", Kind.ABOVE_BELOW, (7, 9)),
        ("Is [Region 12] higher up than [Region 3]?", Kind.ABOVE_BELOW, (12, 3)),
        ("pallet 3 bigger than pallet 12?", Kind.BIGGER_SMALLER, (3, 12)),
        ("does the shelf take more space than region 7", Kind.BIGGER_SMALLER, (2, 7)),
        ("is the rack taller than pallet 3", Kind.TALLER_SHORTER, (2, 3)),
        ("compared with pallet 3, is pallet 7 taller?", Kind.TALLER_SHORTER, (7, 3)),
        ("is 3 wider or narrower than 12", Kind.WIDER_THINNER, (3, 12)),
        ("how wide is pallet 3", Kind.WIDTH, (3, None)),
        ("width of the rack in m", Kind.WIDTH, (2, None)),
        ("how tall is the rightmost pallet?", Kind.HEIGHT, (12, None)),
        ("whats the height of region 9", Kind.HEIGHT, (9, None)),
        ("horizontal distance pallet 3 pallet 7", Kind.HORIZONTAL_DISTANCE, (3, 7)),
        ("how far is it along the floor from 3 to 9", Kind.HORIZONTAL_DISTANCE, (3, 9)),
        ("vertical distance between pallet 12 and the shelf", Kind.VERTICAL_DISTANCE, (12, 2)),
        ("clearance between pallet 3 and the rack", Kind.CLEARANCE, (3, 2)),
        ("distance surface to surface between pallets 7 and 12", Kind.CLEARANCE, (7, 12)),
        ("at what o'clock is the rack, seen from transporter 9", Kind.DIRECTION, (2, 9)),
        ("Standing at transporter 9, which clock hour is pallet 3 at?", Kind.DIRECTION, (3, 9)),
        ("clock direction from pallet 7 to pallet 3", Kind.DIRECTION, (3, 7)),
        ("if 9 looks at 12 o'clock, where on the clock is pallet 3", Kind.DIRECTION, (3, 9)),
    ],
)  # fmt: skip
def test_as_people_type(question: str, kind: Kind, ids: tuple[int | None, ...]) -> None:
    grounding = ground(question, VIEWS)
    assert grounding.meaning.kind is kind
    assert ends(grounding) == ids
    assert grounding.prompt.text.count("<mask>") == len(grounding.prompt.region_ids)
    assert not grounding.meaning.trained


@pytest.mark.parametrize(
    "question",
    [
        "which pallet is bigger, 3 or 7",
        "how many pallets are behind the rack in the buffer",
        "is pallet 3 left of pallet 7",
        "how far is pallet 3 from the rack",
        "which of the pallets is closest to the camera",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert relation_of(question) is None


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("is the pallet taller than the rack", Status.BAD_QUESTION),  # three in view
        ("is pallet 3 taller", Status.BAD_QUESTION),
        ("how tall is it", Status.BAD_QUESTION),
        ("is pallet 3 wider than pallet 3", Status.BAD_QUESTION),
        ("how wide is pallet 99", Status.UNKNOWN_REGION),
        ("is the elephant in front of the rack", Status.UNKNOWN_REGION),
    ],
)
def test_refusals_list_what_is_in_view(question: str, status: Status) -> None:
    with pytest.raises(QueryError) as caught:
        ground(question, VIEWS)
    assert caught.value.status is status
    assert "In view: " in caught.value.message


def test_prompts_name_regions_in_the_order_they_are_said() -> None:
    found = ground("rack taller than pallet 7?", VIEWS)
    prompt = "Is the shelf <mask> taller or shorter than the pallet <mask>?"
    assert found.prompt == found.model_prompt == Prompt(prompt, (2, 7))
    assert found.meaning == ground("Is the shelf 2 taller than pallet 7?", VIEWS).meaning
    seen = ground("clock direction from pallet 7 to pallet 3", VIEWS)
    assert seen.prompt.text == "Seen from the pallet <mask>, at what o'clock is the pallet <mask>?"
    assert seen.prompt.region_ids == (7, 3)
