# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What may be missing from an answer: candidates that would change it, places not wholly seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smolrgpt_ros.reasoning.completeness import _differs
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.region import Region

REASONER = SpatialReasoner(None, policy="measured")


def ask(scene: Any, question: str, weak: tuple[int, ...] = (), novelty: float | None = None) -> Any:
    """The answer where the detector was not sure of some objects of a scene."""
    regions = [r for r in scene.regions if r.id not in weak]
    candidates = [Region(-r.id, r.label, r.mask, 0.21) for r in scene.regions if r.id in weak]
    return REASONER.answer(scene.frame, regions, question, candidates=candidates, novelty=novelty)


def test_a_count_that_a_weak_detection_would_change_is_incomplete_and_not_trusted(
    yard: Any,
) -> None:
    answer = ask(yard, "how many pallets are in buffer 2", weak=(12,))
    assert answer.measured.value == 0
    assert not answer.complete and answer.trusted is None
    assert answer.notes[-1] == (
        "A possible pallet (score 0.21) in the middle of the picture could change the answer."
    )


def test_a_weak_detection_elsewhere_changes_nothing(yard: Any) -> None:
    answer = ask(yard, "how many pallets are in buffer 1", weak=(12,))
    assert answer.complete and answer.trusted == 1 and not answer.notes


@pytest.mark.parametrize(
    ("question", "weak", "changes"),
    [
        ("which pallet is nearest to transporter 22", 13, True),  # 2.7 m; pallet 11 has 2.8 m
        ("which pallet is nearest to transporter 22", 12, False),
        ("how far is pallet 11 from transporter 22", 13, False),  # it names its objects
        ("how far is pallet 11 from the shelf", 12, False),
        ("which pallets are left of transporter 22", 11, True),
        ("is buffer 1 empty", 11, True),
        ("is buffer 2 empty", 12, False),  # a transporter stands in it
        ("what is left of transporter 22", 11, True),
    ],
)
def test_a_candidate_counts_where_it_would_change_the_answer(
    yard: Any, question: str, weak: int, changes: bool
) -> None:
    answer = ask(yard, question, weak=(weak,))
    assert answer.changeable is changes and answer.complete is not changes
    assert (answer.trusted is None) is changes or answer.measured.value is None


def test_a_second_possible_object_makes_the_name_of_the_only_one_ambiguous(yard: Any) -> None:
    answer = ask(yard, "how far is pallet 11 from the transporter", weak=(21,))
    assert answer.changeable and answer.trusted is None
    assert "would make the question ambiguous: several transporters fit" in answer.notes[-1]


def test_three_candidates_are_named_and_the_others_counted(yard: Any) -> None:
    answer = ask(yard, "how many things are there", weak=(11, 12, 13, 21, 22))
    assert len(answer.notes) == 4
    assert answer.notes[-1] == "2 more that may be objects, or none, could change it."


@pytest.mark.parametrize(
    ("question", "doubtful", "changes"),
    [
        ("how many pallets are in buffer 2", 12, True),
        ("how many pallets are in buffer 1", 12, False),  # it stands elsewhere
        ("how many transporters are there", 12, False),
        ("which pallet is nearest to transporter 22", 13, True),  # 2.7 m; pallet 11 has 2.8 m
        ("which pallet is nearest to transporter 22", 12, False),
        ("how far is pallet 12 from transporter 22", 12, False),  # it names its objects
        ("is buffer 1 empty", 11, True),
        ("how many pallets are in the leftmost buffer", 1, True),  # then it is buffer 2
    ],
)
def test_a_region_with_a_low_score_counts_where_the_answer_changes_without_it(
    yard: Any, question: str, doubtful: int, changes: bool
) -> None:
    answer = ask_scored(yard, question, {doubtful: 0.42})
    assert answer.changeable is changes and answer.complete is not changes, answer.notes
    assert (answer.trusted is None) is changes


def ask_scored(scene: Any, question: str, scores: dict[int, float]) -> Any:
    """The answer where the detector gave some regions a score, and the others 0.9."""
    regions = [Region(r.id, r.label, r.mask, scores.get(r.id, 0.9)) for r in scene.regions]
    return REASONER.answer(scene.frame, regions, question)


