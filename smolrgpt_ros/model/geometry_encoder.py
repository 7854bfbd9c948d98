"""Region geometry as decoder tokens: where each region lies, and what it is to the others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import start_with

_EXACT_WAVELENGTHS = (40.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5)
"""Of relations, metres: ten metres, a metre and its half turn a phase, as digits do."""
_RELATION_KINDS = 10
_RELATION_HIDDEN = 96


class GeometryEncoder(nn.Module):
    """Raw region geometry -> one decoder token, through Fourier features and a small network.

    Wavelengths run from 64 down to 0.5 metres, so that both the size of a hall and a tenth of a
    metre turn a phase. Short waves look like noise to a fresh network: the shorter, the weaker they
    start. A linear path beside the network hands position on from the first step.

    Args:
        scales: one factor per raw feature, see ``geometry_features.FEATURE_SCALES``.
        width: of the token.
        std: standard deviation that a fresh encoder's tokens shall have.
        regions: how many regions a prompt may have for their tokens to hold relations as well;
            0 for tokens without relations.
        wavelengths: per feature.
    """

    scales: Tensor

    def __init__(
        self,
        scales: Sequence[float],
        width: int,
        std: float,
        regions: int = 0,
        wavelengths: int = 8,
    ) -> None:
        super().__init__()
        self.register_buffer("scales", torch.tensor(scales))
        self._waves = tuple(64.0 / 2**step for step in range(wavelengths))
        encoded = len(scales) * (2 * wavelengths + 1)
        self.hidden = nn.Linear(encoded, 2 * width)
        self.norm = nn.LayerNorm(2 * width)
        self.out = nn.Linear(2 * width, width)
        self.direct = nn.Linear(encoded, width, bias=False)
        start_with(self.hidden, 2.0 * encoded**-0.5)
        start_with(self.out, std * self.out.in_features**-0.5)
        start_with(self.direct, 2.0 * std * encoded**-0.5)
        self.relations = RelationEncoder(regions, width, std) if regions else None

    def forward(self, geometry: Tensor) -> Tensor:
        """``(M, G)`` raw values of one prompt's regions, float32 -> ``(M, D)``."""
        scaled = geometry.float() * self.scales.float()
        encoded = fourier(scaled, self._waves).to(self.hidden.weight.dtype)
        tokens = self.out(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        return tokens if self.relations is None else tokens + self.relations(geometry)


class RelationEncoder(nn.Module):
    """What a region is to each of the others: a few numbers a pair, at the other one's place.

    A decoder that has to compare two positions itself learns distances slowly; here the comparison
    is made before it reads.

    Args:
        regions: places, one per region a prompt may have, in the prompt's order.
        width: of the token.
        std: standard deviation that a fresh encoder adds to tokens of a few regions.
    """

    def __init__(self, regions: int, width: int, std: float) -> None:
        super().__init__()
        self.regions = regions
        encoded = _PAIR_FEATURES * (2 * len(_EXACT_WAVELENGTHS) + 1)
        self.hidden = nn.Linear(encoded, _RELATION_HIDDEN)
        self.norm = nn.LayerNorm(_RELATION_HIDDEN)
        self.kinds = nn.Linear(_RELATION_HIDDEN, _RELATION_KINDS)
        self.direct = nn.Linear(encoded, _RELATION_KINDS, bias=False)
        self.out = nn.Linear(regions * _RELATION_KINDS, width, bias=False)
        start_with(self.hidden, 2.0 * encoded**-0.5)
        start_with(self.kinds, _RELATION_HIDDEN**-0.5)
        start_with(self.direct, 2.0 * encoded**-0.5)
        start_with(self.out, std * (2 * _RELATION_KINDS) ** -0.5)

    def forward(self, geometry: Tensor) -> Tensor:
        """``(M, G)`` raw values, float32, ``M`` at most ``regions`` -> ``(M, D)``."""
        encoded = fourier(pair_features(geometry.float()), _EXACT_WAVELENGTHS)
        encoded = encoded.to(self.hidden.weight.dtype)
        kinds = self.kinds(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        places = F.pad(kinds, (0, 0, 0, self.regions - len(geometry)))
        return self.out(places.flatten(1))


_PAIR_FEATURES = 21


def pair_features(geometry: Tensor) -> Tensor:
    """Differences between every two regions.

    Args:
        geometry: ``(M, G)`` float32, columns as in ``geometry_features.FEATURE_NAMES``.

    Returns:
        ``(M, M, 21)``, row minus column, metres or comparable: step (3), its length, its logarithm,
        gaps between the near and far edges (12), step in the image (2), whether both were
        measured, whether it is the region itself.
    """
    one, other = geometry[:, None], geometry[None]
    step = one[..., 0:3] - other[..., 0:3]
    length = step.norm(dim=-1, keepdim=True)
    low, high = slice(3, 6), slice(6, 9)
    own = torch.eye(len(geometry), device=geometry.device)[..., None]
    return torch.cat(
        (
            step,
            length,
            4 * (length + 0.1).log(),
            one[..., low] - other[..., high],
            one[..., high] - other[..., low],
            one[..., low] - other[..., low],
            one[..., high] - other[..., high],
            16 * (one[..., 13:15] - other[..., 13:15]),
            4 * one[..., 18:19] * other[..., 18:19],
            4 * own,
        ),
        -1,
    )


def fourier(values: Tensor, wavelengths: Sequence[float]) -> Tensor:
    """``(..., G)`` -> ``(..., G * (2 * waves + 1))``: the values, and each wave's sine and cosine.

    The shorter a wave, the weaker it is: 1 for the first, then less by the square root of two.
    """
    waves = torch.tensor(wavelengths, device=values.device)
    phase = values[..., None] * (2 * torch.pi / waves)
    strength = 2.0 ** (-torch.arange(len(waves), device=values.device) / 2)
    turned = torch.cat((phase.sin() * strength, phase.cos() * strength), -1).flatten(-2)
    return torch.cat((values / 5, turned), -1)
