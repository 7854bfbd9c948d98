"""What regions are to each other: differences of their geometry as parts of decoder tokens."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..architecture.layers import start_with
from .features import CENTROID, FLOOR, HEIGHTS, HIGH, HIGH_ALONG, LOW, LOW_ALONG, METRIC
from .fourier import fourier

_WAVES = (40.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5)
"""Metres."""
_DIGIT_WAVES = (40.0, 20.0, 10.0, 5.0, 10 / 3, 2.5, 1.0, 0.5, 1 / 3, 0.25)
"""Metres: ten metres and a metre with their overtones. A digit is a part of a turn of these."""
_DIGIT_GAIN = 4.0
"""Two numbers among hundreds of inputs: without it the decoder does not find them."""
_RELATION_KINDS = 10
_RELATION_HIDDEN = 96
_REFERENCE_HIDDEN = 256


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
        encoded = _PAIR_FEATURES * (2 * len(_WAVES) + 1)
        self.hidden = nn.Linear(encoded, _RELATION_HIDDEN)
        self.norm = nn.LayerNorm(_RELATION_HIDDEN)
        self.kinds = nn.Linear(_RELATION_HIDDEN, _RELATION_KINDS)
        self.direct = nn.Linear(encoded, _RELATION_KINDS, bias=False)
        self.out = nn.Linear(regions * _RELATION_KINDS, width, bias=False)
        start_with(self.hidden, 2.0 * encoded**-0.5)
        start_with(self.kinds, _RELATION_HIDDEN**-0.5)
        start_with(self.direct, 2.0 * encoded**-0.5)
        start_with(self.out, std * (2 * _RELATION_KINDS) ** -0.5)

    def forward(self, geometry: Tensor, centres: Tensor) -> Tensor:
        """``(M, G)`` raw values, ``(M, 3)``, float32, ``M`` at most ``regions`` -> ``(M, D)``."""
        encoded = fourier(pair_features(geometry.float(), centres), _WAVES)
        encoded = encoded.to(self.hidden.weight.dtype)
        kinds = self.kinds(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        places = F.pad(kinds, (0, 0, 0, self.regions - len(geometry)))
        return self.out(places.flatten(1))


class ReferenceEncoder(nn.Module):
    """What a region is to the one that a sentence speaks of; added to its name where it is written.

    "The transporter [Region 0] is empty. Distances from it: [Region 3] ...": the decoder reads the
    distance off the name it has just written, and a number's digits off the phases of its waves.

    Args:
        width: of a name's embedding.
        std: standard deviation that a fresh encoder adds.
    """

    def __init__(self, width: int, std: float) -> None:
        super().__init__()
        pairs = _PAIR_FEATURES * (2 * len(_WAVES) + 1)
        encoded = pairs + _NUMBERS * 2 * len(_DIGIT_WAVES)
        self.hidden = nn.Linear(encoded, _REFERENCE_HIDDEN)
        self.norm = nn.LayerNorm(_REFERENCE_HIDDEN)
        self.out = nn.Linear(_REFERENCE_HIDDEN, width)
        self.direct = nn.Linear(encoded, width, bias=False)
        start_with(self.hidden, 2.0 * encoded**-0.5)
        start_with(self.out, std * _REFERENCE_HIDDEN**-0.5)
        start_with(self.direct, 2.0 * std * encoded**-0.5)

    def forward(self, geometry: Tensor, centres: Tensor) -> Tensor:
        """``(M, G)`` raw values, ``(M, 3)``, float32 -> ``(M, M, D)``, row: the reference."""
        geometry = geometry.float()
        pairs = fourier(pair_features(geometry, centres), _WAVES).transpose(0, 1)
        waves = torch.tensor(_DIGIT_WAVES, device=geometry.device)
        phases = numbers(geometry, centres)[..., None] * (2 * torch.pi / waves)
        digits = _DIGIT_GAIN * torch.cat((phases.sin(), phases.cos()), -1).flatten(-2)
        encoded = torch.cat((pairs, digits), -1).to(self.hidden.weight.dtype)
        return self.out(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)


_NUMBERS = 2


def numbers(geometry: Tensor, centres: Tensor) -> Tensor:
    """What answers spell in digits, ``(M, M, 2)``: distance in metres, tenths of the image's width
    from its left border to the column's region."""
    count = len(geometry)
    return torch.stack(
        (
            (centres[:, None] - centres[None]).norm(dim=-1),
            (10 * geometry[None, :, CENTROID.start]).expand(count, count),
        ),
        -1,
    )


_PAIR_FEATURES = 41


def pair_features(geometry: Tensor, centres: Tensor) -> Tensor:
    """Differences between every two regions.

    Args:
        geometry: ``(M, G)`` float32, columns as in ``geometry_features.FEATURE_NAMES``.
        centres: ``(M, 3)`` metres.

    Returns:
        ``(M, M, 41)``, row minus column, metres or comparable: step of the centres (3), its length,
        its logarithm, gaps between the near and far edges (12), step in the image (2), whether both
        were measured, whether it is the region itself; gaps along the floor (16) and steps in
        height (3), zero without a floor, and whether there is one.
    """
    one, other = geometry[:, None], geometry[None]
    step = centres[:, None] - centres[None]
    length = step.norm(dim=-1, keepdim=True)
    own = torch.eye(len(geometry), device=geometry.device)[..., None]
    floor = one[..., [FLOOR]] * other[..., [FLOOR]]
    return torch.cat(
        (
            step,
            length,
            4 * (length + 0.1).log(),
            *_gaps(one, other, LOW, HIGH),
            16 * (one[..., CENTROID] - other[..., CENTROID]),
            4 * one[..., [METRIC]] * other[..., [METRIC]],
            4 * own,
            *(floor * gap for gap in _gaps(one, other, LOW_ALONG, HIGH_ALONG)),
            # Who is carried is a quarter of a metre above the floor.
            4 * floor * (one[..., HEIGHTS] - other[..., HEIGHTS]),
            4 * floor,
        ),
        -1,
    )


def _gaps(one: Tensor, other: Tensor, low: slice, high: slice) -> tuple[Tensor, ...]:
    """Differences between the near and far edges of two."""
    return (
        one[..., low] - other[..., high],
        one[..., high] - other[..., low],
        one[..., low] - other[..., low],
        one[..., high] - other[..., high],
    )
