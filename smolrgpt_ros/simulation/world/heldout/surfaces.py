# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pictures from waves, hexagons, herringbones and rings: none of the training set's patterns."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..assets import GROUND_SIZE, SURFACE_SIZE, Picture
from ..varied.makers import Rng

Shades = NDArray[np.float64]


def paint(rng: Rng) -> Mapping[str, Picture]:
    """One picture for each name of ``assets.PAINTED``, RGB."""
    plain = (1.0, 1.0, 1.0)
    return {
        "ground": _coloured(_ground(rng), _soft(rng, 0.12)),
        "wall": _coloured(190 + 40 * _waves(rng, GROUND_SIZE, 5, 6.0), _soft(rng, 0.1)),
        "wood": _coloured(_rings(rng), plain),
        "carton": _coloured(_fluted(rng), plain),
        "metal": _coloured(200 + 30 * _waves(rng, SURFACE_SIZE, 3, 2.0), plain),
        "weave": _coloured(_twill(rng), plain),
        "print": _logo(rng),
    }


def _soft(rng: Rng, amount: float) -> tuple[float, float, float]:
    r, g, b = (1 + float(v) for v in rng.uniform(-amount, amount, 3))
    return (r, g, b)


def _coloured(shades: Shades, tint: tuple[float, float, float]) -> Picture:
    return np.asarray((shades[..., None] * np.array(tint)).clip(0, 255), np.uint8)


def _axes(size: int) -> tuple[Shades, Shades]:
    rows, columns = np.mgrid[0:size, 0:size] / size
    return columns, rows


def _waves(rng: Rng, size: int, count: int, most: float) -> Shades:
    """A sum of plane waves with a warp, about [-1, 1]."""
    x, y = _axes(size)
    total = np.zeros((size, size))
    for _ in range(count):
        fx, fy, phase = rng.uniform(-most, most), rng.uniform(-most, most), rng.uniform(0, 6.28)
        total += np.sin(2 * np.pi * (fx * x + fy * y) + phase + 0.8 * total)
    return total / count


def _ground(rng: Rng) -> Shades:
    """Hexagons, a herringbone, a chequerboard or bare waves."""
    size, level = GROUND_SIZE, float(rng.uniform(80, 200))
    x, y = _axes(size)
    base = level + 14 * _waves(rng, size, 6, 9.0) + rng.normal(0, 4, (size, size))
    kind = int(rng.integers(4))
    if kind == 0:
        count = float(rng.integers(4, 10))
        waves = [
            np.cos(2 * np.pi * count * (x * np.cos(a) + y * np.sin(a))) for a in (0.0, 2.094, 4.189)
        ]
        base = np.where(sum(waves) < -1.2, base * 0.7, base)
    elif kind == 1:
        step = int(rng.integers(24, 64))
        rows, columns = np.mgrid[0:size, 0:size]
        joint = ((rows + columns) % step < 3) | ((rows - columns) % (3 * step) < 3)
        base = np.where(joint, base * 0.7, base)
    elif kind == 2:
        count = int(rng.integers(3, 8))
        base = base + 24 * (((x * count).astype(int) + (y * count).astype(int)) % 2)
    return base


def _rings(rng: Rng) -> Shades:
    """Growth rings cut at a slant."""
    x, y = _axes(SURFACE_SIZE)
    centre = rng.uniform(-1.5, -0.3, 2)
    radius = np.hypot(x - centre[0], (y - centre[1]) * rng.uniform(2, 5))
    return np.asarray(205 + 26 * np.sin(rng.uniform(30, 90) * radius) + rng.normal(0, 5, x.shape))


def _fluted(rng: Rng) -> Shades:
    """Board with flutes, a large letter, and tape across."""
    size = SURFACE_SIZE
    x, _ = _axes(size)
    shades = np.asarray(215 + 6 * np.sin(2 * np.pi * float(rng.integers(20, 50)) * x), np.float32)
    at = int(rng.integers(30, 90))
    shades[at : at + int(rng.integers(6, 18))] += float(rng.choice([-40.0, 25.0]))
    letter = str(rng.choice(list("QYJIO&%#@")))
    cv2.putText(shades, letter, (38, 92), cv2.FONT_HERSHEY_TRIPLEX, 2.4, 120.0, 5, cv2.LINE_AA)
    return shades.astype(np.float64)


def _twill(rng: Rng) -> Shades:
    rows, columns = np.mgrid[0:SURFACE_SIZE, 0:SURFACE_SIZE]
    step = int(rng.integers(4, 12))
    return np.asarray(
        200 + 30 * ((rows + 2 * columns) % step < step // 2) + rng.normal(0, 4, rows.shape)
    )


def _logo(rng: Rng) -> Picture:
    """A triangle, rings or bars on a ground of one colour."""
    size = SURFACE_SIZE
    ground, mark = (tuple(int(v) for v in rng.integers(0, 256, 3)) for _ in range(2))
    picture = np.full((size, size, 3), ground, np.uint8)
    kind = int(rng.integers(3))
    if kind == 0:
        cv2.fillPoly(picture, [np.array([(64, 16), (112, 104), (16, 104)], np.int32)], mark)
    elif kind == 1:
        for radius in (52, 34, 16):
            cv2.circle(picture, (64, 64), radius, mark, 6, cv2.LINE_AA)
    else:
        for row in range(12, 120, 24):
            cv2.rectangle(picture, (12, row), (int(rng.integers(40, 118)), row + 10), mark, -1)
    return picture
