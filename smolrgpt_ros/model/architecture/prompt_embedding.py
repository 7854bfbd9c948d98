"""From tokens and features to the decoder's input: placeholders filled, region names written."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PreTrainedModel

from ..geometry_tokens.encoder import GeometryEncoder
from ..geometry_tokens.picture_geometry import PictureGeometry
from .config import SmolRGPTConfig
from .per_sample import PerSample, listed
from .region_names import NameMemory, NameRules


class PromptSide(PreTrainedModel):
    """What a SmolRGPT model does with prompts."""

    config: SmolRGPTConfig
    geometry_encoder: GeometryEncoder
    picture_geometry: PictureGeometry

    def assemble(
        self,
        input_ids: Tensor,
        image_tokens: Tensor | PerSample | None = None,
        region_rgb: PerSample | None = None,
        region_depth: PerSample | None = None,
        region_geometry: PerSample | None = None,
    ) -> tuple[Tensor, NameMemory | None]:
        """Token embeddings with the placeholders replaced by features, in order.

        A sample without depth keeps the word embedding of its ``<mask_depth>`` tokens, as
        published; nothing else may be missing.

        Args:
            input_ids: ``(B, T)``.
            image_tokens: ``(B, N, D)`` or per sample ``(N, D)``.
            region_rgb, region_depth: per sample ``(M, D)`` or ``None``.
            region_geometry: per sample ``(M, G)`` raw values or ``None``.

        Returns:
            ``(B, T, D)``; and what :meth:`write_names` needs for an answer from its first token
            on, ``None`` where names carry nothing.

        Raises:
            ValueError: where a sample's placeholders and features differ in number; both are named.
        """
        batch, config = input_ids.shape[0], self.config
        embeds = self.get_input_embeddings()(input_ids)
        image = listed(image_tokens, batch, "image_tokens")
        rgb = listed(region_rgb, batch, "region_rgb")
        depth = listed(region_depth, batch, "region_depth")
        raw = self._known_geometry(region_geometry, rgb, depth)
        geometry = [None if r is None else self.geometry_encoder(r) for r in raw]
        parts = (
            (config.mask_rgb_token_id, rgb, "<mask_rgb>"),
            (config.mask_depth_token_id, depth, "<mask_depth>"),
            (config.mask_geometry_token_id, geometry, "<mask_geometry>"),
        )
        embeds = _scatter(embeds, input_ids == config.image_token_id, image, "<|image|>")
        for token_id, tokens, token in parts:
            if token_id is not None:
                where = input_ids == torch.tensor(token_id, device=input_ids.device)
                named = [self._named(rows) for rows in tokens]
                optional = token == "<mask_depth>"
                embeds = _scatter(embeds, where, named, token, optional=optional)
        # After the placeholders are filled: by then their numbers are known to agree.
        memory = self._name_memory(raw, rgb, depth, geometry)
        if memory is not None:
            embeds, _ = self.write_names(embeds, input_ids, memory)
        return embeds, memory

    def _name_memory(
        self, raw: list[Tensor | None], *rows: list[Tensor | None]
    ) -> NameMemory | None:
        if not self.config.region_names or all(t is None for row in rows for t in row):
            return None
        tables = [self._name_table(r, tokens) for r, *tokens in zip(raw, *rows, strict=True)]
        most = max(len(table) for table in tables)
        padded = [F.pad(t, (0, 0, 0, most - len(t), 0, most - len(t))) for t in tables]
        return NameMemory.fresh(torch.stack(padded))

    def _name_table(self, raw: Tensor | None, tokens: list[Tensor | None]) -> Tensor:
        """``(M, M, D)``: the region's tokens summed, and what it is to the row's region."""
        given = [t for t in tokens if t is not None]
        if not given:
            words: Tensor = self.get_input_embeddings().weight  # type: ignore[assignment]
            return words.new_zeros(0, 0, words.shape[1])
        own = torch.stack(given).sum(0)
        self._check_names(len(own))
        told = None
        if raw is not None:
            told = self.geometry_encoder.to_references(raw)
        return own.expand(len(own), *own.shape) if told is None else own + told.to(own.dtype)

    def write_names(
        self, embeds: Tensor, input_ids: Tensor, memory: NameMemory
    ) -> tuple[Tensor, NameMemory]:
        """Add each region's features to its name, wherever that is written; see ``NameRules``."""
        config = self.config
        assert config.region_name_token_id is not None
        rules = NameRules(
            config.region_name_token_id,
            config.region_names,
            config.list_separator_token_ids,
            config.eos_token_id,
        )
        return rules.write(embeds, input_ids, memory)

    def _known_geometry(
        self,
        region_geometry: PerSample | None,
        rgb: list[Tensor | None],
        depth: list[Tensor | None],
    ) -> list[Tensor | None]:
        """Per sample ``(M, G)``, estimated where it was not measured; ``None`` without regions."""
        given = listed(region_geometry, len(rgb), "region_geometry")
        if not self.config.geometry_features:
            return [None] * len(rgb)
        known = [None if r is None or not len(r) else self._checked(r) for r in given]
        if not self.config.picture_geometry:
            return known
        return [self._completed(*of) for of in zip(known, rgb, depth, strict=True)]

    def _completed(
        self, raw: Tensor | None, rgb: Tensor | None, depth: Tensor | None
    ) -> Tensor | None:
        # Numbers that do not agree are reported where the placeholders are filled.
        if raw is None or rgb is None or len(rgb) != len(raw):
            return raw
        return self.picture_geometry.complete(raw, rgb, depth)

    def _check_names(self, count: int) -> None:
        if count > self.config.region_names:
            raise ValueError(
                f"a prompt may name at most {self.config.region_names} regions, found {count}"
            )

    def _named(self, tokens: Tensor | None) -> Tensor | None:
        """Region tokens ``(M, D)`` with the embeddings of their names."""
        first = self.config.region_name_token_id
        if tokens is None or first is None:
            return tokens
        self._check_names(len(tokens))
        words: Tensor = self.get_input_embeddings().weight  # type: ignore[assignment]
        return tokens + words[first : first + len(tokens)].to(tokens.dtype)

    def _checked(self, raw: Tensor | np.ndarray) -> Tensor:
        raw = torch.as_tensor(raw).to(self.device)
        if raw.ndim != 2 or raw.shape[1] != self.config.geometry_features:
            raise ValueError(
                f"region_geometry must be (M, {self.config.geometry_features}), "
                f"found {tuple(raw.shape)}"
            )
        return raw


def _scatter(
    embeds: Tensor, where: Tensor, features: list[Tensor | None], token: str, optional: bool = False
) -> Tensor:
    """Put each sample's features at its placeholders; ``optional``: a sample may have none."""
    wanted = where.sum(1).tolist()
    for sample, (count, rows) in enumerate(zip(wanted, features, strict=True)):
        if rows is None and optional:
            where = where.clone()
            where[sample] = False
        elif count != (found := 0 if rows is None else len(rows)):
            raise ValueError(
                f"sample {sample}: the prompt holds {count} {token} placeholders, "
                f"but {found} features were given for them"
            )
    given = [rows for rows in features if rows is not None and len(rows)]
    if not given:
        return embeds
    return embeds.masked_scatter(where[..., None], torch.cat(given).to(embeds.dtype))
