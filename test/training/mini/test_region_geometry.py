# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The loss of the geometry estimates: zero for the truth, without unmeasured values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.features import (
    FEATURE_COUNT,
    FEATURE_SCALES,
    FLOOR,
    METRIC,
    UP,
)
from smolrgpt_ros.training.mini.batches import FrameTokens
from smolrgpt_ros.training.mini.frames import CachedFrames
from smolrgpt_ros.training.mini.region_geometry import geometry_loss

TRUTH = np.random.default_rng(5).uniform(0.2, 4, (5, FEATURE_COUNT)).astype(np.float32)
TRUTH[:, METRIC] = TRUTH[:, FLOOR] = (1, 1, 0, 1, 1)
# Three frames of two, one and two regions; only their geometry is read.
FRAMES = CachedFrames(
    rgb=np.zeros((3, 1, 1, 3), np.uint8),
    depth=np.zeros((3, 1, 1), np.uint8),
    patch_classes=np.zeros((3, 1, 4), np.float16),
    patch_points=np.zeros((3, 1, 3), np.float16),
    masks=np.zeros((5, 1, 1), np.uint8),
    geometry=TRUTH,
    object_ids=np.arange(5, dtype=np.int32),
    offsets=np.array([0, 2, 3, 5]),
    truths=(),
)


class FixedEstimates(torch.nn.Module):
    """Returns given rows, chosen by the number in each region's tokens."""

    def __init__(self, rows):
        super().__init__()
        self.rows = torch.from_numpy(rows)
        self.scales = torch.tensor(FEATURE_SCALES)

    def forward(self, rgb, depth):
        return self.rows[rgb[:, 0].long()]


def loss_of(rows, index):
    tokens = []
    for frame in index:
        part = FRAMES.regions(frame)
        numbers = torch.arange(part.start, part.stop).float()[:, None]
        tokens.append(FrameTokens(torch.zeros(1, 1), numbers, numbers))
    return geometry_loss(
        FixedEstimates(rows), FRAMES, np.array(index), tokens, np.random.default_rng(0)
    )


def test_true_estimates_cost_nothing():
    loss, numbers = loss_of(TRUTH, [2, 0])
    assert float(loss) == 0
    assert numbers == {"geometry": 0, "metres": 0, "widths": 0}


def test_frames_are_taken_in_the_order_of_the_step():
    other = TRUTH.copy()
    other[3:5, :3] += np.array([3, 0, 4], np.float32)  # five metres off, frame 2
    assert loss_of(other, [2, 1])[1]["metres"] == pytest.approx(5)
    assert loss_of(other, [1, 0])[1]["metres"] == pytest.approx(0)


def test_metres_of_an_unmeasured_region_do_not_count_but_its_place_does():
    other = TRUTH.copy()
    other[2, :13] += 7
    assert float(loss_of(other, [1])[0]) == 0
    other[2, 13] += 0.5  # eight units when scaled: 8 - half of beta, one of five numbers
    loss, numbers = loss_of(other, [1])
    assert float(loss) == pytest.approx((8 - 0.05) / 5, rel=1e-5)
    assert numbers["widths"] == pytest.approx(0.5)


def test_what_lies_above_a_floor_counts_where_one_was_seen():
    other = TRUTH.copy()
    other[3, UP.start : FLOOR] += 1
    other[3, FLOOR] = 7  # whether there is a floor is not estimated
    # 14 of 2 x 32 numbers, each a metre off: 1 less half of beta.
    assert float(loss_of(other, [2])[0]) == pytest.approx(14 / 64 * 0.95)
    unseen = TRUTH.copy()
    unseen[2, UP.start : FLOOR] += 1
    assert float(loss_of(unseen, [1])[0]) == 0
