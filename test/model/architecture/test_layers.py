# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Connector, refiner and pooling against hand-made numbers and stock torch."""

import pytest
import torch
import torch.nn.functional as F

from smolrgpt_ros.model.architecture.layers import (
    Connector,
    IdentityRefiner,
    Refiner,
    Upsampling,
    mask_weights,
    weighted_mean,
)


def test_connector_gathers_blocks_row_by_row():
    connector = Connector(1, 2, 4, std=1.0)
    connector.proj.weight.data = torch.eye(4)
    patches = torch.arange(24.0)[None, :16, None]  # a 4x4 grid numbered row by row
    assert connector(patches)[0].tolist() == [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
    ]


def test_upsampling_is_the_transposed_convolution():
    torch.manual_seed(0)
    upsampling, grid = Upsampling(6), torch.randn(2, 3, 5, 6)
    stock = F.conv_transpose2d(
        grid.permute(0, 3, 1, 2), upsampling.weight, upsampling.bias, stride=2
    ).permute(0, 2, 3, 1)
    assert torch.allclose(upsampling(grid), stock, atol=1e-6)
    before = upsampling.weight.detach().clone()
    upsampling.order_weights()
    assert torch.equal(upsampling.weight, before)
    assert torch.allclose(upsampling(grid), stock, atol=1e-6)
    matrix = upsampling.weight.permute(2, 3, 1, 0).reshape(24, 6)
    assert matrix.data_ptr() == upsampling.weight.data_ptr()  # read in place


def test_pooling_under_masks_only_equals_pooling_the_whole_map():
    torch.manual_seed(0)
    refiner, tokens = Refiner(8, 3, std=0.02), torch.randn(1, 9, 8)
    weights = torch.zeros(3, 24, 24)
    weights[0, 3:7, 11:12] = 1
    weights[1, 20:, :] = torch.rand(4, 24)
    weights[2] = torch.rand(24, 24)
    whole = refiner(tokens)[0].flatten(1).T
    expected = weighted_mean(whole, weights.flatten(1))
    assert torch.allclose(refiner.pool(refiner.trunk(tokens)[0], weights), expected, atol=1e-6)


def test_without_refining_the_tokens_themselves_are_pooled():
    tokens = torch.arange(8.0).view(1, 4, 2)  # a 2x2 grid of two channels
    weights = torch.tensor([[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]]])
    refiner = IdentityRefiner()
    # (2, 3) and (6, 7) alike; (0, 1) once and (6, 7) three times.
    expected = torch.tensor([[4.0, 5.0], [4.5, 5.5]])
    assert torch.allclose(refiner.pool(refiner.trunk(tokens)[0], weights), expected)
    assert refiner(tokens).shape == (1, 2, 2, 2)


def test_weighted_mean_with_soft_weights():
    features = torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 50.0]])
    weights = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.0, 1.5], [0.0, 0.0, 0.0]])
    assert torch.allclose(
        weighted_mean(features, weights), torch.tensor([[1.0, 10.0], [4.0, 40.0], [0.0, 0.0]])
    )


@pytest.mark.parametrize("size", [(90, 160), (16, 16), (9, 7), (1080, 1920)])
def test_mask_resize_is_bilinear_without_antialias(size):
    torch.manual_seed(0)
    masks = torch.rand(2, *size)
    stock = F.interpolate(masks[None], (16, 16), mode="bilinear", align_corners=False)[0]
    weights, vanished = mask_weights(masks, 16)
    assert torch.allclose(weights, stock, atol=1e-6)
    assert not vanished.any()


def test_a_mask_that_vanishes_is_reported_and_keeps_its_place():
    masks = torch.zeros(3, 160, 320, dtype=torch.bool)
    masks[0, 10:12, 60:62] = True  # between the samples at rows 9.5 and columns 49.5, 69.5
    masks[1, 40:80, 100:200] = True
    weights, vanished = mask_weights(masks, 16)
    assert F.interpolate(masks[:1, None].float(), (16, 16), mode="bilinear").sum() == 0
    assert vanished.tolist() == [True, False, True]  # the empty mask vanishes as well
    assert weights[0].nonzero().tolist() == [[1, 3]]
    assert weights[0, 1, 3] == pytest.approx(4 / 200)
    assert weights[2].sum() == 0
