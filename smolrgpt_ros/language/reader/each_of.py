# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Readings of any of several objects where a question speaks of each of them: read as it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from smolrgpt_ros.scene.status import QueryError, Status

from .. import question as q
from .references import PERSON, class_of, one_by_one
from .resolution import View
from .tokens import Token

_HOLDING = frozenset(
    "contain contains hold holds have has got carry carries store stores keep keeps support "
    "supports bear bears include includes".split()
)
_ALTOGETHER = frozenset("together total combined altogether all sum".split())
_AT = frozenset("in on inside within onto".split())
_STATES = frozenset("empty loaded free full occupied vacant unloaded".split())
_SOME = ("any", "either", "one")
_DOES = ("do", "does", "has", "have")
_VERBS = frozenset("is are stand stands lie lies sit sits do does not".split()) | _HOLDING
_FEW = frozenset("which what who many any either one none neither most half percentage".split())


def with_each(question: q.Question, tokens: Sequence[Token], view: View) -> q.Question:
    """A question as its words mean it, where a rule reads any object of several.

    Args:
        question: as read.
        tokens: of its text.
        view: what may be named.

    Raises:
        QueryError: BAD_QUESTION where the words leave it open.
    """
    words = _Words(tokens)
    try:
        question = q.changed(q.changed(question, _of_those_named), _that_are_held)
        question = _of_the_best(question, words)
        question = _contents_of_one(question, words)
        question = _with_own_counts(question, words, view)
        return _contents_of_each(question, words)
    except _Open as error:
        message = f"{error}; in view: {view.listed()}"
        raise QueryError(Status.BAD_QUESTION, message) from None


class _Open(Exception):
    """What the words leave open, and what to say instead."""


@dataclass(frozen=True)
class _Words:
    """The words of a question."""

    tokens: Sequence[Token]

    @property
    def texts(self) -> list[str]:
        return [token.text for token in self.tokens]

    def has(self, *words: str) -> bool:
        return not {*words}.isdisjoint(self.texts)

    def before(self, word: str, label: str) -> bool:
        """Whether a word stands before a class: "both buffers", "any of the buffers"."""
        for at, token in enumerate(self.tokens):
            if token.text == word:
                nouns = [t.value for t in self.tokens[at + 1 : at + 5] if t.kind == "noun"]
                if nouns[:1] == [label]:
                    return True
        return False

    def compares(self, other: q.Selection, view: View) -> bool:
        """Whether a class stands behind "than" as what is counted, too: "than people"."""
        label = class_of(other)
        if view.is_only(label) and label != PERSON:
            return False
        for at, token in enumerate(self.tokens):
            if token.kind == "noun" and token.value == label:
                states = at - 1
                while states >= 0 and self.tokens[states].text in _STATES:
                    states -= 1
                if states >= 0 and self.tokens[states].text in ("than", "then", "as"):
                    return True
        return False

    def quantified(self, number: int) -> bool:
        """Whether some of so many are asked for: "any of the two tallest"."""
        for at, token in enumerate(self.tokens):
            if not isinstance(token.value, float) or token.value != number:
                continue
            for the in (at - 1, at - 2):  # "of the two tallest", "of the tallest two"
                few = self.tokens[the - 2] if the > 1 else token
                if self.texts[max(the - 1, 0) : the + 1] == ["of", "the"]:
                    if few.text in _FEW or isinstance(few.value, float):
                        return True
        return False

    def holder_first(self) -> bool:
        """Whether what holds is the subject: "do buffers 8 and 9 hold a pallet"."""
        texts = self.texts
        if len(texts) < 2 or texts[0] not in _DOES or texts[1] in ("we", "you", "i"):
            return False
        return texts[0] in ("has", "have") or not _HOLDING.isdisjoint(texts[1:])


def _of_those_named(part: Any) -> Any:
    """ "How many pallets of 1, 2 and 3 are empty": none of them is in another one."""
    match part:
        case q.Where(q.OfClass(label), condition):
            kept: list[q.Condition] = []
            named: list[q.Ids] = []
            for one in one_by_one([condition]):
                match one:
                    case q.Inside(q.Ids(_, again) as ids) if again == label:
                        named.append(ids)
                    case _:
                        kept.append(one)
            if len(named) == 1:
                return q.Where(named[0], q.all_of(*kept)) if kept else named[0]
    return part


