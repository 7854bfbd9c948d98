# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published code's order of computing, as the baseline of the benchmark alone."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ..architecture.layers import Refiner, weighted_mean
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration


class PublishedBaseline:
    """The published order of computing, with this package's modules.

    float32, RGB and depth one after the other, everything again for each question, a cache that
    grows by concatenation, and no stop at the end of a turn.

    Args:
        model: float32; all but the refiners are shared with it.
        clock: in seconds.
    """

    def __init__(
        self,
        model: SmolRGPTForConditionalGeneration,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.model, self.clock = model, clock
        # Copies: the generator orders the weights of the model's refiners for itself.
        self._refiners = copy.deepcopy((model.rgb_refiner, model.depth_refiner))

    @torch.inference_mode()
    def vision(self, rgb: Tensor, depth: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures ``(1, 3, S, S)`` and masks ``(M, g, g)`` -> image and region tokens."""
        encoder = self.model.vision_encoder
        image = encoder.rgb.connector(encoder.encode(rgb))
        depth_tokens = encoder.depth.connector(encoder.encode(depth))
        pooled = [
            weighted_mean(_whole_map(refiner, tokens)[0].flatten(1).T, weights.flatten(1))
            for refiner, tokens in zip(self._refiners, (image, depth_tokens), strict=True)
        ]
        return image, pooled[0], pooled[1]

    @torch.inference_mode()
    def answer(
        self, rgb: Tensor, depth: Tensor, weights: Tensor, ids: Tensor, new_tokens: int
    ) -> list[float]:
        """Seconds from the question to each of its new tokens.

        Args:
            rgb, depth: ``(1, 3, S, S)``.
            weights: ``(M, g, g)``.
            ids: ``(1, T)``, the whole prompt.
            new_tokens: generated in any case, without a stop.
        """
        start = self.clock()
        image, region_rgb, region_depth = self.vision(rgb, depth, weights)
        embeds, _ = self.model.prompt_embedding.embed(ids, image, [region_rgb], [region_depth])
        return self._decode(embeds, new_tokens, start)

    def _decode(self, embeds: Tensor, new_tokens: int, start: float) -> list[float]:
        times = []
        cache = None
        for _ in range(new_tokens):
            output = self.model.language_model(
                inputs_embeds=embeds, past_key_values=cache, use_cache=True
            )
            cache = output.past_key_values
            token = output.logits[:, -1].argmax(-1)
            embeds = self.model.get_input_embeddings()(token[:, None])
            token.tolist()
            times.append(self.clock() - start)
        return times


def _whole_map(refiner: Refiner, tokens: Tensor) -> Tensor:
    """The refined map by the general transposed convolution, every cell: ``(B, D, g, g)``."""
    side = round(tokens.shape[1] ** 0.5)
    x = tokens.transpose(1, 2).reshape(1, -1, side, side)
    for layer in refiner.layers:
        if isinstance(layer, torch.nn.ConvTranspose2d):
            x = F.conv_transpose2d(x, layer.weight, layer.bias, stride=2)
        elif isinstance(layer, torch.nn.LayerNorm):
            x = layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        else:
            x = layer(x)
    return x
