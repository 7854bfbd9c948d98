# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector: milliseconds a picture by size and precision, and what it finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from smolrgpt_ros.scene.frame import RgbdFrame

from ..device import chosen_device, give_back, median_seconds, megabytes, need
from ..options import CheckOptions
from ..record import Record
from ..stored_questions import read_questions

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

SIZES = (512, 640)
PICTURE = (640, 360)
"""Width and height of the pictures, as a camera would send them."""
_NEAR = 0.05
"""Of a score: detections this near the threshold may come or go with rounding."""


def run(options: CheckOptions, record: Record) -> None:
    """Time the detector that ships on the stored frames."""
    if not options.detector.is_file():
        raise FileNotFoundError(f"{options.detector} is missing")
    need("ultralytics", "torchvision")
    device = chosen_device(options)
    frames = _frames(options)
    repeats = 3 if options.small else 40
    times = {}
    for size in SIZES[:1] if options.small else SIZES:
        wanted = _found(_load(options, "cpu", size, False), frames)
        for half in (False, True):
            precision = "half" if half else "float32"
            if half and device.type == "cpu":
                record.skip(f"{size} pixels, half", "there is no GPU")
                continue
            detector = _load(options, str(device), size, half)
            numbers = iter(range(10**6))
            seconds = median_seconds(
                lambda d=detector, n=numbers: d.detect(frames[next(n) % len(frames)]),  # type: ignore[misc]
                device,
                repeats,
            )
            times[f"{size} {precision}"] = seconds
            found = _found(detector, frames)
            same = sum(_agree(a, b) for a, b in zip(found, wanted, strict=True))
            record.check(
                f"{size} pixels, {precision}",
                same >= len(frames) - 1 or half,
                f"{1e3 * seconds:.1f} ms a picture, masks at full size included; "
                f"{same} of {len(frames)} pictures with the CPU's objects{_peak(device)}",
            )
            del detector
            give_back(device)
    record.keep("seconds", times)
    record.conclude(", ".join(f"{name} {1e3 * value:.1f} ms" for name, value in times.items()))


def _frames(options: CheckOptions) -> list[RgbdFrame]:
    frames = {id(q.frame): q.frame for q in read_questions(options.questions)}
    chosen = list(frames.values())[: 2 if options.small else None]
    return [_enlarged(frame) for frame in chosen]


def _enlarged(frame: RgbdFrame) -> RgbdFrame:
    """A stored frame as a camera would send it."""
    import cv2

    width, height = PICTURE
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    return replace(
        frame,
        rgb=np.asarray(cv2.resize(frame.rgb, PICTURE), np.uint8),
        depth=np.asarray(cv2.resize(depth, PICTURE, interpolation=cv2.INTER_NEAREST), np.float32),
        intrinsics=camera.scaled(width, height),
    )


def _load(options: CheckOptions, device: str, size: int, half: bool) -> UltralyticsDetector:
    from smolrgpt_ros.detection.detector_settings import DetectorSettings
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    settings = DetectorSettings(image_size=size, half=half)
    return UltralyticsDetector.load(options.detector, device=device, settings=settings)


def _found(detector: UltralyticsDetector, frames: list[RgbdFrame]) -> list[list[tuple[str, float]]]:
    return [[(one.label, one.score) for one in detector.detect(frame).objects] for frame in frames]


def _agree(found: list[tuple[str, float]], wanted: list[tuple[str, float]]) -> bool:
    """Whether two lists name the same objects, but for those whose score is at the threshold."""
    from smolrgpt_ros.detection.detector_settings import DetectorSettings

    sure = DetectorSettings().confidence + _NEAR
    every = [Counter(label for label, _ in one) for one in (found, wanted)]
    safe = [Counter(label for label, score in one if score >= sure) for one in (found, wanted)]
    return safe[0] <= every[1] and safe[1] <= every[0]


def _peak(device: torch.device) -> str:
    import torch

    if device.type != "cuda":
        return ""
    return f"; peak memory {megabytes(torch.cuda.max_memory_allocated(device))}"
