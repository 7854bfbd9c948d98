# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers of which the words leave open what they are of, or from what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .. import question as q
from .checks import written
from .references import ON_FLOOR
from .tokens import Token

_CAMERA = frozenset("camera me my i you your us we our here robot ahead".split())
_APART = frozenset("apart between other another separated".split())
_CUBIC = re.compile(r"\b(cubic|square|sq|lit(er|re)s?)\b|m[23]\b", re.IGNORECASE)
_GAP = frozenset("gap gaps clearance space".split())
_PLANE = frozenset("area areas".split())
_OF_AREA = frozenset("largest biggest smallest most much total free occupied larger bigger".split())
_SEEN_FROM = re.compile(r"\b(?:seen|viewed) (?:from|by) (?:the )?", re.IGNORECASE)
_WITHIN_HEIGHT = re.compile(r"\bwithin\b.*\bin height\b", re.IGNORECASE)


def objection_to_open_measures(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """Why the words leave open what is measured; or "".

    Args:
        question: as read.
        text: as asked.
        tokens: of the question.
    """
    words = [token.text for token in tokens]
    return (
        _from_what(question, words)
        or _size_in_metres(question, text)
        or _gap_of_a_pair(question, text)
        or _area(question, text, tokens)
        or _viewer(question, text, tokens)
        or _owner(question, text, tokens)
        or _height_within(question, text)
        or _chosen_or_true(question, words)
    )


def _from_what(question: q.Question, words: Sequence[str]) -> str:
    """ "Sort the pallets within 3 m of shelf 4 by distance": from the camera, or from the shelf.

    "Are pallets 1 and 2 closer than 2 m": to each other, or each to the camera.
    """
    if not _CAMERA.isdisjoint(words):
        return ""
    measured = _measured_from_camera(question)
    for selection in measured:
        for target in _distances_in(selection):
            named = f"{target.label} {target.ids[0]}" if isinstance(target, q.Ids) else "it"
            return f'it is open what the distance is from: say "from {named}", or "from the camera"'
    several = isinstance(question, q.Whether) and any(map(_is_several, measured))
    if several and _APART.isdisjoint(words) and ("away" not in words or "and" in words):
        return 'it is open from what: say "apart", or "from the camera"'
    return ""


def _measured_from_camera(question: q.Question) -> tuple[q.Selection, ...]:
    """Of what a question wants the distance from the camera."""
    match question:
        case q.Order(selection, q.DistanceTo(q.Camera())):
            return (selection,)
        case q.Each(selection, q.DistanceTo(q.Camera())):
            return (selection,)
        case q.Whether(q.Holds(subject, q.Compared(q.DistanceTo(q.Camera()), _, other))):
            return (subject, other) if isinstance(other, q.Selection) else (subject,)
        case q.Whether(q.Compares(one, _, other)) | q.HowMuch(q.Difference(one, other)):
            return tuple(
                number.first
                for number in (one, other)
                if isinstance(number, q.Distance) and number.second == q.Camera()
            )
        case q.Which(q.Ranked(q.Union(members), q.DistanceTo(q.Camera()))):
            return members
        case q.HowMuch(q.Distance(first, q.Camera())):
            return (first,)
    return ()


def _distances_in(selection: q.Selection) -> list[q.Selection]:
    """What objects are told apart by their distance to, the camera aside."""
    keys = [part.key for part in q.parts_of(selection) if isinstance(part, q.Ranked | q.Compared)]
    targets = [key.target for key in keys if isinstance(key, q.DistanceTo)]
    return [target for target in targets if target != q.Camera()]


def _is_several(selection: q.Selection) -> bool:
    return isinstance(selection, q.Union) or (
        isinstance(selection, q.Ids) and len(selection.ids) > 1
    )


def _size_in_metres(question: q.Question, text: str) -> str:
    """ "Larger than 1 m", which is no number of cubic metres."""
    for part in q.parts_of(question):
        match part:
            case q.Compared(q.SizeOf(q.Dimension.SIZE), _, int() | float()) | q.Compares(
                q.Size(_, q.Dimension.SIZE), _, int() | float()
            ) if not _CUBIC.search(text):
                return "a length says nothing of the size as a whole; say taller, wider or longer"
    return ""


def _gap_of_a_pair(question: q.Question, text: str) -> str:
    """ "The gap between the two closest pallets", which are those whose centres are closest."""
    said = _GAP.intersection(text.lower().split())
    if isinstance(question, q.Pair) and said:
        return (
            f'the two closest are chosen by their centres, "{min(said)}" is between surfaces; ask '
            "which two are closest, then for the gap between these"
        )
    return ""


def _area(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Which buffer has the largest area", "area of buffer 8": square metres, and no place."""
    parts = q.parts_of(question)
    measured = any(isinstance(part, q.Size | q.SizeOf) and _is_extent(part) for part in parts)
    placed = any(isinstance(part, q.Inside | q.Compared) for part in parts)
    if measured and (isinstance(question, q.HowMuch) or not placed):
        return ""
    for at, token in enumerate(tokens):
        if token.kind != "noun" or token.text not in _PLANE or token.value not in ON_FLOOR:
            continue
        before = {t.text for t in tokens[max(at - 2, 0) : at]}
        behind = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if not _OF_AREA.isdisjoint(before) or behind in ("of", "between"):
            return (
                f'"{written(text, token)}" can mean a place or square metres; say "buffer", or '
                '"floor area"'
            )
    return ""


def _is_extent(part: q.Size | q.SizeOf) -> bool:
    return part.dimension in (q.Dimension.SIZE, q.Dimension.FOOTPRINT)


def _viewer(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "As seen from pallet 1, is pallet 2 on the left", which is no side of the picture."""
    if not any(isinstance(part, q.Beside | q.Relation) for part in q.parts_of(question)):
        return ""
    for found in _SEEN_FROM.finditer(text):
        named = next((token for token in tokens if token.start == found.end()), None)
        if named is not None and named.kind in ("noun", "id", "number"):
            return (
                "sides are those of a viewer that looks where the camera looks; leave out "
                f'"{found[0].strip()} ..."'
            )
    return ""


def _owner(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Is the load of 4 taller than transporter 5's", which is not that transporter."""
    compared = any(
        isinstance(part, q.Compared) and isinstance(part.value, q.Selection)
        for part in q.parts_of(question)
    )
    than = next(
        (at for at, token in enumerate(tokens) if token.text in ("than", "then", "as")), None
    )
    if not compared or than is None:
        return ""
    kept = [token for token in tokens[than:] if token.kind != "pause"]
    for at, token in enumerate(kept):
        last = at + 1 == len(kept) or kept[at + 1].text in ("is", "does", "and", "or")
        if at and token.text == "'s" and last:
            # A word and its "'s" may be one piece of the text.
            owner = written(text, kept[at - 1]).removesuffix("'s")
            return f'"{owner}\'s" leaves open what of it is compared; name that'
    return ""


def _height_within(question: q.Question, text: str) -> str:
    """ "Within 10 cm of pallet 2 in height": how tall both are, or how high they stand."""
    match question:
        case q.Whether(q.Compares(q.Distance(_, _, q.Mode.VERTICAL))):
            if _WITHIN_HEIGHT.search(text):
                return (
                    '"in height" can mean how tall they are or how high they stand; ask for the '
                    "difference of their heights, or for the vertical distance"
                )
    return ""


def _chosen_or_true(question: q.Question, words: Sequence[str]) -> str:
    """ "Is transporter 4 the closest one to pallet 1 or pallet 2": which pallet, or whether."""
    if isinstance(question, q.Which) and words and words[0] in ("is", "are"):
        for the, chosen in pairwise(words):
            if the == "the" and chosen in ("closest", "farthest") and "or" in words:
                return 'it is open whether "or" gives a choice; ask which one it is closest to'
    return ""
