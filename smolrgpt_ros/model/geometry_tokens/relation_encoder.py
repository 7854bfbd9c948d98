# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations between regions: differences of their geometry as parts of decoder tokens."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .features import CENTROID, FLOOR, HEIGHTS, HIGH, HIGH_ALONG, LOW, LOW_ALONG, METRIC

_WAVELENGTHS = (40.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5)
"""Metres."""
_DIGIT_WAVELENGTHS = (40.0, 20.0, 10.0, 5.0, 10 / 3, 2.5, 1.0, 0.5, 1 / 3, 0.25)
"""Metres: ten metres and one metre with their overtones, in whose phases decimal digits show."""
_DIGIT_GAIN = 4.0
"""Scale of these waves; at that of other inputs training does not find the digits."""
_RELATION_KINDS = 10
_RELATION_HIDDEN = 96
_REFERENCE_HIDDEN = 256


def fourier_features(values: Tensor, wavelengths: Sequence[float]) -> Tensor:
    """The values, and the sine and cosine of each wave at them.

    The shorter a wave, the smaller its amplitude: 1 for the first, then less by the square root of
    two each.

    Args:
        values: ``(..., G)``.
        wavelengths: in the unit of the values.

    Returns:
        ``(..., G * (2 * len(wavelengths) + 1))``.
    """
    waves = torch.tensor(wavelengths, device=values.device)
    phase = values[..., None] * (2 * torch.pi / waves)
    amplitude = 2.0 ** (-torch.arange(len(waves), device=values.device) / 2)
    encoded = torch.cat((phase.sin() * amplitude, phase.cos() * amplitude), -1).flatten(-2)
    return torch.cat((values / 5, encoded), -1)


class RelationEncoder(nn.Module):
    """Relation of a region to each of the others: a few numbers per pair, by the other's index.

    A decoder that has to compare two positions itself learns distances slowly; here the comparison
    is part of its input.

    Args:
        regions: most regions of a prompt.
        width: of the token.
        std: standard deviation that a fresh encoder adds to tokens of a few regions.
    """

    def __init__(self, regions: int, width: int, std: float) -> None:
        super().__init__()
        self.regions = regions
        encoded = _PAIR_FEATURES * (2 * len(_WAVELENGTHS) + 1)
        self.hidden = nn.Linear(encoded, _RELATION_HIDDEN)
        self.norm = nn.LayerNorm(_RELATION_HIDDEN)
        self.kinds = nn.Linear(_RELATION_HIDDEN, _RELATION_KINDS)
        self.direct = nn.Linear(encoded, _RELATION_KINDS, bias=False)
        self.out = nn.Linear(regions * _RELATION_KINDS, width, bias=False)
        set_initial_std(self.hidden, 2.0 * encoded**-0.5)
        set_initial_std(self.kinds, _RELATION_HIDDEN**-0.5)
        set_initial_std(self.direct, 2.0 * encoded**-0.5)
        set_initial_std(self.out, std * (2 * _RELATION_KINDS) ** -0.5)

    def forward(self, pairs: Tensor, present: Tensor | None = None) -> Tensor:
        """:func:`encoded_pairs` ``(..., M, M, E)`` -> ``(..., M, D)``.

        ``M`` is at most ``regions``; ``present`` ``(..., M)`` bool: which of them are regions.
        """
        pairs = pairs.to(self.hidden.weight.dtype)
        kinds = self.kinds(self.norm(F.gelu(self.hidden(pairs)))) + self.direct(pairs)
        if present is not None:
            kinds = kinds * present[..., None, :, None]
        places = F.pad(kinds, (0, 0, 0, self.regions - pairs.shape[-2]))
        return self.out(places.flatten(-2))