def _that_are_held(part: Any) -> Any:
    """ "A buffer with a pallet and a person": it holds both, and is no person."""
    match part:
        case q.Where(q.OfClass(label), q.All(conditions)):
            held = any(
                isinstance(one, q.Compared) and isinstance(one.key, q.Holding) for one in conditions
            )
            if held:
                return replace(
                    part, condition=q.all_of(*(_as_held(one, label) for one in conditions))
                )
    return part


def _as_held(condition: q.Condition, label: str) -> q.Condition:
    match condition:
        case q.Among(q.OfClass(other)) if other != label:
            return _holds_one(q.OfClass(other))
    return condition


# -- one that holds several things -----------------------------------------------------------


def _contents_of_one(question: q.Question, words: _Words) -> q.Question:
    """ "Does buffer 8 contain a person and a pallet": both of them."""
    match question:
        case q.Whether(q.Exists(q.Where(q.Union(members), condition))):
            some = None
        case q.Whether(
            q.Compares(q.Count(q.Where(q.Union(members), condition)), _, int() | float() as some)
        ):
            pass
        case _:
            return question
    holders = _holders(condition)
    label = class_of(holders[0]) if holders else ""
    any_of_them = words.has("any") and not (label and words.before("any", label))
    if not words.has("and") or words.has("or", "either", *_ALTOGETHER) or any_of_them:
        return question
    if some is not None:
        if _adds_another(words):
            raise _Open('it is open what "and" joins; ask for the one and for the other')
        return question
    if all(map(_is_one, members)):
        return q.Whether(q.Holds(q.Union(members), condition))
    parts = one_by_one([condition])
    if len(holders) == 1 == len(parts) and _is_one(holders[0]):
        return q.Whether(q.Holds(holders[0], q.all_of(*map(_holds_one, members))))
    raise _Open('it is open whether "and" means both of them or any; ask for the one and the other')


def _holds_one(content: q.Selection) -> q.Condition:
    return q.Compared(q.Holding(content), q.Comparison.AT_LEAST, 1.0)


def _adds_another(words: _Words) -> bool:
    """ "More than two pallets and a person", which are no more than two together."""
    return any(
        joined.text == "and" and (behind.text in ("a", "an") or isinstance(behind.value, float))
        for joined, behind in pairwise(words.tokens)
    )


def _is_one(selection: q.Selection) -> bool:
    match selection:
        case q.Ids(ids):
            return len(ids) == 1
        case q.Ranked(take=take):
            return take == 1
    return False


def _sites(condition: q.Condition) -> list[q.Inside | q.OnTop]:
    """Where a condition says that something is held."""
    return [one for one in one_by_one([condition]) if isinstance(one, q.Inside | q.OnTop)]


def _holders(condition: q.Condition) -> list[q.Selection]:
    """In or on what a condition says that something is."""
    return [s.place if isinstance(s, q.Inside) else s.carrier for s in _sites(condition)]


def _with_own_counts(question: q.Question, words: _Words, view: View) -> q.Question:
    """ "Does buffer 8 hold more pallets than people", read as pallets in people: than it holds.

    "Does any buffer hold more people than pallets" would add up all buffers.
    """

    def compared(part: Any) -> Any:
        match part:
            case q.Compared(q.Holding(), _, q.OfClass() as other) if words.compares(other, view):
                return replace(part, value=q.Holding(other))
        return part

    match question:
        case q.Whether(
            q.Compares(q.Count(q.Where(_, one)), _, q.Count(q.Where(_, other))) as comparison
        ):
            pass
        case _:
            changed: q.Question = q.changed(question, compared)
            return changed
    if not words.holder_first() or words.has(*_ALTOGETHER):
        return question
    holders = [*_holders(one), *_holders(other)]
    several = [h for h in holders if not _is_one(h) and not isinstance(h, q.Exactly)]
    several = [h for h in several if not (isinstance(h, q.OfClass) and view.is_only(h.label))]
    if not several:
        return question
    if len(several) == 1 == len(_holders(one)) == len(_holders(other)):
        if several[0] == holders[1] and words.compares(several[0], view):
            second = q.Count(q.where(holders[1], q.all_of(*_sites(one))))
            return q.Whether(replace(comparison, second=second))
    raise _Open(
        'it is open which counts are compared; say the place of both, as in "are there more ... in '
        'buffer 8 than ... in buffer 8"'
    )


