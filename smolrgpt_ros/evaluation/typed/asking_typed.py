# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Asks random questions of the query language about simulated frames, as clients would."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.evaluation.outcomes import refusal_of
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.engine_protocol import Engine
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.true_answers.true_answers import Answer, TrueAnswers
from smolrgpt_ros.simulation.true_answers.true_objects import Ambiguous, Itself, Refused
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from .question_sampler import QuestionSampler
from .typed_outcomes import NOTHING_FITS, TypedOutcome, form_of, is_right

PER_FRAME = 40
"""Questions about each frame."""


def undisputed(shot: SimulatedFrame, count: int, seed: int) -> Iterator[tuple[q.Question, Answer]]:
    """Random questions about a frame that have a true answer, or none for a plain reason.

    Args:
        shot: the frame.
        count: how many.
        seed: of the questions.
    """
    sampler = QuestionSampler(shot.truth, np.random.default_rng(seed))
    truth = TrueAnswers(shot.truth)
    while count > 0:
        question = sampler.draw()
        try:
            answer = truth.answer(question)
        except Refused:
            answer = NOTHING_FITS
        except (Ambiguous, Itself):
            continue
        count -= 1
        yield question, answer


@dataclass(frozen=True)
class Reply:
    """What came of a question.

    Args:
        answer: ``None`` where it was refused.
        refusal: code and sentence where it was; else empty.
        seconds: CPU time of this thread.
    """

    answer: SpatialAnswer | None
    refusal: str
    seconds: float


def reply_to(reasoner: SpatialReasoner, seen: SeenFrame, text: str) -> Reply:
    """Asks one question about a frame."""
    start = time.thread_time()
    refusal, answer = "", None
    try:
        answer = reasoner.answer(
            seen.frame, seen.regions, text, geometry=seen.geometry, novelty=seen.novelty
        )
    except QueryError as error:
        refusal = refusal_of(error)
    return Reply(answer, refusal, time.thread_time() - start)


def ask_typed(
    shots: Iterable[SimulatedFrame], engine: Engine | None = None, per_frame: int = PER_FRAME
) -> Iterator[TypedOutcome]:
    """Asks the canonical sentence of each question and judges what is measured.

    Args:
        shots: frames with the simulator's regions.
        engine: asked where it was trained on the form; ``None`` measures only.
        per_frame: questions about each.
    """
    measuring = SpatialReasoner(None, policy="measured")
    reasoner = SpatialReasoner(engine, policy="agree")
    for shot in shots:
        seen = SeenFrame(shot.frame, shot.regions)
        seen.geometry.prepare(region.id for region in shot.regions)
        frame = f"{shot.truth.family} {shot.truth.seed}"
        for question, true in undisputed(shot, per_frame, shot.truth.seed):
            text = english(question)
            reply = reply_to(measuring, seen, text)
            answer = reply.answer
            if answer is None:
                right = true == NOTHING_FITS
                read = right or not reply.refusal.startswith("BAD_QUESTION")
            else:
                read = answer.asked == question
                same_form = type(answer.asked) is type(question)
                right = same_form and is_right(question, answer.measured, true)
                if engine is not None:
                    answer = reasoner.answer(shot.frame, shot.regions, text, geometry=seen.geometry)
            yield TypedOutcome(
                form_of(question),
                frame,
                text,
                true,
                answer,
                reply.refusal,
                read,
                right,
                reply.seconds,
            )
