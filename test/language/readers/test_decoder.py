# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Weights in eight-bit integers keep what the floating-point layer gives."""

from __future__ import annotations

import torch
from reader_models import base_model
from torch import nn

from smolrgpt_ros.language.readers.decoder import Int8Linear, in_int8


def layer(weight: list[list[float]]) -> nn.Linear:
    made = nn.Linear(len(weight[0]), len(weight), bias=False)
    made.weight.data = torch.tensor(weight)
    return made


def test_each_output_has_a_scale_of_its_own() -> None:
    # The largest weight of each row becomes 127: scales 1/127 and 2.
    small = Int8Linear(layer([[1.0, -0.5] * 16, [254.0, 128.0] * 16]))
    assert small.weight[:, :2].tolist() == [[127, -64], [127, 64]]
    found = small(torch.tensor([[2.0, 4.0] * 16]))
    # 16 (2 - 4 * 64/127) and 16 (2 * 254 + 4 * 128); bfloat16 holds 8 binary digits.
    torch.testing.assert_close(found, torch.tensor([[-0.252, 16320.0]]), rtol=0.01, atol=0.3)


def test_a_token_with_huge_activations_leaves_the_others_as_they_are() -> None:
    torch.manual_seed(5)
    exact = nn.Linear(64, 32, bias=False)
    tokens = torch.randn(3, 64)
    tokens[0] *= 2000
    with torch.no_grad():
        wanted, found = exact(tokens), Int8Linear(exact)(tokens)
    error = (found - wanted).norm(dim=1) / wanted.norm(dim=1)
    assert error.max() < 0.02


def test_all_projections_of_a_model_are_integers() -> None:
    model = base_model().model
    in_int8(model)
    assert not any(isinstance(part, nn.Linear) for part in model.modules())
    integers = [part for part in model.modules() if isinstance(part, Int8Linear)]
    assert integers and all(part.weight.dtype is torch.int8 for part in integers)
