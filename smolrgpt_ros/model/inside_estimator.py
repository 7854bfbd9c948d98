"""Whether an object stands in a buffer region, from the geometry of both."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import start_with
from .shapes import PAIR_FEATURES, SHAPE_FEATURES, pair_features, shape_features


class InsideEstimator(nn.Module):
    """One number a pair of regions: above zero where the one stands in the other.

    Trained by itself on the truth and frozen then. A decoder that is asked some questions about
    each frame learns a border's place far more slowly than a network that sees every pair.
    """

    _HIDDEN = 128

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2 * PAIR_FEATURES + 2 * SHAPE_FEATURES, self._HIDDEN)
        self.second = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.out = nn.Linear(self._HIDDEN, 1)
        for layer in (self.first, self.second, self.out):
            start_with(layer, layer.in_features**-0.5)

    def forward(self, geometry: Tensor, centres: Tensor) -> Tensor:
        """``(M, G)`` raw values, ``(M, 3)`` metres -> ``(M, M)`` float32 log-odds that the column's
        region stands in the row's."""
        count = len(geometry)
        geometry = geometry.float()
        steps = pair_features(geometry, centres).transpose(0, 1)
        shapes = shape_features(geometry)
        holder = shapes[:, None].expand(count, count, -1)
        held = shapes[None].expand(count, count, -1)
        # Metres twice: far and wide, and close to the border.
        encoded = torch.cat((steps / 5, steps.tanh(), holder, held), -1)
        hidden = F.gelu(self.first(encoded.to(self.first.weight.dtype)))
        return self.out(F.gelu(self.second(hidden)))[..., 0].float()
