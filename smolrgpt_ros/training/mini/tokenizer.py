# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini's tokenizer: a small byte-level BPE with one token per digit.

Digits stay single tokens so that a small decoder learns numbers as sequences of decisions, each
region name is one token so that naming a region is one decision, and bytes cover every other text.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|image|>",
    "<mask_rgb>",
    "<mask_depth>",
    "<mask_geometry>",
)
REGION_NAMES = 32
HEADINGS = tuple(f" {word}" for word in QUANTITIES)
"""Words before lists of numbers; single tokens."""
LIST_SEPARATORS = (":", ",")
"""Signs before a name in a list; single tokens."""


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Trains the tokenizer on prompts and answers.

    Args:
        texts: questions and answers; ``[Region i]`` may occur in them.
        vocabulary_size: entries learned; region names and headings are not counted.

    Returns:
        A tokenizer with ``eos = pad = <|im_end|>`` like the published model's.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" ?\d"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    names = [f" [Region {index}]" for index in range(REGION_NAMES)]
    plain = (_without_added_tokens(text) for text in texts)
    tokenizer.train_from_iterator(
        plain,
        trainers.BpeTrainer(
            vocab_size=vocabulary_size,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    added = (*names, *HEADINGS)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in added])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        bos_token="<|im_start|>",
        additional_special_tokens=[t for t in SPECIAL_TOKENS if t != "<|im_end|>"],
        clean_up_tokenization_spaces=False,
    )


def _without_added_tokens(text: str) -> str:
    for index in range(REGION_NAMES):
        text = text.replace(f" [Region {index}]", "")
    for heading in HEADINGS:
        text = text.replace(heading, "")
    return text
