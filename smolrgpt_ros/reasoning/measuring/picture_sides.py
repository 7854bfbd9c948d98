# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Left and right are the picture's, also where the camera is rolled: the caveat that says so."""

from __future__ import annotations

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Beside,
    Column,
    Question,
    Relation,
    RelationKind,
    Side,
    parts_of,
)

#: Degrees of roll from which the picture's left may not be taken for a person's.
_NOTABLE_ROLL_DEG = 25.0
_SIDES = (Side.LEFT, Side.RIGHT)


def sides_caveat(question: Question, geometry: FrameGeometry) -> tuple[str, ...]:
    """One sentence where a question asks for left or right in the picture of a rolled camera."""
    if not any(_asks_for_sides(part) for part in parts_of(question)):
        return ()
    roll = geometry.roll_deg
    if roll is None or abs(roll) <= _NOTABLE_ROLL_DEG:
        return ()
    turned = f"{abs(roll):.0f} degrees {'clockwise' if roll > 0 else 'anticlockwise'}"
    return (
        f"The camera is rolled {turned}: left and right are the picture's, not those of a person "
        "who stands upright.",
    )


def _asks_for_sides(part: object) -> bool:
    if isinstance(part, Beside):
        return part.side in _SIDES
    if isinstance(part, Relation):
        return part.kind is RelationKind.LEFT_RIGHT
    return isinstance(part, Column)
