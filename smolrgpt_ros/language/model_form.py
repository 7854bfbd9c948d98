# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which question of the published model's training a question is, if it is one of them.

It was trained on distances, sides, counts and choices in a few forms (:class:`~.meaning.Meaning`).
It is asked no other free question: that is measured only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import question as q
from .kinds import kind_of
from .meaning import CAMERA, Kind, Meaning, Order, Pick

Decide = Callable[[q.Selection], int | None]
"""The one region that a selection is, ``None`` where that is left to the model."""

_SIZES = (q.Dimension.WIDTH, q.Dimension.HEIGHT)
_COLUMNS = {
    q.Extreme.LEAST: Order.LEFTMOST,
    q.Extreme.MOST: Order.RIGHTMOST,
    q.Extreme.MIDDLE: Order.MIDDLE,
}
_STATES = {q.LoadState.EMPTY: Order.EMPTY, q.LoadState.LOADED: Order.LOADED}


def model_form(
    question: q.Question, labels: Mapping[int, str], decide: Decide = lambda selection: None
) -> Meaning | None:
    """The question as a form that prompts have; ``None`` for any other.

    Args:
        question: read from what the client asked.
        labels: class of each region that it may mean, by id, in the client's order.
        decide: settles the ends of distances and sides, so that the prompt names one region each.
    """
    return _Forms(labels, decide).of(question)


def side_asked(question: q.Question) -> tuple[str, q.Selection, q.Selection] | None:
    """Of "Is A left of B?" the word that means yes, A and B; ``None`` for any other question.

    Models know such a question as the one for one of the two words.
    """
    match question:
        case q.Whether(q.Holds(first, q.Beside(q.Side.LEFT, second))):
            return "left", first, second
        case q.Whether(q.Holds(first, q.Beside(q.Side.RIGHT, second))):
            return "right", first, second
    return None


def is_trained(form: Meaning, labels: Mapping[int, str]) -> bool:
    """Whether the published model saw such questions in training: distances between regions, sides,
    counts in a place, and some choices. Its answers to others deserve no trust.

    Args:
        form: from :func:`model_form`.
        labels: class of each of its regions, by id.
    """
    if form.kind is Kind.CHOICE:
        return form.subject is not None and _is_trained_choice(form.subject, labels)
    end = form.reference
    if end is None or end.is_camera:
        return False
    if form.kind is Kind.COUNT:
        return end.order is None or end.order.in_image or end.reference is not None
    if form.kind is Kind.DISTANCE:
        return all(p.single is not None or (p.order and p.order.in_image) for p in form.picks())
    return form.kind is Kind.LEFT_RIGHT


def _is_trained_choice(pick: Pick, labels: Mapping[int, str]) -> bool:
    """Leftmost and the like, the buffer nearest to something, and the pallet nearest to the empty
    transporter."""
    if pick.rank > 1 or pick.order is None:
        return False
    if pick.order.in_image:
        return True
    if pick.order is not Order.NEAREST or pick.reference is None:
        return False
    buffers = all(labels[candidate] in ("buffer", "") for candidate in pick.candidates)
    return buffers or pick.reference.order is Order.EMPTY


