# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What pictures a detector was trained on: statistics of its features, kept beside its weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from smolrgpt_ros.checkpoints.checksums import sha256_of
from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.detection.feature_statistics import Features, FeatureStatistics, statistics_file
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

from .augmentation import WITHOUT_HEIGHTS
from .frames import detector_frame
from .plan import DetectorPlan
from .real_pictures import RealPicture
from .yolo_layout import picture_file, split_of

TRAINED_PICTURES, HELD_OUT_PICTURES = 600, 200
"""Pictures of the statistics, and pictures of their bound, where there are so many."""


def write_statistics(
    weights: Path,
    plan: DetectorPlan,
    folder: Path,
    pictures: Sequence[RealPicture] = (),
    device: str = "cpu",
) -> FeatureStatistics:
    """The statistics of weights, written beside them.

    Args:
        weights: of the detector, a ``.pt`` file.
        plan: what it was trained on.
        folder: of the frames of its training; those that are not in it are made again.
        pictures: the real ones of its training.
        device: of the network.
    """
    # Only its features are asked for: no masks are made.
    quick = DetectorSettings(confidence=1.0, candidate_confidence=1.0, max_detections=1)
    detector = UltralyticsDetector.load(weights, device=device, settings=quick)
    frames = plan.frames if pictures else plan.data.frames
    parts = {"train": TRAINED_PICTURES, "val": HELD_OUT_PICTURES}
    features: dict[str, Features] = {}
    for part, most in parts.items():
        chosen = _spread([i for i in range(frames) if split_of(i) == part], most)
        seen = _pictures(plan, folder, chosen, pictures)
        rows = [detector.features(*both) for both in tqdm(seen, desc=part, total=len(chosen))]
        features[part] = np.array(rows, np.float32)
    made = FeatureStatistics.of(features["train"], features["val"], sha256_of(weights))
    made.save(statistics_file(weights))
    return made


def _spread(indices: Sequence[int], most: int) -> list[int]:
    """At most so many of the indices, evenly spread."""
    step = max(1.0, len(indices) / most)
    return [indices[int(k * step)] for k in range(min(len(indices), most))]


def _pictures(
    plan: DetectorPlan, folder: Path, indices: Sequence[int], pictures: Sequence[RealPicture]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Colours and heights; of the share of the training, these are not known."""
    rng = np.random.default_rng(0)
    for index in indices:
        read = cv2.imread(str(picture_file(folder, index)), cv2.IMREAD_UNCHANGED)
        if read is None:
            frame = detector_frame(plan, index, pictures)
            rgb, heights = frame.rgb, frame.heights
        else:
            rgb, heights = read[..., 2::-1].astype(np.uint8), read[..., 3].astype(np.uint8)
        yield rgb, np.zeros_like(heights) if rng.random() < WITHOUT_HEIGHTS else heights
