# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prompts and outputs of a reader as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .prompt import reader_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class ReaderEncoding:
    """Encodes prompts whole, and outputs piece by piece, as constrained decoding takes them.

    Args:
        tokenizer: the base model's.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._pieces: dict[str, tuple[int, ...]] = {}

    @cached_property
    def end(self) -> int:
        """The token that ends an output."""
        end = self._tokenizer.eos_token_id
        assert isinstance(end, int)
        return end

    def prompt(self, labels: Sequence[str], text: str) -> list[int]:
        """The tokens of a prompt."""
        return list(self._tokenizer.encode(reader_prompt(labels, text), add_special_tokens=False))

    def piece(self, text: str) -> tuple[int, ...]:
        """The tokens of one piece of the notation."""
        known = self._pieces.get(text)
        if known is None:
            found = self._tokenizer.encode(text.lower(), add_special_tokens=False)
            known = self._pieces[text] = tuple(found)
        return known

    def output(self, pieces: Sequence[str]) -> list[int]:
        """The tokens of an output, its end included."""
        return [*(token for piece in pieces for token in self.piece(piece)), self.end]
