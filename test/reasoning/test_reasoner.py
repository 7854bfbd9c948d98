# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The reasoner with a scripted engine: what is asked of it, what comes back, what is noted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from generated_text import GeneratedText

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.language.trained_questions import TrainedOn
from smolrgpt_ros.reasoning.answer_view import view_of
from smolrgpt_ros.reasoning.engine_protocol import Calibration
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.rendering.answer_drawing import draw_answer
from smolrgpt_ros.rendering.drawing import draw_regions
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

TRUE = math.dist((-2.5, 7.0, 0.4), (1.6, 9.2, 0.3))  # pallets 11 and 12 of the yard: 4.65 m
QUESTION = "how far is pallet 11 from pallet 12"


class ScriptedEngine:
    """Gives a fixed sentence and keeps what it was asked."""

    name, device = "scripted", "cpu"
    calibration: Calibration | None = None
    trained_on: TrainedOn | None = None

    def __init__(
        self,
        text: str,
        vanished: tuple[int, ...] = (),
        truncated: bool = False,
        estimated: bool = False,
    ) -> None:
        self.text, self.vanished = text, vanished
        self.truncated, self.estimated = truncated, estimated
        self.asked: list[Any] = []

    def answer(self, frame: Any, masks: Any, prompt: str, **options: Any) -> GeneratedText:
        self.asked.append((frame, masks, prompt, options))
        return GeneratedText(
            self.text,
            confidence=0.75,
            vanished_masks=self.vanished,
            truncated=self.truncated,
            estimated=self.estimated,
        )


def metres_apart(metres: float) -> str:
    return f"The pallet [Region 0] and the pallet [Region 1] are {metres:.2f} meters apart."


def test_model_and_measurement_side_by_side(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(4.7))
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    assert (answer.kind, answer.value, answer.unit) == (Kind.DISTANCE, 4.7, "m")
    assert (answer.prompt_region_ids, answer.region_ids) == ((11, 12), (11, 12))
    assert answer.prompt == "How far is the pallet <mask> from the pallet <mask>?"
    assert answer.measured.value == pytest.approx(TRUE, rel=0.03)
    assert answer.measured.region_ids == (11, 12)
    assert (answer.agreement, answer.confidence, answer.model) == (True, 0.75, "scripted")
    assert answer.latency_s > 0 and answer.notes == ()
    frame, masks, prompt, options = engine.asked[0]
    assert frame is yard.frame and prompt == answer.prompt
    assert np.array_equal(masks[0], yard.regions[2].mask)
    assert options["deadline_s"] is None
    assert options["labels"] == ["pallet", "pallet"]


def test_an_engine_that_is_asked_in_another_order_answers_in_the_clients(yard: Any) -> None:
    question = "From the transporter <mask>, which of the pallets <mask> <mask> is nearest?"
    regions = {region.id: region for region in yard.regions}
    vehicle = next(r.id for r in yard.regions if r.label == "transporter")
    streamed: list[str] = []
    engine = ScriptedEngine(
        "By distance from [Region 2]: [Region 0] 7.0, [Region 1] 9.1. "
        "Object [Region 0] is the closest.",
        vanished=(2,),
    )
    ids = (vehicle, 11, 12)
    plain = SpatialReasoner(engine).answer(yard.frame, yard.regions, question, ids)
    assert engine.asked[0][2] == question and plain.text == engine.text
    engine.trained_on = TrainedOn(frozenset({"which by distance"}), frozenset(), 32)
    answer = SpatialReasoner(engine).answer(
        yard.frame, yard.regions, question, ids, on_text=streamed.append
    )
    _, masks, prompt, options = engine.asked[1]
    assert prompt == "Which is the closest of objects <mask> and <mask> to object <mask>?"
    for mask, region in zip(masks, (11, 12, vehicle), strict=True):
        assert np.array_equal(mask, regions[region].mask)
    assert options["labels"] == ["pallet", "pallet", "transporter"]  # in the order of the masks
    assert answer.prompt == question
    assert answer.text.startswith("By distance from [Region 0]: [Region 1] 7.0, [Region 2] 9.1.")
    assert (answer.value, answer.normalized) == (11, "1")
    assert answer.region_ids == (vehicle, 11, 12) and answer.prompt_region_ids == ids
    assert answer.vanished_region_ids == (vehicle,)
    options["on_text"]("Object [Region 1] is")
    assert streamed == ["Object [Region 2] is"]


