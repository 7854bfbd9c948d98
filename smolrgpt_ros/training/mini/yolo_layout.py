"""Simulated frames in the layout that ultralytics reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from ...simulation.warehouse import SimulatedFrame

_FEWEST_PIXELS = 40
_VALIDATION = 20
"""Each so-many-th frame is held out for validation."""


def outline(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Polygon around the largest part of a mask, as shares of width and height.

    Args:
        mask: ``(H, W)`` bool.

    Returns:
        ``(N, 2)`` x, y in [0, 1]; ``None`` where the mask is too small to learn from.
    """
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1
    )
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < _FEWEST_PIXELS or len(largest) < 3:
        return None
    height, width = mask.shape
    return (largest[:, 0].astype(np.float64) + 0.5) / (width, height)


def label_lines(simulated: SimulatedFrame, classes: Sequence[str]) -> list[str]:
    """One line per region in the YOLO segmentation format: class, then the polygon."""
    lines = []
    for region in simulated.regions:
        polygon = outline(region.mask)
        if polygon is not None:
            points = " ".join(f"{value:.5f}" for value in polygon.ravel())
            lines.append(f"{classes.index(region.label)} {points}")
    return lines


def write_yolo_frame(
    folder: Path, index: int, simulated: SimulatedFrame, classes: Sequence[str]
) -> None:
    """Write one frame's picture and labels into ``folder/images|labels/train|val``."""
    split = "val" if index % _VALIDATION == 0 else "train"
    pictures, labels = folder / "images" / split, folder / "labels" / split
    for part in (pictures, labels):
        part.mkdir(parents=True, exist_ok=True)
    picture = simulated.frame.rgb[..., ::-1]
    cv2.imwrite(str(pictures / f"{index:06d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    lines = label_lines(simulated, classes)
    (labels / f"{index:06d}.txt").write_text("\n".join(lines) + "\n")


def write_description(folder: Path, classes: Sequence[str]) -> Path:
    """Write the YAML file that names splits and classes, and return its path."""
    description = folder / "warehouse.yaml"
    values = {
        "path": str(folder.resolve()),
        "train": "images/train",
        "val": "images/val",
        "names": dict(enumerate(classes)),
    }
    description.write_text(yaml.safe_dump(values))
    return description
