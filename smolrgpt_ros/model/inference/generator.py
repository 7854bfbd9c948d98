# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Greedy answers to several questions about one frame, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..preprocessing.processor import SmolRGPTProcessor
from .decode_steps import GrowingSteps, StaticPool, StaticSteps, most_likely
from .frame_cache import FrameFeatures
from .fused_decoder import FusedDecoder
from .question_inputs import QuestionInputs


@dataclass
class DecodedSequence:
    """An answer while it is decoded.

    Args:
        token_ids: generated, without the end of turn.
        log_probability: sum over the generated tokens, the end of turn included.
        steps: generated tokens, the end of turn included.
        ended: the model generated the end of turn.
        stopped: the caller wants no more tokens.
    """

    token_ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    steps: int = 0
    ended: bool = False
    stopped: bool = False

    @property
    def finished(self) -> bool:
        """No more tokens are generated for it."""
        return self.ended or self.stopped

    @property
    def confidence(self) -> float:
        """Geometric mean of the probabilities of the tokens chosen, the end of turn included."""
        return math.exp(self.log_probability / self.steps) if self.steps else 0.0

    def append(self, token: int, log_probability: float, end_of_turn: int) -> None:
        """Add the token of a step."""
        self.steps += 1
        self.log_probability += log_probability
        self.ended = token == end_of_turn
        if not self.ended:
            self.token_ids.append(token)


