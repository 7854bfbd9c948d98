# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Transporters: flat, with a turntable, a console or mast, two decks, rollers, raised ends, or a
board on wheels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..objects import DARK, Built, pick, varied
from ..parts import Colour, Part, bar, box, upright

_BODIES: tuple[Colour, ...] = (
    (0.96, 0.7, 0.06),
    (0.92, 0.4, 0.08),
    (0.85, 0.86, 0.86),
    (0.2, 0.22, 0.24),
    (0.1, 0.32, 0.66),
    (0.72, 0.12, 0.12),
    (0.14, 0.5, 0.32),
    (0.5, 0.54, 0.58),
    (0.1, 0.6, 0.62),
    (0.4, 0.26, 0.5),
)
_LAMPS: tuple[Colour, ...] = ((0.2, 0.9, 1.0), (0.3, 1.0, 0.4), (1.0, 0.35, 0.2), (1.0, 1.0, 0.9))
_KINDS = {
    "flat": 0.3,
    "turntable": 0.16,
    "mast": 0.13,
    "decks": 0.12,
    "rollers": 0.1,
    "ends": 0.1,
    "platform": 0.09,
}
"""How often each kind is drawn."""


@dataclass(frozen=True)
class Vehicle:
    """A transporter and the height of the deck that a pallet stands on, metres.

    Args:
        carries: whether a pallet fits on the deck.
    """

    built: Built
    deck: float
    carries: bool = True


def transporter(rng: np.random.Generator) -> Vehicle:
    """One of seven kinds, in any colour, with lamps, signs and stripes."""
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    length, width = float(rng.uniform(0.85, 1.6)), float(rng.uniform(0.6, 0.95))
    height = float(rng.uniform(0.17, 0.36))
    colour = varied(rng, pick(rng, _BODIES), 0.12)
    if kind == "ends":
        return _with_raised_ends(rng, length, width, colour)
    if kind == "platform":
        return _platform(rng, length, width, height, colour)
    parts = _body(rng, length, width, height, colour)
    if kind == "turntable":
        parts.append(
            upright((0, 0, height + 0.015), width * 0.36, 0.03, varied(rng, (0.3, 0.3, 0.31)))
        )
        return Vehicle(Built(tuple(parts), length, width, height + 0.03), height + 0.03)
    if kind == "rollers":
        top = height + 0.06
        for sy in (-1, 1):
            parts.append(
                box((0, sy * width * 0.46, top - 0.03), (length * 0.96, 0.05, 0.1), colour)
            )
        for step in np.linspace(-0.44, 0.44, int(rng.integers(5, 11))):
            x = float(step) * length
            ends = (x, -width * 0.42, top - 0.03), (x, width * 0.42, top - 0.03)
            parts.append(bar(*ends, 0.025, (0.75, 0.76, 0.78), "cylinder"))
        return Vehicle(Built(tuple(parts), length, width, top), top)
    if kind == "mast":
        return Vehicle(*_with_mast(rng, parts, length, width, height, colour))
    if kind == "decks":
        return _two_decks(rng, parts, length, width, height)
    parts += _deck(rng, length, width, height)
    return Vehicle(Built(tuple(parts), length, width, height + 0.02), height + 0.02)


def _body(
    rng: np.random.Generator, length: float, width: float, height: float, colour: Colour
) -> list[Part]:
    """Hull on a dark skirt, with wheels, lamps, bumpers and sensors."""
    skirt = height * float(rng.uniform(0.2, 0.45))
    parts = [
        box((0, 0, skirt + (height - skirt) / 2), (length, width, height - skirt), colour,
            pick(rng, ("", "", "metal"))),
        box((0, 0, skirt / 2 + 0.01), (length * 0.92, width * 0.94, skirt), DARK),
    ]  # fmt: skip
    if rng.random() < 0.4:  # a second colour on both ends
        other = varied(rng, pick(rng, (*_BODIES, DARK)), 0.1)
        end = length * float(rng.uniform(0.06, 0.16))
        for sx in (-1, 1):
            x = sx * (length - end) / 2
            size = (end * 1.02, width * 1.01, (height - skirt) * 1.01)
            parts.append(box((x, 0, skirt + (height - skirt) / 2), size, other))
    for sx, sy in ((1, -1), (-1, 1), (1, 1), (-1, -1)):
        spot = (sx * length * 0.32, sy * width * 0.47, 0.07)
        ends = (spot[0], spot[1] - 0.03, 0.07), (spot[0], spot[1] + 0.03, 0.07)
        parts.append(bar(*ends, 0.07, (0.06, 0.06, 0.06), "cylinder"))
        if rng.random() < 0.3:
            corner = (sx * (length / 2 - 0.08), sy * (width / 2 - 0.08), height + 0.02)
            parts.append(upright(corner, 0.055, 0.06, (0.12, 0.12, 0.13)))
    if rng.random() < 0.6:  # a strip of light
        lamp = pick(rng, _LAMPS)
        z = skirt + (height - skirt) * float(rng.uniform(0.3, 0.8))
        parts.append(box((0, 0, z), (length * 1.005, width * 1.005, 0.018), lamp))
    if rng.random() < 0.35:  # hazard stripes or a sign on the sides
        for sy in (-1, 1):
            size = (length * float(rng.uniform(0.3, 0.9)), 0.012, (height - skirt) * 0.6)
            parts.append(box((0, sy * width / 2, (height + skirt) / 2), size, (1, 1, 1), "print"))
    return parts


