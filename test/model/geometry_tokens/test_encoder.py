# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Geometry tokens: small differences show, and relations to other regions on request."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.encoder import (
    CentreEstimator,
    GeometryEncoder,
    shape_features,
)
from smolrgpt_ros.model.geometry_tokens.features import (
    FEATURE_SCALES,
    FLOOR,
    HEIGHTS,
    HIGH_ALONG,
    LOW_ALONG,
    UP,
)
from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES


def test_small_differences_show():
    torch.manual_seed(0)
    encoder = GeometryEncoder((1.0, 1.0, 1.0), 16, std=1.0)
    raw = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.1], [1.0, 2.0, 30.0]])
    tokens, _ = encoder(raw)
    near, far = (tokens[0] - tokens[1]).norm(), (tokens[0] - tokens[2]).norm()
    assert 0.05 < near < far


def test_without_relations_tokens_stand_for_themselves(region):
    torch.manual_seed(0)
    alone = GeometryEncoder(FEATURE_SCALES, 16, std=1.0)
    related = GeometryEncoder(FEATURE_SCALES, 16, std=1.0, regions=3)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    moved = torch.stack([raw[0], region(3, 0, 5, 0.5)])
    assert torch.equal(alone(raw)[0][0], alone(moved)[0][0])
    assert (related(raw)[0][0] - related(moved)[0][0]).norm() > 0.01


def test_an_encoder_without_relations_has_no_reference_features(region):
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    assert GeometryEncoder(FEATURE_SCALES, 16, std=1.0)(raw)[1] is None


def test_an_encoder_with_relations_has_reference_features_of_each_quantity(region):
    torch.manual_seed(0)
    encoder = GeometryEncoder(FEATURE_SCALES, 16, std=1.0, regions=3)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    tokens, features = encoder(raw)
    assert features is not None and features.shape == (len(QUANTITIES), 2, 2, 16)
    assert tokens.shape == (2, 16)
    # The column across the image is the same from everywhere: only the pair's relation differs.
    column = features[QUANTITIES.index("column")] - features[QUANTITIES.index("height")]
    assert not torch.allclose(column, torch.zeros_like(column), atol=1e-3)
    assert torch.allclose(column[0], column[1], atol=1e-5)


def test_a_centre_is_the_median_moved_by_the_estimated_offset_with_sizes_beside_it(region):
    estimator = CentreEstimator()
    torch.nn.init.zeros_(estimator.out.weight)
    with torch.no_grad():
        estimator.out.bias.copy_(torch.tensor([0.0, 0.1, 0.5, 1.2, 0.8, 1.1, 1.3]))
    raw = torch.stack([region(1, 2, 5, 0.5), region(0, 0, 0, 0, metric=0.0)])
    # Nothing was measured of the second: it has no centre to move, and no size.
    assert estimator(raw)[0].tolist() == pytest.approx([1.0, 2.1, 5.5, 1.2, 0.8, 1.1, 1.3])
    assert estimator(raw)[1].tolist() == [0.0] * 7


def test_shape_does_not_depend_on_where_the_region_lies_but_for_its_position(region):
    near, far = region(1, 2, 5, 0.5, u=0.75), region(-3, 0, 9, 0.5, u=0.75)
    shapes = shape_features(torch.stack([near, far]))
    assert shapes.shape == (2, 33)
    assert shapes[0, :3].tolist() == pytest.approx([0.2, 0.4, 1.0])
    assert torch.allclose(shapes[0, 3:], shapes[1, 3:], atol=1e-6)
    assert shapes[0, 3:9].tolist() == pytest.approx([-0.5] * 3 + [0.5] * 3)
    assert float(shapes[0, 13]) == pytest.approx(1.0)  # a quarter right of the middle


def test_shape_on_the_floor_is_extent_about_its_middle(region):
    raw = region(1, 2, 5, 0.5)[None].clone()
    raw[:, UP], raw[:, HEIGHTS] = torch.tensor([0.0, -0.8, -0.6]), torch.tensor([0.1, 0.4, 0.9])
    raw[:, LOW_ALONG] = torch.tensor([1.0, 4.0, 3.0, 2.0])
    raw[:, HIGH_ALONG] = torch.tensor([2.0, 6.0, 3.5, 5.0])
    raw[:, FLOOR] = 1
    shape = shape_features(raw)[0, 18:]
    assert shape[:6].tolist() == pytest.approx([0.0, -0.8, -0.6, 0.1, 0.4, 0.9])
    assert shape[6:10].tolist() == pytest.approx([0.5, 1.0, 0.25, 1.5])
    assert shape[10:].tolist() == pytest.approx([0.3, 1.0, 0.65, 0.7, 1.0])