def test_an_engine_that_lists_its_forms_is_asked_those_and_no_other(yard: Any) -> None:
    engine = ScriptedEngine("By distance from [Region 1]: [Region 0] 4.70. No, it is not.")
    engine.trained_on = TrainedOn(frozenset({"distance", "is within a distance"}), frozenset(), 32)
    kinds: list[str] = []

    def calibration(kind: str, raw: float, estimated: bool) -> float:
        kinds.append(kind)
        return raw

    engine.calibration = calibration
    reasoner = SpatialReasoner(engine)
    asked = "is pallet 11 less than 4 m from pallet 12?"
    answer = reasoner.answer(yard.frame, yard.regions, asked)
    assert answer.prompt == "Is object <mask> less than 4 m from object <mask>?"
    assert answer.prompt_region_ids == (11, 12) and kinds == ["is within a distance"]
    assert (answer.value, answer.agreement) == (False, True)
    silent = reasoner.answer(yard.frame, yard.regions, "is pallet 11 left of pallet 12?")
    assert len(engine.asked) == 1 and silent.text == ""
    assert any("not trained on this form" in note for note in silent.notes)


def test_the_confidence_of_a_calibrated_engine_is_calibrated(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(4.7))
    calibrated: list[tuple[str, float, bool]] = []

    def calibration(kind: str, raw: float, estimated: bool) -> float:
        calibrated.append((kind, raw, estimated))
        return 0.4

    engine.calibration = calibration
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    assert calibrated == [("distance", 0.75, False)]
    assert answer.confidence == 0.4
    assert not any("estimated" in note for note in answer.notes)


def test_estimated_metres_are_noted_and_have_a_confidence_of_their_own(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(4.7), estimated=True)
    engine.calibration = lambda kind, raw, estimated: 0.2 if estimated else 0.9
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    assert answer.confidence == 0.2
    assert any("estimated them from the picture" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("policy", "metres", "trusted"),
    [
        ("model", 9.0, 9.0),
        ("measured", 9.0, TRUE),
        ("agree", 9.0, None),
        ("agree", 4.7, TRUE),
    ],
)
def test_the_policy_decides_which_answer_is_trusted(
    yard: Any, policy: str, metres: float, trusted: float | None
) -> None:
    reasoner = SpatialReasoner(ScriptedEngine(metres_apart(metres)), policy=policy)
    answer = reasoner.answer(yard.frame, yard.regions, QUESTION)
    assert answer.policy == policy
    assert answer.trusted == (None if trusted is None else pytest.approx(trusted, rel=0.03))


def test_policy_is_checked() -> None:
    with pytest.raises(ValueError, match="policy must be one of"):
        SpatialReasoner(ScriptedEngine(""), policy="best")


def test_unreadable_answer_has_no_value(yard: Any) -> None:
    engine = ScriptedEngine("I cannot tell.", vanished=(1,))
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    assert (answer.kind, answer.value, answer.normalized) == (Kind.DISTANCE, None, "")
    assert answer.agreement is None
    assert answer.vanished_region_ids == (12,)
    assert answer.measured.value is not None
    assert any("readable" in n for n in answer.notes) and any("[12]" in n for n in answer.notes)


def test_truncated_answer_is_not_believed(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(4.7), truncated=True)
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    assert answer.value is None and answer.truncated


