# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions with their prompts and full answers: rationale and verdict, from a frame's truth."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.prompts import Prompt
from smolrgpt_ros.language.trained_questions import (
    NEUTRAL,
    form_of,
    number_of,
    numbered,
    prompt_of,
    with_names,
)
from smolrgpt_ros.reasoning.measuring.answer_text import answer_text
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.simulation.sensing.truth import ObjectTruth
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.simulation.true_answers.true_objects import Ambiguous, Itself, Refused

from .form_sampler import FormSampler
from .rationales import Rationale

_DRAWS = 30
"""Questions drawn before a frame is given up."""


@dataclass(frozen=True)
class WorkedExample:
    """A question with its answer.

    Args:
        form: of the question.
        question: with ids.
        prompt: of it.
        answer: rationale and verdict; ``[Region i]`` is the i-th region of the prompt.
        truth: the verdict as a value.
    """

    form: str
    question: q.Question
    prompt: Prompt
    answer: str
    truth: Evaluation


def draw_example(
    truth: TrueAnswers,
    objects: Collection[ObjectTruth],
    rng: np.random.Generator,
    named: Collection[str],
    *,
    most_regions: int,
    pairs: bool = False,
) -> WorkedExample | None:
    """A random question with an undisputed answer; ``None`` where the frame gives none.

    Args:
        objects: the regions that may be asked about.
        named: classes with words of their own; others are objects.
        most_regions: most regions of a prompt.
        pairs: questions about a few regions alone.
    """
    if len(objects) < 2:
        return None
    sampler = FormSampler(tuple(objects), rng, pairs)
    for _ in range(_DRAWS):
        question = sampler.draw()
        if not (form := form_of(question)):
            continue
        prompt = prompt_of(question, named)
        if len(prompt.region_ids) > most_regions:
            continue
        try:
            found = true_evaluation(truth, question)
            rationale = Rationale(truth, prompt.region_ids).of(question)
        except (Ambiguous, Refused, Itself):
            continue
        label_of = {o.id: o.label if o.label in named else NEUTRAL for o in objects}
        verdict = _verdict(question, found, prompt.region_ids, named, label_of)
        return WorkedExample(form, question, prompt, f"{rationale} {verdict}", found)
    return None


def _verdict(
    question: q.Question,
    found: Evaluation,
    region_ids: tuple[int, ...],
    named: Collection[str],
    label_of: dict[int, str],
) -> str:
    """The last sentence. It names the members of a set in the prompt's order: a model cannot learn
    the order of ids that it does not see."""
    index = region_ids.index

    def change(part: object) -> object:
        return q.Ids(tuple(map(index, part.ids)), part.label) if isinstance(part, q.Ids) else part

    asked = cast("q.Question", q.changed(question, change))
    answer = replace(found, region_ids=tuple(map(index, found.region_ids)))
    labels = {index(i): label for i, label in label_of.items() if i in region_ids}
    text = answer_text(numbered(asked, named), with_numbers(answer), labels_of_numbers(labels))
    return with_names(text, tuple(range(len(region_ids))))


def true_evaluation(truth: TrueAnswers, question: q.Question) -> Evaluation:
    """The true answer as what measuring would have found.

    Raises:
        Ambiguous, Refused, Itself: where there is none.
    """
    found = truth.answer(question)
    match question:
        case q.HowMuch(q.Count(of)):
            return Evaluation(int(_number(found)), "count", region_ids=tuple(truth.select(of)))
        case q.HowMuch(q.Difference(first, second, absolute)):
            # Of the numbers as a rationale writes them: the last digit is theirs.
            apart = round(truth.quantity(first), 2) - round(truth.quantity(second), 2)
            return Evaluation(round(abs(apart) if absolute else apart, 2), "m")
        case q.HowMuch(quantity):
            ends = _ends(truth, quantity)
            return Evaluation(round(_number(found), 2), "m", region_ids=ends)
        case q.Which():
            assert isinstance(found, frozenset)
            if len(found) != 1:
                raise Refused
            (chosen,) = found
            return Evaluation(chosen, region_ids=(chosen,))
        case q.Whether(q.Exists(selection)):
            return Evaluation(bool(found), region_ids=tuple(truth.select(selection)))
        case q.Whether(q.Holds(subject, _)):
            return Evaluation(bool(found), region_ids=tuple(truth.select(subject)))
        case q.Whether():
            return Evaluation(bool(found))
        case q.Relation(_, first, second) | q.Direction(first, second):
            ids = tuple(i for i in (truth.one(first), truth.one(second)) if i is not None)
            assert isinstance(found, int | str)
            unit = "hour" if isinstance(question, q.Direction) else ""
            return Evaluation(found, unit, region_ids=ids)
    raise Refused


def with_numbers(found: Evaluation) -> Evaluation:
    """An answer in the ids of a ``numbered`` question."""
    value = number_of(found.region_ids[0]) if _is_choice(found) else found.value
    return Evaluation(value, found.unit, region_ids=tuple(map(number_of, found.region_ids)))


def labels_of_numbers(label_of: dict[int, str]) -> Callable[[int], str]:
    """Labels by the ids of a ``numbered`` question."""
    known = {number_of(region_id): label for region_id, label in label_of.items()}
    return lambda number: known.get(number, "")


def _is_choice(found: Evaluation) -> bool:
    whole = isinstance(found.value, int) and not isinstance(found.value, bool)
    return whole and not found.unit


def _number(found: object) -> float:
    assert isinstance(found, int | float)
    return found


def _ends(truth: TrueAnswers, quantity: q.Quantity) -> tuple[int, ...]:
    match quantity:
        case q.Distance(first, second):
            return tuple(i for i in (truth.one(first), truth.one(second)) if i is not None)
        case q.Size(of):
            return tuple(i for i in (truth.one(of),) if i is not None)
    return ()
