# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Colours of classes and of answers, the same in pictures, in markers and in the browser."""

from __future__ import annotations

#: Red, green, blue, 0 to 255.
Color = tuple[int, int, int]

LABEL_COLORS: dict[str, Color] = {
    "pallet": (255, 165, 30),
    "transporter": (70, 215, 255),
    "shelf": (165, 125, 255),
    "buffer": (90, 225, 115),
}
#: Any other class.
OTHER_COLOR: Color = (215, 215, 215)

GENERATED_COLOR: Color = (255, 255, 255)
MEASURED_COLOR: Color = (130, 235, 255)
DISAGREE_COLOR: Color = (255, 95, 85)
PLATE_COLOR: Color = (22, 22, 22)
"""Background of text."""


def label_color(label: str) -> Color:
    """Colour of a region's class."""
    return LABEL_COLORS.get(label, OTHER_COLOR)


def measured_color(agreement: bool | None) -> Color:
    """Colour of a measured value: red where the generated one disagrees."""
    return DISAGREE_COLOR if agreement is False else MEASURED_COLOR
