# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Centres: the truth row by row, and an estimator that is closer to it than the surface is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.centre_estimator import CentreEstimator
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.training.mini.centres import train_centres, true_boxes
from smolrgpt_ros.training.mini.frames import CachedFrames
from smolrgpt_ros.training.mini.loop import Schedule

torch.set_num_threads(1)

LEVEL = (0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)
"""World to the optical frame of a camera that looks along the world's x axis."""


def boxes(count: int, rng: np.random.Generator) -> tuple[CachedFrames, NDArray[np.float64]]:
    """Frames of three cubes each, of which the front face is seen, and the centres by region.

    A centre lies half a side behind the face.
    """
    position = rng.uniform((-3, -1, 3), (3, 1, 12), (3 * count, 3))
    side = rng.uniform(0.4, 1.6, (3 * count, 1))
    geometry = np.zeros((3 * count, FEATURE_COUNT), np.float32)
    geometry[:, 0:3] = position
    geometry[:, 3:6], geometry[:, 6:9] = position - side / 2, position + side / 2
    geometry[:, 5] = geometry[:, 8] = position[:, 2]
    geometry[:, 18] = 1
    centres = position + np.concatenate([0 * side, 0 * side, side / 2], 1)
    camera = CameraIntrinsics(8, 8, 8.0, 8.0, 3.5, 3.5)
    truths = []
    for frame in range(count):
        items = []
        for row, number in ((1, 4), (0, 7), (2, 9)):  # in another order than the rows
            x, y, z = centres[3 * frame + row]
            size, turn = (1.2, 0.8, 1.0), np.pi / 6
            items.append(
                ObjectTruth(number, "pallet", (x, y, z), size, turn, "", -1, (), True, 9, 1.0)
            )
        truths.append(FrameTruth(frame, "ceiling", camera, (0.0, 0.0, 5.0), LEVEL, tuple(items)))
    frames = CachedFrames(
        rgb=np.zeros((count, 1, 1, 3), np.uint8),
        depth=np.zeros((count, 1, 1), np.uint8),
        patch_classes=np.zeros((count, 1, 4), np.float16),
        patch_points=np.zeros((count, 1, 3), np.float16),
        masks=np.zeros((3 * count, 1, 1), np.uint8),
        geometry=geometry,
        object_ids=np.tile([7, 4, 9], count).astype(np.int32),
        offsets=3 * np.arange(count + 1),
        truths=tuple(truths),
    )
    return frames, centres


def test_true_boxes_are_in_the_order_of_the_rows():
    frames, centres = boxes(5, np.random.default_rng(1))
    found = true_boxes(frames)
    assert found[:, :3] == pytest.approx(centres.astype(np.float32))
    # A level cube of 1.2 x 0.8 x 1 m, its length turned by 30 degrees from the viewing direction.
    assert found[0, 3:] == pytest.approx([1.0, 0.8, 1.2, 1.2 * 0.5 + 0.8 * 0.75**0.5])


def test_the_estimator_learns_what_lies_behind_a_surface(tmp_path):
    torch.manual_seed(0)
    frames, _ = boxes(200, np.random.default_rng(1))
    unseen, centres = boxes(50, np.random.default_rng(2))
    estimator = CentreEstimator()
    train_centres(estimator, frames, Schedule(400, 3e-3), tmp_path, batch=16, seed=1)
    with torch.no_grad():
        found = estimator(torch.from_numpy(unseen.geometry)).numpy()
    error = np.linalg.norm(found[:, :3] - centres, axis=1)
    surface = np.linalg.norm(unseen.geometry[:, :3] - centres, axis=1)
    assert np.median(error) < 0.25 * np.median(surface)
    assert np.abs(found[:, 3:] - true_boxes(unseen)[:, 3:]).max() < 0.1
