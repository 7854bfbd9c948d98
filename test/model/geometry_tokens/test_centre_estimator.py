# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Boxes and states from what is in view: along the axes of the floor, whatever the tilt."""

import math

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.centre_estimator import (
    DESCRIBED,
    CentreEstimator,
    shape_features,
)
from smolrgpt_ros.model.geometry_tokens.estimates import ESTIMATED, Estimates
from smolrgpt_ros.model.geometry_tokens.features import (
    AROUND,
    CLASS,
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
from smolrgpt_ros.model.geometry_tokens.floor_axes import floor_axes

TILTED = (0.0, -0.8, -0.6)
"""The floor's normal of a camera that looks down by 36.9 degrees."""


def with_fixed_output(values):
    """An estimator that finds the same of every region, zeros behind the values."""
    estimator, values = CentreEstimator(), [*values, *[0.0] * (ESTIMATED - len(values))]
    torch.nn.init.zeros_(estimator.out.weight)
    with torch.no_grad():
        estimator.out.bias.copy_(torch.tensor(values))
    return estimator


def test_a_centre_is_the_median_moved_by_the_estimated_offset_with_the_rest_beside_it(region):
    # Without a floor the camera is level: 0.1 to the right, 0.5 ahead, 0.2 up.
    sizes, reaches, states = [1.2, 0.8, 1.1, 1.3], [0.6 + 0.01 * i for i in range(8)], [3.0, -2.0]
    estimator = with_fixed_output([0.1, 0.5, 0.2, *sizes, *reaches, *states])
    raw = torch.stack([region(1, 2, 5, 0.5), region(0, 0, 0, 0, metric=0.0)])
    found = Estimates.of(estimator(raw))
    assert found.centres[0].tolist() == pytest.approx([1.1, 1.8, 5.5])
    assert found.sizes[0].tolist() == pytest.approx(sizes)
    assert found.reaches[0].tolist() == pytest.approx(reaches)
    assert found.states[0].tolist() == pytest.approx(states)
    # Nothing was measured of the second: it has no centre to move, and nothing else.
    assert [part.shape[-1] for part in found] == [3, 4, 8, 2]
    assert not any(part[1].any() for part in found)


def test_an_offset_is_along_the_floor_of_a_tilted_camera(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, FLOOR] = torch.tensor(TILTED), 1
    # Ahead along this floor is (0, -0.6, 0.8), up is (0, -0.8, -0.6).
    moved = with_fixed_output([0.3, 1.0, 0.5])(raw)[0, :3]
    assert moved.tolist() == pytest.approx([1.3, 2 - 0.6 - 0.4, 5 + 0.8 - 0.3])


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
    around, marks = [0.3, 0.2, 0.7, 1.5, 0.1, 0.15], [0, 0, 1, 0, 0, 0, 0, 0]
    raw[:, AROUND], raw[:, CLASS] = torch.tensor(around), torch.tensor(marks).float()
    shape = shape_features(raw, floor_axes(raw))[0]
    assert shape[4:12].tolist() == pytest.approx([-0.5, -1, -0.25, -1.5, 0.6, 1.1, 0.35, 1.6])
    assert shape[12:28].tolist() == pytest.approx([-2.0] * 8 + list(range(8)), abs=1e-5)
    assert shape[37:42].tolist() == pytest.approx([0.1, 0.4, 0.9, 0.05, 1.0])
    assert shape[48:56].tolist() == pytest.approx([i / 4 for i in range(8)])
    assert shape[56:].tolist() == pytest.approx([*TILTED, 1, 1, *around, *marks])


def test_without_the_shape_the_basic_columns_remain(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, FLOOR] = torch.tensor(TILTED), 1
    shape = shape_features(raw, floor_axes(raw))[0]
    assert not shape[12:28].any() and not shape[48:56].any()
    assert shape[59:].tolist() == [1, 0, *[0] * 14]
