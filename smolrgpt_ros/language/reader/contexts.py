# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to join a question with what is said before or behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import question as q
from .conditionals import with_that
from .conditions import excepting, held_by, inside_only
from .modifiers import where
from .parser import Mismatch
from .quantities import distance, exists, how_many, length, listing
from .references import CARRIERS, It, Such, alike, class_of
from .superlatives import Unsaid, with_target


def about(topic: q.Selection, question: Any) -> Any:
    """A question whose pronoun, or unsaid reference, stands for the topic.

    Raises:
        Mismatch: if it has none: then the topic was said for nothing.
    """
    label = class_of(topic)
    if label and It() in q.parts_of(
        question
    ):  # "the tallest pallet: is it left of the carried one"
        question = q.changed(question, lambda v: q.OfClass(label) if isinstance(v, Such) else v)
    result = q.changed(question, lambda v: topic if isinstance(v, It | Such | Unsaid) else v)
    if result == question:
        raise Mismatch("the first part of the question is not taken up by the second")
    if label in CARRIERS:  # "The transporter, it has a pallet?"
        result = q.changed(result, lambda v: q.OnTop(topic) if v == q.Inside(topic) else v)
    return result


def _leaves_open(selection: q.Selection, *references: type) -> bool:
    """Whether it holds a reference that another part of the question names."""
    return any(isinstance(part, references) for part in q.parts_of(selection))


def near_unsaid(selection: q.Selection, target: q.Selection) -> q.Selection:
    """ "the nearest one" whose reference another part of the question names."""
    if not _leaves_open(selection, Unsaid):
        raise Mismatch("the reference belongs to no superlative")
    found: Any = with_target(selection, target)
    return found  # type: ignore[no-any-return]


def held_there(selection: q.Selection, place: q.Selection) -> q.Selection:
    """ "buffer 3: how many pallets": those in the place.

    Raises:
        Mismatch: if the phrase takes the place up by itself, as a topic.
    """
    if _leaves_open(selection, It, Unsaid):
        raise Mismatch("the first part of the question is its topic")
    if class_of(selection) and class_of(selection) == class_of(place):
        raise Mismatch("the first part of the question is what it asks for")
    return where(selection, held_by(place))


def in_place(selection: q.Selection, place: q.Selection) -> q.Selection:
    """ "buffer 3: nearest pallet to the shelf": one of those in the place."""
    if _leaves_open(selection, Unsaid):
        raise Mismatch("it is open whether the place or the camera is the reference")
    return where(selection, inside_only(place))


def among(given: q.Selection, question: Any) -> Any:
    """A question asked of some objects only: "given the pallets 3 and 7, which one ..."."""
    first, *others = given.members if isinstance(given, q.Union) else (given,)
    members = (first, *(alike(member, first) for member in others))
    if sum(len(m.ids) if isinstance(m, q.Ids) else 2 for m in members) == 1:
        raise Mismatch("one object leaves nothing to choose from")
    if len({class_of(m) for m in members}) == 1 and class_of(first):
        by_label = {class_of(first): q.union(*members)}
    else:
        by_label = {m.label: m for m in members if isinstance(m, q.Ids)}
        if len(members) > 1 and len(by_label) < len(members):
            raise Mismatch("not all objects given are asked about")
    used: set[str] = set()

    def replaced(value: Any) -> Any:
        if isinstance(value, q.OfClass) and value.label in by_label:
            used.add(value.label)
            return by_label[value.label]
        if isinstance(value, It | Such | q.Everything) and len(members) == 1:
            used.update(by_label)
            return given
        if isinstance(value, q.Where) and isinstance(value.of, q.Where):
            return q.where(value.of, value.condition)
        return value

    result = q.changed(question, replaced)
    if not used or used != set(by_label):
        raise Mismatch("the objects given are not asked about")
    return result


def asked_among(group: q.Selection, condition: q.Condition) -> q.Selection:
    """ "Of the three closest pallets, which are loaded": of those three, however many are."""
    if isinstance(group, q.Ranked | q.Exactly):
        return q.where(group, condition)
    return where(group, condition)


def exceptional(excepted: q.Selection, question: Any) -> Any:
    """ "Besides pallet 9, how many pallets": the question without them."""
    named = [part for part in q.parts_of(question) if isinstance(part, q.Ids)]
    if len(named) == 1 and not isinstance(excepted, It):
        # "Apart from the one it carries": what the question names.
        excepted = q.changed(excepted, lambda v: named[0] if isinstance(v, It) else v)
    condition = excepting(excepted)
    other = q.Not(q.Among(It()))  # type: ignore[arg-type]
    result = q.changed(question, lambda v: condition if v == other else v)
    if result != question:
        return result
    match question:
        case q.Which(asked) | q.Listing(asked) | q.Order(asked) | q.Each(asked) | q.Pair(asked):
            return replace(question, selection=where(asked, condition))
        case q.HowMuch(q.Count(asked) | q.Total(asked) | q.Mean(asked) as quantity):
            return replace(question, quantity=replace(quantity, of=where(asked, condition)))
        case q.Whether(q.Exists(asked)):
            return exists(where(asked, condition))
    raise Mismatch("the exception does not fit the question")


def followed(choice: q.Question, question: Any) -> Any:
    """ "Which pallet is nearest to the shelf? How far is it from the AGV?": the answer names it.

    "How far is that buffer from it": that is what the first question chooses, it is the topic.

    Raises:
        Mismatch: if no object is chosen, or the second question does not take it up.
    """
    if isinstance(choice, q.Which):
        found = with_that(question, class_of(choice.selection), choice.selection)
        if found != question:
            return found
    if not isinstance(choice, q.Which) or It() not in q.parts_of(question):
        raise Mismatch("the second question does not take up what the first one chooses")
    return about(choice.selection, question)


