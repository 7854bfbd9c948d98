# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Geometry tokens: small differences show, and relations to other regions on request."""

import torch

from smolrgpt_ros.model.geometry_tokens.encoder import GeometryEncoder
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_SCALES, OUTLINE, SHAPE
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


def test_tokens_show_what_hides_an_object_and_the_box_that_is_estimated(region):
    torch.manual_seed(0)
    encoder = GeometryEncoder(FEATURE_SCALES, 16, std=1.0, regions=3)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    hidden = raw.clone()
    hidden[:, OUTLINE], hidden[:, SHAPE] = 0.5, 1
    tokens = encoder(raw)[0]
    assert (tokens - encoder(hidden)[0]).norm(dim=1).min() > 0.01
    assert encoder.centres is not None
    with torch.no_grad():
        encoder.centres.out.bias[3] += 2.0  # the height, which is no part of relations
    assert (tokens - encoder(raw)[0]).norm(dim=1).min() > 0.01


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
