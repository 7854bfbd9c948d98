"""Many frames on one picture, for looking: colour, and masks on request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..sensing.sensor import SensorModel
from ..warehouse import SimulatedFrame, simulate_frame
from ..world.scenes import FAMILIES

_COLOURS = {
    "pallet": (255, 140, 0),
    "transporter": (230, 30, 200),
    "shelf": (30, 200, 60),
    "buffer": (30, 120, 255),
}


def draw_regions(shot: SimulatedFrame) -> NDArray[np.uint8]:
    """The colour picture with every region's outline and id, ``(H, W, 3)`` uint8."""
    picture = shot.frame.rgb.copy()
    # Buffers first: their outlines would cross what stands on them.
    for region in sorted(shot.regions, key=lambda r: r.label != "buffer"):
        colour = _COLOURS[region.label]
        outlines, _ = cv2.findContours(
            region.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        cv2.drawContours(picture, outlines, -1, colour, 1, cv2.LINE_AA)
        u, v = shot.truth.objects[region.id].centroid
        spot = (int(u) - 6, int(v) + 4)
        cv2.putText(picture, str(region.id), spot, 0, 0.4, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(picture, str(region.id), spot, 0, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


def contact_sheet(
    family: str,
    seeds: Sequence[int],
    columns: int = 3,
    width: int = 480,
    height: int = 270,
    sensor: SensorModel | None = None,
    regions: bool = False,
    beside: Sequence[Path] = (),
    rich: bool = False,
) -> NDArray[np.uint8]:
    """Frames of one family in rows, RGB uint8.

    Args:
        regions: draws outlines on every second frame.
        beside: pictures for a column of their own at the left, shrunk to the same size.
        rich: scenes with more in them, see ``simulate_frame``.

    Raises:
        FileNotFoundError: if one of ``beside`` is no picture.
    """
    tiles = []
    for place, seed in enumerate(seeds):
        shot = simulate_frame(seed, family, width, height, sensor, rich=rich)
        tiles.append(draw_regions(shot) if regions and place % 2 else shot.frame.rgb)
    sheet = _in_rows(tiles, columns)
    if not beside:
        return sheet
    real = [_shrunk(path, width, height) for path in beside]
    tall = max(sheet.shape[0], len(real) * height)
    bar = np.full((tall, 8, 3), 255, np.uint8)
    return np.hstack([_padded(_in_rows(real, 1), tall), bar, _padded(sheet, tall)])


def _in_rows(tiles: list[NDArray[np.uint8]], columns: int) -> NDArray[np.uint8]:
    missing = -len(tiles) % columns
    tiles = tiles + [np.zeros_like(tiles[0])] * missing
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def _padded(picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    return np.pad(picture, ((0, height - picture.shape[0]), (0, 0), (0, 0)))


def _shrunk(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(f"{path} is missing or no picture")
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[..., ::-1]).astype(np.uint8, copy=False)


def write_sheets(
    folder: Path,
    first_seed: int = 0,
    frames: int = 9,
    beside: Sequence[Path] = (),
    rich: bool = False,
) -> None:
    """Writes ``simulated_<family>.jpg`` or ``rich_<family>.jpg`` for every camera family.

    See :func:`contact_sheet`. Real pictures go beside the ceiling cameras' frames only: that is
    where theirs hang.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        sheet = contact_sheet(
            family,
            range(first_seed, first_seed + frames),
            sensor=SensorModel(),
            regions=True,
            beside=beside if family == "ceiling" else (),
            rich=rich,
        )
        name = "rich" if rich else "simulated"
        target = folder / f"{name}_{family}.jpg"
        if not cv2.imwrite(str(target), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80]):
            raise OSError(f"could not write {target}")
