# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features added to the names of regions where a prompt or an answer writes them.

A name carries the features of its region, and the region's relation to the reference: the region
that the sentence is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_NONE = -1
"""Stands for no region and for no token."""


@dataclass(frozen=True, eq=False)
class NameMemory:
    """Features of region names, and the state of a text that is being written.

    ``R`` is the most regions of a prompt.

    Args:
        table: ``(B, R, R, D)``; features of the column's region while the row's region is the
            reference. On the diagonal: without a reference.
        reference: ``(B,)`` int64, the region that the sentence is about, -1 for none.
        previous: ``(B,)`` int64, the last token, -1 for none.
    """

    table: Tensor
    reference: Tensor
    previous: Tensor

    @classmethod
    def fresh(cls, table: Tensor) -> NameMemory:
        """Before the first token of an answer."""
        none = torch.full((len(table),), _NONE, device=table.device)
        return cls(table, none, none.clone())

    def select(self, rows: Tensor) -> NameMemory:
        """The memory of some of the sequences."""
        return NameMemory(self.table[rows], self.reference[rows], self.previous[rows])


@dataclass(frozen=True, eq=False)
class NameTrace:
    """The memory after each of some tokens.

    Args:
        table: as of the memory.
        references, tokens: ``(B, T)``; the reference after each token, and the token.
    """

    table: Tensor
    references: Tensor
    tokens: Tensor

    def after(self, counts: Tensor) -> NameMemory:
        """The memory after the first ``counts`` ``(B,)`` tokens of each sequence, at least one."""
        last = (counts - 1)[:, None]
        reference, previous = self.references.gather(1, last), self.tokens.gather(1, last)
        return NameMemory(self.table, reference[:, 0], previous[:, 0])

    def at_end(self) -> NameMemory:
        """The memory after the last token."""
        return NameMemory(self.table, self.references[:, -1], self.tokens[:, -1])


@dataclass(frozen=True)
class NameRules:
    """Which tokens are names of regions, and which names set the reference.

    A name in running text becomes the reference of the names behind it. A name in a list, which
    is one right behind a separator (colon, comma), does not. The end of a turn ends the reference.

    Args:
        first: token of region 0's name; those of the next regions follow it.
        count: names in the vocabulary.
        separators: tokens before a name in a list.
        end: token that ends a turn.
    """

    first: int
    count: int
    separators: Sequence[int]
    end: int

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
        regions = memory.table.shape[1]
        region = input_ids - self.first
        is_name = (region >= 0) & (region < min(regions, self.count))
        before = torch.cat((memory.previous[:, None], input_ids[:, :-1]), 1)
        sets_reference = is_name
        for separator in self.separators:  # numbers: a tensor of them could not be in a CUDA graph
            sets_reference = sets_reference & (before != separator)
        ends_reference = input_ids == self.end
        new_reference = torch.where(sets_reference, region, _NONE)
        position = torch.arange(input_ids.shape[1], device=input_ids.device)
        last = torch.where(sets_reference | ends_reference, position, _NONE).cummax(1).values
        after = torch.where(
            last >= 0, new_reference.gather(1, last.clamp(min=0)), memory.reference[:, None]
        )
        reference = torch.cat((memory.reference[:, None], after[:, :-1]), 1)
        column = region.clamp(0, regions - 1)
        row = torch.where(reference >= 0, reference, column)
        sample = torch.arange(len(input_ids), device=input_ids.device)[:, None]
        added = memory.table[sample, row, column].to(embeds.dtype) * is_name[..., None]
        return embeds + added, NameTrace(memory.table, after, input_ids)
