# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The marks of each kind of answer: lines, arrows, dimensions, outlines and words at regions.

Pictures and markers draw the same marks, each in its own space. A new kind of question gets its
marks in ``_MARKS``; a new form of mark is drawn in ``answer_drawing`` and ``ros.view``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import pairwise

from smolrgpt_ros.language.meaning import Kind

from .answer_view import AnswerView, written
from .palette import GENERATED_COLOR, Color


class Form(Enum):
    """Form of a mark, and the regions it needs."""

    SEGMENT = "a line between two regions, or from the camera to one"
    VERTICAL = "a vertical line at the first region, to the height of the second one"
    WIDTH = "the width of one region"
    HEIGHT = "the height of one region"
    ARROW = "from the first region to the second one"
    WORD = "a text at one region"
    OUTLINE = "the outline of one region, with a text"


@dataclass(frozen=True)
class Mark:
    """One thing to draw.

    Args:
        form: of the mark.
        regions: ids, see ``form``.
        color: of lines and text.
        text: may be empty.
    """

    form: Form
    regions: tuple[int, ...]
    color: Color
    text: str = ""


def marks_of(view: AnswerView, visible: Collection[int]) -> tuple[Mark, ...]:
    """The marks of an answer; none where nothing was measured, and for prose.

    Args:
        visible: ids of the regions that can be drawn; a mark of another one is left out.
    """
    marks = _MARKS[view.kind](view) if view.is_answered else ()
    return tuple(mark for mark in marks if all(i in visible for i in mark.regions))


Marks = tuple[Mark, ...]


def _between(view: AnswerView, form: Form) -> Marks:
    """One mark between subject and reference, or the camera."""
    ends = view.roles.answer
    return (Mark(form, ends, view.color, view.amount),) if ends else ()


def _at_each(view: AnswerView, form: Form) -> Marks:
    return tuple(Mark(form, (i,), view.color, view.amount) for i in view.roles.answer)


def _of_all(view: AnswerView) -> Marks:
    """The outline of each region, and at the first one the amount that is of all together."""
    first, rest = view.roles.answer[:1], view.roles.answer[1:]
    amount = [Mark(Form.OUTLINE, (i,), view.color, view.amount) for i in first]
    return (*amount, *(Mark(Form.OUTLINE, (i,), view.color) for i in rest))


def _relation(view: AnswerView) -> Marks:
    """Where the subject is, seen from the reference."""
    match view.roles.answer:
        case (subject, reference):
            arrow = Mark(Form.ARROW, (reference, subject), view.color)
            return (arrow, Mark(Form.WORD, (subject,), view.color, view.amount))
    return ()


def _numbers(view: AnswerView) -> Marks:
    counted = enumerate(view.roles.answer, 1)
    return tuple(Mark(Form.OUTLINE, (i,), view.color, f"no. {number}") for number, i in counted)


def _listed(view: AnswerView) -> Marks:
    """Each of several regions, with its number in the list or its own amount."""
    texts = [written(value, view.unit) for value in view.values]
    if len(texts) != len(view.roles.answer):
        texts = [str(number) for number in range(1, len(view.roles.answer) + 1)]
    found = zip(view.roles.answer, texts, strict=True)
    return tuple(Mark(Form.OUTLINE, (i,), view.color, text) for i, text in found)


def _route(view: AnswerView) -> Marks:
    """A line from stop to stop, the whole length at the first one."""
    legs = list(pairwise(view.roles.answer))
    texts = [view.amount, *[""] * (len(legs) - 1)]
    return tuple(
        Mark(Form.SEGMENT, leg, view.color, text) for leg, text in zip(legs, texts, strict=True)
    )


def _place(view: AnswerView) -> Marks:
    """The object asked for; what it stands in is context."""
    metres = written(view.values[0], "m") if view.values else ""
    return tuple(Mark(Form.OUTLINE, (i,), view.color, metres) for i in view.roles.answer[:1])


def _box_sizes(view: AnswerView) -> Marks:
    sizes = " x ".join(f"{value:.2f}" for value in view.values)
    return tuple(Mark(Form.OUTLINE, (i,), view.color, f"{sizes} m") for i in view.roles.answer[:1])


def _chosen(view: AnswerView) -> Marks:
    chosen = [(i, view.color, "chosen") for i in view.roles.answer]
    chosen += [(i, GENERATED_COLOR, "model's choice") for i in view.roles.model_choice]
    return tuple(Mark(Form.OUTLINE, (i,), color, text) for i, color, text in chosen)


def _nothing(view: AnswerView) -> Marks:
    return ()


_MARKS: dict[Kind, Callable[[AnswerView], Marks]] = {
    Kind.DISTANCE: partial(_between, form=Form.SEGMENT),
    Kind.HORIZONTAL_DISTANCE: partial(_between, form=Form.SEGMENT),
    Kind.CLEARANCE: partial(_between, form=Form.SEGMENT),
    Kind.VERTICAL_DISTANCE: partial(_between, form=Form.VERTICAL),
    Kind.WIDTH: partial(_at_each, form=Form.WIDTH),
    Kind.HEIGHT: partial(_at_each, form=Form.HEIGHT),
    Kind.LEFT_RIGHT: _relation,
    Kind.FRONT_BEHIND: _relation,
    Kind.ABOVE_BELOW: _relation,
    Kind.DIRECTION: _relation,
    Kind.BIGGER_SMALLER: partial(_at_each, form=Form.OUTLINE),
    Kind.TALLER_SHORTER: partial(_at_each, form=Form.OUTLINE),
    Kind.WIDER_THINNER: partial(_at_each, form=Form.OUTLINE),
    Kind.LENGTH: partial(_at_each, form=Form.WIDTH),
    Kind.ELEVATION: partial(_at_each, form=Form.OUTLINE),
    Kind.SIZE: partial(_at_each, form=Form.OUTLINE),
    Kind.YES_NO: _of_all,
    Kind.NUMBER: _of_all,
    Kind.PAIR: partial(_between, form=Form.SEGMENT),
    Kind.ROUTE: _route,
    Kind.LIST: _listed,
    Kind.ORDER: _listed,
    Kind.EACH: _listed,
    Kind.WHERE: _place,
    Kind.DIMENSIONS: _box_sizes,
    Kind.COUNT: _numbers,
    Kind.CHOICE: _chosen,
    Kind.TEXT: _nothing,
    Kind.UNKNOWN: _nothing,
}
