"""What the names of regions carry where they are written: features of the region itself, and what
it is to the region that the sentence speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_NOBODY = -1


@dataclass(frozen=True, eq=False)
class NameMemory:
    """Features of names, and how far a text has come. ``R`` names at most in a prompt.

    Args:
        table: ``(B, R, R, D)``; what the name of the column's region carries where the row's region
            is the reference. On the diagonal: without a reference.
        reference: ``(B,)`` int64, the region spoken of, -1 for none.
        previous: ``(B,)`` int64, the last token.
    """

    table: Tensor
    reference: Tensor
    previous: Tensor

    @classmethod
    def fresh(cls, table: Tensor) -> NameMemory:
        """Before the first token of an answer."""
        nobody = torch.full((len(table),), _NOBODY, device=table.device)
        return cls(table, nobody, nobody.clone())

    def select(self, rows: Tensor) -> NameMemory:
        """That of some of the sequences."""
        return NameMemory(self.table[rows], self.reference[rows], self.previous[rows])


@dataclass(frozen=True)
class NameRules:
    """Which tokens are names, and which say what the sentence speaks of.

    A name in running text becomes the reference of the names behind it. A name in a list, which
    is one right behind a separator (colon, comma), does not. The end of a turn ends the reference.

    Args:
        first: token of region 0's name; those of the next regions follow it.
        count: how many names there are.
        separators: tokens before a name in a list.
        end: token that ends a turn.
    """

    first: int
    count: int
    separators: Sequence[int]
    end: int

    def write(
        self, embeds: Tensor, input_ids: Tensor, memory: NameMemory
    ) -> tuple[Tensor, NameMemory]:
        """Add to each name what it carries.

        Args:
            embeds: ``(B, T, D)`` word embeddings of ``input_ids`` ``(B, T)``.
            memory: of the text before.

        Returns:
            The embeddings, and the memory of the text up to here.
        """
        places = memory.table.shape[1]
        region = input_ids - self.first
        named = (region >= 0) & (region < min(places, self.count))
        before = torch.cat((memory.previous[:, None], input_ids[:, :-1]), 1)
        spoken_of = named
        for separator in self.separators:  # numbers: a tensor of them could not be in a CUDA graph
            spoken_of = spoken_of & (before != separator)
        ended = input_ids == self.end
        told = torch.where(spoken_of, region, _NOBODY)
        position = torch.arange(input_ids.shape[1], device=input_ids.device)
        last = torch.where(spoken_of | ended, position, -1).cummax(1).values
        after = torch.where(last >= 0, told.gather(1, last.clamp(min=0)), memory.reference[:, None])
        reference = torch.cat((memory.reference[:, None], after[:, :-1]), 1)
        column = region.clamp(0, places - 1)
        row = torch.where(reference >= 0, reference, column)
        sample = torch.arange(len(input_ids), device=input_ids.device)[:, None]
        added = memory.table[sample, row, column].to(embeds.dtype) * named[..., None]
        return embeds + added, NameMemory(memory.table, after[:, -1], input_ids[:, -1])
