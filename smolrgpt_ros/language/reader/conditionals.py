# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for questions that depend on whether something is true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import question as q
from .parser import Mismatch
from .references import ON_FLOOR, It, alike, class_of, referring_to


def conditional(condition: Any, then: Any, otherwise: Any = None) -> q.Conditional:
    """ "If pallet 4 is the taller one, how far is it, else how far is pallet 7".

    Pronouns of the two questions stand for what the condition is about. Without a second one, the
    answer is whether the condition holds, where it does not.

    Raises:
        Mismatch: if the condition is no proposition.
    """
    proposition = _proposition_of(condition)
    subject = subject_of(proposition)
    branches = [
        condition if branch is None else _about(_in_it(branch, proposition), subject)
        for branch in (then, otherwise)
    ]
    return q.Conditional(proposition, *branches)


def canonical_conditional(condition: object, then: Any, otherwise: Any) -> q.Conditional:
    """The canonical sentence, each of whose parts is read by itself.

    Raises:
        Mismatch: if the condition is no proposition.
    """
    return q.Conditional(_proposition_of(condition), then, otherwise)


def _proposition_of(condition: object) -> q.Proposition:
    if not isinstance(condition, q.Whether):
        raise Mismatch("a condition is what yes or no answers")
    return condition.proposition


def conditional_behind(then: Any, condition: Any, otherwise: Any) -> q.Conditional:
    """ "The height of pallet 9 if it is taller than 1 m, otherwise its width"."""
    subject = _asked_of(then)
    named = [p for p in q.parts_of(then) if isinstance(p, q.Ids) and len(p.ids) == 1]
    for end in named:
        if len([p for p in named if p.label == end.label]) == 1:
            condition = with_that(condition, end.label, end)
    if subject is not None:
        condition, otherwise = (referring_to(part, subject) for part in (condition, otherwise))
    return conditional(condition, then, otherwise)


def _about(question: Any, subject: q.Selection | None) -> Any:
    """A question whose "it", "one" and "that pallet" stand for what a condition is about."""
    if subject is None:
        return question
    label = class_of(subject)
    if label and not isinstance(subject, q.OfClass):
        question = with_that(question, label, subject)
    return referring_to(alike(question, subject), subject)


def _in_it(question: Any, proposition: q.Proposition) -> Any:
    """ "If pallet 9 is in buffer 1, how many are in it": in the buffer, as nothing is in a pallet.

    Raises:
        Mismatch: if the condition names no place to be in.
    """
    within = q.Inside(It())  # type: ignore[arg-type]
    if within not in q.parts_of(question) or class_of(subject_of(proposition)) in ("", *ON_FLOOR):
        return question
    match proposition:
        case q.Holds(_, q.Inside(place)):
            return q.changed(question, lambda part: q.Inside(place) if part == within else part)
    raise Mismatch("it is open what something is in; name the place", decisive=True)


def with_that(question: Any, label: str, chosen: q.Selection) -> Any:
    """A question in which "that pallet", one of several in view, is the one chosen before."""
    that = q.OfClass(label)
    match question:
        case q.HowMuch(q.Distance(first, second, mode), unit) if that in (first, second):
            ends = [chosen if end == that else end for end in (first, second)]
            return q.HowMuch(q.Distance(ends[0], ends[1], mode), unit)
        case q.HowMuch(q.Size(of, dimension), unit) if of == that:
            return q.HowMuch(q.Size(chosen, dimension), unit)
        case q.Dimensions(of) if of == that:
            return replace(question, of=chosen)
        case q.WhereIs(subject) if subject == that:
            return q.WhereIs(chosen)
        case q.Whether(q.Holds(subject, condition)) if subject == that:
            return q.Whether(q.Holds(chosen, condition))
    return question


def same_to(question: Any, other: q.Selection) -> Any:
    """ "Otherwise to buffer 3": the distance to another end.

    Raises:
        Mismatch: if no distance is asked for.
    """
    match question:
        case q.HowMuch(q.Distance(first, second, mode), unit):
            return q.HowMuch(q.Distance(first, alike(other, second), mode), unit)
    raise Mismatch("only a distance is to something")


def same_of(question: Any, other: q.Selection) -> Any:
    """ "Otherwise that of pallet 4": the question asked of another object.

    Raises:
        Mismatch: if it does not ask for something of one object.
    """
    match question:
        case q.HowMuch(q.Size(of, dimension), unit):
            return q.HowMuch(q.Size(alike(other, of), dimension), unit)
        case q.HowMuch(q.Distance(first, second, mode), unit):
            return q.HowMuch(q.Distance(alike(other, first), second, mode), unit)
        case q.Dimensions() | q.ClassOf():
            return replace(question, of=other)
        case q.WhereIs():
            return q.WhereIs(other)
    raise Mismatch("it is open what is asked of the other one")


def class_among(of: q.Selection, *labels: str | None) -> q.ClassOf:
    """ "Is region 9 a pallet or a shelf": its class, whichever it is.

    Raises:
        Mismatch: if the alternatives are one class.
    """
    named = [label for label in labels if label is not None]
    if len(set(named)) < len(named):
        raise Mismatch("the alternatives are the same")
    return q.ClassOf(of)


def _asked_of(question: q.Question) -> q.Selection | None:
    """The one object that a question asks about."""
    match question:
        case q.HowMuch(q.Size(of)) | q.Dimensions(of) | q.WhereIs(of) | q.ClassOf(of):
            return of
        case q.HowMuch(q.Distance(of, q.Camera())) | q.HowMuch(q.Distance(of)):
            return of
    return None


def subject_of(proposition: q.Proposition) -> q.Selection | None:
    """What a condition is about, and a pronoun behind it stands for."""
    match proposition:
        case q.Holds(subject) | q.Same(subject) | q.Compares(q.Size(subject)):
            return subject
        case q.Compares(q.Distance(q.Camera(), subject) | q.Distance(subject)):
            return subject
        case q.Exists(q.Where() as selection):
            return selection
    return None
