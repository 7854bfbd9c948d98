# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Boxes and states: the truth row by row, and an estimator that learns what it does not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.centre_estimator import CentreEstimator
from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import AROUND, CLASS, FEATURE_COUNT
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.training.mini.centres import train_centres, true_estimates
from smolrgpt_ros.training.mini.frames import CachedFrames
from smolrgpt_ros.training.mini.loop import Schedule

torch.set_num_threads(1)

LEVEL = (0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)
"""World to the optical frame of a camera that looks along the world's x axis."""


def boxes(count: int, rng: np.random.Generator) -> tuple[CachedFrames, NDArray[np.float64]]:
    """Frames of three cubes each, of which the front face is seen, and the centres by region.

    A centre lies half a side behind the face. Something is seen above those that are loaded, and
    below those that are carried, about half of each; of the first of each frame, a shelf, and of
    frame 0's third nobody knows whether it is loaded.
    """
    position = rng.uniform((-3, -1, 3), (3, 1, 12), (3 * count, 3))
    side = rng.uniform(0.4, 1.6, (3 * count, 1))
    geometry = np.zeros((3 * count, FEATURE_COUNT), np.float32)
    geometry[:, 0:3] = position
    geometry[:, 3:6], geometry[:, 6:9] = position - side / 2, position + side / 2
    geometry[:, 5] = geometry[:, 8] = position[:, 2]
    geometry[:, 18] = 1
    loaded, carried = rng.random((2, 3 * count)) < 0.5
    geometry[:, AROUND] = loaded[:, None] * (0.8, 0.2, 0.5, 0, 0, 0)
    geometry[:, AROUND] += carried[:, None] * (0, 0, 0, 0.6, 0.1, 0.2)
    centres = position + np.concatenate([0 * side, 0 * side, side / 2], 1)
    camera = CameraIntrinsics(8, 8, 8.0, 8.0, 3.5, 3.5)
    truths = []
    for frame in range(count):
        items = []
        for row, number in ((1, 4), (0, 7), (2, 9)):  # in another order than the rows
            x, y, z = centres[3 * frame + row]
            size, turn, at = (1.2, 0.8, 1.0), np.pi / 6, 3 * frame + row
            label = "shelf" if row == 0 else "pallet"
            if at == 2:
                size = (1.2, 0.8, 0.3)  # its load is as high as a pallet alone may be
            load, carrier = "loaded" if loaded[at] else "empty", 5 if carried[at] else -1
            items.append(
                ObjectTruth(number, label, (x, y, z), size, turn, load, carrier, (), True, 9, 1.0)
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


def test_true_estimates_are_in_the_order_of_the_rows():
    frames, centres = boxes(5, np.random.default_rng(1))
    found = Estimates.of(torch.from_numpy(true_estimates(frames)))
    assert found.centres.numpy() == pytest.approx(centres.astype(np.float32))
    # A level box of 1.2 x 0.8 x 1 m, its length turned by 30 degrees from the viewing direction.
    span = 1.2 * 0.5 + 0.8 * 0.75**0.5
    assert found.sizes[0].tolist() == pytest.approx([1.0, 0.8, 1.2, span])
    assert found.sizes[2].tolist() == pytest.approx([0.3, 0.8, 1.2, span])


def test_true_reaches_are_along_the_floor_from_the_centre():
    frames, _ = boxes(1, np.random.default_rng(1))
    reaches = Estimates.of(torch.from_numpy(true_estimates(frames))).reaches[0]
    # Turned by 30 degrees to the left of ahead, its length lies at 120 degrees from the right, its
    # width at 30: half of each, by the cosines of the angles between.
    degrees = [0, 90, 45, 135, 22.5, 67.5, 112.5, 157.5]
    length, width = (np.abs(np.cos(np.radians(np.array(degrees) - to))) for to in (120, 30))
    assert reaches.numpy() == pytest.approx(0.6 * length + 0.4 * width, abs=1e-6)
    # To the right that is half of what the viewer sees across.
    assert float(reaches[0]) == pytest.approx((1.2 * 0.5 + 0.8 * 0.75**0.5) / 2)


def test_true_states_are_those_of_the_simulator_where_somebody_says():
    frames, _ = boxes(6, np.random.default_rng(1))
    loaded, carried = Estimates.of(torch.from_numpy(true_estimates(frames))).states.T.numpy()
    shows = frames.geometry[:, AROUND]
    assert carried.tolist() == (shows[:, 3] > 0).tolist()
    unknown = [0, 2, 3, 6, 9, 12, 15]  # shelves, and a pallet of 0.3 m
    assert np.flatnonzero(np.isnan(loaded)).tolist() == unknown
    known = ~np.isnan(loaded)
    assert loaded[known].tolist() == (shows[known, 0] > 0).tolist()
    assert 0 < loaded[known].mean() < 1 and 0 < carried.mean() < 1


def test_the_estimator_learns_what_lies_behind_a_surface(tmp_path):
    torch.manual_seed(0)
    frames, _ = boxes(200, np.random.default_rng(1))
    unseen, centres = boxes(50, np.random.default_rng(2))
    estimator = CentreEstimator()
    named = ("shelf", "pallet")
    train_centres(estimator, frames, Schedule(400, 3e-3), tmp_path, named=named, batch=16, seed=1)
    with torch.no_grad():
        found = Estimates.of(estimator(torch.from_numpy(unseen.geometry)))
    truth = Estimates.of(torch.from_numpy(true_estimates(unseen)))
    error = np.linalg.norm(found.centres.numpy() - centres, axis=1)
    surface = np.linalg.norm(unseen.geometry[:, :3] - centres, axis=1)
    assert np.median(error) < 0.25 * np.median(surface)
    usual = truth.sizes[:, 0] == 1.0  # all but one
    for part, true in ((found.sizes, truth.sizes), (found.reaches, truth.reaches)):
        assert float((part - true)[usual].abs().max()) < 0.1
    known = ~truth.states.isnan()
    right = (found.states > 0) == (truth.states > 0.5)
    assert float(right[known].float().mean()) > 0.95
    assert not unseen.geometry[:, CLASS].any()  # what is cached tells no class


def test_the_class_is_told_by_its_mark_to_most_regions_and_not_to_all(tmp_path, monkeypatch):
    frames, _ = boxes(30, np.random.default_rng(1))
    estimator, seen = CentreEstimator(), []
    original = estimator.forward

    def kept(raw):
        seen.append(raw)
        return original(raw)

    monkeypatch.setattr(estimator, "forward", kept)
    named = ("buffer", "pallet")
    train_centres(estimator, frames, Schedule(10, 1e-3), tmp_path, named=named, batch=30, seed=1)
    marks = torch.cat(seen)[:, CLASS]
    # Two of three are pallets, the shelves have no mark; 0.7 of them are told.
    assert not marks[:, [0, *range(2, 8)]].any()
    assert float(marks[:, 1].mean()) == pytest.approx(2 / 3 * 0.7, abs=0.05)
