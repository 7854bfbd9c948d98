# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Greedy decoding of a small language model, held to what an output may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from smolrgpt_ros.language.readers.constrained import ConstrainedOutput
from smolrgpt_ros.language.readers.model_reader import OutputTooLong

if TYPE_CHECKING:
    from transformers import LlamaModel


class GreedyDecoder:
    """Takes the likeliest of the allowed tokens; where only one is allowed, the model is not asked.

    Args:
        model: a decoder in float32 without its head, which is its embedding; that is taken out.
        max_tokens: of an output.
    """

    def __init__(self, model: LlamaModel, max_tokens: int = 120) -> None:
        self._model, self._max_tokens = model, max_tokens
        embedding = model.get_input_embeddings()
        assert isinstance(embedding, nn.Embedding)
        # Half of its memory; it is the largest of all weights.
        self._embedding: Tensor = embedding.weight.detach().to(torch.bfloat16)
        model.set_input_embeddings(nn.Embedding(1, 1))

    @torch.inference_mode()
    def write(self, prompt: Sequence[int], output: ConstrainedOutput) -> float:
        """Writes an output; returns its probability among all outputs that may be written.

        Raises:
            OutputTooLong: beyond the most tokens.
        """
        from transformers import DynamicCache

        cache, waiting, probability = DynamicCache(), list(prompt), 1.0
        for _ in range(self._max_tokens):
            if output.done:
                return probability
            allowed = output.allowed
            if len(allowed) == 1:
                token = allowed[0]
            else:
                hidden = self._model(
                    inputs_embeds=self._embedding[waiting][None].float(),
                    past_key_values=cache,
                    use_cache=True,
                ).last_hidden_state[0, -1]
                waiting = []
                shares = (self._embedding[list(allowed)].float() @ hidden).softmax(0)
                best = int(shares.argmax())
                token, probability = allowed[best], probability * float(shares[best])
            output.take(token)
            waiting.append(token)
        raise OutputTooLong(f"the output has more than {self._max_tokens} tokens")
