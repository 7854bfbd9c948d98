# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the page shows at one moment, as an immutable value, and how it changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.rendering.palette import Color
from smolrgpt_ros.scene.region import Region

from .lamps import Lamp
from .objects import PageObject, Vector

#: Answers kept, the newest first.
HISTORY = 12


@dataclass(frozen=True)
class Line:
    """A line that an answer draws in space, between points of the camera's optical frame, metres.

    Args:
        start, end: of the line.
        color: red, green, blue, 0 to 255.
    """

    start: Vector
    end: Vector
    color: Color


@dataclass(frozen=True)
class Answer:
    """An answered or refused question.

    Args:
        number: counts the page's answers from 1.
        record: the outcome.
        strong: ids of the regions it is about.
        clock: time of day it came at, for people.
        has_picture: whether there is a picture of it.
    """

    number: int
    record: AnswerRecord
    strong: frozenset[int] = frozenset()
    clock: str = ""
    has_picture: bool = False


@dataclass(frozen=True, eq=False)
class PageState:
    """All that is displayed.

    Args:
        node: full name of the query node.
        frame_id: the camera's optical frame; empty before the first regions.
        objects: in view and remembered.
        lines: of the answer in space.
        lamps: of the last diagnostics.
        lamps_at: time of these, steady clock, seconds; minus infinity: none came.
        picture: number of the newest live picture; 0: none yet.
        picture_at: time of that one, steady clock, seconds.
        width: of the camera's pictures, pixels.
        answers: the newest first, :data:`HISTORY` at most.
        asking: questions that wait for their answer, the oldest first.
        answered: number of answers so far, those no longer kept included.
    """

    node: str = ""
    frame_id: str = ""
    objects: tuple[PageObject, ...] = ()
    lines: tuple[Line, ...] = ()
    lamps: tuple[Lamp, ...] = ()
    lamps_at: float = -math.inf
    picture: int = 0
    picture_at: float = -math.inf
    width: int = 0
    answers: tuple[Answer, ...] = ()
    asking: tuple[str, ...] = ()
    answered: int = 0

    @property
    def regions(self) -> tuple[Region, ...]:
        """Of the objects."""
        return tuple(item.region for item in self.objects)

    @property
    def strong(self) -> frozenset[int]:
        """Ids of the regions of the newest answer."""
        return self.answers[0].strong if self.answers else frozenset()


def with_objects(state: PageState, frame_id: str, objects: tuple[PageObject, ...]) -> PageState:
    """New regions; an outline that is known of an object in view is kept."""
    outlines = {item.region.id: item.outline for item in state.objects if item.outline}
    kept = tuple(
        replace(item, outline=outlines[item.region.id])
        if not item.outline and item.region.id in outlines
        else item
        for item in objects
    )
    return replace(state, frame_id=frame_id, objects=kept)


def with_marks(
    state: PageState, outlines: dict[int, tuple[Vector, ...]], lines: tuple[Line, ...]
) -> PageState:
    """The outlines on the floor by region id, and the lines of the answer."""
    objects = tuple(
        replace(item, outline=outlines.get(item.region.id, ())) for item in state.objects
    )
    return replace(state, objects=objects, lines=lines)


def with_lamps(state: PageState, lamps: tuple[Lamp, ...], at: float) -> PageState:
    """New diagnostics, of a time of the steady clock, seconds."""
    return replace(state, lamps=lamps, lamps_at=at)


def with_picture(state: PageState, width: int, at: float) -> PageState:
    """A new live picture, of a camera's picture of some width in pixels, at a time of the steady
    clock, seconds."""
    return replace(state, picture=state.picture + 1, picture_at=at, width=width)


def with_question(state: PageState, question: str) -> PageState:
    """A question has been sent."""
    return replace(state, asking=(*state.asking, question))


def with_answer(
    state: PageState,
    record: AnswerRecord,
    strong: frozenset[int],
    clock: str,
    has_picture: bool,
) -> PageState:
    """Its answer, or refusal, has come."""
    number = state.answered + 1
    answer = Answer(number, record, strong, clock, has_picture)
    waiting = list(state.asking)
    if record.question in waiting:
        waiting.remove(record.question)
    return replace(
        state,
        answers=(answer, *state.answers)[:HISTORY],
        asking=tuple(waiting),
        answered=number,
    )
