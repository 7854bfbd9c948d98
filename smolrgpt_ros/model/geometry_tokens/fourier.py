"""Numbers as waves: how a network is told a length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def fourier(values: Tensor, wavelengths: Sequence[float]) -> Tensor:
    """``(..., G)`` -> ``(..., G * (2 * waves + 1))``: the values, and each wave's sine and cosine.

    The shorter a wave, the weaker it is: 1 for the first, then less by the square root of two.
    """
    waves = torch.tensor(wavelengths, device=values.device)
    phase = values[..., None] * (2 * torch.pi / waves)
    strength = 2.0 ** (-torch.arange(len(waves), device=values.device) / 2)
    turned = torch.cat((phase.sin() * strength, phase.cos() * strength), -1).flatten(-2)
    return torch.cat((values / 5, turned), -1)
