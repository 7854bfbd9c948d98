# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From token ids and features to the decoder's input: placeholders filled, region names marked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from ..geometry_tokens.encoder import GeometryEncoder
from ..geometry_tokens.picture_geometry import PictureGeometry
from ..geometry_tokens.quantities import QUANTITIES
from .config import SmolRGPTConfig
from .placeholders import PerSample, TokenKind, fill_placeholders, per_sample
from .region_names import NameMemory, NameRules, NameTrace


@dataclass(frozen=True)
class PromptEmbedding:
    """The prompt's half of a SmolRGPT model, composed of modules that the model registers.

    Args:
        config: of the model.
        words: the decoder's token embedding.
        geometry_encoder: ``None`` for a model without geometry tokens.
        picture_geometry: estimates geometry that no sensor measured; ``None`` for a model that
            does not.
    """

    config: SmolRGPTConfig
    words: nn.Embedding
    geometry_encoder: GeometryEncoder | None
    picture_geometry: PictureGeometry | None

    def embed(
        self,
        input_ids: Tensor,
        image_tokens: Tensor | PerSample | None = None,
        region_rgb: PerSample | None = None,
        region_depth: PerSample | None = None,
        region_geometry: PerSample | None = None,
    ) -> tuple[Tensor, NameMemory | None]:
        """Token embeddings with the placeholders replaced by features, in order.

        A sample without depth keeps the word embedding of its ``<mask_depth>`` tokens, as
        published; no other features may be missing.

        Args:
            input_ids: ``(B, T)``.
            image_tokens: ``(B, N, D)`` or per sample ``(N, D)``.
            region_rgb, region_depth: per sample ``(M, D)`` or ``None``.
            region_geometry: per sample ``(M, G)`` raw values or ``None``.

        Returns:
            ``(B, T, D)``; and what :meth:`add_name_features` needs for an answer from its first
            token on, ``None`` where region names carry no features.

        Raises:
            ValueError: where a sample's placeholders and features differ in number; both are named.
        """
        batch = input_ids.shape[0]
        rgb = per_sample(region_rgb, batch, "region_rgb")
        depth = per_sample(region_depth, batch, "region_depth")
        raw = self._complete_geometry(region_geometry, rgb, depth)
        geometry, relations = self._encoded_geometry(raw)
        features = {
            TokenKind.IMAGE: per_sample(image_tokens, batch, "image_tokens"),
            TokenKind.RGB: [self._with_names(tokens) for tokens in rgb],
            TokenKind.DEPTH: [self._with_names(tokens) for tokens in depth],
            TokenKind.GEOMETRY: [self._with_names(tokens) for tokens in geometry],
        }
        embeds = self.words(input_ids)
        for kind, rows in features.items():
            token_id = self.config.token_id(kind)
            if token_id is not None:
                embeds = fill_placeholders(embeds, input_ids, token_id, kind, rows)
        # After the placeholders are filled: by then their numbers are known to agree.
        memory = self._name_memory(relations, rgb, depth, geometry)
        if memory is not None:
            embeds, _ = self.add_name_features(embeds, input_ids, memory)
        return embeds, memory

    def add_name_features(
        self, embeds: Tensor, input_ids: Tensor, memory: NameMemory
    ) -> tuple[Tensor, NameTrace]:
        """Add each region's features to its name wherever it is written; see ``NameRules``."""
        return self._name_rules.add_features(embeds, input_ids, memory)

    @cached_property
    def _name_rules(self) -> NameRules:
        # Once: it is asked at every step, and a configuration looks its attributes up slowly.
        config = self.config
        assert config.region_name_token_id is not None
        return NameRules(
            config.region_name_token_id,
            config.region_names,
            config.list_separator_token_ids,
            config.eos_token_id,
            config.heading_token_ids,
        )

    def _encoded_geometry(
        self, raw: list[Tensor | None]
    ) -> tuple[list[Tensor | None], Tensor | None]:
        """Geometry tokens per sample, and ``(B, Q, R, R, D)``, the relation of the column's region
        to the row's, zero beyond a sample's regions; ``None`` for an encoder without relations."""
        encoder = self.geometry_encoder
        if encoder is None or all(r is None for r in raw):
            return [None] * len(raw), None
        some = next(r for r in raw if r is not None)
        counts = [0 if r is None else len(r) for r in raw]
        padded = pad_sequence([some[:0] if r is None else r for r in raw], batch_first=True)
        present = torch.arange(padded.shape[1], device=padded.device)
        present = present < torch.tensor(counts, device=padded.device)[:, None]
        same = min(counts) == max(counts)
        tokens, relations = encoder(padded, None if same else present)
        if relations is not None and not same:
            pairs = present[:, None, :, None] & present[:, None, None, :]
            relations = relations * pairs[..., None]
        return [t[:n] if n else None for t, n in zip(tokens, counts, strict=True)], relations

    def _name_memory(
        self, relations: Tensor | None, *rows: list[Tensor | None]
    ) -> NameMemory | None:
        """Of the sum of each region's tokens and its relations to the others."""
        if not self.config.region_names or all(t is None for row in rows for t in row):
            return None
        nothing = self.words.weight.new_zeros(0, self.words.weight.shape[1])
        given = [[t for t in tokens if t is not None] for tokens in zip(*rows, strict=True)]
        own = pad_sequence(
            [torch.stack(tokens).sum(0) if tokens else nothing for tokens in given],
            batch_first=True,
        )
        most = own.shape[1]
        self._check_name_count(most)
        table = own[:, None, None].expand(-1, len(QUANTITIES), most, -1, -1)
        if relations is not None:
            rest = most - relations.shape[2]
            table = table + F.pad(relations, (0, 0, 0, rest, 0, rest)).to(table.dtype)
        return NameMemory.fresh(table)

    def _complete_geometry(
        self,
        region_geometry: PerSample | None,
        rgb: list[Tensor | None],
        depth: list[Tensor | None],
    ) -> list[Tensor | None]:
        """Per sample ``(M, G)``, estimated where it was not measured; ``None`` without regions."""
        given = per_sample(region_geometry, len(rgb), "region_geometry")
        if not self.config.geometry_features:
            return [None] * len(rgb)
        measured = [None if r is None or not len(r) else self._check_geometry(r) for r in given]
        if self.picture_geometry is None:
            return measured
        completed: list[Tensor | None] = []
        for raw, rgb_tokens, depth_tokens in zip(measured, rgb, depth, strict=True):
            # Different numbers of regions are reported where the placeholders are filled.
            if raw is not None and rgb_tokens is not None and len(rgb_tokens) == len(raw):
                raw = self.picture_geometry.complete(raw, rgb_tokens, depth_tokens)
            completed.append(raw)
        return completed

    def _check_geometry(self, raw: Tensor | NDArray[np.float32]) -> Tensor:
        raw = torch.as_tensor(raw).to(self.words.weight.device)
        if raw.ndim != 2 or raw.shape[1] != self.config.geometry_features:
            raise ValueError(
                f"region_geometry must be (M, {self.config.geometry_features}), "
                f"found {tuple(raw.shape)}"
            )
        return raw

    def _with_names(self, tokens: Tensor | None) -> Tensor | None:
        """Region tokens ``(M, D)`` plus the word embeddings of the regions' names."""
        first = self.config.region_name_token_id
        if tokens is None or first is None:
            return tokens
        self._check_name_count(len(tokens))
        return tokens + self.words.weight[first : first + len(tokens)].to(tokens.dtype)

    def _check_name_count(self, count: int) -> None:
        if count > self.config.region_names:
            raise ValueError(
                f"a prompt may name at most {self.config.region_names} regions, found {count}"
            )
