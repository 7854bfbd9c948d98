# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini's tokenizer: numbers digit by digit, one token per region name, nothing lost."""

from __future__ import annotations

import pytest

from smolrgpt_ros.training.mini.tokenizer import REGION_NAMES, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    texts = [
        "How far is the pallet <mask> from the transporter <mask>?",
        "The pallet [Region 0] and the transporter [Region 1] are 5.23 meters apart.",
        "Distances from it: [Region 3] 1.2, [Region 4] 4.2.",
    ]
    return train_tokenizer(texts * 20, 320)


def test_digits_are_tokens_of_their_own(tokenizer):
    pieces = tokenizer.convert_ids_to_tokens(tokenizer(" 12.70 meters").input_ids)
    assert pieces[:5] == ["Ġ1", "2", ".", "7", "0"]


@pytest.mark.parametrize("index", [0, 7, 10, REGION_NAMES - 1])
def test_a_region_name_is_one_token(tokenizer, index):
    assert len(tokenizer(f" [Region {index}]").input_ids) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The pallet [Region 0] and the transporter [Region 11] are 15.23 meters apart.",
        "Wörter, die niemand kannte: 3 < 4\n  und zwei Leerzeichen",
        "[Region 3] at the start",
    ],
)
def test_decoding_gives_the_text_back(tokenizer, text):
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_the_turn_end_is_end_and_padding(tokenizer):
    assert tokenizer.eos_token == tokenizer.pad_token == "<|im_end|>"
