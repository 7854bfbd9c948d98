"""The stage that learns who stands in a buffer: its truth, and that it learns it."""

from types import SimpleNamespace

import numpy as np
import torch

from smolrgpt_ros.model.geometry_encoder import CentreEstimator
from smolrgpt_ros.model.geometry_features import FEATURE_COUNT
from smolrgpt_ros.model.inside_estimator import InsideEstimator
from smolrgpt_ros.training.mini.insides import train_insides, true_insides
from smolrgpt_ros.training.mini.loop import Schedule

torch.set_num_threads(1)


class Yards:
    """Frames of a square region, number 5, and two boxes, 2 and 8, some of which stand in it."""

    def __init__(self, frames, rng):
        self.object_ids = np.tile([8, 5, 2], frames)
        self.geometry = np.zeros((3 * frames, FEATURE_COUNT), np.float32)
        self.truths = []
        for frame in range(frames):
            middle = rng.uniform((-2, 0.5, 5), (2, 1.5, 9))
            boxes = middle + rng.uniform(-3, 3, (2, 3)) * (1, 0, 1)
            inside = [bool(np.abs(box - middle).max() < 1.5) for box in boxes]
            for row, (point, side) in enumerate(((boxes[0], 1), (middle, 3), (boxes[1], 1))):
                of = self.geometry[3 * frame + row]
                of[0:3], of[3:6], of[6:9] = point, point - side / 2, point + side / 2
                of[18] = 1
            self.truths.append(
                SimpleNamespace(
                    regions=[
                        SimpleNamespace(id=2, inside=(5,) if inside[1] else ()),
                        SimpleNamespace(id=5, inside=()),
                        SimpleNamespace(id=8, inside=(5,) if inside[0] else ()),
                    ]
                )
            )

    def __len__(self):
        return len(self.truths)

    def regions(self, frame):
        return slice(3 * frame, 3 * frame + 3)


def test_the_truth_is_by_holder_and_held():
    yards = Yards(1, np.random.default_rng(0))
    yards.truths[0].regions[2].inside, yards.truths[0].regions[0].inside = (5,), ()
    # Rows and columns as in the cache: 8, 5, 2. Box 8 stands in region 5.
    assert true_insides(yards, 0).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_the_estimator_learns_it(tmp_path):
    torch.manual_seed(0)
    yards, unseen = Yards(400, np.random.default_rng(1)), Yards(100, np.random.default_rng(2))
    estimator, centres = InsideEstimator(), CentreEstimator()
    torch.nn.init.zeros_(centres.out.weight)
    torch.nn.init.zeros_(centres.out.bias)
    schedule = Schedule(steps=150, learning_rate=4e-3)
    train_insides(estimator, centres, yards, schedule, tmp_path, batch=16, seed=3)
    wrong, usual, pairs = 0, 0, 0
    with torch.no_grad():
        for frame in range(len(unseen)):
            geometry = torch.from_numpy(unseen.geometry[unseen.regions(frame)])
            found = estimator(geometry, centres(geometry))[1, [0, 2]] > 0
            truth = torch.from_numpy(true_insides(unseen, frame))[1, [0, 2]] > 0
            wrong += int((found != truth).sum())
            usual += int(truth.sum())
            pairs += 2
    assert 0.15 < usual / pairs < 0.4
    assert wrong / pairs < 0.08
