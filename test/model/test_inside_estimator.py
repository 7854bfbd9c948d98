"""Who stands in which buffer: one number a pair, not the same both ways."""

import torch

from smolrgpt_ros.model.inside_estimator import InsideEstimator


def test_each_pair_is_judged_by_its_two_regions(region):
    torch.manual_seed(0)
    estimator = InsideEstimator()
    raw = torch.stack([region(0, 1, 5, 2.0), region(0.4, 0.8, 5.5, 0.5), region(6, 1, 9, 0.5)])
    odds = estimator(raw, raw[:, :3])
    assert odds.shape == (3, 3)
    assert odds[0, 1] != odds[1, 0]
    fewer = estimator(raw[:2], raw[:2, :3])
    assert torch.allclose(fewer, odds[:2, :2], atol=1e-5)
    # Ten centimetres show.
    moved = raw.clone()
    moved[1, 0:9:3] += 0.1
    assert (estimator(moved, moved[:, :3]) - odds)[0, 1].abs() > 1e-4
