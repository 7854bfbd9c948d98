# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What an answer says beside its values: how it was read, and what speaks against it."""

from __future__ import annotations

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import ReadAnswer
from smolrgpt_ros.language.grounding import Grounding
from smolrgpt_ros.language.readers.protocol import ReadBy

from .generated import Sentence
from .measuring.evaluation import Evaluation
from .measuring.picture_sides import sides_caveat


def notes(
    grounding: Grounding,
    sentence: Sentence,
    read: ReadAnswer,
    measured: Evaluation,
    geometry: FrameGeometry,
    with_model: bool,
) -> tuple[str, ...]:
    """What a client cannot see from the values alone.

    Args:
        grounding: the question as it was read.
        sentence: of the model; empty where it was not asked.
        read: what the sentence answers.
        measured: the measured answer.
        geometry: of the frame.
        with_model: whether there is a model to ask.
    """
    return (
        *_reading_notes(grounding),
        *_model_notes(grounding, sentence, read, with_model),
        *((f"Not measured: {measured.reason}.",) if measured.reason else ()),
        *measured.doubts,
        *remembered(grounding, measured, geometry),
        *sides_caveat(grounding.question, geometry),
        *_depth_caveat(measured, geometry),
        *((f"Not trusted: {measured.unsure}.",) if measured.unsure else ()),
        *geometry.frame.notes,
    )


def remembered(
    grounding: Grounding, measured: Evaluation, geometry: FrameGeometry
) -> tuple[str, ...]:
    """One sentence for each object of an answer that this frame does not show."""
    asked = grounding.model_prompt.region_ids if grounding.model_prompt is not None else ()
    ids = dict.fromkeys((*grounding.prompt.region_ids, *asked, *measured.region_ids))
    regions = [geometry.region(region_id) for region_id in ids]
    return tuple(
        f"{region.name} was last seen {region.seen_age_s:.1f} s before "
        "this image; the model, which sees this image alone, was not asked."
        for region in regions
        if region.seen_age_s
    )


def _reading_notes(grounding: Grounding) -> list[str]:
    found = [f'"{word}" was read as "{label}".' for word, label in grounding.synonyms]
    if grounding.read_by is ReadBy.MODEL:
        found.append(
            "reading: model. The language model alone read the question: compare understood with "
            "what was meant."
        )
    if grounding.reading_note:
        found.append(grounding.reading_note)
    return found


def _model_notes(
    grounding: Grounding, sentence: Sentence, read: ReadAnswer, with_model: bool
) -> list[str]:
    found = []
    if with_model and grounding.model_prompt is None:
        found.append("The model was not trained on this form of question and was not asked.")
    if sentence.vanished_region_ids:
        vanished = list(sentence.vanished_region_ids)
        found.append(f"Regions {vanished} are too small for the model to see.")
    if sentence.estimated:
        found.append("The model had no metres of some region: it estimated them from the picture.")
    if sentence.truncated:
        found.append("The model's answer was cut off.")
    if sentence.text and read.value is None:
        found.append("The model's sentence holds no readable answer.")
    return found


def _depth_caveat(measured: Evaluation, geometry: FrameGeometry) -> tuple[str, ...]:
    """What speaks against the depth that an answer was measured from."""
    caveat = geometry.plausibility.caveat if measured.valid_ratio is not None else ""
    return (caveat,) if caveat else ()
