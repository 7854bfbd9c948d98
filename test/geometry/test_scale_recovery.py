# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth pictures whose scale was lost: the yard stretched to grey, and the benchmark's frames."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from external_data import benchmark_folder

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.scale_recovery import depth_of_grey, grey_offset
from smolrgpt_ros.language.answers import normalized_answer
from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.region import Region


def stretched(depth: np.ndarray) -> tuple[np.ndarray, float]:
    """As the benchmark writes depth, and the grey levels below 0 at which it was 0."""
    near, far = float(np.nanmin(depth)), float(np.nanmax(depth))
    grey = np.nan_to_num((depth - near) / (far - near), nan=1.0) * 255
    return np.round(grey).astype(np.uint8), near / (far - near) * 255


def asked(frame: RgbdFrame, regions: list[Region], question: str) -> Evaluation:
    geometry = FrameGeometry(frame, regions)
    views = [RegionView.of(r) for r in regions]
    return evaluate(ground(question, views).question, geometry)


def test_offset_and_scale_of_the_yard(yard: Any) -> None:
    grey, offset = stretched(yard.frame.depth)
    standing = [r.mask for r in yard.regions if r.label != "buffer"]
    assert grey_offset(grey, standing) == pytest.approx(offset, rel=0.1)
    frame = depth_of_grey(yard.frame.rgb, grey, yard.frame.intrinsics, yard.regions)
    assert frame.depth is not None
    ratio = np.nanmedian(frame.depth / yard.frame.depth)
    # Its buffers are 2.1 x 5.0 m instead of the typical 2.1 x 5.9 m: sqrt(5.9 / 5.0) = 1.09.
    assert ratio == pytest.approx(1.09, rel=0.08)
    assert asked(frame, yard.regions, "how many pallets are in the rightmost buffer").value == 1
    assert asked(frame, yard.regions, "which transporter is empty").region_ids == (22,)
    assert asked(frame, yard.regions, "is pallet 12 left or right of pallet 11").value == "right"


def test_without_a_floor_or_a_known_size_nothing_is_made_up(yard: Any) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320)).astype(np.uint8)
    with pytest.raises(ValueError, match="no floor"):
        grey_offset(noise)
    grey, _ = stretched(yard.frame.depth)
    unknown = [Region(r.id, "thing", r.mask) for r in yard.regions]
    with pytest.raises(ValueError, match="scale cannot be told"):
        depth_of_grey(yard.frame.rgb, grey, yard.frame.intrinsics, unknown)


LABELS = {
    "000315.png": ["pallet"] * 2,
    "000639.png": ["pallet"] * 10 + ["transporter"],
    "000705.png": ["buffer"] * 3 + ["pallet"] * 8,
    "001344.png": ["pallet"] * 10 + ["shelf"] * 2,
}
# Of this one only picture, masks and answer are known: ten pallets and one vehicle without load.
ASKED = {
    "000639.png": "Which of the pallets "
    + "<mask> " * 10
    + "should the transporter <mask> pick up?"
}


@pytest.mark.parametrize("image", sorted(LABELS))
def test_the_benchmarks_frames(image: str) -> None:
    """Every frame whose question is known or plain. The cameras are not: f is about 1305 pixels."""
    folder = benchmark_folder() / "frames"
    entry = next(e for e in json.loads((folder / "frames.json").read_text()) if e["image"] == image)
    grey = cv2.imread(str(folder / image.replace(".png", "_depth.png")), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    small = np.asarray(cv2.resize(grey, (960, 540), interpolation=cv2.INTER_NEAREST), np.uint8)
    regions = [
        Region(i, label, np.ascontiguousarray(decode_rle(rle)[::2, ::2]))
        for i, (label, rle) in enumerate(zip(LABELS[image], entry["rle_visible"], strict=True))
    ]
    camera = CameraIntrinsics(1920, 1080, 1305.0, 1305.0, 959.5, 539.5).scaled(960, 540)
    frame = depth_of_grey(np.zeros((540, 960, 3), np.uint8), small, camera, regions)
    question = ASKED.get(image) or entry["question"]
    found, truth = asked(frame, regions, question), entry["normalized_answer"]
    if entry["category"] == "distance":
        assert found.value is None
        assert "no scale" in found.reason
        # The guessed scale is that of typical sizes.
        guessed = asked(replace(frame, metric=True), regions, question)
        assert guessed.value == pytest.approx(truth, rel=0.12)
    else:
        ids = [region.id for region in regions]
        kinds = {"count": Kind.COUNT, "mcq": Kind.CHOICE, "left_right": Kind.LEFT_RIGHT}
        assert normalized_answer(kinds[entry["category"]], found.value, ids) == str(truth)
    if entry["category"] == "count":
        assert found.region_ids == (5, 10)
