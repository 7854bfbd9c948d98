# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations and sizes in questions with placeholders: the simulator's sentences."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.grounding import Grounding, RegionView, ground
from smolrgpt_ros.language.meaning import Meaning
from smolrgpt_ros.language.templates.relations import relation_of
from smolrgpt_ros.simulation.questions.questions import question_phrasings
from smolrgpt_ros.simulation.questions.relation_questions import relation_phrasings


def form_of(grounding: Grounding) -> Meaning:
    """The form of the model's training."""
    assert grounding.form is not None
    return grounding.form


def ends(form: Meaning) -> tuple[int | None, ...]:
    """Region ids of subject and reference."""
    picks = (form.subject, form.reference)
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
            form = form_of(grounding)
            assert form.kind.value == kind, text
            assert grounding.prompt.text == text
            subject, reference = ends(form)
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
