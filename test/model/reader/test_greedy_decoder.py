# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Greedy decoding takes the likeliest of the allowed tokens."""

from __future__ import annotations

import pytest
import torch
from reader_models import encoding, random_model

from smolrgpt_ros.language.readers.constrained import ConstrainedOutput
from smolrgpt_ros.language.readers.model_reader import OutputTooLong
from smolrgpt_ros.language.readers.notation_grammar import notation_grammar
from smolrgpt_ros.model.reader.decoder import GreedyDecoder

PROMPT = [104, 105, 63]


class FirstTokens(ConstrainedOutput):
    """Records what was allowed and taken; done after some tokens."""

    def __init__(self, count: int) -> None:
        letters = encoding()
        grammar = notation_grammar(["pallet", "transporter"], [3, 9], [])
        super().__init__(grammar, letters.piece, letters.end)
        self.count = count
        self.taken: list[tuple[tuple[int, ...], int]] = []

    @property
    def done(self) -> bool:
        return len(self.taken) == self.count

    def take(self, token: int) -> None:
        self.taken.append((self.allowed, token))
        super().take(token)


@pytest.mark.parametrize("seed", range(3))
@torch.inference_mode()
def test_each_token_is_the_likeliest_after_the_whole_text_before_it(seed: int) -> None:
    model, output = random_model(seed), FirstTokens(60)
    embedding = model.embed_tokens.weight.detach().to(torch.bfloat16).float()
    probability = GreedyDecoder(model).write(PROMPT, output)
    text, expected, choices = list(PROMPT), 1.0, 0
    for allowed, token in output.taken:
        hidden = model(inputs_embeds=embedding[text][None]).last_hidden_state[0, -1]
        shares = (embedding[list(allowed)] @ hidden).softmax(0)
        assert token == allowed[int(shares.argmax())]
        expected, choices = expected * float(shares.max()), choices + (len(allowed) > 1)
        text.append(token)
    assert choices >= 5
    assert probability == pytest.approx(expected, rel=1e-4)


def test_an_output_without_an_end_is_an_error() -> None:
    with pytest.raises(OutputTooLong, match="more than 5 tokens"):
        GreedyDecoder(random_model(), max_tokens=5).write(PROMPT, FirstTokens(6))
