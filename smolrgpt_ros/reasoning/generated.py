# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The model's half of an answer: its sentence about a grounded question, and what that says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.answers import ReadAnswer, read_answer
from smolrgpt_ros.language.grounding import Grounding
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.model_form import side_asked
from smolrgpt_ros.language.verdicts import read_verdict

from .engine_protocol import Engine


@dataclass(frozen=True)
class Sentence:
    """What the engine generated, in terms of the question's own prompt."""

    text: str = ""
    confidence: float = float("nan")
    truncated: bool = False
    estimated: bool = False
    vanished_region_ids: tuple[int, ...] = ()


def generate(
    engine: Engine,
    grounding: Grounding,
    geometry: FrameGeometry,
    deadline_s: float | None,
    on_text: Callable[[str], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Sentence:
    """Asks the engine its prompt; the text comes back in the numbers of the question's prompt."""
    prompt, asked = grounding.prompt, grounding.model_prompt
    assert asked is not None

    def forward(text: str) -> None:
        if on_text is not None:
            on_text(asked.renumbered_for(prompt, text))

    regions = [geometry.region(region_id) for region_id in asked.region_ids]
    generated = engine.answer(
        geometry.frame,
        [region.mask for region in regions],
        asked.text,
        labels=[region.label for region in regions],
        deadline_s=deadline_s,
        on_text=None if on_text is None else forward,
        cancelled=cancelled,
    )
    return Sentence(
        asked.renumbered_for(prompt, generated.text),
        _calibrated(
            engine,
            grounding.trained_form or kind_of(grounding.question).value,
            generated.confidence,
            generated.estimated,
        ),
        generated.truncated,
        generated.estimated,
        tuple(asked.region_ids[i] for i in generated.vanished_masks),
    )


def _calibrated(engine: Engine, kind: str, confidence: float, estimated: bool) -> float:
    """What a confidence is worth, where the engine is calibrated."""
    if engine.calibration is None:
        return confidence
    return engine.calibration(kind, confidence, estimated)


def _compared_region(grounding: Grounding) -> int | None:
    """The region that a comparison asks about, where the question names it."""
    match grounding.question:
        case q.Relation(_, q.Ids((region_id,)), _) if region_id in grounding.prompt.region_ids:
            return region_id
    return None


def read_sentence(grounding: Grounding, sentence: Sentence) -> ReadAnswer:
    """What the model's sentence answers to the question: of "is it left of" yes or no."""
    form, kind = grounding.form, kind_of(grounding.question)
    if grounding.trained_form:
        return read_verdict(
            sentence.text,
            kind,
            grounding.prompt.region_ids,
            subject=_compared_region(grounding),
            truncated=sentence.truncated,
        )
    subject = form.subject.single if form is not None and form.subject is not None else None
    read = read_answer(
        sentence.text,
        kind if form is None else form.kind,
        grounding.prompt.region_ids,
        subject=subject,
        truncated=sentence.truncated,
    )
    side = side_asked(grounding.question)
    if side is None or read.value is None:
        return read
    return replace(read, value=read.value == side[0])
