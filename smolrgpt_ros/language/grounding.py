# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A question about the regions in view to what it asks and to the prompt of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from smolrgpt_ros.scene.status import QueryError

from . import question as q
from .meaning import Meaning
from .model_form import Decide, is_trained, model_form, question_of, side_asked
from .prompts import Prompt, write_prompt
from .reader.reader import default_reader
from .reader.resolution import View
from .readers.protocol import ReadBy
from .readers.two_readers import TwoReaders
from .templates.reference_resolution import RegionView
from .templates.template_questions import read_template
from .trained_questions import TrainedOn, asked_prompt, form_of, listed
from .vocabulary import Vocabulary

__all__ = ["Grounding", "RegionView", "ground"]


@dataclass(frozen=True)
class Grounding:
    """A question in terms of the regions in view.

    Args:
        question: what it asks.
        form: the question as models are trained on it; ``None`` where they are not.
        prompt: the question with placeholders, as answers number its regions; without text where
            no model is asked.
        model_prompt: what a model is asked: ``prompt``, or what it is asked instead by a model that
            lists the forms of its training; ``None`` for a question that no model is trained on.
        trained_form: form of ``model_prompt``, for a model that lists the forms of its training;
            empty for others.
        synonyms: words of the question that were read as a label, with that label.
        read_by: whose reading it is.
        reading_trusted: whether that reading may be acted on.
        reading_note: what a careful client should know of the reading; mostly empty.
    """

    question: q.Question
    form: Meaning | None
    prompt: Prompt
    model_prompt: Prompt | None
    trained_form: str = ""
    synonyms: tuple[tuple[str, str], ...] = ()
    read_by: ReadBy = ReadBy.GRAMMAR
    reading_trusted: bool = True
    reading_note: str = ""


def ground(
    question: str,
    regions: Sequence[RegionView],
    *,
    reader: TwoReaders | None = None,
    decide: Decide = lambda selection: None,
    restricted: bool = False,
    trained: TrainedOn | None = None,
) -> Grounding:
    """Understands a question.

    Args:
        question: what the client asked. With ``<mask>`` placeholders ``regions`` are those of the
            placeholders, in order; any other question may mean every region given.
        regions: the regions it may mean.
        reader: reads questions without template; the grammar that ships if left out.
        decide: settles the ends of distances and sides ("the nearest pallet"), so that the prompt
            of a free question names one region for each.
        restricted: whether more is in view than the regions given; "the pallets" are then those
            given, by id.
        trained: what the model was trained on, where it says so: it is asked all forms of that and
            no other, in canonical English, and decides all that the question leaves to decide.

    Raises:
        QueryError: UNKNOWN_REGION (nothing in view by that name), BAD_QUESTION (it cannot be read
            whole, or in two ways, or its two readers differ).
    """
    vocabulary = Vocabulary.default()
    reader = reader if reader is not None else TwoReaders(default_reader())
    if "<mask>" in question.lower():
        return _with_placeholders(question, regions, vocabulary, reader, trained)
    labels = {view.id: view.label for view in regions}
    reading = reader.reading(question, View(labels))
    asked = _restricted(reading.question, labels) if restricted else reading.question
    form, model_prompt = None, None
    if trained is not None:
        model_prompt = asked_prompt(asked, labels, trained)
    else:
        form = model_form(asked, labels, decide)
        if form is not None and not is_trained(form, labels):
            form = None
        if form is not None:
            model_prompt = write_prompt(form, labels, vocabulary)
    return Grounding(
        asked,
        form,
        model_prompt or Prompt("", _named(asked)),
        model_prompt,
        _form_asked(asked, labels, trained, model_prompt),
        reader.synonyms_used(question, View(labels)),
        reading.by,
        reading.trusted,
        reading.note,
    )


def _with_placeholders(
    question: str,
    regions: Sequence[RegionView],
    vocabulary: Vocabulary,
    reader: TwoReaders,
    trained: TrainedOn | None,
) -> Grounding:
    """A question whose regions the client named in order."""
    labels = {view.id: view.label for view in regions}
    ids = tuple(view.id for view in regions)
    prompt = Prompt(question.replace("<image>", "").strip(), ids)
    try:
        undecided = read_template(question, regions, vocabulary, decides=False)
        asked = question_of(read_template(question, regions, vocabulary), labels)
        form: Meaning | None = undecided
        left_open = question_of(undecided, labels)
    except QueryError as error:
        asked = _restricted(_read_by_grammar(reader, question, labels, ids, error), labels)
        form, left_open = model_form(asked, labels), asked
    if trained is None:
        return Grounding(asked, form, prompt, prompt)
    asked_of_model = asked_prompt(left_open, labels, trained)
    asked_form = _form_asked(left_open, labels, trained, asked_of_model)
    return Grounding(asked, None, prompt, asked_of_model, asked_form)


def _form_asked(
    question: q.Question, labels: Mapping[int, str], trained: TrainedOn | None, asked: Prompt | None
) -> str:
    return form_of(listed(question, labels)) if trained is not None and asked is not None else ""


def _read_by_grammar(
    reader: TwoReaders,
    question: str,
    labels: dict[int, str],
    ids: tuple[int, ...],
    error: QueryError,
) -> q.Question:
    """A question in words that no template has; sides are answered with a word, as templates are.

    Raises:
        QueryError: that of the templates where the grammar cannot read it either.
    """
    try:
        asked = reader.reading(question, View(labels), ids).question
    except QueryError:
        raise error from None
    side = side_asked(asked)
    return asked if side is None else q.Relation(q.RelationKind.LEFT_RIGHT, side[1], side[2])


def _restricted(question: q.Question, labels: Mapping[int, str]) -> q.Question:
    """The question about certain regions only: classes become those of them, by id."""

    def change(part: object) -> object:
        if isinstance(part, q.OfClass):
            ids = tuple(sorted(i for i, label in labels.items() if label == part.label))
            return q.Ids(ids, part.label)
        if isinstance(part, q.Everything):
            return q.union(*(q.Ids((i,), label or "region") for i, label in labels.items()))
        return part

    return cast("q.Question", q.changed(question, change))


def _named(question: q.Question) -> tuple[int, ...]:
    """The regions that a question names, in order of mention, each once."""
    named = (i for part in q.parts_of(question) if isinstance(part, q.Ids) for i in part.ids)
    return tuple(dict.fromkeys(named))
