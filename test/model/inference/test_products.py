# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Single rows as vectors: the same products, and only where they may be faster."""

import copy

import pytest
import torch

from smolrgpt_ros.model.inference.fused_decoder import FusedDecoder
from smolrgpt_ros.model.inference.products import VectorLinear, vectors_are_faster


@pytest.mark.parametrize("shape", [(6,), (1, 1, 6), (2, 6), (1, 3, 6)])
def test_a_product_is_the_same_either_way(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(6, 4, bias=False)
    x = torch.randn(shape)
    with torch.no_grad():
        assert torch.allclose(VectorLinear(layer)(x), layer(x), atol=1e-6)


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
