# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What each region is to an answer."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.highlight_roles import Roles, roles_of

LABELS = {9: "buffer", 3: "pallet", 4: "pallet", 6: "pallet"}


@pytest.mark.parametrize(
    ("kind", "measured", "chosen", "expected"),
    [
        (Kind.DISTANCE, (4, 9), None, Roles(answer=(4, 9), context=(3, 6))),
        (Kind.LEFT_RIGHT, (), None, Roles(answer=(9, 3), context=(4, 6))),
        (Kind.COUNT, (3, 6), None, Roles(answer=(3, 6), rivals=(4,), context=(9,))),
        (Kind.COUNT, (), None, Roles(context=(9, 3, 4, 6))),
        (Kind.CHOICE, (4,), 4, Roles(answer=(4,), rivals=(3, 6), context=(9,))),
        (Kind.CHOICE, (4,), 6, Roles(answer=(4,), model_choice=(6,), rivals=(3,), context=(9,))),
        (Kind.CHOICE, (), 6, Roles(model_choice=(6,), rivals=(3, 4), context=(9,))),
        (Kind.BIGGER_SMALLER, (4, 9), None, Roles(answer=(4,), context=(9, 3, 6))),
        (Kind.TEXT, (), None, Roles(context=(9, 3, 4, 6))),
    ],
)
def test_the_kind_of_question_decides_the_roles_of_regions(kind, measured, chosen, expected):
    assert roles_of(kind, LABELS, measured, chosen) == expected


@pytest.mark.parametrize(
    ("kind", "measured", "answer", "context"),
    [
        (Kind.TALLER_SHORTER, (4, 9), (4,), (9,)),
        (Kind.DIRECTION, (9, 4), (9, 4), ()),
        (Kind.CLEARANCE, (), (4, 9), ()),  # not measured: the two asked about
        (Kind.WIDTH, (9,), (9,), (4,)),
        (Kind.HEIGHT, (), (4,), (9,)),
    ],
)
def test_regions_of_a_relation_are_its_ends(
    kind: Kind, measured: tuple[int, ...], answer: tuple[int, ...], context: tuple[int, ...]
) -> None:
    roles = roles_of(kind, {4: "pallet", 9: "shelf"}, measured, None)
    assert (roles.answer, roles.context, roles.model_choice, roles.rivals) == (
        answer,
        context,
        (),
        (),
    )
