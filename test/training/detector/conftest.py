# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A small plan of the detector, and a folder of three "real" pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from smolrgpt_ros.training.data.simulated_frames import FramesPlan
from smolrgpt_ros.training.detector.plan import DetectorPlan


@pytest.fixture
def small_plan() -> DetectorPlan:
    return DetectorPlan(
        data=FramesPlan(frames=3, seed=11, width=192, height=108),
        looks={"varied": 0.5, "plain": 0.5},
        real_frames=2,
        architecture="yolo11n-seg.yaml",
        depth=0.33,
        width=0.1,
        epochs=1,
        image_size=96,
        batch=2,
        learning_rate=1e-3,
    )


@pytest.fixture
def pallet_folder(tmp_path: Path) -> Path:
    """A photograph of each place, 160 x 80: a white rectangle on black, with its polygon."""
    folder = tmp_path / "pallets"
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for time in ("20221018134000", "20221018135500", "20221018140100"):
        picture = np.zeros((80, 160, 3), np.uint8)
        picture[20:60, 40:120] = 255
        cv2.imwrite(str(folder / "images" / f"train_{time}_1.jpg"), picture)
        polygon = "0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"
        (folder / "labels" / f"train_{time}_1.txt").write_text(f"0 {polygon}\n")
    return folder
