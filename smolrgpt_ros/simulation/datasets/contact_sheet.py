# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Contact sheets: many simulated frames in one picture, regions drawn on every second one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.rendering.drawing import draw_regions
from smolrgpt_ros.scene.pictures import read_rgb

from ..sensing.sensor import SensorModel
from ..warehouse import simulate_frame
from ..world.scenes import FAMILIES

#: Size of a frame, pixels, and frames in a row.
_WIDTH, _HEIGHT, _COLUMNS = 480, 270, 3


def contact_sheet(
    family: str,
    seeds: Sequence[int],
    sensor: SensorModel | None = None,
    beside: Sequence[Path] = (),
    looks: str = "plain",
) -> NDArray[np.uint8]:
    """Frames of one family in rows, RGB uint8.

    Args:
        beside: pictures for a column of their own at the left, scaled to the same size.
        looks: of the scenes, see ``simulate_frame``.

    Raises:
        FileNotFoundError: if one of ``beside`` is missing or not a picture.
    """
    tiles = []
    for number, seed in enumerate(seeds):
        shot = simulate_frame(seed, family, _WIDTH, _HEIGHT, sensor, looks=looks)
        rgb = shot.frame.rgb
        tiles.append(draw_regions(rgb, shot.regions) if number % 2 else rgb)
    sheet = _in_rows(tiles, _COLUMNS)
    if not beside:
        return sheet
    real = [_scaled(path, _WIDTH, _HEIGHT) for path in beside]
    tall = max(sheet.shape[0], len(real) * _HEIGHT)
    bar = np.full((tall, 8, 3), 255, np.uint8)
    return np.hstack([_padded(_in_rows(real, 1), tall), bar, _padded(sheet, tall)])


def write_sheets(
    folder: Path,
    first_seed: int = 0,
    frames: int = 9,
    beside: Sequence[Path] = (),
    looks: str = "plain",
) -> None:
    """Writes ``simulated_<family>.jpg``, or ``<looks>_<family>.jpg``, for every camera family.

    See :func:`contact_sheet`. Real pictures go beside the ceiling cameras' frames only: the
    benchmark's cameras are mounted there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        sheet = contact_sheet(
            family,
            range(first_seed, first_seed + frames),
            sensor=SensorModel(),
            beside=beside if family == "ceiling" else (),
            looks=looks,
        )
        name = "simulated" if looks == "plain" else looks
        target = folder / f"{name}_{family}.jpg"
        if not cv2.imwrite(str(target), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80]):
            raise OSError(f"could not write {target}")


def _in_rows(tiles: list[NDArray[np.uint8]], columns: int) -> NDArray[np.uint8]:
    missing = -len(tiles) % columns
    tiles = tiles + [np.zeros_like(tiles[0])] * missing
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def _padded(picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    return np.pad(picture, ((0, height - picture.shape[0]), (0, 0), (0, 0)))


def _scaled(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    small = cv2.resize(read_rgb(path), (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
