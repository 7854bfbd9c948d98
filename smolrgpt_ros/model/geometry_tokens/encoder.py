# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Region geometry as decoder tokens: the position of each region and its relation to the others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .centre_estimator import DESCRIBED, CentreEstimator
from .estimates import ESTIMATED, Estimates
from .quantities import quantities
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
    they start. A linear path beside the network passes position on from the first step. Tokens with
    relations also hold what the estimator of boxes and states reads, and what it finds.

    Args:
        scales: one factor per encoded feature, the first raw ones: ``features.FEATURE_SCALES``.
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
        self.shape = nn.Linear(DESCRIBED + ESTIMATED, width, bias=False) if regions else None
        self.relations = RelationEncoder(regions, width, std) if regions else None
        self.references = ReferenceEncoder(width, std) if regions else None
        if self.shape is not None:
            # Less than the others: centres are metres, of which some are twenty.
            set_initial_std(self.shape, 0.2 * std * self.shape.in_features**-0.5)

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
        scaled = geometry[..., : len(self.scales)].float() * self.scales.float()
        encoded = fourier_features(scaled, self._wavelengths).to(self.hidden.weight.dtype)
        tokens = self.out(self.norm(F.gelu(self.hidden(encoded)))) + self.direct(encoded)
        if self.relations is None or self.references is None:
            return tokens, None
        assert self.centres is not None and self.shape is not None
        described, estimated = self.centres.described(geometry)
        found = torch.cat((described, estimated), -1)
        tokens = tokens + self.shape(found.to(self.shape.weight.dtype))
        boxes = Estimates.of(estimated)
        pairs = encoded_pairs(geometry, boxes.centres)
        values = quantities(geometry.float(), boxes)
        return tokens + self.relations(pairs, present), self.references(pairs, values)

    def quantities(self, geometry: Tensor) -> Tensor | None:
        """What names carry in lists, see ``quantities``: ``(..., len(QUANTITIES), M, M)`` of
        geometry ``(..., M, G)``; ``None`` for an encoder without relations."""
        if self.centres is None:
            return None
        return quantities(geometry.float(), Estimates.of(self.centres(geometry)))
