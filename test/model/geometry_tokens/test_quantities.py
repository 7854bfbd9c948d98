# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Quantities by hand: a level camera, and one that looks down by 30 degrees."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import FLOOR, UP
from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES, quantities


def found_of(raw, centres, sizes=None):
    """With sizes of 1 m, outlines of points and states that nobody knows, where not told."""
    count = len(raw)
    sizes = torch.ones(count, 4) if sizes is None else torch.tensor(sizes)
    reaches, states = torch.zeros(count, 8), torch.zeros(count, 2)
    found = quantities(raw, Estimates(torch.tensor(centres), sizes, reaches, states))
    return dict(zip(QUANTITIES, found, strict=True))


def test_a_pair_before_a_level_camera(region):
    raw = torch.stack([region(0, 0, 4, 0.5, u=0.33), region(3, -2, 8, 0.5, u=0.7)])
    sizes = [[1.0, 0.8, 1.2, 0.9], [2.0, 0.5, 3.0, 0.6]]
    found = found_of(raw, [[0.0, 0.0, 4.0], [3.0, -2.0, 8.0]], sizes)
    assert found["distance"][0].tolist() == pytest.approx([4.0, 29**0.5])
    assert found["distance"][1].tolist() == pytest.approx([29**0.5, 77**0.5])
    assert found["ground"][0].tolist() == pytest.approx([4.0, 5.0])
    assert found["rise"][0].tolist() == [0.0, 2.0]
    assert found["column"][0].tolist() == pytest.approx([3.3, 7.0])
    assert found["height"][1].tolist() == [1.0, 2.0]
    assert found["width"][0].tolist() == pytest.approx([0.8, 0.5])
    assert found["length"][0].tolist() == pytest.approx([1.2, 3.0])
    assert found["span"][1].tolist() == pytest.approx([0.9, 0.6])
    # 3 m to the right and 4 m ahead: 36.87 degrees; seen from there the other way round.
    assert float(found["bearing"][0, 1]) == pytest.approx(36.8699 / 30, abs=1e-4)
    assert float(found["bearing"][1, 0]) == pytest.approx(36.8699 / 30 + 6, abs=1e-4)


def test_above_the_floor_of_a_tilted_camera(region):
    raw = torch.stack([region(0, 0, 4, 0.5)])
    raw[:, UP] = torch.tensor([0.0, -(3**0.5) / 2, -0.5])
    raw[:, FLOOR] = 1
    # 4 m along the optical axis: 2 m down, 3.46 m ahead.
    found = found_of(raw, [[0.0, 0.0, 4.0]])
    assert float(found["rise"]) == pytest.approx(2.0)
    assert float(found["ground"]) == pytest.approx(12**0.5)
    turned = float(found["bearing"]) % 12
    assert min(turned, 12 - turned) == pytest.approx(0.0, abs=1e-4)


def test_rows_that_stand_for_no_region_spoil_no_gradient(region):
    """Prompts of fewer regions than others in their batch are filled up with zeros."""
    raw = torch.zeros(2, 3, len(region(0, 0, 0, 0)))
    raw[0] = torch.stack([region(1, 0, 5, 0.5), region(2, 0, 7, 0.5), region(-1, 1, 9, 0.5)])
    raw[1, 0] = raw[0, 2]
    centres = raw[..., :3].clone().requires_grad_(True)
    parts = (torch.zeros(2, 3, 4), torch.zeros(2, 3, 8), torch.zeros(2, 3, 2))
    found = quantities(raw, Estimates(centres, *parts))
    found.sum().backward()
    assert centres.grad is not None and centres.grad[0].any()
    assert bool(centres.grad.isfinite().all())
