# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Region geometry as decoder tokens: the position of each region and its relation to the others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .features import (
    CENTROID,
    FLOOR,
    HEIGHTS,
    HIGH,
    HIGH_ALONG,
    LOW,
    LOW_ALONG,
    MEDIAN,
    METRIC,
    SIZE,
    STD,
    UP,
    VALID,
)
from .quantities import SIZES, quantities
from .relation_encoder import (
    ReferenceEncoder,
    RelationEncoder,
    encoded_pairs,
    fourier_features,
)


class GeometryEncoder(nn.Module):
    """Raw region geometry -> one decoder token, through Fourier features and a small network.

    Wavelengths run from 64 down to 0.5 metres, so that both the size of a hall and a tenth of a
    metre change a phase. Short waves look like noise to a fresh network: the shorter, the weaker
    they start. A linear path beside the network passes position on from the first step.

    Args:
        scales: one factor per raw feature, see ``features.FEATURE_SCALES``.
        width: of the token.
        std: standard deviation of a fresh encoder's tokens.
        regions: most regions of a prompt whose tokens hold relations as well; 0 for tokens without
            relations.
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
        self._wavelengths = tuple(64.0 / 2**step for step in range(wavelengths))
        encoded = len(scales) * (2 * wavelengths + 1)
        self.hidden = nn.Linear(encoded, 2 * width)
        self.norm = nn.LayerNorm(2 * width)
        self.out = nn.Linear(2 * width, width)
        self.direct = nn.Linear(encoded, width, bias=False)
        set_initial_std(self.hidden, 2.0 * encoded**-0.5)
        set_initial_std(self.out, std * self.out.in_features**-0.5)
        set_initial_std(self.direct, 2.0 * std * encoded**-0.5)
        self.centres = CentreEstimator() if regions else None
        self.relations = RelationEncoder(regions, width, std) if regions else None
        self.references = ReferenceEncoder(width, std) if regions else None

    def forward(
        self, geometry: Tensor, present: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Tokens of each prompt's regions, and the relations between them.

        Args:
            geometry: ``(..., M, G)`` raw values, float32.
            present: ``(..., M)`` bool, which rows are regions, where prompts have fewer than ``M``.

        Returns:
            ``(..., M, D)``; and ``(..., len(QUANTITIES), M, M, D)``, the relation of the column's
            region to the row's, ``None`` for an encoder without relations.
        """
        scaled = geometry.float() * self.scales.float()
        encoded = fourier_features(scaled, self._wavelengths).to(self.hidden.weight.dtype)
        tokens = self.out(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        if self.relations is None or self.references is None or self.centres is None:
            return tokens, None
        estimated = self.centres(geometry)
        pairs = encoded_pairs(geometry, estimated[..., :3])
        values = _quantities_of(geometry, estimated)
        return tokens + self.relations(pairs, present), self.references(pairs, values)

    def quantities(self, geometry: Tensor) -> Tensor | None:
        """What names carry in lists, see ``quantities``: ``(..., len(QUANTITIES), M, M)`` of
        geometry ``(..., M, G)``; ``None`` for an encoder without relations."""
        if self.centres is None:
            return None
        return _quantities_of(geometry, self.centres(geometry))


def _quantities_of(geometry: Tensor, estimated: Tensor) -> Tensor:
    return quantities(geometry.float(), estimated[..., :3], estimated[..., 3:])


class CentreEstimator(nn.Module):
    """The centre of an object, and its size, from the visible part of its surface.

    Trained by itself on true boxes and then frozen: relations are made of differences of centres,
    and the gradient through waves of a metre cannot correct a centre.
    """

    _HIDDEN = 96

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(_SHAPE_FEATURES, self._HIDDEN)
        self.second = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.out = nn.Linear(self._HIDDEN, 3 + len(SIZES))
        for layer in (self.first, self.second, self.out):
            set_initial_std(layer, layer.in_features**-0.5)

    def forward(self, geometry: Tensor) -> Tensor:
        """``(..., M, G)`` raw values -> ``(..., M, 3 + len(SIZES))`` metres, float32.

        The centre in the optical frame, then sizes as in ``quantities.SIZES``. Zeros where nothing
        was measured.
        """
        raw = geometry.float()
        shape = shape_features(raw).to(self.first.weight.dtype)
        found = self.out(F.gelu(self.second(F.gelu(self.first(shape))))).float()
        found = found * raw[..., [METRIC]]
        return torch.cat((raw[..., MEDIAN] + found[..., :3], found[..., 3:]), -1)


_SHAPE_FEATURES = 33


def shape_features(geometry: Tensor) -> Tensor:
    """Input of the centre estimator, scaled to the order of one.

    Args:
        geometry: ``(..., M, G)``, columns as in ``features.FEATURE_NAMES``.

    Returns:
        ``(..., M, 33)``: position, extent around it, spread, share of valid pixels, place and size
        in the image; the floor's normal, heights above it, extent along it and whether there is
        one.
    """
    median = geometry[..., MEDIAN]
    along = (geometry[..., LOW_ALONG] + geometry[..., HIGH_ALONG]) / 2
    return torch.cat(
        (
            median / 5,
            geometry[..., LOW] - median,
            geometry[..., HIGH] - median,
            2 * geometry[..., STD],
            geometry[..., VALID],
            4 * (geometry[..., CENTROID] - 0.5),
            4 * geometry[..., SIZE],
            geometry[..., UP],
            geometry[..., HEIGHTS],
            geometry[..., HIGH_ALONG] - along,
            along / 5,
            geometry[..., [FLOOR]],
        ),
        -1,
    )
