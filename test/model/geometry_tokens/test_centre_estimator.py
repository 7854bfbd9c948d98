# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Centres and sizes from what is in view: along the axes of the floor, whatever the tilt."""

import math

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.centre_estimator import (
    DESCRIBED,
    CentreEstimator,
    floor_axes,
    shape_features,
)
from smolrgpt_ros.model.geometry_tokens.features import (
    FLOOR,
    HEIGHTS,
    HIGH_ALONG,
    LEAST_ALONG,
    LOW_ALONG,
    MOST_ALONG,
    OUTLINE,
    SHAPE,
    SPAN,
    UP,
)
from smolrgpt_ros.scene.plane import Plane

TILTED = (0.0, -0.8, -0.6)
"""The floor's normal of a camera that looks down by 36.9 degrees."""


def with_fixed_output(values):
    estimator = CentreEstimator()
    torch.nn.init.zeros_(estimator.out.weight)
    with torch.no_grad():
        estimator.out.bias.copy_(torch.tensor(values))
    return estimator


def test_a_centre_is_the_median_moved_by_the_estimated_offset_with_sizes_beside_it(region):
    # Without a floor the camera is level: 0.1 to the right, 0.5 ahead, 0.2 up.
    estimator = with_fixed_output([0.1, 0.5, 0.2, 1.2, 0.8, 1.1, 1.3])
    raw = torch.stack([region(1, 2, 5, 0.5), region(0, 0, 0, 0, metric=0.0)])
    # Nothing was measured of the second: it has no centre to move, and no size.
    assert estimator(raw)[0].tolist() == pytest.approx([1.1, 1.8, 5.5, 1.2, 0.8, 1.1, 1.3])
    assert estimator(raw)[1].tolist() == [0.0] * 7


def test_an_offset_is_along_the_floor_of_a_tilted_camera(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, FLOOR] = torch.tensor(TILTED), 1
    # Ahead along this floor is (0, -0.6, 0.8), up is (0, -0.8, -0.6).
    moved = with_fixed_output([0.3, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0])(raw)[0, :3]
    assert moved.tolist() == pytest.approx([1.3, 2 - 0.6 - 0.4, 5 + 0.8 - 0.3])


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


def test_shape_does_not_depend_on_where_the_region_lies_but_for_its_position(region):
    raw = torch.stack([region(1, 2, 5, 0.5, u=0.75), region(-3, 0, 9, 0.5, u=0.75)])
    shapes = shape_features(raw, floor_axes(raw))
    assert shapes.shape == (2, DESCRIBED)
    # Level: to the right, ahead, up; then the distance along the floor.
    assert shapes[0, :4].tolist() == pytest.approx([0.2, 1.0, -1.0, math.hypot(1, 5) / 5])
    assert torch.allclose(shapes[0, 4:], shapes[1, 4:], atol=1e-6)
    assert shapes[0, 28:34].tolist() == pytest.approx([-0.5] * 3 + [0.5] * 3)
    assert float(shapes[0, 43]) == pytest.approx(1.0)  # a quarter right of the middle


def test_shape_on_the_floor_is_extent_about_the_position(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, HEIGHTS] = torch.tensor(TILTED), torch.tensor([0.1, 0.4, 0.9])
    raw[:, FLOOR] = raw[:, SHAPE] = 1
    # The median is 1 to the right, -0.6 * 2 + 0.8 * 5 = 2.8 ahead.
    degrees = torch.tensor([0, 90, 45, 135, 22.5, 67.5, 112.5, 157.5]).deg2rad()
    own = degrees.cos() + 2.8 * degrees.sin()
    raw[:, LOW_ALONG] = own[:4] - torch.tensor([0.5, 1.0, 0.25, 1.5])
    raw[:, HIGH_ALONG] = own[:4] + torch.tensor([0.6, 1.1, 0.35, 1.6])
    raw[:, LEAST_ALONG], raw[:, MOST_ALONG] = own - 2, own + torch.arange(8)
    raw[:, SPAN], raw[:, OUTLINE] = torch.tensor([0.05, 1.0]), torch.arange(8) / 8
    shape = shape_features(raw, floor_axes(raw))[0]
    assert shape[4:12].tolist() == pytest.approx([-0.5, -1, -0.25, -1.5, 0.6, 1.1, 0.35, 1.6])
    assert shape[12:28].tolist() == pytest.approx([-2.0] * 8 + list(range(8)), abs=1e-5)
    assert shape[37:42].tolist() == pytest.approx([0.1, 0.4, 0.9, 0.05, 1.0])
    assert shape[48:56].tolist() == pytest.approx([i / 4 for i in range(8)])
    assert shape[56:].tolist() == pytest.approx([*TILTED, 1, 1])


def test_without_the_shape_the_basic_columns_remain(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, FLOOR] = torch.tensor(TILTED), 1
    shape = shape_features(raw, floor_axes(raw))[0]
    assert not shape[12:28].any() and not shape[48:56].any()
    assert shape[59:].tolist() == [1, 0]