def _deck(rng: np.random.Generator, length: float, width: float, height: float) -> list[Part]:
    """A plate on top: plain, printed or with rails."""
    colour = varied(rng, pick(rng, ((0.92, 0.92, 0.92), (0.3, 0.31, 0.32), (0.6, 0.6, 0.6))), 0.1)
    material = pick(rng, ("", "deck", "print", "metal", "grid"))
    size = (length * float(rng.uniform(0.5, 0.95)), width * float(rng.uniform(0.6, 0.95)), 0.03)
    parts = [box((0, 0, height), size, colour, material)]
    if rng.random() < 0.4:
        for sy in (-1, 1):
            rail = (length * 0.7, width * 0.07, 0.03)
            parts.append(box((0, sy * width * 0.42, height + 0.005), rail, (0.75, 0.76, 0.78)))
    return parts


def _with_mast(
    rng: np.random.Generator,
    parts: list[Part],
    length: float,
    width: float,
    height: float,
    colour: Colour,
) -> tuple[Built, float, bool]:
    """A console at one end, with a screen, a flag or a lamp on top."""
    tall = float(rng.uniform(0.7, 1.5))
    x = -length / 2 + 0.08
    if rng.random() < 0.6:
        parts.append(box((x, 0, (height + tall) / 2), (0.14, width * 0.8, tall - height), colour))
        screen = (x + 0.08, 0.0, tall - 0.12)
        parts.append(box(screen, (0.02, width * 0.4, 0.18), (0.1, 0.2, 0.3), "print"))
    else:
        for sy in (-1, 1):
            y = sy * width * 0.36
            parts.append(bar((x, y, height), (x, y, tall), 0.02, (0.6, 0.6, 0.62)))
        parts.append(bar((x, -width * 0.36, tall), (x, width * 0.36, tall), 0.02, (0.6, 0.6, 0.62)))
        parts.append(box((x, 0, tall - 0.14), (0.03, width * 0.6, 0.22), (1, 1, 1), "print"))
    parts.append(upright((x, 0, tall + 0.05), 0.04, 0.1, pick(rng, _LAMPS)))
    parts += _deck(rng, length, width, height)
    return Built(tuple(parts), length, width, tall), height + 0.02, length > 1.2


def _two_decks(
    rng: np.random.Generator, parts: list[Part], length: float, width: float, height: float
) -> Vehicle:
    """A second deck on four posts, with goods on it sometimes: it carries no pallet."""
    upper = height + float(rng.uniform(0.35, 0.9))
    steel = varied(rng, pick(rng, ((0.7, 0.71, 0.72), (0.2, 0.2, 0.21), (0.9, 0.9, 0.9))))
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * length * 0.46, sy * width * 0.44
            parts.append(box((x, y, (height + upper) / 2), (0.04, 0.04, upper - height), steel))
    parts.append(box((0, 0, upper), (length * 0.98, width * 0.96, 0.03), steel))
    top = upper + 0.02
    for z in (height + 0.01, upper + 0.015):
        if rng.random() < 0.6:
            tall = float(rng.uniform(0.1, 0.28))
            size = (length * float(rng.uniform(0.3, 0.8)), width * 0.7, tall)
            shade = varied(rng, pick(rng, ((0.9, 0.75, 0.55), (0.2, 0.35, 0.6), (0.9, 0.9, 0.9))))
            parts.append(box((0, 0, z + tall / 2), size, shade, pick(rng, ("carton", "grid", ""))))
            top = max(top, z + tall)
    return Vehicle(Built(tuple(parts), length, width, top), top, carries=False)


def _with_raised_ends(
    rng: np.random.Generator, length: float, width: float, colour: Colour
) -> Vehicle:
    """A low bed between housings that are higher than it, at one end or both."""
    bed = float(rng.uniform(0.1, 0.2))
    length = max(length, 1.45)
    parts = _body(rng, length, width, bed, colour)
    ends = (-1, 1) if rng.random() < 0.6 else (-1,)
    end = 0.1 * float(rng.uniform(0.8, 1.2))
    raised = bed + float(rng.uniform(0.08, 0.4))
    second = varied(rng, pick(rng, (*_BODIES, colour)), 0.1)
    for sx in ends:
        x = sx * (length - end) / 2
        size = (end, width * float(rng.uniform(0.7, 1.0)), raised - bed)
        parts.append(box((x, 0, (bed + raised) / 2), size, second, pick(rng, ("", "metal"))))
        if rng.random() < 0.5:
            parts.append(upright((x, width * 0.2, raised + 0.02), 0.035, 0.04, (0.85, 0.08, 0.06)))
    parts += _deck(rng, length - 2.4 * end, width, bed)
    return Vehicle(Built(tuple(parts), length, width, raised + 0.04), bed + 0.02)


def _platform(
    rng: np.random.Generator, length: float, width: float, height: float, colour: Colour
) -> Vehicle:
    """A thin board on four wheels that are seen below it, with a motor in the middle."""
    thick, dark = float(rng.uniform(0.03, 0.07)), varied(rng, DARK)
    material = pick(rng, ("", "wood", "metal", "grid"))
    middle = height - thick / 2
    parts = [box((0, 0, middle), (length, width, thick), colour, material)]
    wheel = float(rng.uniform(0.45, 0.8)) * (height - thick) / 2
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (length / 2 - wheel - 0.04), sy * width * 0.4
            ends = (x, y - 0.025, wheel), (x, y + 0.025, wheel)
            parts.append(bar(*ends, wheel, (0.07, 0.07, 0.07), "cylinder"))
    drop = height - thick
    size = (length * float(rng.uniform(0.25, 0.5)), width * 0.6, drop * 0.7)
    parts.append(box((0, 0, drop * 0.65), size, dark))
    return Vehicle(Built(tuple(parts), length, width, height), height)
