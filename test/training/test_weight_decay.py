# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which parameters decay: matrices, never vectors; embeddings by choice; tied ones once."""

from __future__ import annotations

import pytest
from torch import nn

from smolrgpt_ros.training.weight_decay import split_by_decay


@pytest.mark.parametrize(
    ("embeddings_decay", "decayed", "plain"),
    [(True, [(5, 2), (4, 2)], [(4,)]), (False, [(4, 2)], [(5, 2), (4,)])],
)
def test_matrices_decay_and_embeddings_where_asked(
    embeddings_decay: bool, decayed: list[tuple[int, ...]], plain: list[tuple[int, ...]]
) -> None:
    embedding, linear, frozen = nn.Embedding(5, 2), nn.Linear(2, 4), nn.Linear(2, 2)
    frozen.requires_grad_(False)
    named = [
        ("embed.weight", embedding.weight),
        *linear.named_parameters(),
        *frozen.named_parameters(),
        ("head.weight", embedding.weight),
    ]
    found = split_by_decay(named, embeddings_decay=embeddings_decay)
    assert [[tuple(p.shape) for p in group] for group in found] == [decayed, plain]