def test_choice_is_an_id_and_for_the_benchmark_its_index(yard: Any) -> None:
    engine = ScriptedEngine("The pallet [Region 1] is the leftmost.")
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, "leftmost pallet")
    assert answer.prompt_region_ids == (11, 12, 13)
    assert (answer.value, answer.normalized) == (12, "1")
    assert answer.measured.region_ids == (11,) and answer.agreement is False
    assert view_of(answer, ()).measured_text == "region 11"


def test_nearest_is_decided_by_depth_and_prompted_as_one_region(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(3.0))
    question = "how far is transporter 22 from the nearest pallet"
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, question)
    assert answer.prompt == "How far is the transporter <mask> from the pallet <mask>?"
    assert answer.prompt_region_ids == (22, 13)


def test_untrained_question_is_noted(yard: Any) -> None:
    engine = ScriptedEngine("It is 9.00 meters away.")
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, "how far is pallet 12")
    assert any("not trained" in note for note in answer.notes)
    assert answer.measured.value == pytest.approx(math.dist((1.6, 9.2, 0.3), (0, 0, 6.0)), rel=0.03)


def test_unknown_words_of_the_picture(yard: Any) -> None:
    """Without depth, what a model says to a question that it never learned is not trusted."""
    engine = ScriptedEngine("It is 9.00 meters away.")
    for policy in ("agree", "measured"):
        answer = SpatialReasoner(engine, policy=policy).answer(
            yard.without_depth(), yard.regions, "how far is pallet 12"
        )
        assert answer.measured.value is None and answer.trusted is None
        assert any("not trained" in note for note in answer.notes)


def test_placeholders_take_ids_in_order_and_twice(yard: Any) -> None:
    engine = ScriptedEngine("The pallet [Region 0] is to the left of the pallet [Region 1].")
    reasoner = SpatialReasoner(engine)
    question = "Is the pallet <mask> to the left of the pallet <mask>?"
    answer = reasoner.answer(yard.frame, yard.regions, question, [12, 11])
    assert (answer.prompt, answer.prompt_region_ids) == (question, (12, 11))
    assert (answer.value, answer.measured.value, answer.agreement) == ("left", "right", False)
    with pytest.raises(QueryError) as caught:
        reasoner.answer(yard.frame, yard.regions, question, [12])
    assert caught.value.status is Status.BAD_QUESTION


def test_ids_restrict_a_free_question(yard: Any) -> None:
    engine = ScriptedEngine("x")
    answer = SpatialReasoner(engine).answer(
        yard.frame, yard.regions, "which pallet is the leftmost", [13, 12]
    )
    assert answer.prompt_region_ids == (12, 13)


def test_ids_out_of_view(yard: Any) -> None:
    with pytest.raises(QueryError) as caught:
        SpatialReasoner(None).answer(yard.frame, yard.regions, QUESTION, [11, 99])
    assert caught.value.status is Status.UNKNOWN_REGION and "[99]" in caught.value.message


def test_a_refusal_names_what_is_seen_weakly(yard: Any) -> None:
    seen = [region for region in yard.regions if region.label != "transporter"]
    weak = [
        Region(-number, r.label, r.mask, score)
        for number, (r, score) in enumerate(
            [(yard.regions[0], 0.2), *((r, 0.12) for r in yard.regions if r not in seen)], 1
        )
    ]
    with pytest.raises(QueryError) as caught:
        SpatialReasoner(None).answer(
            yard.frame, seen, "how tall is the transporter", candidates=weak
        )
    assert caught.value.status is Status.UNKNOWN_REGION
    # Not the pallet: pallets are in view.
    assert caught.value.message.endswith("memory.confirm_sightings): transporter (score 0.12)")


def test_engine_errors_pass_through(yard: Any) -> None:
    class Broken(ScriptedEngine):
        def answer(self, *args: Any, **options: Any) -> GeneratedText:
            raise QueryError(Status.TIMEOUT, "too late")

    with pytest.raises(QueryError) as caught:
        SpatialReasoner(Broken("")).answer(yard.frame, yard.regions, QUESTION)
    assert caught.value.status is Status.TIMEOUT


