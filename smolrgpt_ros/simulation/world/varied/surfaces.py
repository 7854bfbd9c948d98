# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pictures of floors, walls, wood, cartons, metal and cloth, painted anew for each scene."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..assets import GROUND_SIZE, SURFACE_SIZE, Picture

_FONT = cv2.FONT_HERSHEY_SIMPLEX
Shades = NDArray[np.float32]


def paint(rng: np.random.Generator) -> Mapping[str, Picture]:
    """One picture for each name of ``assets.PAINTED``, RGB."""
    return {
        "ground": _ground(rng),
        "wall": _wall(rng),
        "wood": _wood(rng),
        "carton": _carton(rng),
        "metal": _metal(rng),
        "weave": _weave(rng),
        "print": _print(rng),
    }


def _noise(rng: np.random.Generator, size: int, cells: tuple[int, ...]) -> Shades:
    """Smooth noise of about unit range, shape ``(size, size)``: the sum of grids of ``cells``."""
    total = np.zeros((size, size), np.float32)
    for count in cells:
        grid = rng.standard_normal((count, count)).astype(np.float32)
        total += cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return total / (2.0 * len(cells))


def _tinted(shades: Shades, tint: tuple[float, float, float]) -> Picture:
    picture = shades[..., None] * np.array(tint, np.float32)
    return picture.clip(0, 255).astype(np.uint8)


def _tint(rng: np.random.Generator, amount: float) -> tuple[float, float, float]:
    r, g, b = (1 + float(v) for v in rng.uniform(-amount, amount, 3))
    return (r, g, b)


