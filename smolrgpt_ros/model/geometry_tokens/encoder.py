"""Region geometry as decoder tokens: where each region lies, and what it is to the others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..architecture.layers import start_with
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
from .fourier import fourier
from .relation_encoder import ReferenceEncoder, RelationEncoder


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
        self.centres = CentreEstimator() if regions else None
        self.relations = RelationEncoder(regions, width, std) if regions else None
        self.references = ReferenceEncoder(width, std) if regions else None

    def forward(self, geometry: Tensor) -> Tensor:
        """``(M, G)`` raw values of one prompt's regions, float32 -> ``(M, D)``."""
        scaled = geometry.float() * self.scales.float()
        encoded = fourier(scaled, self._waves).to(self.hidden.weight.dtype)
        tokens = self.out(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        if self.relations is None or self.centres is None:
            return tokens
        return tokens + self.relations(geometry, self.centres(geometry))

    def to_references(self, geometry: Tensor) -> Tensor | None:
        """``(M, G)`` -> ``(M, M, D)``: what the region of the column is to that of the row."""
        if self.references is None or self.centres is None:
            return None
        return self.references(geometry, self.centres(geometry))


class CentreEstimator(nn.Module):
    """Where an object's middle lies, from what is seen of its surface.

    Trained by itself on true centres and frozen then: relations are made of differences of
    centres, and waves of a metre cannot pull a centre into place.
    """

    _HIDDEN = 96

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(_SHAPE_FEATURES, self._HIDDEN)
        self.second = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.out = nn.Linear(self._HIDDEN, 3)
        for layer in (self.first, self.second, self.out):
            start_with(layer, layer.in_features**-0.5)

    def forward(self, geometry: Tensor) -> Tensor:
        """``(M, G)`` raw values -> ``(M, 3)`` metres, optical frame, float32.

        Nothing measured gives zeros.
        """
        raw = geometry.float()
        shape = shape_features(raw).to(self.first.weight.dtype)
        offset = self.out(F.gelu(self.second(F.gelu(self.first(shape))))).float()
        return raw[:, MEDIAN] + offset * raw[:, [METRIC]]


_SHAPE_FEATURES = 33


def shape_features(geometry: Tensor) -> Tensor:
    """``(M, G)``, columns as in ``geometry_features.FEATURE_NAMES`` -> ``(M, 33)``, of order one:
    position, extent around it, spread, share of valid pixels, place and size in the image; the
    floor's normal, heights above it, extent along it and whether there is one."""
    median = geometry[:, MEDIAN]
    along = (geometry[:, LOW_ALONG] + geometry[:, HIGH_ALONG]) / 2
    return torch.cat(
        (
            median / 5,
            geometry[:, LOW] - median,
            geometry[:, HIGH] - median,
            2 * geometry[:, STD],
            geometry[:, VALID],
            4 * (geometry[:, CENTROID] - 0.5),
            4 * geometry[:, SIZE],
            geometry[:, UP],
            geometry[:, HEIGHTS],
            geometry[:, HIGH_ALONG] - along,
            along / 5,
            geometry[:, [FLOOR]],
        ),
        1,
    )
