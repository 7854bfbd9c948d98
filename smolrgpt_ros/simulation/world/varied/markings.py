# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Markings on the floor: buffers taped in many ways, and lines, arrows and grates that are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..footprints import Field
from ..objects import pick, varied
from ..parts import Colour, Part, box, place

_COLOURS: tuple[Colour, ...] = (
    (0.16, 0.34, 0.62),
    (0.93, 0.8, 0.04),
    (0.9, 0.9, 0.9),
    (0.75, 0.16, 0.12),
    (0.1, 0.55, 0.3),
    (0.95, 0.5, 0.1),
    (0.08, 0.08, 0.09),
    (0.4, 0.7, 0.9),
)
_STYLES = ("line", "broken", "dashed", "corners", "double", "striped", "filled")


def marking_style(rng: np.random.Generator) -> tuple[str, Colour]:
    """How the buffers of a scene are marked, and in which colour."""
    style = str(rng.choice(_STYLES, p=[0.42, 0.14, 0.08, 0.06, 0.06, 0.1, 0.14]))
    return style, varied(rng, pick(rng, _COLOURS), 0.15)


def buffer_marking(
    rng: np.random.Generator, length: float, width: float, style: str, colour: Colour
) -> tuple[Part, ...]:
    """The marks of a buffer of that size, length along x."""
    tape = float(rng.uniform(0.04, 0.16))
    wear = float(rng.uniform(0.35, 0.9)) if rng.random() < 0.3 else 1.0
    parts: list[Part] = []
    for number in range(4):
        along, across = (length, width) if number < 2 else (width, length)
        side = -1 if number % 2 else 1
        run = along if number < 2 else along - 2 * tape
        strip = _strip(rng, run, tape, style, colour)
        if style == "double":
            strip += _moved(strip, -side * 2 * tape)
        turn = 0.0 if number < 2 else np.pi / 2
        # A quarter turn takes +y to -x.
        local = _moved(strip, side * (across - tape) / 2)
        parts += place(local, (0.0, 0.0, 0.0), float(turn))
    if style == "filled":
        layer = box((0, 0, 0.0016), (length - tape, width - tape, 0.002), varied(rng, colour, 0.2))
        parts.append(replace(layer, alpha=float(rng.uniform(0.15, 0.8))))
    if wear < 1.0:
        parts = [replace(part, alpha=min(part.alpha, wear)) for part in parts]
    return tuple(parts)


def _strip(
    rng: np.random.Generator, run: float, tape: float, style: str, colour: Colour
) -> list[Part]:
    """Tape along x, centred, in pieces."""
    thick = 0.004
    if style == "corners":
        arm = run * float(rng.uniform(0.12, 0.25))
        spans = [(-run / 2, -run / 2 + arm), (run / 2 - arm, run / 2)]
    elif style in ("dashed", "striped"):
        period = float(rng.uniform(0.3, 0.7)) if style == "dashed" else 4.0 * tape
        count = max(1, int(run / period))
        spans = [
            (-run / 2 + k * run / count, -run / 2 + (k + 0.55) * run / count) for k in range(count)
        ]
    elif style == "broken":
        edges = np.sort(rng.uniform(-run / 2, run / 2, 2 * int(rng.integers(1, 4))))
        ends = [-run / 2, *(float(e) for e in edges), run / 2]
        # Gaps of up to half a metre between what is left.
        spans = [(a, max(a, b - float(rng.uniform(0.05, 0.5)))) for a, b in pairwise(ends)]
    else:
        spans = [(-run / 2, run / 2)]
    parts = [
        box(((a + b) / 2, 0, thick / 2), (b - a, tape, thick), colour)
        for a, b in spans
        if b - a > 0.02
    ]
    if style == "striped":
        parts.append(box((0, 0, thick / 4), (run, tape, thick / 2), (0.08, 0.08, 0.08)))
    return parts


def _moved(parts: Iterable[Part], across: float) -> tuple[Part, ...]:
    return place(parts, (0.0, across, 0.0), 0.0)


def distractors(rng: np.random.Generator, field: Field) -> tuple[Part, ...]:
    """Marks that bound nothing: lanes, arrows, crossings, signs, grates, patches, cables."""
    parts: list[Part] = []
    for _ in range(int(rng.integers(0, 6))):
        x, y = field.draw_point(rng, 2.0)
        yaw = float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.05))
        colour = varied(rng, pick(rng, _COLOURS), 0.15)
        make = pick(rng, (_lane, _arrow, _crossing, _sign, _grate, _patch, _stripes))
        parts += place(make(rng, colour), (x, y, 0.0), float(yaw))
    return tuple(parts)


def _lane(rng: np.random.Generator, colour: Colour) -> list[Part]:
    """One or two lines."""
    run, tape = float(rng.uniform(3, 12)), float(rng.uniform(0.05, 0.14))
    parts = _strip(rng, run, tape, pick(rng, ("line", "dashed", "striped", "broken")), colour)
    if rng.random() < 0.4:
        parts += [moved for part in parts for moved in _moved([part], float(rng.uniform(1.2, 3.0)))]
    return parts


def _arrow(_rng: np.random.Generator, colour: Colour) -> list[Part]:
    shaft = box((0, 0, 0.002), (0.9, 0.12, 0.004), colour)
    head = [box((0.35, s * 0.13, 0.002), (0.4, 0.1, 0.004), colour, yaw=-s * 0.8) for s in (-1, 1)]
    return [shaft, *head]


def _crossing(rng: np.random.Generator, _colour: Colour) -> list[Part]:
    """White bars side by side, for people on foot."""
    count = int(rng.integers(4, 9))
    return [box((0, k * 0.55, 0.002), (2.0, 0.3, 0.004), (0.9, 0.9, 0.88)) for k in range(count)]


def _sign(rng: np.random.Generator, _colour: Colour) -> list[Part]:
    side = float(rng.uniform(0.4, 1.0))
    material = pick(rng, ("print", "number1", "number2", "number3"))
    return [box((0, 0, 0.003), (side, side, 0.006), (1, 1, 1), material)]


def _grate(rng: np.random.Generator, _colour: Colour) -> list[Part]:
    """A grate or hatch, flat and dark."""
    length, width = float(rng.uniform(0.5, 1.4)), float(rng.uniform(0.3, 1.0))
    shade, material = varied(rng, (0.3, 0.3, 0.31), 0.3), pick(rng, ("grid", "metal", ""))
    parts = [box((0, 0, 0.002), (length, width, 0.004), shade, material)]
    slots = int(rng.integers(0, 8))
    for k in range(slots):
        y = ((k + 0.5) / slots - 0.5) * width
        slot = (length * 0.9, width / slots * 0.4, 0.003)
        parts.append(box((0, y, 0.004), slot, (0.06, 0.06, 0.06)))
    return parts


def _patch(rng: np.random.Generator, colour: Colour) -> list[Part]:
    """Floor of another colour."""
    shade = pick(rng, ((0.05, 0.05, 0.06), (0.9, 0.9, 0.9), colour))
    size = (float(rng.uniform(0.4, 2.5)), float(rng.uniform(0.3, 1.5)), 0.001)
    return [replace(box((0, 0, 0.001), size, shade), alpha=float(rng.uniform(0.1, 0.6)))]


def _stripes(rng: np.random.Generator, _colour: Colour) -> list[Part]:
    """Brown stripes on the floor, like the planks of a pallet."""
    return [
        box((0, k * 0.16, 0.002), (1.1, 0.11, 0.004), varied(rng, (0.6, 0.48, 0.34), 0.2), "wood")
        for k in range(int(rng.integers(3, 7)))
    ]
