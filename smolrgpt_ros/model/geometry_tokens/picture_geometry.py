"""Where regions lie, told by their tokens of the pictures: for cameras that measure nothing."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..architecture.layers import start_with
from .features import FEATURE_COUNT, FEATURE_SCALES, FLAGS, IN_IMAGE, METRIC


class PictureGeometry(nn.Module):
    """Region tokens of the pictures -> raw region geometry, as ``geometry_features`` measures it.

    A prompt about a camera without metres so reaches the decoder in the form that it reads best.

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
        self.out = nn.Linear(self._HIDDEN, FEATURE_COUNT)
        for layer in (self.first, self.second, self.out):
            start_with(layer, layer.in_features**-0.5)

    def forward(self, rgb: Tensor, depth: Tensor | None) -> Tensor:
        """``(M, D)`` tokens, depth's ``None`` without a depth picture -> ``(M, G)``, float32.

        The columns ``metric`` and ``floor`` are 1: readers shall take the others for measured.
        """
        both = torch.cat((rgb, torch.zeros_like(rgb) if depth is None else depth), 1)
        hidden = F.gelu(self.first(self.norm(both)))
        scaled = self.out(hidden + F.gelu(self.second(hidden))).float()
        values = scaled / self.scales.float()
        return values.masked_fill(torch.tensor(FLAGS, device=values.device), 1.0)

    def complete(self, geometry: Tensor, rgb: Tensor, depth: Tensor | None) -> Tensor:
        """``geometry`` ``(M, G)`` with estimates where nothing is known.

        Without metres (``metric`` is 0) the measured columns are estimated; where the whole row is
        zero, so are the place and size in the image.
        """
        geometry = geometry.float()
        unmeasured = geometry[:, METRIC : METRIC + 1] == 0
        if not bool(unmeasured.any()):
            return geometry
        unseen = (geometry == 0).all(1, keepdim=True)
        in_image = torch.tensor(IN_IMAGE, device=geometry.device)
        wanted = torch.where(in_image, unseen, unmeasured)
        return torch.where(wanted, self(rgb, depth), geometry)
