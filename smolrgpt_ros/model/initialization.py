# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fresh weights: features start as large as token embeddings; smaller ones train slowly."""

from __future__ import annotations

import torch
from torch import nn
from transformers import initialization as init


def set_initial_std(layer: nn.Module, std: float) -> None:
    """Set the standard deviation of a layer's fresh weights, for :func:`initialize`."""
    layer.init_std = std


@torch.no_grad()
def initialize(module: nn.Module) -> None:
    """Give a layer fresh weights.

    Transposed and linear layers take the standard deviation of :func:`set_initial_std`; a linear
    layer without one keeps its weights.
    """
    std: float | None = getattr(module, "init_std", None)
    if isinstance(module, nn.ConvTranspose2d):
        # The four fine cells start alike (correlation 3/4): with independent ones, the mean under
        # a mask would be far smaller than its parts.
        shape = (*module.weight.shape[:2], 1, 1)
        weight = 0.75**0.5 * torch.randn(shape, device=module.weight.device)
        weight = weight + 0.5 * torch.randn_like(module.weight)
        init.copy_(module.weight, std * weight)
        assert module.bias is not None
        init.zeros_(module.bias)
    elif isinstance(module, nn.Linear) and std is not None:
        init.normal_(module.weight, std=std)
        if module.bias is not None:
            init.zeros_(module.bias)
    elif isinstance(module, nn.LayerNorm):
        init.ones_(module.weight)
        init.zeros_(module.bias)
