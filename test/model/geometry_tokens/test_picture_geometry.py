# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Geometry that no sensor measured is estimated; measured geometry stays as it is."""

from __future__ import annotations

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.features import CLASS, FEATURE_COUNT, FLOOR, METRIC
from smolrgpt_ros.model.geometry_tokens.picture_geometry import PictureGeometry

IMAGE = slice(13, 18)


@pytest.fixture
def estimator():
    torch.manual_seed(3)
    made = PictureGeometry(8)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return made


@pytest.fixture
def tokens():
    torch.manual_seed(4)
    return torch.randn(3, 8), torch.randn(3, 8)


def test_measured_rows_stay_bit_for_bit(estimator, tokens):
    geometry = torch.rand(3, FEATURE_COUNT)
    geometry[:, METRIC] = 1
    assert torch.equal(estimator.complete(geometry, *tokens), geometry)


def test_each_row_is_completed_by_what_it_lacks(estimator, tokens):
    geometry = torch.rand(3, FEATURE_COUNT) + 0.1
    geometry[0, METRIC] = 1  # measured
    geometry[1, :13] = 0  # a mask, but no metres
    geometry[1, METRIC] = 0
    geometry[2] = 0  # nothing
    found = estimator.complete(geometry, *tokens)
    estimate = estimator(*tokens)
    assert torch.equal(found[0], geometry[0])
    assert torch.equal(found[1, IMAGE], geometry[1, IMAGE])
    assert torch.equal(found[1, :13], estimate[1, :13])
    assert torch.equal(found[1, METRIC : CLASS.start], estimate[1, METRIC : CLASS.start])
    assert torch.equal(found[2], estimate[2])
    assert found[:, METRIC].tolist() == [1, 1, 1]


def test_a_class_stays_as_it_is_given_and_makes_no_row_a_seen_one(estimator, tokens):
    geometry = torch.rand(3, FEATURE_COUNT) + 0.1
    geometry[:, METRIC] = torch.tensor([1, 0, 0])
    geometry[2, : CLASS.start] = 0  # nothing is known but the class
    geometry[:, CLASS] = torch.eye(8)[[4, 2, 7]]
    found = estimator.complete(geometry, *tokens)
    assert torch.equal(found[:, CLASS], torch.eye(8)[[4, 2, 7]])
    estimate = estimator(*tokens)
    assert torch.equal(found[1, IMAGE], geometry[1, IMAGE])
    assert torch.equal(found[2, : CLASS.start], estimate[2, : CLASS.start])
    assert not estimate[:, CLASS].any()  # pictures are not asked for it


def test_a_frame_whose_floor_is_hidden_is_measured_all_the_same(estimator, tokens):
    geometry = torch.rand(3, FEATURE_COUNT) + 0.1
    geometry[:, METRIC], geometry[:, METRIC + 1 :] = 1, 0
    assert torch.equal(estimator.complete(geometry, *tokens), geometry)
    assert estimator(*tokens)[:, [METRIC, FLOOR]].tolist() == [[1, 1]] * 3


def test_an_estimate_needs_no_depth_picture_but_reads_it(estimator, tokens):
    rgb, depth = tokens
    without = estimator(rgb, None)
    assert without.shape == (3, FEATURE_COUNT)
    assert not torch.allclose(without, estimator(rgb, depth))
    # Each region by itself: the others do not matter.
    assert torch.allclose(estimator(rgb[1:2], depth[1:2])[0], estimator(rgb, depth)[1], atol=1e-6)