def test_measuring_without_a_model(yard: Any) -> None:
    answer = SpatialReasoner(None).answer(yard.frame, yard.regions, QUESTION)
    assert (answer.text, answer.model, answer.value, answer.agreement) == ("", "", None, None)
    assert math.isnan(answer.confidence) and answer.notes == ()
    assert answer.measured.value == pytest.approx(TRUE, rel=0.03)


def test_left_right_without_depth(yard: Any) -> None:
    engine = ScriptedEngine("The pallet [Region 0] is to the left of the pallet [Region 1].")
    answer = SpatialReasoner(engine).answer(
        yard.without_depth(), yard.regions, "is pallet 11 left or right of pallet 12"
    )
    assert (answer.measured.value, answer.agreement) == ("left", True)


def test_picture_shows_regions_and_a_band_of_text(yard: Any) -> None:
    engine = ScriptedEngine(metres_apart(9.0))
    answer = SpatialReasoner(engine).answer(yard.frame, yard.regions, QUESTION)
    plain = draw_regions(yard.frame.rgb, yard.regions)
    drawn = draw_answer(yard.frame.rgb, yard.regions, view_of(answer, yard.regions))
    assert plain.shape == (240, 320, 3) and not yard.frame.rgb.any()
    assert drawn.shape[0] > 240 and drawn.shape[1:] == (320, 3)
    asked, other = yard.regions[2].mask, yard.regions[0].mask & ~yard.regions[2].mask
    assert drawn[:240][asked].mean() > 2 * drawn[:240][other].mean()


@pytest.mark.parametrize(
    ("question", "said_of"),
    [
        ("On which side of <mask> is <mask>?", 1),
        ("Is <mask> left or right of <mask>?", 0),
        ("Compared with <mask>, is <mask> further left?", 1),
    ],
)
def test_the_side_is_that_of_the_region_asked_about(yard: Any, question: str, said_of: int) -> None:
    one, other = (said_of, 1 - said_of)
    text = f"The pallet [Region {one}] is to the right of the pallet [Region {other}]."
    answer = SpatialReasoner(ScriptedEngine(text)).answer(
        yard.frame, yard.regions, question, [12, 11]
    )
    assert answer.value == "right"
    # Column 11 of the yard's pallets lies left of 12: seen from the other one, it is the opposite.
    assert answer.measured.value == ("left" if answer.prompt_region_ids[said_of] == 11 else "right")


def test_of_a_remembered_object_its_age_is_said_and_the_model_is_not_asked(yard: Any) -> None:
    regions = [
        Region(r.id, r.label, r.mask, seen_age_s=4.2 if r.id == 12 else 0.0) for r in yard.regions
    ]
    engine = ScriptedEngine(metres_apart(4.7))
    answer = SpatialReasoner(engine, policy="agree").answer(yard.frame, regions, QUESTION)
    assert answer.text == "" and not engine.asked and answer.trusted is None
    assert answer.notes == (
        "pallet 12 was last seen 4.2 s before this image; the model, which sees this image alone, "
        "was not asked.",
    )
    assert answer.measured.value == pytest.approx(TRUE, abs=0.1)


@pytest.mark.parametrize(
    ("question", "notes"),
    [
        ("how far is forklift 22 from skid 11", ("forklift", "transporter", "skid", "pallet")),
        ("how far is transporter 22 from palet 11", ()),  # a repaired slip is the label itself
        ("how far is t22 from the leftmost pallet", ()),
    ],
)
def test_a_word_that_stands_for_a_label_is_named(
    yard: Any, question: str, notes: tuple[str, ...]
) -> None:
    answer = SpatialReasoner(None).answer(yard.frame, yard.regions, question)
    pairs = zip(notes[::2], notes[1::2], strict=True)
    assert answer.notes == tuple(f'"{word}" was read as "{label}".' for word, label in pairs)
    assert answer.understood.startswith("How far is transporter 22 from ")
