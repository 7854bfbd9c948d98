"""Many frames on one picture, for looking: colour, and masks on request."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .scenes import FAMILIES
from .sensor import SensorModel
from .warehouse import SimulatedFrame, simulate_frame

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
) -> NDArray[np.uint8]:
    """Frames of one family in rows, RGB uint8. ``regions`` draws outlines on every second one."""
    tiles = []
    for place, seed in enumerate(seeds):
        shot = simulate_frame(seed, family, width, height, sensor)
        tiles.append(draw_regions(shot) if regions and place % 2 else shot.frame.rgb)
    while len(tiles) % columns:
        tiles.append(np.zeros_like(tiles[0]))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def write_sheets(folder: Path, first_seed: int = 0, frames: int = 9) -> None:
    """Writes ``simulated_<family>.jpg`` for every camera family."""
    folder.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        sheet = contact_sheet(
            family, range(first_seed, first_seed + frames), sensor=SensorModel(), regions=True
        )
        target = folder / f"simulated_{family}.jpg"
        if not cv2.imwrite(str(target), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80]):
            raise OSError(f"could not write {target}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/images"))
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    chosen = parser.parse_args()
    write_sheets(chosen.folder, chosen.seed)
