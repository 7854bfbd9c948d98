# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Smaller weights for a CPU, by torch's own dynamic quantisation."""

from __future__ import annotations

import warnings

import torch
from torch import nn
from torch.ao import quantization

WEIGHTS = {"int8": torch.qint8, "float16": torch.float16}
"""Number formats that keep weights in another type than they compute in, and that type."""


def available() -> bool:
    """Whether this torch still has eager dynamic quantisation and kernels for it."""
    kernels = set(torch.backends.quantized.supported_engines) - {"none"}
    return bool(kernels) and hasattr(quantization, "quantize_dynamic")


def quantise(module: nn.Module, weights: torch.dtype = torch.qint8) -> nn.Module:
    """Turn every linear layer inside a module into one of smaller weights, in place.

    The float weights are freed.

    Args:
        module: holds the layers, or is one.
        weights: ``torch.qint8``: rounded with one scale per output channel; activations are rounded
            as well, with one scale per tensor as they come. ``torch.float16``: 16 bits; the
            products are in float32.

    Returns:
        The module, or its replacement where it is a linear layer itself.
    """
    configs = {
        torch.qint8: quantization.per_channel_dynamic_qconfig,
        torch.float16: quantization.float16_dynamic_qconfig,
    }
    wrapped = nn.Sequential(module)
    with warnings.catch_warnings():
        # torch announces a successor in another package; this one works until then.
        warnings.simplefilter("ignore")
        spec = {nn.Linear: configs[weights]}
        return quantization.quantize_dynamic(wrapped, spec, weights, inplace=True)[0]
