# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features added to the names of regions where a prompt or an answer writes them.

A name carries the features of its region, and the region's relation to the reference: the region
that the sentence is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

_NONE = -1
"""Stands for no region and for no token."""


@dataclass(frozen=True, eq=False)
class NameMemory:
    """Features of region names, and the state of a text that is being written.

    ``R`` is the most regions of a prompt.

    Args:
        table: ``(B, Q, R, R, D)``; features of the column's region while the row's region is the
            reference, in lists of each quantity. On the diagonal: without a reference.
        reference: ``(B,)`` int64, the region that the sentence is about, -1 for none.
        previous: ``(B,)`` int64, the last token, -1 for none.
        quantity: ``(B,)`` int64, what the last heading named; 0 before any.
    """

    table: Tensor
    reference: Tensor
    previous: Tensor
    quantity: Tensor

    @classmethod
    def fresh(cls, table: Tensor) -> NameMemory:
        """Before the first token of an answer."""
        none = torch.full((len(table),), _NONE, device=table.device)
        return cls(table, none, none.clone(), torch.zeros_like(none))

    def select(self, rows: Tensor) -> NameMemory:
        """The memory of some of the sequences."""
        state = (self.reference[rows], self.previous[rows], self.quantity[rows])
        return NameMemory(self.table[rows], *state)


@dataclass(frozen=True, eq=False)
class NameTrace:
    """The memory after each of some tokens.

    Args:
        table: as of the memory.
        references, tokens, quantities: ``(B, T)``; the reference after each token, the token, and
            the quantity after it.
    """

    table: Tensor
    references: Tensor
    tokens: Tensor
    quantities: Tensor

    def after(self, counts: Tensor) -> NameMemory:
        """The memory after the first ``counts`` ``(B,)`` tokens of each sequence, at least one."""
        last = (counts - 1)[:, None]
        states = (self.references, self.tokens, self.quantities)
        return NameMemory(self.table, *(state.gather(1, last)[:, 0] for state in states))

    def at_end(self) -> NameMemory:
        """The memory after the last token."""
        states = (self.references, self.tokens, self.quantities)
        return NameMemory(self.table, *(state[:, -1] for state in states))


@dataclass(frozen=True)
class NameRules:
    """Which tokens are names of regions, and which names set the reference.

    A name in running text becomes the reference of the names behind it. A name in a list, which
    is one right behind a separator (colon, comma), does not. The end of a turn ends the reference,
    and so does a heading: a word that says which quantity the names behind it carry.

    Args:
        first: token of region 0's name; those of the next regions follow it.
        count: names in the vocabulary.
        separators: tokens before a name in a list.
        end: token that ends a turn.
        headings: the token of each quantity, in the order of the memory's table.
    """

    first: int
    count: int
    separators: Sequence[int]
    end: int
    headings: Sequence[int]

    def add_features(
        self, embeds: Tensor, input_ids: Tensor, memory: NameMemory
    ) -> tuple[Tensor, NameTrace]:
        """Add each name's features to its embedding.

        Args:
            embeds: ``(B, T, D)`` word embeddings of ``input_ids`` ``(B, T)``.
            memory: of the text before.

        Returns:
            The embeddings, and the memory after each token.
        """
        regions = memory.table.shape[2]
        region = input_ids - self.first
        is_name = (region >= 0) & (region < min(regions, self.count))
        before = torch.cat((memory.previous[:, None], input_ids[:, :-1]), 1)
        device = input_ids.device
        in_list = (before[..., None] == _tensor(tuple(self.separators), device)).any(-1)
        sets_reference = is_name & ~in_list
        # Which heading a token is; the end of a turn is one behind them, and stands for the first.
        signs = input_ids[..., None] == _tensor((*self.headings, self.end), device)
        ends_reference = signs.any(-1)
        named = (signs[..., :-1] * torch.arange(len(self.headings), device=device)).sum(-1)
        new_reference = torch.where(sets_reference, region, _NONE)
        position = torch.arange(input_ids.shape[1], device=device)

        def after(changes: Tensor, new: Tensor, before: Tensor) -> Tensor:
            """A state after each token: the newest of its changes, or what it was before."""
            last = torch.where(changes, position, _NONE).cummax(1).values
            return torch.where(last >= 0, new.gather(1, last.clamp(min=0)), before[:, None])

        references = after(sets_reference | ends_reference, new_reference, memory.reference)
        quantities = after(ends_reference, named, memory.quantity)
        reference = torch.cat((memory.reference[:, None], references[:, :-1]), 1)
        quantity = torch.cat((memory.quantity[:, None], quantities[:, :-1]), 1)
        column = region.clamp(0, regions - 1)
        row = torch.where(reference >= 0, reference, column)
        sample = torch.arange(len(input_ids), device=device)[:, None]
        chosen = memory.table[sample, quantity, row, column]
        added = chosen.to(embeds.dtype) * is_name[..., None]
        return embeds + added, NameTrace(memory.table, references, input_ids, quantities)


@lru_cache(maxsize=64)
def _tensor(numbers: tuple[int, ...], device: torch.device) -> Tensor:
    """Numbers on a device, made once: a CUDA graph cannot copy them there."""
    return torch.tensor(numbers, dtype=torch.long, device=device)