def test_a_region_that_may_be_none_is_named_with_its_score(yard: Any) -> None:
    question = "how many pallets are in buffer 2"
    answer = ask_scored(yard, question, {12: 0.42})
    assert answer.measured.value == 1
    assert answer.doubt == "what may be an object, or none, would change the answer"
    assert answer.notes[-1] == (
        "pallet 12 may be none (score 0.42): without it the answer could change."
    )
    unknown = (0.0, float("nan"))  # of a client's region, and of a node's that sets none
    assert all(ask_scored(yard, question, {12: score}).trusted == 1 for score in unknown)


def ask_aged(scene: Any, question: str, age_s: float, aged: int, empty: bool = False) -> Any:
    """The answer where one object is remembered since some time, in view or not."""
    regions = [
        Region(r.id, r.label, r.mask & (not empty), 0.9, age_s) if r.id == aged else r
        for r in scene.regions
    ]
    return REASONER.answer(scene.frame, regions, question)


@pytest.mark.parametrize(
    ("question", "aged", "age_s", "changes"),
    [
        ("how many pallets are there", 12, 49.8, True),
        ("how many pallets are there", 12, 0.9, False),  # another camera may just have seen it
        ("how many pallets are in buffer 1", 12, 49.8, False),  # it stands elsewhere
        ("is pallet 11 the nearest pallet to transporter 22", 13, 49.8, True),
        ("how far is pallet 12 from transporter 22", 12, 49.8, False),  # it names its objects
    ],
)
def test_what_is_only_remembered_counts_where_the_answer_changes_without_it(
    yard: Any, question: str, aged: int, age_s: float, changes: bool
) -> None:
    answer = ask_aged(yard, question, age_s, aged)
    assert answer.changeable is changes and answer.complete is not changes, answer.notes
    assert (answer.trusted is None) is changes


def test_what_is_only_remembered_is_named_with_its_age(yard: Any) -> None:
    answer = ask_aged(yard, "how many pallets are there", 49.8, 12)
    assert answer.measured.value == 3 and "are in view or remembered: " in answer.measured_text
    assert answer.notes[-1] == (
        "pallet 12 was last seen 49.8 s ago: without it the answer could change."
    )
    just_now = ask_aged(yard, "how many pallets are there", 0.9, 12)
    assert "are in view: " in just_now.measured_text


def test_what_is_out_of_view_has_no_place_in_the_picture(yard: Any) -> None:
    """Pallet 11 is the leftmost one, then come 12 (1.6 m to the right, 9.2 m ahead) and 13 (1.9 m
    to the right, 6.7 m ahead)."""
    answer = ask_aged(yard, "which is the leftmost pallet", 4.2, 11, empty=True)
    assert answer.measured.value == 12
    assert (
        "pallet 11 is out of view: it has no place in the picture and was left out" in answer.notes
    )
    question = "what is the order of the pallets from left to right"
    order = ask_aged(yard, question, 4.2, 11, empty=True)
    assert order.measured.region_ids == (12, 13)
    side = ask_aged(yard, "is pallet 11 left of pallet 12", 4.2, 11, empty=True)
    assert side.measured.reason == "pallet 11 is out of view: it has no place in the picture"


def test_without_the_only_object_that_a_question_means_it_has_no_answer(yard: Any) -> None:
    answer = ask_scored(yard, "how far is pallet 11 from the shelf", {31: 0.42})
    assert answer.trusted is None and "shelf 31 may be none" in answer.notes[-1]


def test_the_score_of_a_sure_object_is_a_setting(yard: Any) -> None:
    regions = [Region(r.id, r.label, r.mask, 0.42) for r in yard.regions]
    for sure, trusted in ((0.0, 1), (0.42, 1), (0.43, None)):
        reasoner = SpatialReasoner(None, policy="measured", sure_score=sure)
        answer = reasoner.answer(yard.frame, regions, "how many pallets are in buffer 1")
        assert answer.trusted == trusted


def test_what_carries_a_pallet_and_is_no_region_may_be_a_transporter(yard: Any) -> None:
    regions = [r for r in yard.regions if r.id != 21]
    answer = REASONER.answer(yard.frame, regions, "how many transporters are there")
    assert answer.measured.value == 1 and answer.trusted is None
    assert "m above the floor and no region carries it: a transporter below it" in answer.notes[-1]
    # It carries something, so that it is not empty; transporter 22 is.
    answer = REASONER.answer(yard.frame, regions, "is there an empty transporter")
    assert answer.complete and answer.trusted is True


