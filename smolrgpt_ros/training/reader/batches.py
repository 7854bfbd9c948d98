# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Examples as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from smolrgpt_ros.language.readers.encoding import ReaderEncoding
from smolrgpt_ros.language.readers.notation import pieces
from smolrgpt_ros.language.readers.notation_grammar import REFUSAL

from .examples import Example

MAX_TOKENS = 90


@dataclass(frozen=True)
class Batch:
    """Examples one behind the other in one row; each sees itself alone.

    Args:
        tokens: (1, T).
        positions: of each token in its example, (1, T).
        mask: (1, 1, T, T), zero where a token sees another, else the lowest number.
        learned: places whose next token is learned, (N,).
        targets: those next tokens, (N,).
    """

    tokens: Tensor
    positions: Tensor
    mask: Tensor
    learned: Tensor
    targets: Tensor


def encoded(example: Example, encoding: ReaderEncoding) -> tuple[list[int], list[int]]:
    """The tokens of prompt and output."""
    prompt = encoding.prompt(example.labels, example.text)
    if example.question is None:
        return prompt, encoding.output([REFUSAL])
    return prompt, encoding.output(pieces(example.question, example.lengths))


def batch_of(examples: Sequence[tuple[list[int], list[int]]], dtype: torch.dtype) -> Batch:
    """Encoded examples as one batch; the loss is on their outputs alone."""
    tokens: list[int] = []
    positions: list[int] = []
    owners: list[int] = []
    learned: list[int] = []
    targets: list[int] = []
    for number, (prompt, output) in enumerate(examples):
        start, length = len(tokens), len(prompt) + len(output)
        learned += range(start + len(prompt) - 1, start + length - 1)
        targets += output
        tokens += [*prompt, *output]
        positions += range(length)
        owners += [number] * length
    owner = torch.tensor(owners)
    seen = (owner[:, None] == owner[None, :]).tril()
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    return Batch(
        torch.tensor([tokens]),
        torch.tensor([positions]),
        mask[None, None],
        torch.tensor(learned),
        torch.tensor(targets),
    )
