"""Centres: the truth row by row, and an estimator that comes closer to it than the surface is."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.encoder import CentreEstimator
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT
from smolrgpt_ros.training.mini.centres import train_centres, true_centres
from smolrgpt_ros.training.mini.loop import Schedule

torch.set_num_threads(1)


class Boxes:
    """Frames of cubes of which the front face is seen: the centre lies half a side behind it."""

    def __init__(self, frames, rng):
        self.object_ids = np.tile([7, 4, 9], frames)
        self.geometry = np.zeros((3 * frames, FEATURE_COUNT), np.float32)
        position = rng.uniform((-3, -1, 3), (3, 1, 12), (3 * frames, 3))
        side = rng.uniform(0.4, 1.6, (3 * frames, 1))
        self.geometry[:, 0:3] = position
        self.geometry[:, 3:6], self.geometry[:, 6:9] = position - side / 2, position + side / 2
        self.geometry[:, 5] = self.geometry[:, 8] = position[:, 2]
        self.geometry[:, 18] = 1
        self.centres = position + np.concatenate([0 * side, 0 * side, side / 2], 1)
        self.truths = [
            SimpleNamespace(
                regions=[
                    SimpleNamespace(id=i, centre=tuple(self.centres[3 * f + k]))
                    for k, i in ((1, 4), (0, 7), (2, 9))  # in another order than the rows
                ]
            )
            for f in range(frames)
        ]

    def __len__(self):
        return len(self.truths)

    def regions(self, frame):
        return slice(3 * frame, 3 * frame + 3)


def test_true_centres_are_in_the_order_of_the_rows():
    frames = Boxes(5, np.random.default_rng(1))
    assert true_centres(frames) == pytest.approx(frames.centres.astype(np.float32))


def test_the_estimator_learns_what_lies_behind_a_surface(tmp_path):
    torch.manual_seed(0)
    frames, unseen = Boxes(200, np.random.default_rng(1)), Boxes(50, np.random.default_rng(2))
    estimator = CentreEstimator()
    train_centres(estimator, frames, Schedule(400, 3e-3), tmp_path, batch=16, seed=1)
    with torch.no_grad():
        found = estimator(torch.from_numpy(unseen.geometry)).numpy()
    error = np.linalg.norm(found - unseen.centres, axis=1)
    surface = np.linalg.norm(unseen.geometry[:, :3] - unseen.centres, axis=1)
    assert np.median(error) < 0.25 * np.median(surface)
