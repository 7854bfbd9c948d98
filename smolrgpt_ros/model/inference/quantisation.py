# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Smaller weights for a CPU; activations stay in floating point.

The first token of a prompt has activations that are a thousand times the others' in a pretrained
language model (Sun et al., arXiv 2402.17762): eight bits for both leave nothing of the others.
"""

from __future__ import annotations

import warnings

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.ao import quantization

from .products import replace_linear

WEIGHTS = {"int8": torch.int8, "float16": torch.float16}
"""Number formats that keep weights in another type than they compute in, and that type."""
_FEW_ROWS = 8
"""Up to as many, reading the weights takes longer than multiplying: a step of the decoder."""
_KERNEL_INPUTS = 32
"""The kernel for few rows reads inputs in blocks of (a divisor of) so many, without a check."""


def available() -> bool:
    """Whether this torch has kernels for these formats."""
    kernels = set(torch.backends.quantized.supported_engines) - {"none"}
    return (
        bool(kernels)
        and hasattr(quantization, "quantize_dynamic")
        and hasattr(torch.ops.aten, "_weight_int8pack_mm")
    )


class Int8Linear(nn.Module):
    """A linear layer whose weights are integers of eight bits with a scale for each output.

    Few rows are multiplied as they lie there, by a kernel that takes bfloat16 rows. For many the
    weights become floating point first, which costs little beside their product.

    Args:
        layer: in floating point.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor | None

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach().float()
        scale = (weight.abs().amax(1).clamp_min(1e-12) / 127).to(torch.bfloat16)
        integers = (weight / scale.float()[:, None]).round_().clamp_(-127, 127)
        self.register_buffer("weight", integers.to(torch.int8))
        self.register_buffer("scale", scale)
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """``(..., inputs)`` -> ``(..., outputs)``, of one type."""
        rows = x.reshape(-1, x.shape[-1])
        if len(rows) <= _FEW_ROWS and rows.shape[1] % _KERNEL_INPUTS == 0:
            found = torch.ops.aten._weight_int8pack_mm(
                rows.to(torch.bfloat16), self.weight, self.scale
            ).to(x.dtype)
        else:
            found = F.linear(rows, self.weight.to(x.dtype)) * self.scale.to(x.dtype)
        if self.bias is not None:
            found = found + self.bias
        return found.view(*x.shape[:-1], -1)


def quantise(module: nn.Module, weights: torch.dtype = torch.int8) -> nn.Module:
    """Turn every linear layer inside a module into one of smaller weights, in place.

    The float weights are freed.

    Args:
        module: holds the layers, or is one.
        weights: ``torch.int8``, see :class:`Int8Linear`; or ``torch.float16``, of float32 layers
            only: the products are in float32.

    Returns:
        The module, or its replacement where it is a linear layer itself.
    """
    if weights == torch.float16:
        return _in_float16(module)
    return replace_linear(module, Int8Linear)


def quantise_tower(tower: nn.Module, dtype: str) -> None:
    """Give the vision tower the weights of a number format, in place.

    Eight bits, where they stand for float32. Beside bfloat16 they would save 86 MB of the published
    size and make the tower 1.3 to 1.5 times slower.
    """
    if dtype == "int8" and next(tower.parameters()).dtype == torch.float32:
        quantise(tower)


def _in_float16(module: nn.Module) -> nn.Module:
    wrapped = nn.Sequential(module)
    spec = {nn.Linear: quantization.float16_dynamic_qconfig}
    with warnings.catch_warnings():
        # torch announces a successor in another package; this one works until then.
        warnings.simplefilter("ignore")
        return quantization.quantize_dynamic(wrapped, spec, torch.float16, inplace=True)[0]