def test_what_is_behind_the_camera_is_not_in_view(yard: Any) -> None:
    answer = ask(yard, "is there a pallet behind me")
    assert answer.measured.value is False and not answer.complete and answer.trusted is None
    assert "What is behind the camera is not in its view." in answer.notes
    answer = ask(yard, "is there a pallet in front of me")
    assert answer.complete and answer.trusted is True


def test_without_an_answer_nothing_is_missing(yard: Any) -> None:
    frame = replace(yard.frame, depth=None)
    regions = [r for r in yard.regions if r.id != 12]
    answer = REASONER.answer(frame, regions, "how many pallets are in buffer 2")
    assert not answer.measured.answered and not answer.complete and not answer.changeable


def test_a_place_beyond_the_edge_or_behind_something_is_not_wholly_seen(
    make_scene: Any, make_block: Any
) -> None:
    # The first tape ends 5.5 m to the left, the picture about 5 m at 8 m ahead. A rack of 3 m that
    # stands up to 5.1 m ahead hides from a height of 6 m the floor up to 10.2 m.
    rack = make_block(2, "shelf", (-2.0, 4.7), (2.8, 0.8, 3.0))
    pallet = make_block(3, "pallet", (1.5, 6.0), (1.2, 1.2, 0.6))
    cut, seen, hidden = (
        make_scene([make_block(1, "buffer", (x, 8.0), (2.1, 5.0, 0.0)), pallet, *others])
        for x, others in ((-6.5, ()), (-2.0, ()), (-2.0, (rack,)))
    )
    for scene, complete in ((cut, False), (seen, True), (hidden, False)):
        region = scene.regions[0]
        visible = region.mask & ~(scene.regions[-1].mask & (scene is hidden))
        regions = [Region(1, "buffer", visible), *scene.regions[1:]]
        answer = REASONER.answer(scene.frame, regions, "how many pallets are in buffer 1")
        assert answer.complete is complete, answer.notes
        assert answer.measured.value == 0
        if not complete:
            assert any("is hidden or beyond the picture's edge" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "trusted"),
    [
        ("how many pallets are in buffer 1", None),
        ("how many pallets are in buffer 1", 1),
        ("how far is pallet 12 from buffer 1", "measured"),
    ],
)
def test_a_picture_unlike_the_detectors_training_is_said_and_its_sets_are_not_trusted(
    yard: Any, question: str, trusted: object
) -> None:
    novelty = 1.0 if trusted == 1 else 1.26
    answer = ask(yard, question, novelty=novelty)
    assert answer.measured.answered
    if novelty > 1:
        assert not answer.complete
        assert answer.notes[-1] == (
            "This picture, or a part of it, is unlike those that the detector was trained on "
            "(novelty 1.3, usual is up to 1): it may miss objects here, or see some that are none."
        )
    else:
        assert answer.complete
    # An object that a question names by its id was found: what it may lack is not asked for.
    expected = answer.measured.value if trusted == "measured" else trusted
    assert answer.trusted == expected


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({}, False),
        ({"values": (2.04, 3.0)}, False),  # less than the deviation of 0.05
        ({"values": (2.06, 3.0)}, True),
        ({"values": (2.0, 3.0, 4.0)}, True),
        ({"holds": False}, True),
        ({"region_ids": (2, 1)}, True),
        ({"reason": "the frame has no depth"}, True),
    ],
)
def test_answers_differ_by_each_of_their_numbers_and_by_their_condition(
    other: dict[str, Any], differs: bool
) -> None:
    one = Evaluation(unit="m", region_ids=(1, 2), values=(2.0, 3.0), stds=(0.05, 0.0), holds=True)
    assert _differs(one, replace(one, **other)) is differs


def test_a_possible_shelf_changes_how_far_each_pallet_is_from_the_nearest(
    make_scene: Any, make_block: Any
) -> None:
    """Shelf 4, which the detector is not sure of, is nearer to pallet 1 than shelf 3."""
    size = (1.2, 1.2, 0.6)
    scene = make_scene(
        (
            make_block(1, "pallet", (-2.5, 8.0), size),
            make_block(2, "pallet", (0.0, 8.0), size),
            make_block(3, "shelf", (3.5, 9.5), (1.0, 2.8, 2.0)),
            make_block(4, "shelf", (-3.2, 5.2), (1.0, 2.8, 1.0)),
        )
    )
    answer = ask(scene, "how far is each pallet from the nearest shelf", weak=(4,))
    assert answer.changeable and not answer.complete
    assert "A possible shelf (score 0.21)" in answer.notes[-1]
