# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A detector's frames in the YOLO segmentation layout, as ultralytics reads it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from smolrgpt_ros.scene.height_picture import CHANNELS, colours_and_heights
from smolrgpt_ros.simulation.datasets.storage import write_text
from smolrgpt_ros.simulation.world.scenes import FAMILIES

from ..data.simulated_frames import simulated_in_order
from .frames import LabelledFrame, detector_frame
from .plan import DETECTED, DetectorPlan
from .real_pictures import RealPicture

_FEWEST_PIXELS = 40
_LEAST_PART = 0.1
"""Parts smaller than this share of the largest one are left out."""
_MOST_ATTEMPTS = 5
_VALIDATION = 40
"""Every so many pairs of frames, a pair is held out for validation."""


def build_yolo_frames(
    plan: DetectorPlan,
    folder: Path,
    workers: int = 1,
    seconds: float | None = None,
    pictures: Sequence[RealPicture] = (),
) -> Path:
    """Makes a detector's frames; those that are in ``folder`` already are kept.

    Args:
        plan: the frames.
        folder: gets ``images/`` and ``labels/`` and a description of both.
        workers: processes that simulate.
        seconds: of wall-clock time after which no further frame is started; ``None``: all of them.
        pictures: real ones to train on; without any, the plan's ``real_frames`` are left out.

    Returns:
        The description, see :func:`write_description`.

    Raises:
        ValueError: if the folder holds the frames of another plan.
    """
    _claim(folder, plan)
    end = None if seconds is None else time.monotonic() + seconds
    make = partial(_make_and_write, plan, pictures, folder)
    count = plan.frames if pictures else plan.data.frames
    for attempt in range(_MOST_ATTEMPTS):
        missing = [i for i in range(count) if not _label_file(folder, i).exists()]
        try:
            with closing(simulated_in_order(make, missing, workers)) as frames:
                for _ in frames:
                    if end is not None and time.monotonic() > end:
                        break
            break
        except BrokenProcessPool as error:  # a process that the system ended, as for want of memory
            if attempt == _MOST_ATTEMPTS - 1:
                raise RuntimeError(
                    f"a process that simulates was ended by the system {_MOST_ATTEMPTS} times; "
                    f"{workers} run side by side: set fewer --workers"
                ) from error
    return write_description(folder, DETECTED)


def _claim(folder: Path, plan: DetectorPlan) -> None:
    """Notes what the folder's frames are made of; refuses one that holds others."""
    values = {**vars(plan.data), "looks": dict(plan.looks)}
    note = folder / "plan.json"
    if note.exists() and json.loads(note.read_text()) != values:
        raise ValueError(
            f"{folder} holds frames of {note.read_text()}, the recipe has {json.dumps(values)}; "
            "set --run-dir to another folder, or remove this one"
        )
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(values))


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


def label_lines(frame: LabelledFrame, classes: Sequence[str]) -> list[str]:
    """One line per object in the YOLO segmentation format: class, then the polygon."""
    lines = []
    for label, mask in frame.objects:
        polygon = outline(mask)
        if polygon is not None:
            points = " ".join(f"{value:.5f}" for value in polygon.ravel())
            lines.append(f"{classes.index(label)} {points}")
    return lines


def write_yolo_frame(
    folder: Path, index: int, frame: LabelledFrame, classes: Sequence[str]
) -> None:
    """Writes one frame's picture and labels into ``folder/images|labels/train|val``."""
    labels, picture = _label_file(folder, index), picture_file(folder, index)
    for part in (picture.parent, labels.parent):
        part.mkdir(parents=True, exist_ok=True)
    pixels = colours_and_heights(frame.rgb, frame.heights)
    cv2.imwrite(str(picture), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    # Last and at once: a frame with a label file is complete.
    write_text(labels, "\n".join([*label_lines(frame, classes), ""]))


def split_of(index: int) -> str:
    """Whether a frame is trained on, ``"train"``, or held out for validation, ``"val"``."""
    # Where families alternate, every fortieth frame would be of one of them alone.
    return "val" if index // len(FAMILIES) % _VALIDATION == 0 else "train"


def picture_file(folder: Path, index: int) -> Path:
    """Where the picture of a frame is: blue, green, red and heights above the floor."""
    return folder / "images" / split_of(index) / f"{index:06d}.png"


def _label_file(folder: Path, index: int) -> Path:
    return folder / "labels" / split_of(index) / f"{index:06d}.txt"


def _make_and_write(
    plan: DetectorPlan, pictures: Sequence[RealPicture], folder: Path, index: int
) -> None:
    write_yolo_frame(folder, index, detector_frame(plan, index, pictures), DETECTED)


def write_description(folder: Path, classes: Sequence[str]) -> Path:
    """Writes the YAML file that names splits and classes; returns its path."""
    description = folder / "warehouse.yaml"
    values = {
        "path": str(folder.resolve()),
        "train": "images/train",
        "val": "images/val",
        "channels": CHANNELS,
        "names": dict(enumerate(classes)),
    }
    description.write_text(yaml.safe_dump(values))
    return description
