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

from .examples import ReaderExample

MAX_TOKENS = 90


@dataclass(frozen=True)
class Batch:
    """Examples one behind the other in R rows of T tokens; each sees itself alone.

    Args:
        tokens: (R, T).
        positions: of each token in its example, (R, T).
        mask: (R, 1, T, T), zero where a token sees another, else the lowest number.
        learned: rows and columns of the places whose next token is learned, (N,) each.
        targets: those next tokens, (N,).
    """

    tokens: Tensor
    positions: Tensor
    mask: Tensor
    learned: tuple[Tensor, Tensor]
    targets: Tensor


def encoded(example: ReaderExample, encoding: ReaderEncoding) -> tuple[list[int], list[int]]:
    """The tokens of prompt and output."""
    prompt = encoding.prompt(example.labels, example.text)
    if example.question is None:
        return prompt, encoding.output([REFUSAL])
    return prompt, encoding.output(pieces(example.question, example.lengths))


def batch_of(
    examples: Sequence[tuple[list[int], list[int]]], dtype: torch.dtype, rows: int
) -> Batch:
    """Encoded examples as one batch; the loss is on their outputs alone.

    Args:
        examples: prompt and output of each.
        dtype: of the mask.
        rows: that they are packed into, longest first, each into the shortest row. Attention costs
            the square of a row's length.
    """
    packed: list[list[int]] = [[] for _ in range(min(rows, len(examples)))]
    owners: list[list[int]] = [[] for _ in packed]
    places: list[list[int]] = [[] for _ in packed]
    learned: list[tuple[int, int]] = []
    targets: list[int] = []
    longest_first = sorted(examples, key=lambda e: len(e[0]) + len(e[1]), reverse=True)
    for number, (prompt, output) in enumerate(longest_first, 1):
        row = min(range(len(packed)), key=lambda at: len(packed[at]))
        start, length = len(packed[row]), len(prompt) + len(output)
        learned += [(row, at) for at in range(start + len(prompt) - 1, start + length - 1)]
        targets += output
        packed[row] += [*prompt, *output]
        places[row] += range(length)
        owners[row] += [number] * length
    owner = _padded(owners)
    seen = (owner[:, :, None] == owner[:, None, :]).tril()
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    at_rows, at_columns = torch.tensor(learned).T
    return Batch(
        _padded(packed),
        _padded(places),
        mask[:, None],
        (at_rows, at_columns),
        torch.tensor(targets),
    )


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows as one tensor, shorter ones filled with zeros."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
