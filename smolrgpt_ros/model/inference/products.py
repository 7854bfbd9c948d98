# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How a few rows are multiplied fastest: the order of weights in memory, and which kernel."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

_ROUNDS = 7


def replace_linear(module: nn.Module, make: Callable[[nn.Linear], nn.Module]) -> nn.Module:
    """Replace every linear layer inside a module, in place, or the module where it is one itself.

    Args:
        make: gives the replacement of a layer.
    """
    if isinstance(module, nn.Linear):
        return make(module)
    for name, child in module.named_children():
        setattr(module, name, replace_linear(child, make))
    return module


class VectorLinear(nn.Module):
    """A linear layer without bias that multiplies a single row as a vector.

    Args:
        layer: its weight is shared.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight = layer.weight

    def forward(self, x: Tensor) -> Tensor:
        """``(..., inputs)`` -> ``(..., outputs)``."""
        if x.numel() == self.weight.shape[1]:
            return torch.mv(self.weight, x.view(-1)).view(*x.shape[:-1], -1)
        return nn.functional.linear(x, self.weight)


def in_fast_order(weight: Tensor) -> Tensor:
    """A weight ``(outputs, inputs)``, ordered in memory so that few rows are multiplied faster.

    In float32 on a CPU that is input by input, see docs/performance.md. Values and shape stay;
    other weights stay as they are.
    """
    if weight.device.type != "cpu" or weight.dtype != torch.float32:
        return weight
    return weight.t().contiguous().t()


@torch.inference_mode()
def vectors_are_faster(weight: Tensor) -> bool:
    """Whether :class:`VectorLinear` is the faster one here, for a weight ``(outputs, inputs)``.

    Asked of bfloat16 on a CPU alone; it takes some milliseconds. On a Xeon with AMX oneDNN takes as
    long for a row in bfloat16 as for one in float32.
    """
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16:
        return False
    row = weight.new_ones(1, weight.shape[1])

    def linear() -> Tensor:
        return nn.functional.linear(row, weight)

    def vector() -> Tensor:
        return torch.mv(weight, row[0])

    seconds = {linear: float("inf"), vector: float("inf")}
    for _ in range(_ROUNDS):  # in turns, the least of each: other work of the machine disturbs less
        for product in seconds:
            start = time.perf_counter()
            product()
            seconds[product] = min(seconds[product], time.perf_counter() - start)
    return seconds[vector] < seconds[linear]
