# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""People: standing, walking, bending, carrying; in any clothes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..objects import Built, pick, varied
from ..parts import Colour, Part, ball, bar, box

_CLOTHES: tuple[Colour, ...] = (
    (0.08, 0.08, 0.09),
    (0.85, 0.85, 0.84),
    (0.95, 0.5, 0.1),
    (0.8, 0.9, 0.15),
    (0.2, 0.3, 0.5),
    (0.5, 0.12, 0.14),
    (0.3, 0.4, 0.3),
    (0.6, 0.5, 0.4),
    (0.15, 0.17, 0.25),
    (0.45, 0.46, 0.48),
)
_SKINS: tuple[Colour, ...] = (
    (0.9, 0.72, 0.6),
    (0.75, 0.55, 0.42),
    (0.5, 0.35, 0.26),
    (0.3, 0.2, 0.15),
)
_HATS: tuple[Colour, ...] = (
    (0.98, 0.5, 0.05),
    (0.95, 0.85, 0.1),
    (0.95, 0.95, 0.95),
    (0.1, 0.3, 0.7),
    (0.12, 0.09, 0.07),
    (0.3, 0.2, 0.12),
)


def person(rng: np.random.Generator) -> Built:
    """A person of 1.5 to 1.95 m."""
    scale = float(rng.uniform(1.5, 1.95)) / 1.75
    shirt, legs = varied(rng, pick(rng, _CLOTHES), 0.15), varied(rng, pick(rng, _CLOTHES), 0.15)
    skin = varied(rng, pick(rng, _SKINS), 0.1)
    lean = float(rng.uniform(0.15, 0.5)) if rng.random() < 0.2 else float(rng.uniform(-0.02, 0.08))
    step = float(rng.uniform(0.0, 0.3))
    hips = 0.92 if lean < 0.3 or rng.random() < 0.5 else 0.7
    broad = float(rng.uniform(0.85, 1.25))
    shoulders = (lean, hips + 0.5 - 0.4 * lean * lean)
    head = (lean * 1.35, shoulders[1] + 0.24 - 0.3 * lean)
    parts: list[Part] = []
    for side in (-1, 1):
        foot = (side * step, side * 0.1, 0.05)
        knee = (side * step * 0.4 + 0.06 + (0.9 - hips), side * 0.1, hips * 0.52)
        hip = (0.0, side * 0.09, hips)
        parts.append(bar(hip, knee, 0.08 * broad, legs))
        parts.append(bar(knee, foot, 0.06 * broad, legs))
        parts.append(
            box((foot[0] + 0.06, foot[1], 0.04), (0.26, 0.1, 0.08), varied(rng, (0.15, 0.12, 0.1)))
        )
        parts += _arm(rng, side, shoulders, step, shirt, skin, broad)
    middle = (lean * 0.5, 0.0, (hips + shoulders[1]) / 2)
    torso = Part(
        "ball", middle, (0.13 * broad, 0.21 * broad, 0.36), shirt, pick(rng, ("", "weave"))
    )
    parts += [torso, ball((0.0, 0.0, hips), (0.12, 0.18 * broad, 0.13), legs)]
    if rng.random() < 0.3:  # bands of a safety vest
        for share in (0.35, 0.6):
            z = hips + share * (shoulders[1] - hips)
            band = (0.145 * broad, 0.225 * broad, 0.03)
            parts.append(ball((lean * share, 0.0, z), band, (0.92, 0.92, 0.85)))
    parts.append(bar((lean, 0, shoulders[1]), (head[0], 0, head[1]), 0.05, skin))
    parts.append(ball((head[0] + 0.01, 0, head[1] + 0.02), (0.1, 0.08, 0.125), skin))
    hat = pick(rng, _HATS)
    size = (0.13, 0.11, 0.085) if rng.random() < 0.6 else (0.105, 0.09, 0.1)
    parts.append(ball((head[0] - 0.01, 0, head[1] + 0.085), size, hat))
    if rng.random() < 0.2:  # a box in the arms
        tall = float(rng.uniform(0.2, 0.4))
        parts.append(
            box((lean + 0.36, 0, hips + 0.2), (0.35, 0.45, tall), (0.95, 0.82, 0.65), "carton")
        )
    scaled = tuple(_scaled(part, scale) for part in parts)
    return Built(scaled, 0.6, 0.6, (head[1] + 0.17) * scale)


def _arm(
    rng: np.random.Generator,
    side: int,
    shoulders: tuple[float, float],
    step: float,
    shirt: Colour,
    skin: Colour,
    broad: float,
) -> list[Part]:
    """Upper arm, forearm and hand: hanging, swung or stretched out."""
    top = (shoulders[0], side * 0.2 * broad, shoulders[1])
    reach = float(rng.uniform(-0.1, 0.5))
    elbow = (
        top[0] - side * step * 0.4 + 0.1 * reach,
        side * 0.27 * broad,
        top[2] - 0.28 + 0.1 * reach,
    )
    hand = (elbow[0] + 0.05 + 0.45 * reach, side * 0.26 * broad, elbow[2] - 0.26 + 0.35 * reach)
    lower = shirt if rng.random() < 0.5 else skin
    return [
        bar(top, elbow, 0.055, shirt),
        bar(elbow, hand, 0.042, lower),
        ball(hand, (0.05, 0.04, 0.06), skin),
    ]


def _scaled(part: Part, scale: float) -> Part:
    centre = (part.centre[0] * scale, part.centre[1] * scale, part.centre[2] * scale)
    half = (part.half[0] * scale, part.half[1] * scale, part.half[2] * scale)
    return replace(part, centre=centre, half=half)
