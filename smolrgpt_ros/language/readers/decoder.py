# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Greedy decoding of a small language model, held to what an output may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import LlamaModel


class Output(Protocol):
    """An output in the making; see :class:`~.constrained.ConstrainedOutput`."""

    @property
    def allowed(self) -> tuple[int, ...]: ...

    @property
    def done(self) -> bool: ...

    def take(self, token: int) -> None: ...


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
    def write(self, prompt: Sequence[int], output: Output) -> float:
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


class OutputTooLong(ValueError):
    """An output that does not come to its end."""


class Int8Linear(nn.Module):
    """A linear layer without bias, its weights in eight-bit integers with a scale each output.

    Activations stay in floating point: the first token of a text has some that are a thousand times
    the others, and eight bits for both leave nothing of the others.

    Args:
        layer: in float32.
    """

    weight: Tensor
    scale: Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach()
        scale = weight.abs().amax(1).clamp_min(1e-12) / 127
        self.register_buffer("weight", (weight / scale[:, None]).round().to(torch.int8))
        self.register_buffer("scale", scale.to(torch.bfloat16))

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        rows = x.reshape(-1, x.shape[-1]).to(torch.bfloat16)
        found: Tensor = torch.ops.aten._weight_int8pack_mm(rows, self.weight, self.scale)
        return found.reshape(*x.shape[:-1], -1).to(x.dtype)


def in_int8(model: nn.Module) -> None:
    """Puts the weights of a model's projections into eight-bit integers."""
    for name, child in list(model.named_children()):
        if isinstance(child, nn.Linear):
            setattr(model, name, Int8Linear(child))
        else:
            in_int8(child)
