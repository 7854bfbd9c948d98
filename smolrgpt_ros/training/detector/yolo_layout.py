"""Simulated frames in the YOLO segmentation layout, as ultralytics reads it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from smolrgpt_ros.simulation.warehouse import SimulatedFrame
from smolrgpt_ros.simulation.world.scenes import FAMILIES

from ..data.simulated_frames import (
    CLASSES,
    FramesPlan,
    simulate_training_frame,
    simulated_in_order,
)

_FEWEST_PIXELS = 40
_LEAST_PART = 0.1
"""Parts smaller than this share of the largest one are left out."""
_VALIDATION = 20
"""Every so many rounds (a frame of each camera family), a round is held out for validation."""


def build_yolo_frames(
    plan: FramesPlan, folder: Path, workers: int = 1, seconds: float | None = None
) -> Path:
    """Simulates a detector's frames; those that are in ``folder`` already are kept.

    Args:
        plan: the frames.
        folder: gets ``images/`` and ``labels/`` and a description of both.
        workers: processes that simulate.
        seconds: of wall-clock time after which no further frame is started; ``None``: all of them.

    Returns:
        The description, see :func:`write_description`.
    """
    end = None if seconds is None else time.monotonic() + seconds
    missing = [i for i in range(plan.frames) if not _label_file(folder, i).exists()]
    make = partial(_simulate_and_write, plan, folder)
    with closing(simulated_in_order(make, missing, workers)) as frames:
        for _ in frames:
            if end is not None and time.monotonic() > end:
                break
    return write_description(folder, CLASSES)


def outline(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Polygon around a mask; the parts of a divided mask are joined by thin bridges.

    Args:
        mask: ``(H, W)`` bool.

    Returns:
        ``(N, 2)`` x, y in [0, 1], shares of width and height; ``None`` where the mask is too small
        to learn from.
    """
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    ranked = sorted(contours, key=cv2.contourArea, reverse=True)
    if not ranked or len(ranked[0]) < 3:
        return None
    areas = [cv2.contourArea(contour) for contour in ranked]
    parts = [
        contour[:, 0].astype(np.float64)
        for contour, area in zip(ranked, areas, strict=True)
        if area >= _LEAST_PART * areas[0] and len(contour) >= 3
    ]
    if sum(areas[: len(parts)]) < _FEWEST_PIXELS:
        return None
    joined = parts[0]
    for part in parts[1:]:
        joined = _bridged(joined, part)
    height, width = mask.shape
    return (joined + 0.5) / (width, height)


def _bridged(polygon: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """One polygon that crosses to ``part`` where the two are nearest, follows it, and returns."""
    gaps = np.linalg.norm(polygon[:, None] - part[None], axis=2)
    here, there = np.unravel_index(gaps.argmin(), gaps.shape)
    around = np.roll(part, -int(there), axis=0)
    return np.concatenate((polygon[: here + 1], around, around[:1], polygon[here:]))


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
    """Writes one frame's picture and labels into ``folder/images|labels/train|val``."""
    labels = _label_file(folder, index)
    pictures = folder / "images" / labels.parent.name
    for part in (pictures, labels.parent):
        part.mkdir(parents=True, exist_ok=True)
    picture = simulated.frame.rgb[..., ::-1]
    cv2.imwrite(str(pictures / f"{index:06d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    labels.write_text("\n".join(label_lines(simulated, classes)) + "\n")


def _label_file(folder: Path, index: int) -> Path:
    # Families alternate: a plain "every twentieth" would hold out one of them alone.
    split = "val" if index // len(FAMILIES) % _VALIDATION == 0 else "train"
    return folder / "labels" / split / f"{index:06d}.txt"


def _simulate_and_write(plan: FramesPlan, folder: Path, index: int) -> None:
    write_yolo_frame(folder, index, simulate_training_frame(plan, index), CLASSES)


def write_description(folder: Path, classes: Sequence[str]) -> Path:
    """Writes the YAML file that names splits and classes; returns its path."""
    description = folder / "warehouse.yaml"
    values = {
        "path": str(folder.resolve()),
        "train": "images/train",
        "val": "images/val",
        "names": dict(enumerate(classes)),
    }
    description.write_text(yaml.safe_dump(values))
    return description