class _Forms:
    """Forms of questions about certain regions."""

    def __init__(self, labels: Mapping[int, str], decide: Decide) -> None:
        self._labels, self._decide = labels, decide

    def of(self, question: q.Question) -> Meaning | None:
        if isinstance(question, q.HowMuch):
            return self._number(question.quantity, kind_of(question))
        if isinstance(question, q.Which):
            return self._choice(question.selection)
        if isinstance(question, q.Relation):
            return self._pair(kind_of(question), question.first, question.second)
        if (side := side_asked(question)) is not None:
            return self._pair(Kind.LEFT_RIGHT, side[1], side[2])
        if isinstance(question, q.Direction):
            if isinstance(question.viewer, q.Camera):
                return None
            return self._pair(Kind.DIRECTION, question.subject, question.viewer)
        return None

    def _number(self, quantity: q.Quantity, kind: Kind) -> Meaning | None:
        if isinstance(quantity, q.Distance):
            first, second = quantity.first, quantity.second
            if isinstance(first, q.Camera):
                first, second = second, first
            return self._pair(kind, first, second)
        if isinstance(quantity, q.Size) and quantity.dimension in _SIZES:
            end = self._end(quantity.of)
            return None if end is None else Meaning(kind, end)
        return self._count(quantity.of) if isinstance(quantity, q.Count) else None

    def _pair(self, kind: Kind, first: q.Selection, second: q.Selection) -> Meaning | None:
        ends = self._end(first), self._end(second)
        if ends[0] is None or ends[1] is None or ends[0].is_camera:
            return None
        if ends[1].is_camera and kind is not Kind.DISTANCE:
            return None
        return Meaning(kind, ends[0], ends[1])

    def _count(self, counted: q.Selection) -> Meaning | None:
        if not isinstance(counted, q.Where):
            ids = self._ids(counted)
            return Meaning(Kind.COUNT, counted=ids) if ids else None
        ids = self._ids(counted.of)
        if not ids or not isinstance(counted.condition, q.Inside):
            return None
        place = self._pick(counted.condition.place)
        if place is None or (place.order is None and place.single is None):
            return None
        return Meaning(Kind.COUNT, reference=place, counted=ids)

    def _choice(self, selection: q.Selection) -> Meaning | None:
        pick = self._pick(selection)
        if pick is None or pick.order is None:
            return None
        return Meaning(Kind.CHOICE, pick)

    # -- selections -------------------------------------------------------------------------

    def _end(self, selection: q.Selection) -> Pick | None:
        """An end of a distance: one region, where that can be settled."""
        pick = self._pick(selection)
        if pick is not None and (pick.is_camera or (pick.single is not None and not pick.order)):
            return pick
        decided = self._decide(selection)
        if decided is not None:
            return Pick((decided,))
        return pick if pick is not None and pick.order is not None else None

    def _pick(self, selection: q.Selection) -> Pick | None:
        """The selection as a rule that prompts can say."""
        if isinstance(selection, q.Camera):
            return CAMERA
        if isinstance(selection, q.Exactly) and selection.number == 1:
            return self._pick(selection.of)
        if isinstance(selection, q.Where):
            ids = self._ids(selection.of)
            state = selection.condition
            if ids and isinstance(state, q.State) and state.state in _STATES:
                return Pick(ids, _STATES[state.state])
            return None
        if not isinstance(selection, q.Ranked):
            ids = self._ids(selection)
            return Pick(ids) if ids else None
        ids = self._ids(selection.of)
        if not ids or selection.take > 1:
            return None
        key, least = selection.key, selection.extreme is q.Extreme.LEAST
        if isinstance(key, q.Column):
            return Pick(ids, _COLUMNS[selection.extreme], selection.rank)
        if isinstance(key, q.DistanceTo):
            order = Order.NEAREST if least else Order.FARTHEST
            reference = self._pick(key.target)
            if reference is None:
                return None
            return Pick(ids, order, selection.rank, None if reference.is_camera else reference)
        if isinstance(key, q.SizeOf) and key.dimension is q.Dimension.SIZE:
            return Pick(ids, Order.SMALLEST if least else Order.LARGEST, selection.rank)
        return None

    def _ids(self, selection: q.Selection) -> tuple[int, ...]:
        """The regions of a selection that needs no measuring; none for any other."""
        if isinstance(selection, q.Ids):
            return selection.ids
        if isinstance(selection, q.OfClass):
            return tuple(i for i, label in self._labels.items() if label == selection.label)
        if isinstance(selection, q.Everything):
            return tuple(self._labels)
        if isinstance(selection, q.Union):
            members = [self._ids(member) for member in selection.members]
            return () if not all(members) else tuple(i for ids in members for i in ids)
        return ()


def question_of(meaning: Meaning, labels: Mapping[int, str]) -> q.Question:
    """A form of the model's training as a question of the query language."""
    kind, subject, reference = meaning.kind, meaning.subject, meaning.reference
    if kind is Kind.COUNT:
        counted: q.Selection = _ids(meaning.counted, labels)
        if reference is not None:
            counted = q.where(counted, q.Inside(_selection(reference, labels)))
        return q.HowMuch(q.Count(counted))
    if subject is None:
        raise ValueError(f"a question of kind {kind.value} needs a subject")
    first = _selection(subject, labels)
    if kind is Kind.CHOICE:
        return q.Which(first)
    for dimension in _SIZES:
        if kind_of(sized := q.HowMuch(q.Size(first, dimension))) is kind:
            return sized
    if reference is None:
        raise ValueError(f"a question of kind {kind.value} needs a reference")
    second = _selection(reference, labels)
    if kind is Kind.DIRECTION:
        return q.Direction(first, second)
    pairs: list[q.Question] = [q.HowMuch(q.Distance(first, second, mode)) for mode in q.Mode]
    pairs += [q.Relation(relation, first, second) for relation in q.RelationKind]
    return next(pair for pair in pairs if kind_of(pair) is kind)


def _ids(ids: tuple[int, ...], labels: Mapping[int, str]) -> q.Ids:
    found = {labels.get(i, "") for i in ids}
    label = found.pop() if len(found) == 1 else ""
    return q.Ids(tuple(dict.fromkeys(ids)), label or "region")


def _selection(pick: Pick, labels: Mapping[int, str]) -> q.Selection:
    if pick.is_camera:
        return q.Camera()
    if pick.single is not None:  # the client named it, whatever its state
        return _ids(pick.candidates, labels)
    ids, order = _ids(pick.candidates, labels), pick.order
    if order is None:
        return ids
    state = next((s for s, o in _STATES.items() if o is order), None)
    if state is not None:
        return q.Where(ids, q.State(state))
    extreme = next((e for e, o in _COLUMNS.items() if o is order), None)
    if extreme is not None:
        return q.Ranked(ids, q.Column(), extreme, pick.rank)
    least = order in (Order.NEAREST, Order.SMALLEST)
    end = q.Extreme.LEAST if least else q.Extreme.MOST
    if order in (Order.LARGEST, Order.SMALLEST):
        return q.Ranked(ids, q.SizeOf(q.Dimension.SIZE), end, pick.rank)
    target = q.Camera() if pick.reference is None else _selection(pick.reference, labels)
    return q.Ranked(ids, q.DistanceTo(target), end, pick.rank)
