# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Single rows as vectors: the same products, and only where they may be faster."""

import copy

import pytest
import torch

from smolrgpt_ros.model.inference.fused_decoder import FusedDecoder
from smolrgpt_ros.model.inference.products import (
    VectorLinear,
    in_fast_order,
    vectors_are_faster,
)


@pytest.mark.parametrize("shape", [(6,), (1, 1, 6), (2, 6), (1, 3, 6)])
def test_a_product_is_the_same_either_way(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(6, 4, bias=False)
    x = torch.randn(shape)
    with torch.no_grad():
        assert torch.allclose(VectorLinear(layer)(x), layer(x), atol=1e-6)


def test_an_order_in_memory_changes_no_value() -> None:
    weight = torch.arange(6.0).view(2, 3)
    ordered = in_fast_order(weight)
    assert torch.equal(ordered, weight) and ordered.stride() == (1, 2)
    half = weight.to(torch.bfloat16)
    assert in_fast_order(half) is half


@pytest.mark.parametrize("weights", [None, torch.int8])
def test_weights_in_floating_point_alone_are_ordered(model, weights) -> None:
    decoder = FusedDecoder(copy.deepcopy(model).language_model, weights)
    layer = decoder.layers[0]
    products = [layer.qkv, layer.out, layer.gate_up, layer.down]
    assert [p.weight.is_contiguous() for p in products] == [weights is not None] * 4


def test_other_formats_than_bfloat16_are_left_alone() -> None:
    assert not vectors_are_faster(torch.ones(4, 4))


@pytest.mark.parametrize("faster", [False, True])
def test_a_decoder_takes_what_was_faster(model, monkeypatch, faster) -> None:
    path = "smolrgpt_ros.model.inference.fused_decoder.vectors_are_faster"
    monkeypatch.setattr(path, lambda weight: faster)
    decoder = FusedDecoder(copy.deepcopy(model).language_model)
    assert decoder.vectors is faster
    kinds = {type(m) for m in decoder.modules() if isinstance(m, torch.nn.Linear | VectorLinear)}
    assert kinds == {VectorLinear if faster else torch.nn.Linear}
