# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Axes of a region's floor: those of the plane, level without a floor."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.features import FLOOR, UP
from smolrgpt_ros.model.geometry_tokens.floor_axes import floor_axes
from smolrgpt_ros.scene.plane import Plane

TILTED = (0.0, -0.8, -0.6)
"""The floor's normal of a camera that looks down by 36.9 degrees."""


@pytest.mark.parametrize("up", [TILTED, (0.28, -0.96, 0.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)])
def test_axes_are_those_of_the_plane(region, up):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, FLOOR] = torch.tensor(up), 1
    plane = Plane(torch.tensor(up, dtype=torch.float64).numpy(), 2.0)
    assert floor_axes(raw)[0].numpy() == pytest.approx(plane.axes, abs=1e-6)


def test_a_normal_that_is_not_of_length_one_makes_no_other_axes(region):
    raw = torch.stack([region(1, 2, 5, 0.5)] * 2)
    raw[:, UP], raw[:, FLOOR] = torch.tensor([TILTED, [0.9 * part for part in TILTED]]), 1
    axes = floor_axes(raw)
    assert torch.allclose(axes[0], axes[1], atol=1e-6)
    assert torch.allclose(axes[0] @ axes[0].T, torch.eye(3), atol=1e-6)


def test_without_a_floor_the_camera_is_level(region):
    raw = torch.stack([region(1, 2, 5, 0.5)] * 2)
    raw[:, UP], raw[:, FLOOR] = torch.tensor(TILTED), torch.tensor([0.0, 1.0])
    level, tilted = floor_axes(raw)
    # Right is right in the picture, ahead is the optical axis, up is up in the picture.
    assert level.tolist() == [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    # By hand: ahead is where the optical axis points along this floor.
    assert tilted.flatten().tolist() == pytest.approx([1, 0, 0, 0, -0.6, 0.8, 0, -0.8, -0.6])
