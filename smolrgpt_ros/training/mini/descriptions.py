# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Captions of frames and descriptions of regions: the answers of the alignment stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from smolrgpt_ros.language.vocabulary import plural_of
from smolrgpt_ros.simulation.sensing.truth import ObjectTruth

CAPTION_QUESTIONS = (
    "Describe the scene.",
    "What is in view?",
    "What does the camera see?",
    "Give me an overview of this place.",
)
REGION_QUESTIONS = (
    "Describe the regions {}.",
    "What are the regions {}?",
    "Tell me about {}.",
    "What is at {}, and where?",
)


def caption(objects: Sequence[ObjectTruth]) -> str:
    """How many of each class are in view, and their order from left to right."""
    regions = sorted(objects, key=lambda o: o.centroid[0])
    counts = Counter(o.label for o in regions)
    parts = [
        f"{count} {label if count == 1 else plural_of(label)}"
        for label, count in sorted(counts.items())
    ]
    order = ", ".join(o.label for o in regions)
    return f"In view: {', '.join(parts)}. From left to right: {order}."


def describe(item: ObjectTruth) -> str:
    """Load, class, place, position and size of one object; metres, optical frame."""
    x, y, z = item.centre
    length, width, height = item.size
    state = f"{item.load} " if item.load else ""
    if item.carried_by >= 0:
        place = " on a transporter"
    elif item.inside:
        place = " in a buffer"
    else:
        place = ""
    return (
        f"{state}{item.label}{place} at {x:.1f} {y:.1f} {z:.1f}, "
        f"size {length:.1f} {width:.1f} {height:.1f}"
    )


def region_question(items: Sequence[ObjectTruth], rng: np.random.Generator) -> tuple[str, str]:
    """A question about several regions and its answer, in the order of ``items``."""
    masks = " ".join(["<mask>"] * len(items))
    question = REGION_QUESTIONS[rng.integers(len(REGION_QUESTIONS))].format(masks)
    answer = ". ".join(f"[Region {i}] {describe(item)}" for i, item in enumerate(items))
    return question, f"{answer}."


def caption_question(objects: Sequence[ObjectTruth], rng: np.random.Generator) -> tuple[str, str]:
    """A question about the whole frame and its answer."""
    return CAPTION_QUESTIONS[rng.integers(len(CAPTION_QUESTIONS))], caption(objects)