class Generator:
    """Runs the model's parts for frames and questions; used by one thread only.

    Args:
        model: vision encoder and prompt embedding.
        decoder: the same model's decoder, fused.
        processor: makes the tower's inputs and the prefix.
        static: decode with a static cache, on CUDA as a graph.
    """

    def __init__(
        self,
        model: SmolRGPTForConditionalGeneration,
        decoder: FusedDecoder,
        processor: SmolRGPTProcessor,
        static: bool = False,
    ) -> None:
        self.vision, self.prompts = model.vision_encoder, model.prompt_embedding
        self.vision.rgb.refiner.order_weights()
        self.vision.depth.refiner.order_weights()
        self.decoder, self.processor = decoder, processor
        self.prefix_ids = processor.encode(processor.prefix)
        self.end_of_turn = model.config.eos_token_id
        self._static = StaticPool(decoder, self.prompts) if static else None

    @property
    def device(self) -> torch.device:
        return self.decoder.norm.device

    @torch.inference_mode()
    def encode_frame(self, features: FrameFeatures, with_regions: bool) -> None:
        """Fill in features that questions need: the prefix and, on request, the refined maps."""
        pictures = self._missing_pictures(features, with_regions)
        if pictures:
            stacked = torch.stack(list(pictures.values())).to(self.device)
            patches = dict(zip(pictures, self.vision.encode(stacked), strict=True))
            if "rgb" in patches:
                features.rgb_tokens = self.vision.rgb.connector(patches["rgb"][None])[0]
                self._fill_prefix(features, features.rgb_tokens)
            if "depth" in patches:
                tokens = self.vision.depth.connector(patches["depth"][None])
                features.depth_trunk = self.vision.depth.refiner.trunk(tokens)[0]
        if with_regions and features.rgb_trunk is None:
            assert features.rgb_tokens is not None
            features.rgb_trunk = self.vision.rgb.refiner.trunk(features.rgb_tokens[None])[0]

    def _missing_pictures(self, features: FrameFeatures, with_regions: bool) -> dict[str, Tensor]:
        """Pictures that the tower has yet to see, by ``"rgb"`` and ``"depth"``."""
        pictures: dict[str, Tensor] = {}
        if features.prefix is None:
            pictures["rgb"] = self.processor.rgb(features.frame.rgb)
        if with_regions and features.depth_trunk is None and features.has_depth is not False:
            depth = self.processor.depth(features.frame.depth)
            features.has_depth = depth is not None
            if depth is not None:
                pictures["depth"] = depth
        return pictures

    def _fill_prefix(self, features: FrameFeatures, image_tokens: Tensor) -> None:
        ids = torch.tensor([self.prefix_ids], device=self.device)
        cache = self.decoder.new_cache(1, ids.shape[1])
        cache.seen[:] = True
        slots = torch.arange(ids.shape[1], device=self.device)
        embeds, _ = self.prompts.embed(ids, image_tokens[None])
        self.decoder(embeds, slots[None], slots, cache, ids.shape[1])
        features.prefix = cache

    @torch.inference_mode()
    def generate(
        self, features: FrameFeatures, questions: Sequence[QuestionInputs], max_new_tokens: int
    ) -> Iterator[list[DecodedSequence]]:
        """Answer questions about a frame that :meth:`encode_frame` has filled in.

        Yields the answers so far after each step; stop iterating to stop early. Setting ``stopped``
        of an answer stops that one. Finished answers leave the batch.

        Args:
            features: with refined maps if any question has masks.
            questions: at least one.
            max_new_tokens: for each answer, its end of turn included.
        """
        answers = [DecodedSequence() for _ in questions]
        active = list(range(len(questions)))
        steps, hidden = self.prefill(features, questions, max_new_tokens)
        lengths = [len(self.prefix_ids) + len(question.token_ids) for question in questions]
        positions = torch.tensor(lengths, device=self.device)
        tokens, log_probabilities = most_likely(self.decoder, hidden)
        for step in range(max_new_tokens):
            chosen = zip(active, tokens.tolist(), log_probabilities.tolist(), strict=True)
            for index, token, log_probability in chosen:
                if not answers[index].finished:
                    answers[index].append(token, log_probability, self.end_of_turn)
            yield answers
            keep = [row for row, index in enumerate(active) if not answers[index].finished]
            if not keep or step == max_new_tokens - 1:
                return
            if steps.shrinks and len(keep) < len(active):
                rows = torch.tensor(keep, device=self.device)
                tokens, positions = tokens[rows], positions[rows]
                active = [active[row] for row in keep]
                steps.select(rows)
            tokens, log_probabilities = steps.step(tokens, positions + step, max(lengths) + step)

    @torch.inference_mode()
    def prefill(
        self, features: FrameFeatures, questions: Sequence[QuestionInputs], max_new_tokens: int
    ) -> tuple[GrowingSteps | StaticSteps, Tensor]:
        """Run the questions behind the frame's prefix.

        Returns:
            Decoding steps with room for ``max_new_tokens``, and the hidden state at each question's
            last token, ``(B, D)``.
        """
        assert features.prefix is not None
        first = features.prefix.seen.shape[1]
        rows, mask = self.processor.pad([q.token_ids for q in questions], side="right")
        ids, mask = rows.to(self.device), mask.to(self.device)
        length = ids.shape[1]
        steps = self._new_steps(len(questions), first + length + max_new_tokens)
        cache = steps.cache
        cache.keys[:, :, :, :first] = features.prefix.keys
        cache.values[:, :, :, :first] = features.prefix.values
        cache.seen[:, :first] = True
        cache.seen[:, first : first + length] = mask.bool()
        regions = [self._region_tokens(features, question) for question in questions]
        geometry = [None if q.geometry is None else q.geometry.to(self.device) for q in questions]
        rgb, depth = [rgb for rgb, _ in regions], [depth for _, depth in regions]
        embeds, names = self.prompts.embed(ids, None, rgb, depth, geometry)
        steps.set_names(names)
        slots = torch.arange(first, first + length, device=self.device)
        hidden = self.decoder(embeds, slots[None].expand_as(ids), slots, cache, first + length)
        return steps, hidden[torch.arange(len(questions), device=self.device), mask.sum(1) - 1]

    def _new_steps(self, batch: int, slots: int) -> GrowingSteps | StaticSteps:
        if self._static is None:
            return GrowingSteps(self.decoder, self.prompts, batch, slots)
        return self._static.get(batch, slots)

    def _region_tokens(
        self, features: FrameFeatures, question: QuestionInputs
    ) -> tuple[Tensor | None, Tensor | None]:
        """RGB and depth tokens of a question's masks, ``(M, D)`` each, ``None`` without."""
        if not len(question.weights):
            return None, None
        weights = question.weights.to(self.device)
        assert features.rgb_trunk is not None
        rgb = self.vision.rgb.refiner.pool(features.rgb_trunk, weights)
        if features.depth_trunk is None:
            return rgb, None
        return rgb, self.vision.depth.refiner.pool(features.depth_trunk, weights)
