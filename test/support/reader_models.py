# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Small stand-ins for the reader's language model: a tokenizer of letters, random weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

from smolrgpt_ros.language.readers.constrained import ConstrainedOutput
from smolrgpt_ros.language.readers.encoding import ReaderEncoding
from smolrgpt_ros.model.reader.base_model import BaseModel

ALPHABET = {chr(code): code for code in range(128)}


def letter_tokenizer() -> PreTrainedTokenizerFast:
    """A token for each ASCII letter; the first one ends an output."""
    tokenizer = Tokenizer(models.WordLevel(ALPHABET, unk_token="\x01"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="\x00", unk_token="\x01")


def encoding() -> ReaderEncoding:
    """Prompts and outputs letter by letter."""
    return ReaderEncoding(letter_tokenizer())


def random_model(seed: int = 0, layers: int = 2) -> LlamaModel:
    """A decoder of 16 channels with random weights."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(ALPHABET),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
    )
    return LlamaModel(config).eval()


def base_model() -> BaseModel:
    """The random decoder with its tokenizer."""
    return BaseModel(random_model(), letter_tokenizer())


class ScriptedDecoder:
    """Writes the text it was given."""

    def __init__(self, text: str, probability: float) -> None:
        self._tokens = [*map(ord, text), 0]
        self._probability = probability

    def write(self, prompt: Sequence[int], output: ConstrainedOutput) -> float:
        for token in self._tokens:
            output.take(token)
        return self._probability
