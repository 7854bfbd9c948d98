# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Placeholder tokens of a prompt, and the features of each sample that replace them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import torch
from torch import Tensor

PerSample = Sequence[Tensor | None]
"""One entry per sample of the batch; ``None`` where that sample has no such features."""


class TokenKind(Enum):
    """A placeholder token by what replaces it; the value is its text in a prompt."""

    IMAGE = "<|image|>"
    RGB = "<mask_rgb>"
    DEPTH = "<mask_depth>"
    GEOMETRY = "<mask_geometry>"


def per_sample(values: Tensor | PerSample | None, batch: int, name: str) -> list[Tensor | None]:
    """One entry per sample of a batch, from a tensor, a sequence or ``None``.

    Raises:
        ValueError: if ``values`` has another length; ``name`` is what the message calls it.
    """
    if values is None:
        return [None] * batch
    if len(values) != batch:
        raise ValueError(f"{name} has {len(values)} entries for a batch of {batch}")
    return list(values)


def fill_placeholders(
    embeds: Tensor, input_ids: Tensor, token_id: int, kind: TokenKind, features: PerSample
) -> Tensor:
    """Replace the embeddings of one kind of placeholder by features, in order.

    A sample without depth features keeps the word embeddings of its depth placeholders, as in the
    published model.

    Args:
        embeds: ``(B, T, D)``.
        input_ids: ``(B, T)``.
        token_id: of the placeholder.
        kind: of the placeholder.
        features: per sample ``(M, D)`` or ``None``.

    Raises:
        ValueError: where a sample's placeholders and features differ in number; both are named.
    """
    where = input_ids == torch.tensor(token_id, device=input_ids.device)
    counts = where.sum(1).tolist()
    for sample, (count, rows) in enumerate(zip(counts, features, strict=True)):
        if rows is None and kind is TokenKind.DEPTH:
            where = where.clone()
            where[sample] = False
        elif count != (found := 0 if rows is None else len(rows)):
            raise ValueError(
                f"sample {sample}: the prompt holds {count} {kind.value} placeholders, "
                f"but {found} features were given for them"
            )
    given = [rows for rows in features if rows is not None and len(rows)]
    if not given:
        return embeds
    return embeds.masked_scatter(where[..., None], torch.cat(given).to(embeds.dtype))