def _ground(rng: np.random.Generator) -> Picture:
    size = GROUND_SIZE
    kind = str(
        rng.choice(["concrete", "slabs", "tiles", "stones", "boards", "plain", "asphalt"],
                   p=[0.28, 0.16, 0.2, 0.1, 0.06, 0.1, 0.1])
    )  # fmt: skip
    level = float(rng.uniform(70, 215))
    fine = _noise(rng, size, (size, size // 2))
    soft = _noise(rng, size, (4, 9))
    shades = level + float(rng.uniform(2, 16)) * fine + float(rng.uniform(3, 22)) * soft
    if kind == "slabs":
        _joints(shades, int(rng.integers(1, 3)), int(rng.integers(1, 4)), 0.6)
    elif kind == "tiles":
        count = int(rng.integers(3, 9))
        _shift_cells(rng, shades, count, float(rng.uniform(0, 14)))
        _joints(shades, count, int(rng.integers(2, 6)), float(rng.uniform(0.6, 1.25)))
    elif kind == "stones":
        shades = _cells(rng, size, int(rng.integers(120, 500)), level)
    elif kind == "boards":
        shades = _boards(rng, size, int(rng.integers(6, 14)), level)
    elif kind == "plain":
        shades = level + float(rng.uniform(0.5, 5)) * fine + 4 * soft
    elif kind == "asphalt":
        shades = level * 0.6 + 40 * np.sign(fine) * (np.abs(fine) > 0.5)
    _marks(rng, shades)
    strong = rng.random() < 0.3
    return _tinted(shades, _tint(rng, 0.3 if strong else 0.07))


def _joints(shades: Shades, count: int, thick: int, factor: float) -> None:
    """Straight joints between ``count`` by ``count`` slabs."""
    step = shades.shape[0] // count
    for k in range(count):
        shades[k * step : k * step + thick] *= factor
        shades[:, k * step : k * step + thick] *= factor


def _shift_cells(rng: np.random.Generator, shades: Shades, count: int, spread: float) -> None:
    """Another brightness for each tile."""
    grid = rng.normal(0, spread, (count, count)).astype(np.float32)
    size = shades.shape[0]
    shades += cv2.resize(grid, (size, size), interpolation=cv2.INTER_NEAREST)


def _cells(rng: np.random.Generator, size: int, count: int, level: float) -> Shades:
    """Rounded stones with dark gaps."""
    canvas = np.full((size, size), level * 0.55, np.float32)
    reach = int(size / np.sqrt(count) * 0.62)
    for x, y in rng.integers(0, size, (count, 2)):
        axes = tuple(int(v) for v in rng.uniform(0.5, 1.0, 2) * reach)
        shade = level * float(rng.uniform(0.7, 1.2))
        cv2.ellipse(
            canvas, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, shade * 0.7, -1
        )
        inner = (max(1, int(axes[0] * 0.8)), max(1, int(axes[1] * 0.8)))
        cv2.ellipse(canvas, (int(x), int(y)), inner, float(rng.uniform(0, 180)), 0, 360, shade, -1)
    return canvas + 8 * _noise(rng, size, (size, 64))


def _boards(rng: np.random.Generator, size: int, count: int, level: float) -> Shades:
    """Boards side by side with grain along them."""
    grain = cv2.resize(
        rng.standard_normal((size // 2, 12)).astype(np.float32),
        (size, size),
        interpolation=cv2.INTER_CUBIC,
    )
    rows = np.repeat(rng.normal(0, 14, count).astype(np.float32), size // count + 1)[:size]
    shades = level + rows[:, None] + 9 * grain
    shades[:: size // count] *= 0.6
    return shades


def _marks(rng: np.random.Generator, shades: Shades) -> None:
    """Stains, cracks and wheel marks."""
    size = shades.shape[0]
    layer = np.zeros_like(shades)
    for _ in range(int(rng.integers(0, 7))):
        spot = tuple(int(v) for v in rng.integers(0, size, 2))
        axes = tuple(int(v) for v in rng.integers(4, size // 7, 2))
        cv2.ellipse(
            layer, spot, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.normal(0, 20)), -1
        )
    if rng.random() < 0.3:
        start, end = (tuple(int(v) for v in rng.integers(0, size, 2)) for _ in range(2))
        cv2.line(layer, start, end, -float(rng.uniform(5, 35)), int(rng.integers(1, 14)))
    shades += cv2.GaussianBlur(layer, (0, 0), float(rng.uniform(0.8, 8)))
    if rng.random() < 0.3:
        points = np.cumsum(rng.normal(0, 14, (24, 2)), axis=0) + rng.uniform(0, size, 2)
        cv2.polylines(shades, [points.astype(np.int32)], False, float(shades.mean() * 0.5), 1)


def _wall(rng: np.random.Generator) -> Picture:
    size = GROUND_SIZE
    level = float(rng.uniform(110, 240))
    shades = (
        level
        + 3 * _noise(rng, size, (size, 32))
        + float(rng.uniform(2, 14)) * _noise(rng, size, (3, 7))
    )
    kind = int(rng.integers(6))
    if kind == 1:  # bricks or blocks
        count = int(rng.integers(4, 18))
        _shift_cells(rng, shades, count, 10)
        step = size // count
        for k in range(count):
            shades[k * step : k * step + 3] *= 0.75
            offset = (k % 2) * step // 2
            shades[k * step : (k + 1) * step, offset::step] *= 0.75
    elif kind == 2:  # corrugated metal
        count = int(rng.integers(14, 60))
        shades += 12 * np.sin(np.arange(size, dtype=np.float32) * 2 * np.pi * count / size)[None]
    elif kind == 3:  # panels
        shades[:, :: size // int(rng.integers(2, 9))] *= 0.6
        shades[:: size // int(rng.integers(1, 5))] *= 0.7
    elif kind == 4:  # tiles
        count = int(rng.integers(6, 16))
        _shift_cells(rng, shades, count, 6)
        _joints(shades, count, 2, 0.8)
    elif kind == 5:  # vertical boards
        shades = _boards(rng, size, int(rng.integers(8, 24)), level).T.copy()
    return _tinted(shades, _tint(rng, 0.2 if rng.random() < 0.4 else 0.05))


def _wood(rng: np.random.Generator) -> Picture:
    size = SURFACE_SIZE
    grain = cv2.resize(
        rng.standard_normal((int(rng.integers(14, 48)), 4)).astype(np.float32),
        (size, size),
        interpolation=cv2.INTER_CUBIC,
    )
    shades = (
        212
        + float(rng.uniform(8, 26)) * grain
        + float(rng.uniform(4, 16)) * _noise(rng, size, (4, size // 2))
    )
    for _ in range(int(rng.integers(0, 5))):
        spot = tuple(int(v) for v in rng.integers(6, size - 6, 2))
        axes = (int(rng.integers(2, 7)), int(rng.integers(1, 4)))
        cv2.ellipse(shades, spot, axes, 0, 0, 360, float(rng.uniform(80, 150)), -1)
    for x in (8, size - 9):  # nails
        for y in (size // 3, 2 * size // 3):
            cv2.circle(shades, (x, y), 2, 70.0, -1)
    if rng.random() < 0.3:
        cv2.putText(shades, _random_text(rng, 3), (30, 76), _FONT, 0.9, 90.0, 2, cv2.LINE_AA)
    return _tinted(shades, (1.0, 1.0, 1.0))


def _random_text(rng: np.random.Generator, length: int) -> str:
    """Random capitals and digits."""
    return "".join(rng.choice(list("ABCDEFGHKLMNPRSTUVWX0123456789"), length))


def _carton(rng: np.random.Generator) -> Picture:
    size = SURFACE_SIZE
    shades = 224 + 5 * _noise(rng, size, (size, 8, 3))
    if rng.random() < 0.7:
        at, half = int(rng.integers(40, 88)), int(rng.integers(4, 12))
        shades[:, at - half : at + half] += float(rng.choice([-26.0, 22.0]))
    picture = _tinted(shades, (1.0, 1.0, 1.0))
    ink = tuple(int(v) for v in rng.integers(20, 120, 3))
    for _ in range(int(rng.integers(0, 4))):
        x, y = (int(v) for v in rng.integers(6, 86, 2))
        style = int(rng.integers(4))
        if style == 0:
            text = _random_text(rng, int(rng.integers(2, 7)))
            cv2.putText(
                picture, text, (x, y + 14), _FONT, float(rng.uniform(0.3, 0.9)), ink, 1, cv2.LINE_AA
            )
        elif style == 1:
            cv2.rectangle(picture, (x, y), (x + 34, y + 24), (240, 240, 236), -1)
            for offset in range(0, 28, 3):
                cv2.line(
                    picture, (x + 3 + offset, y + 6), (x + 3 + offset, y + 18), (30, 30, 30), 1
                )
        elif style == 2:
            cv2.arrowedLine(picture, (x + 8, y + 30), (x + 8, y + 4), ink, 2, cv2.LINE_AA, 0, 0.4)
        else:
            cv2.circle(
                picture,
                (x + 12, y + 12),
                int(rng.integers(5, 16)),
                ink,
                int(rng.choice([-1, 2])),
                cv2.LINE_AA,
            )
    cv2.rectangle(picture, (0, 0), (size - 1, size - 1), (150, 150, 150), 1)
    return picture


def _metal(rng: np.random.Generator) -> Picture:
    size = SURFACE_SIZE
    brushed = 6 * rng.standard_normal((1, size)).astype(np.float32)
    shades: Shades = 205 + 10 * _noise(rng, size, (2, 5)) + brushed
    if rng.random() < 0.4:
        step = int(rng.integers(8, 20))
        shades[step // 2 :: step, step // 2 :: step] = 60
        shades = np.asarray(cv2.erode(shades, np.ones((3, 3))), np.float32)
    if rng.random() < 0.4:  # scratches and dirt
        shades -= 40 * (_noise(rng, size, (16, 40)) > 0.6)
    return _tinted(shades, (1.0, 1.0, 1.0))


def _weave(rng: np.random.Generator) -> Picture:
    size, step = SURFACE_SIZE, int(rng.integers(3, 9))
    grid = (np.indices((size, size)) // step).sum(0) % 2
    shades = 205 + 22 * grid.astype(np.float32) + 10 * _noise(rng, size, (4, 9))
    if rng.random() < 0.5:
        cv2.putText(shades, _random_text(rng, 4), (14, 74), _FONT, 1.0, 110.0, 2, cv2.LINE_AA)
    return _tinted(shades, (1.0, 1.0, 1.0))


def _print(rng: np.random.Generator) -> Picture:
    """A sign: stripes, a symbol, letters, a pattern of squares or an arrow."""
    size = SURFACE_SIZE
    first, second = (tuple(int(v) for v in rng.integers(0, 256, 3)) for _ in range(2))
    if rng.random() < 0.4:
        first, second = (245, 205, 20), (20, 20, 20)
    picture = np.full((size, size, 3), first, np.uint8)
    kind, middle = int(rng.integers(5)), (size // 2, size // 2)
    if kind == 0:
        for offset in range(-size, 2 * size, 32):
            corners = [
                (offset, size),
                (offset + 16, size),
                (offset + 16 + size, 0),
                (offset + size, 0),
            ]
            cv2.fillPoly(picture, [np.array(corners, np.int32)], second)
    elif kind == 1:
        cv2.circle(picture, middle, 48, (245, 245, 245), -1, cv2.LINE_AA)
        cv2.circle(picture, middle, 48, second, 9, cv2.LINE_AA)
        cv2.line(picture, (34, 34), (94, 94), second, 9, cv2.LINE_AA)
    elif kind == 2:
        cv2.putText(picture, _random_text(rng, 3), (6, 84), _FONT, 1.6, second, 5, cv2.LINE_AA)
    elif kind == 3:
        code = rng.integers(0, 2, (8, 8)).astype(np.uint8) * 235 + 10
        picture[16:112, 16:112] = np.kron(code, np.ones((12, 12), np.uint8))[..., None]
    else:
        cv2.arrowedLine(picture, (20, 64), (108, 64), second, 14, cv2.LINE_AA, 0, 0.45)
    return picture