def with_count(question: q.Question) -> q.Listing:
    """ "Which buffer has the most pallets and how many are in it": the list says both.

    Raises:
        Mismatch: unless a count chooses it.
    """
    match question:
        case q.Which(q.Ranked(_, q.Holding()) as chosen):
            return q.Listing(chosen)
    raise Mismatch("it is open what is counted")


def counting(question: q.Question) -> q.HowMuch:
    """ "Are there any pallets in buffer 8, and how many?".

    Raises:
        Mismatch: if it asks for something else first.
    """
    selection = _that_may_be_there(question)
    if selection is None:
        raise Mismatch("only of objects that may be there it can be asked how many")
    return how_many(selection)


def naming(question: q.Question) -> q.Question:
    """ "Are there any pallets in buffer 8, and if so, which ones?".

    Raises:
        Mismatch: if it asks for something else first.
    """
    if isinstance(question, q.Listing):
        return question
    selection = _that_may_be_there(question)
    if selection is None:
        raise Mismatch("only of objects that may be there it can be asked which ones")
    return listing(selection)


def _that_may_be_there(question: q.Question) -> q.Selection | None:
    """The objects of "Are there any …?" and of "Are there at least two …?"."""
    match question:
        case q.Whether(q.Exists(selection) | q.Compares(q.Count(selection))):
            return selection
    return None


def narrowed(question: Any, condition: q.Condition) -> Any:
    """ "List the pallets by distance, but only those in a buffer".

    Raises:
        Mismatch: if it asks about no group of objects.
    """
    match question:
        case q.Listing(asked) | q.Order(asked) | q.Each(asked) | q.Table(asked) | q.Pair(asked):
            return replace(question, selection=where(asked, condition))
        case q.Which(q.Ranked() as asked):
            return replace(question, selection=where(asked, condition))
        case q.HowMuch(q.Count(asked) | q.Total(asked) | q.Mean(asked) as quantity):
            return replace(question, quantity=replace(quantity, of=where(asked, condition)))
    raise Mismatch("only a group of objects can be narrowed")


def a_number(question: q.Question) -> q.Question:
    """ "The average height of the pallets, what is it?"

    Raises:
        Mismatch: if it asks for no number.
    """
    if not isinstance(question, q.HowMuch):
        raise Mismatch("what is asked for is no number")
    return question


def only(question: q.Question, label: str) -> q.Question:
    """ "List everything within 3 m of pallet 7, pallets only".

    Raises:
        Mismatch: unless it asks about objects of any class.
    """
    if q.parts_of(question).count(q.Everything()) != 1:
        raise Mismatch("the question asks about objects of one class already")
    found: q.Question = q.changed(
        question, lambda part: q.OfClass(label) if part == q.Everything() else part
    )
    return found


def wholly(question: q.Question) -> q.Listing:
    """ "What is in buffer 3, all of it".

    Raises:
        Mismatch: if it asks for no list.
    """
    if not isinstance(question, q.Listing):
        raise Mismatch("only a list has all of its objects")
    return question


def with_distance(question: q.Question) -> q.HowMuch:
    """ "Which pallet is closest to the AGV and how far away is it": the answer names it.

    Raises:
        Mismatch: if no distance chooses it.
    """
    match question:
        case q.Which(q.Ranked(_, q.DistanceTo(target)) as chosen):
            return length(distance(chosen, target))
    raise Mismatch("it is open what the distance is measured from")


def chosen_with(
    selection: q.Selection, dimension: q.Dimension | None, target: q.Selection | None
) -> q.HowMuch:
    """ "Id and height of the tallest pallet", "its distance from the shelf".

    Raises:
        Mismatch: if the phrase chooses nothing.
    """
    if not isinstance(selection, q.Ranked):
        raise Mismatch("the phrase chooses no object")
    if dimension is not None:
        return with_size(q.Which(selection), dimension)
    if target is not None:
        return length(distance(selection, target))
    return with_distance(q.Which(selection))


def with_size(question: q.Question, dimension: q.Dimension) -> q.HowMuch:
    """ "Which pallet is tallest and how tall is it": the answer names it.

    Raises:
        Mismatch: if it asks for no single object.
    """
    match question:
        case q.Which(q.Ranked(take=1) as chosen):
            return length(q.Size(chosen, dimension))
    raise Mismatch("a size is that of one object")


def naming_it(question: q.Question) -> q.Question:
    """ "How tall is the tallest pallet and which one is it": the answer names it.

    Raises:
        Mismatch: unless one object of the question is chosen.
    """
    chosen = [part for part in q.parts_of(question) if isinstance(part, q.Ranked)]
    if not isinstance(question, q.HowMuch) or len(chosen) != 1:
        raise Mismatch("it is open which object is asked for")
    return question


def worded(question: q.Question, kind: q.RelationKind) -> q.Relation:
    """ "Is pallet 3 left of pallet 7? Answer left or right".

    Raises:
        Mismatch: if the question is about another side.
    """
    match question:
        case q.Whether(q.Holds(first, q.Beside(side, second))):
            if (side in (q.Side.LEFT, q.Side.RIGHT)) == (kind is q.RelationKind.LEFT_RIGHT):
                return q.Relation(kind, first, second)
        case q.Relation(asked, _, _) if asked is kind:
            return question
    raise Mismatch("the words offered as answers do not fit the question")


def yes_no(question: q.Question) -> q.Question:
    """A question with "yes or no" behind it.

    Raises:
        Mismatch: if it asks for something else.
    """
    if not isinstance(question, q.Whether):
        raise Mismatch("the question asks for more than yes or no")
    return question