# -- several that hold something -------------------------------------------------------------


def _contents_of_each(question: q.Question, words: _Words) -> q.Question:
    """ "Do both buffers contain a pallet": each of them."""
    match question:
        case q.Whether(q.Exists(q.Where(of, condition))):
            comparison, number = q.Comparison.AT_LEAST, 1.0
        case q.Whether(
            q.Compares(q.Count(q.Where(of, condition)), comparison, int() | float() as number)
        ):
            pass
        case _:
            return question
    _check_beside_each(condition, words)
    holders = _holders(condition)
    named = q.union(*holders) if holders else None
    if not isinstance(named, q.Ids) or len(named.ids) < 2 or words.has("or", "either"):
        return question
    each = words.before("both", named.label) or words.has("each") or _said_of_each(words, named)
    if not each:
        none = comparison is q.Comparison.EQUAL and number == 0
        if none or not words.has("and") or words.has("any", "some", *_ALTOGETHER):
            return question
        each = words.holder_first() and comparison is q.Comparison.AT_LEAST and number == 1
    if not each:
        raise _Open(
            f'it is open whether each {named.label} is meant or all together; say "each of", or '
            '"in total"'
        )
    kept = [c for c in one_by_one([condition]) if not isinstance(c, q.Inside | q.OnTop)]
    content = q.where(of, q.all_of(*kept)) if kept else of
    held = q.Compared(q.Holding(content), comparison, float(number))
    return q.Whether(q.Holds(named, held))


def _said_of_each(words: _Words, named: q.Ids) -> bool:
    """ "In buffer 8 and in buffer 9"."""
    joined = any(one == "and" and then in _AT for one, then in pairwise(words.texts))
    return joined and sum(text in _AT for text in words.texts) >= len(named.ids)


def _check_beside_each(condition: q.Condition, words: _Words) -> None:
    """Refuses "do both shelves have a pallet in front of them": one for each, or one for both."""
    for one in one_by_one([condition]):
        match one:
            case q.Beside(_, q.Ids(ids, label)) if len(ids) > 1:
                open_ = words.has("and") and not words.has("or", "any", "either")
                if open_ or words.before("both", label):
                    raise _Open(
                        f"it is open whether one is meant for each {label} or for all of them; ask "
                        "once for each"
                    )


# -- of the two tallest ----------------------------------------------------------------------


def _of_the_best(question: q.Question, words: _Words) -> q.Question:
    """ "Which of the two tallest pallets is in buffer 8": of the two tallest of all."""
    parts = q.parts_of(question)
    inner = [part.of for part in parts if isinstance(part, q.Ranked)]
    several = [p for p in parts if isinstance(p, q.Ranked) and p.take > 1 and p not in inner]
    several.sort(key=lambda part: not isinstance(part.of, q.Where))
    if not several or not words.quantified(several[0].take):
        return question
    chosen = several[0]
    match question:
        case q.Whether(q.Holds(subject, q.Not())) if subject == chosen:
            return question
        case q.Whether(q.Holds(subject, condition)) if subject == chosen:
            if words.has(*_SOME):
                return q.Whether(q.Exists(q.Where(chosen, condition)))
            raise _Open("it is open of how many it is asked; ask for any of them, or for all")
    if not isinstance(chosen.of, q.Where) or _VERBS.isdisjoint(words.texts):
        return question
    if len(one_by_one([chosen.of.condition])) > 1:
        raise _Open(
            "it is open which condition is of those that are chosen; ask "
            f'"of the {chosen.take} ..., which ..."'
        )
    found = q.Where(replace(chosen, of=chosen.of.of), chosen.of.condition)
    result: q.Question = q.changed(question, lambda part: found if part == chosen else part)
    return result
