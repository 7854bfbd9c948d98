# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The kind of a question, for messages, pictures and scores."""

from __future__ import annotations

from typing import assert_never

from . import question as q
from .meaning import Kind

_MODES = {
    q.Mode.CENTER: Kind.DISTANCE,
    q.Mode.HORIZONTAL: Kind.HORIZONTAL_DISTANCE,
    q.Mode.VERTICAL: Kind.VERTICAL_DISTANCE,
    q.Mode.CLEARANCE: Kind.CLEARANCE,
}
_SIZES = {
    q.Dimension.WIDTH: Kind.WIDTH,
    q.Dimension.HEIGHT: Kind.HEIGHT,
    q.Dimension.LENGTH: Kind.LENGTH,
    q.Dimension.ELEVATION: Kind.ELEVATION,
    q.Dimension.TOP: Kind.ELEVATION,
    q.Dimension.FOOTPRINT: Kind.SIZE,
    q.Dimension.SIZE: Kind.SIZE,
}
_RELATIONS = {
    q.RelationKind.LEFT_RIGHT: Kind.LEFT_RIGHT,
    q.RelationKind.FRONT_BEHIND: Kind.FRONT_BEHIND,
    q.RelationKind.ABOVE_BELOW: Kind.ABOVE_BELOW,
    q.RelationKind.BIGGER_SMALLER: Kind.BIGGER_SMALLER,
    q.RelationKind.TALLER_SHORTER: Kind.TALLER_SHORTER,
    q.RelationKind.WIDER_THINNER: Kind.WIDER_THINNER,
}


def kind_of(question: q.Question) -> Kind:
    """The kind of a question; of a conditional one, that of its first question."""
    match question:
        case q.HowMuch(q.Distance(mode=mode)):
            return _MODES[mode]
        case q.HowMuch(q.Size(dimension=dimension)):
            return _SIZES[dimension]
        case q.HowMuch(q.Count()):
            return Kind.COUNT
        case q.HowMuch(q.Route()):
            return Kind.ROUTE
        case q.HowMuch():
            return Kind.NUMBER
        case q.Which():
            return Kind.CHOICE
        case q.Listing():
            return Kind.LIST
        case q.Order():
            return Kind.ORDER
        case q.Each() | q.Table():
            return Kind.EACH
        case q.Pair():
            return Kind.PAIR
        case q.Whether():
            return Kind.YES_NO
        case q.Relation(kind=kind):
            return _RELATIONS[kind]
        case q.Direction():
            return Kind.DIRECTION
        case q.WhereIs():
            return Kind.WHERE
        case q.Dimensions():
            return Kind.DIMENSIONS
        case q.ClassOf():
            return Kind.TEXT
        case q.Conditional(then=then):
            return kind_of(then)
        case _:
            assert_never(question)
