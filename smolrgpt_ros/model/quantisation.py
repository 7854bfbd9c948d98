"""8-bit weights for a CPU, by torch's own dynamic quantisation."""

from __future__ import annotations

import warnings

import torch
from torch import nn
from torch.ao import quantization


def available() -> bool:
    """Whether this torch still has eager dynamic quantisation and kernels for it."""
    kernels = set(torch.backends.quantized.supported_engines) - {"none"}
    return bool(kernels) and hasattr(quantization, "quantize_dynamic")


def quantise(module: nn.Module) -> nn.Module:
    """Turn every linear layer inside a module into an int8 one, in place.

    Weights are rounded with one scale per output channel, activations with one per tensor as they
    come. The float weights are given up.

    Returns:
        The module, or its replacement where it is a linear layer itself.
    """
    spec = {nn.Linear: quantization.per_channel_dynamic_qconfig}
    wrapped = nn.Sequential(module)
    with warnings.catch_warnings():
        # torch announces a successor in another package; while this one works it is enough.
        warnings.simplefilter("ignore")
        return quantization.quantize_dynamic(wrapped, spec, torch.qint8, inplace=True)[0]
