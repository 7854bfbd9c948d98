# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Region geometry estimated from picture tokens, for cameras without depth or calibration."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .features import (
    BASIC_COUNT,
    CLASS,
    FEATURE_COUNT,
    FEATURE_SCALES,
    FLAGS,
    FROM_DEPTH,
    IN_IMAGE,
    METRIC,
)


class PictureGeometry(nn.Module):
    """Region tokens of the pictures -> raw region geometry, as ``features`` measures it.

    A prompt about a camera without depth then reaches the decoder in the form it was trained on.

    Args:
        width: of a region token.
    """

    _HIDDEN = 320
    scales: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("scales", torch.tensor(FEATURE_SCALES))
        self.norm = nn.LayerNorm(2 * width)
        self.first = nn.Linear(2 * width, self._HIDDEN)
        self.second = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.out = nn.Linear(self._HIDDEN, BASIC_COUNT)
        for layer in (self.first, self.second, self.out):
            set_initial_std(layer, layer.in_features**-0.5)

    def forward(self, rgb: Tensor, depth: Tensor | None) -> Tensor:
        """``(M, D)`` tokens, depth's ``None`` without a depth picture -> ``(M, G)``, float32.

        The columns ``metric`` and ``floor`` are 1, as if the basic ones were measured; those behind
        them are 0.
        """
        both = torch.cat((rgb, torch.zeros_like(rgb) if depth is None else depth), 1)
        hidden = F.gelu(self.first(self.norm(both)))
        scaled = self.out(hidden + F.gelu(self.second(hidden))).float()
        values = scaled / self.scales.float()
        flags = torch.tensor(FLAGS[:BASIC_COUNT], device=values.device)
        return F.pad(values.masked_fill(flags, 1.0), (0, FEATURE_COUNT - BASIC_COUNT))

    def complete(self, geometry: Tensor, rgb: Tensor, depth: Tensor | None) -> Tensor:
        """``geometry`` ``(M, G)`` with estimates where nothing was measured.

        Where ``metric`` is 0 the columns from depth are estimated; where the whole row is zero,
        place and size in the image as well. The class stays as it is given.
        """
        geometry = geometry.float()
        unmeasured = geometry[:, METRIC : METRIC + 1] == 0
        if not bool(unmeasured.any()):
            return geometry
        unseen = (geometry[:, : CLASS.start] == 0).all(1, keepdim=True)
        in_image, from_depth = (
            torch.tensor(columns, device=geometry.device) for columns in (IN_IMAGE, FROM_DEPTH)
        )
        wanted = (in_image & unseen) | (from_depth & unmeasured)
        return torch.where(wanted, self(rgb, depth), geometry)
