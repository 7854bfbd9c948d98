# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Real pictures of pallets with polygons: read, split by place, and composed to frames.

The folder is that of "Palet" (Roboflow Universe, object-detection/palet-zsfnn, CC BY 4.0): YOLO's
segmentation layout, and names that hold the time of a photograph, of which there are one to three
augmented versions. All of them were taken within half an hour at three places, one after the other.
The places were told apart by eye (floor, walls, furniture); one of them is held out as a whole, so
that no photograph, floor or background is on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.pictures import read_rgb

PLACES = (
    ("courtyard", 20221018133827),
    ("office", 20221018135057),
    ("kitchen", 20221018135938),
)
"""Places and the time of the first photograph there, as it stands in the names."""
HELD_OUT_PLACE = "kitchen"
LABEL = "pallet"
_LEAST_PIXELS = 60

LabelledMask = tuple[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class RealPicture:
    """One picture.

    Args:
        path: of the picture.
        place: one of ``PLACES``.
        polygons: of the pallets, shares of width and height, each of shape ``(N, 2)``.
    """

    path: Path
    place: str
    polygons: tuple[NDArray[np.float64], ...]

    def rgb(self) -> NDArray[np.uint8]:
        """Its pixels, ``(H, W, 3)``."""
        return read_rgb(self.path)


def read_real_pictures(folder: Path) -> list[RealPicture]:
    """All pictures of a folder with ``images/`` and ``labels/``.

    Raises:
        FileNotFoundError: where there are none.
        ValueError: for a name without the time of a photograph at one of ``PLACES``.
    """
    files = sorted((folder / "images").glob("*.jpg"))
    if not files:
        raise FileNotFoundError(f"{folder}/images holds no .jpg; set --real to the pallet pictures")
    return [
        RealPicture(file, _place(file.stem), _polygons(folder / "labels" / f"{file.stem}.txt"))
        for file in files
    ]


def split_by_place(
    pictures: Sequence[RealPicture],
) -> tuple[list[RealPicture], list[RealPicture]]:
    """Pictures to train on, and those of the held-out place."""
    training = [p for p in pictures if p.place != HELD_OUT_PLACE]
    return training, [p for p in pictures if p.place == HELD_OUT_PLACE]


def masks_of(picture: RealPicture, height: int, width: int) -> list[NDArray[np.bool_]]:
    """The pallets of a picture as masks of that size."""
    return [_filled(polygon * (width, height), height, width) for polygon in picture.polygons]


def compose_frame(
    pictures: Sequence[RealPicture], width: int, height: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[LabelledMask]]:
    """A frame of one, two or six pictures, each cut, scaled and mirrored at random.

    Returns:
        Colour, ``(height, width, 3)``, and its pallets.
    """
    columns, rows = ((1, 1), (2, 1), (2, 1), (3, 2))[int(rng.integers(4))]
    rgb = np.zeros((height, width, 3), np.uint8)
    labelled: list[LabelledMask] = []
    xs = np.linspace(0, width, columns + 1).astype(int)
    ys = np.linspace(0, height, rows + 1).astype(int)
    for row in range(rows):
        for column in range(columns):
            tile = slice(ys[row], ys[row + 1]), slice(xs[column], xs[column + 1])
            size = int(ys[row + 1] - ys[row]), int(xs[column + 1] - xs[column])
            cut, polygons = _cut(pictures[int(rng.integers(len(pictures)))], *size, rng)
            rgb[tile] = cut
            for polygon in polygons:
                mask = np.zeros((height, width), bool)
                mask[tile] = _filled(polygon, *size)
                if np.count_nonzero(mask) >= _LEAST_PIXELS:
                    labelled.append((LABEL, mask))
    return rgb, labelled


def _cut(
    picture: RealPicture, height: int, width: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[NDArray[np.float64]]]:
    """A part of a picture at that size, and its polygons in pixels of the part."""
    rgb = picture.rgb()
    had = np.array((rgb.shape[1], rgb.shape[0]), float)
    # At least large enough to fill the part, at most 1.7 times as large.
    scale = max(width / had[0], height / had[1]) * float(rng.uniform(1.0, 1.7))
    room = had * scale - (width, height)
    # Most pallets are in the middle: uniform shifts would often show floor alone.
    shift = room * np.clip(rng.normal(0.5, 0.25, 2), 0, 1)
    mirrored = rng.random() < 0.5
    matrix = np.array([[scale, 0, -shift[0]], [0, scale, -shift[1]]])
    if mirrored:
        matrix[0] = (-scale, 0, width - 1 + shift[0])
    cut = cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_LINEAR)
    gain = float(rng.uniform(0.75, 1.25))
    cut = np.clip(cut * gain, 0, 255).astype(np.uint8)
    polygons = [p * had @ matrix[:, :2].T + matrix[:, 2] for p in picture.polygons]
    return cut, polygons


def _filled(polygon: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [polygon.round().astype(np.int32)], (1,))
    return canvas.astype(bool)


def _place(name: str) -> str:
    found = re.search(r"(\d{14})", name)
    here = [place for place, first in PLACES if found and int(found[1]) >= first]
    if not here:
        raise ValueError(
            f"{name}: expected a name with the time of a photograph, {PLACES[0][1]} or later"
        )
    return here[-1]


def _polygons(file: Path) -> tuple[NDArray[np.float64], ...]:
    lines = [line.split() for line in file.read_text().splitlines()]
    return tuple(np.array(words[1:], float).reshape(-1, 2) for words in lines if len(words) >= 7)
