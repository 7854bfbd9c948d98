# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks lose what depth shows out of reach of their object, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.perception.candidates import MaskRules, SeenBefore, seen_alone, tracked
from smolrgpt_ros.perception.mask_trimming import trimmed
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame

HEIGHT, WIDTH = 60, 100
INTRINSICS = CameraIntrinsics(WIDTH, HEIGHT, 100.0, 100.0, 50.0, 30.0)


def mask(first: int, end: int) -> np.ndarray:
    """Columns first to end of rows 20 to 50."""
    made = np.zeros((HEIGHT, WIDTH), bool)
    made[20:50, first:end] = True
    return made


def frame(z: np.ndarray | float) -> RgbdFrame:
    """Depth by column, metres."""
    depth = np.broadcast_to(np.asarray(z, np.float32), (HEIGHT, WIDTH)).copy()
    return RgbdFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), depth, INTRINSICS)


# 0.9 m of something at 3 m (columns 20 to 49), a wall at 7 m beside it.
STEP = np.where(np.arange(WIDTH) < 50, 3.0, 7.0)


@pytest.mark.parametrize(("label", "end"), [("pallet", 50), ("transporter", 50), ("shelf", 50)])
def test_the_wall_behind_an_object_is_not_of_it(label, end):
    found = Detection(label, 0.7, mask(20, 65))
    (own,) = trimmed([found], frame(STEP))
    assert np.array_equal(own.mask, mask(20, end))
    assert (own.label, own.score, own.weak) == (label, 0.7, False)


@pytest.mark.parametrize(
    ("label", "z", "why"),
    [
        ("buffer", STEP, "lies on the floor"),
        ("person", STEP, "no size is known"),
        ("pallet", np.linspace(2.0, 8.0, WIDTH), "goes on without a gap: a larger object"),
        ("pallet", np.where(np.arange(WIDTH) < 50, 3.0, 3.4), "within reach"),
        ("pallet", np.where(np.arange(WIDTH) < 50, 3.0, np.nan), "without depth"),
    ],
)
def test_a_mask_stays_whole(label, z, why):
    found = Detection(label, 0.7, mask(20, 65))
    assert trimmed([found], frame(z))[0] is found, why


def test_what_is_small_before_a_large_part_far_behind_keeps_the_large_part():
    # 5 of 45 columns are of a post at 2 m.
    z = np.where(np.arange(WIDTH) < 25, 2.0, 4.0)
    (own,) = trimmed([Detection("pallet", 0.7, mask(20, 50))], frame(z))
    assert np.array_equal(own.mask, mask(25, 50))


def test_nothing_is_trimmed_without_metres():
    found, seen = [Detection("pallet", 0.7, mask(20, 65))], frame(STEP)
    for blind in (
        replace(seen, depth=None),
        replace(seen, intrinsics=None),
        replace(seen, metric=False),
    ):
        assert trimmed(found, blind)[0] is found[0]


def test_regions_and_candidates_are_trimmed_unless_that_is_off():
    found = Detections((Detection("pallet", 0.7, mask(20, 65)),))
    (region,) = seen_alone(found, frame(STEP)).regions
    assert np.array_equal(region.mask, mask(20, 50))
    _, seen = tracked(SeenBefore(), found, frame(STEP), masks=MaskRules(trim=False))
    assert np.array_equal(seen.regions[0].mask, mask(20, 65))