class ReferenceEncoder(nn.Module):
    """Relation of a region to the reference of a sentence; added to the region's name there.

    "The transporter [Region 0] is empty. Distances from it: [Region 3] ...": the decoder reads the
    distance from the name it has just written, and a number's digits from the phases of its waves.
    The word that heads a list selects the one quantity whose waves its names carry; all quantities
    share the weights that read digits.

    Args:
        width: of a name's embedding.
        std: standard deviation that a fresh encoder adds.
    """

    def __init__(self, width: int, std: float) -> None:
        super().__init__()
        waves = 2 * len(_DIGIT_WAVELENGTHS)
        encoded = _PAIR_FEATURES * (2 * len(_WAVELENGTHS) + 1)
        self.hidden = nn.Linear(encoded, _REFERENCE_HIDDEN)
        self.norm = nn.LayerNorm(_REFERENCE_HIDDEN)
        self.out = nn.Linear(_REFERENCE_HIDDEN, width)
        self.direct = nn.Linear(encoded, width, bias=False)
        set_initial_std(self.hidden, 2.0 * encoded**-0.5)
        set_initial_std(self.out, std * _REFERENCE_HIDDEN**-0.5)
        set_initial_std(self.direct, 2.0 * std * encoded**-0.5)
        self.digits = nn.Linear(waves, width, bias=False)
        set_initial_std(self.digits, std * waves**-0.5)

    def forward(self, pairs: Tensor, values: Tensor) -> Tensor:
        """Of every two regions, for each of ``quantities.QUANTITIES``.

        Args:
            pairs: ``(..., M, M, E)``, from :func:`encoded_pairs`.
            values: ``(..., len(QUANTITIES), M, M)``, from :func:`.quantities.quantities`.

        Returns:
            ``(..., len(QUANTITIES), M, M, D)``, row: the reference.
        """
        pairs = pairs.transpose(-3, -2).to(self.hidden.weight.dtype)
        related = self.out(self.norm(F.gelu(self.hidden(pairs)))) + self.direct(pairs)
        waves = _digit_waves(values).to(self.digits.weight.dtype)
        return related[..., None, :, :, :] + self.digits(waves)


def _digit_waves(values: Tensor) -> Tensor:
    """``(..., 2 * waves)``: sine and cosine of each wave at the values."""
    waves = torch.tensor(_DIGIT_WAVELENGTHS, device=values.device)
    phases = values[..., None] * (2 * torch.pi / waves)
    return _DIGIT_GAIN * torch.cat((phases.sin(), phases.cos()), -1)


_PAIR_FEATURES = 41


def encoded_pairs(geometry: Tensor, centres: Tensor) -> Tensor:
    """What both encoders read: :func:`pair_features` and their waves, ``(..., M, M, E)``.

    Args:
        geometry, centres: as of :func:`pair_features`.
    """
    return fourier_features(pair_features(geometry.float(), centres), _WAVELENGTHS)


def pair_features(geometry: Tensor, centres: Tensor) -> Tensor:
    """Differences between every two regions.

    Args:
        geometry: ``(..., M, G)`` float32, columns as in ``features.FEATURE_NAMES``.
        centres: ``(..., M, 3)`` metres.

    Returns:
        ``(..., M, M, 41)``, row minus column, metres or comparable: step of the centres (3), its
        length, its logarithm, gaps between the near and far edges (12), step in the image (2),
        whether both were measured, whether both are the same region; gaps along the floor (16) and
        steps in height (3), zero without a floor, and whether there is one.
    """
    one, other = geometry[..., None, :], geometry[..., None, :, :]
    step = centres[..., None, :] - centres[..., None, :, :]
    length = step.norm(dim=-1, keepdim=True)
    own = torch.eye(geometry.shape[-2], device=geometry.device)[..., None].expand_as(length)
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
            # A carried object is a quarter of a metre above the floor.
            4 * floor * (one[..., HEIGHTS] - other[..., HEIGHTS]),
            4 * floor,
        ),
        -1,
    )


def _gaps(one: Tensor, other: Tensor, low: slice, high: slice) -> tuple[Tensor, ...]:
    """Differences between the near and far edges of two regions."""
    return (
        one[..., low] - other[..., high],
        one[..., high] - other[..., low],
        one[..., low] - other[..., low],
        one[..., high] - other[..., high],
    )
