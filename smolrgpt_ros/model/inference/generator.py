# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Greedy answers to several questions about one frame, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..preprocessing.processor import SmolRGPTProcessor
from .decode_steps import WIDTHS, Chosen, GrowingSteps, StaticPool, StaticSteps, most_likely
from .drafts import AnswerDrafts
from .frame_cache import FrameFeatures
from .frame_regions import REGIONS_KEPT, RegionInputs
from .fused_decoder import FusedDecoder
from .list_guesses import ListTokens, Quantities, with_lists
from .question_inputs import QuestionInputs

_FILLING = 0
"""Token where a step is wider than a guess: a guess like any other, and hardly ever right."""


@dataclass
class DecodedSequence:
    """An answer while it is decoded.

    Args:
        limit: most tokens generated, the end of turn included.
        token_ids: generated, without the end of turn.
        log_probability: sum over the generated tokens, the end of turn included.
        tokens: number of generated tokens, the end of turn included.
        steps: of the decoder that they took, the prefill included.
        ended: the model generated the end of turn.
        stopped: the caller wants no more tokens.
    """

    limit: int
    token_ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    tokens: int = 0
    steps: int = 0
    ended: bool = False
    stopped: bool = False

    @property
    def finished(self) -> bool:
        """No more tokens are generated for it."""
        return self.ended or self.stopped or self.tokens >= self.limit

    @property
    def confidence(self) -> float:
        """Geometric mean of the probabilities of the tokens chosen, the end of turn included."""
        return math.exp(self.log_probability / self.tokens) if self.tokens else 0.0

    def extend(
        self,
        guessed: Sequence[int],
        chosen: Sequence[int],
        log_probabilities: Sequence[float],
        end_of_turn: int,
    ) -> int:
        """Add the token chosen by a step, and those behind it that were guessed rightly.

        Args:
            guessed: ``G`` tokens.
            chosen, log_probabilities: ``G + 1``; what the model chooses after the last known token
                and after each guess.
            end_of_turn: token that ends the answer.

        Returns:
            How many were added.
        """
        self.steps += 1
        before = self.tokens
        for place, token in enumerate(chosen):
            if self.finished or (place and guessed[place - 1] != chosen[place - 1]):
                break
            self.tokens += 1
            self.log_probability += log_probabilities[place]
            self.ended = token == end_of_turn
            if not self.ended:
                self.token_ids.append(token)
        return self.tokens - before


class Generator:
    """Runs the model's parts for frames and questions; used by one thread only.

    Args:
        model: vision encoder and prompt embedding.
        decoder: the same model's decoder, fused.
        processor: makes the tower's inputs and the prefix.
        static: decode with a static cache, on CUDA as a graph.
        drafts: guess tokens from earlier answers and check several in a step.
    """

    def __init__(
        self,
        model: SmolRGPTForConditionalGeneration,
        decoder: FusedDecoder,
        processor: SmolRGPTProcessor,
        static: bool = False,
        drafts: bool = True,
    ) -> None:
        self.vision, self.prompts = model.vision_encoder, model.prompt_embedding
        self.vision.rgb.refiner.order_weights()
        self.vision.depth.refiner.order_weights()
        self.decoder, self.processor = decoder, processor
        self.prefix_ids = processor.encode(processor.prefix)
        self.end_of_turn = model.config.eos_token_id
        self._static = StaticPool(decoder, self.prompts) if static else None
        self._list_tokens = _list_tokens(model.config, processor)
        alike = (self._list_tokens.first, self._list_tokens.later)
        self._drafts = AnswerDrafts(alike, self._list_tokens.names, WIDTHS[-1] - 1)
        self._guesses = drafts

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
        positions = torch.arange(ids.shape[1], device=self.device)
        embeds, _ = self.prompts.embed(ids, image_tokens[None])
        self.decoder(embeds, positions[None], cache, ids.shape[1])
        features.prefix = cache

    @torch.inference_mode()
    def generate(
        self, features: FrameFeatures, questions: Sequence[QuestionInputs], limits: Sequence[int]
    ) -> Iterator[list[DecodedSequence]]:
        """Answer questions about a frame that :meth:`encode_frame` has filled in.

        Yields the answers so far after each step; stop iterating to stop early. Setting ``stopped``
        of an answer stops that one. Finished answers leave the batch. The tokens are those of the
        most likely choice, one after the other, however many a step checks; where two are equally
        likely to the number format's precision, the width of a step may decide.

        Args:
            features: with refined maps if any question has masks.
            questions: at least one.
            limits: most tokens of each answer, its end of turn included.
        """
        answers = [DecodedSequence(limit) for limit in limits]
        active = list(range(len(questions)))
        steps, hidden = self.prefill(features, questions, max(limits))
        first = most_likely(self.decoder, hidden[:, None])
        quantities = [self._quantities(question) for question in questions]
        guesses: list[tuple[int, ...]] = [() for _ in questions]
        self._extend(answers, active, guesses, first)
        yield answers
        lengths = [len(self.prefix_ids) + len(question.token_ids) for question in questions]
        while rows := [row for row, index in enumerate(active) if not answers[index].finished]:
            if steps.shrinks and len(rows) < len(active):
                steps.select(torch.tensor(rows, device=self.device))
                active = [active[row] for row in rows]
            guesses = self._guess(answers, active, questions, quantities)
            # The last token of each answer is not in the cache yet; a finished one may have none.
            starts = [lengths[i] + max(0, len(answers[i].token_ids) - 1) for i in active]
            tokens = [
                [*(answers[index].token_ids[-1:] or [_FILLING]), *guess]
                for index, guess in zip(active, guesses, strict=True)
            ]
            chosen = steps.step(
                torch.tensor(tokens, device=self.device),
                torch.tensor(starts, device=self.device),
                max(starts) + len(tokens[0]),
            )
            counts = self._extend(answers, active, guesses, chosen)
            steps.keep(torch.tensor(counts, device=self.device))
            yield answers
        for question, answer in zip(questions, answers, strict=True):
            if answer.ended:
                self._drafts.learn(question.token_ids, [*answer.token_ids, self.end_of_turn])

    def _extend(
        self,
        answers: list[DecodedSequence],
        active: list[int],
        guesses: list[tuple[int, ...]],
        chosen: Chosen,
    ) -> list[int]:
        """Add a step's tokens to the answers; returns how many of each, at least one."""
        found = zip(active, guesses, chosen.tokens.tolist(), strict=True)
        probabilities = chosen.log_probabilities.tolist()
        return [
            max(1, answers[index].extend(guess, tokens, row, self.end_of_turn))
            for (index, guess, tokens), row in zip(found, probabilities, strict=True)
        ]

    def _quantities(self, question: QuestionInputs) -> Quantities | None:
        """What the names of a question's regions carry; ``None`` where that is not known."""
        encoder, geometry = self.prompts.geometry_encoder, question.geometry
        if not (self._guesses and self._list_tokens.usable) or encoder is None or geometry is None:
            return None
        found = encoder.quantities(geometry.to(self.device))
        return None if found is None else found.tolist()

    def _guess(
        self,
        answers: list[DecodedSequence],
        active: list[int],
        questions: Sequence[QuestionInputs],
        quantities: Sequence[Quantities | None],
    ) -> list[tuple[int, ...]]:
        """Guesses of one length for each answer, one less than a step's width; padded."""
        guesses: list[tuple[int, ...]] = [() for _ in active]
        if self._guesses:
            guesses = [
                self._guess_one(questions[index].token_ids, answers[index], quantities[index])
                for index in active
            ]
        longest = max(map(len, guesses))
        length = next(width for width in WIDTHS if width > longest) - 1
        return [guess + (_FILLING,) * (length - len(guess)) for guess in guesses]

    def _guess_one(
        self, question: Sequence[int], answer: DecodedSequence, quantities: Quantities | None
    ) -> tuple[int, ...]:
        known, length = answer.token_ids, WIDTHS[-1] - 1
        guess = self._drafts.guess(question, known)
        if quantities is None:
            return guess
        guess = with_lists(self._list_tokens, known, guess, quantities, length)
        if 0 < len(guess) < length:  # it left what earlier answers say; they may know more
            behind = [*known, *guess]
            more = self._drafts.guess(question, behind)
            rest = length - len(guess)
            guess += with_lists(self._list_tokens, behind, more, quantities, rest)
        return guess

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
        first = features.prefix.keys.shape[3]
        rows, mask = self.processor.pad([q.token_ids for q in questions], side="right")
        ids, mask = rows.to(self.device), mask.to(self.device)
        length = ids.shape[1]
        # The last step may guess beyond the last token.
        steps = self._new_steps(len(questions), first + length + max_new_tokens + WIDTHS[-1])
        cache = steps.cache
        cache.keys[:, :, :, :first] = features.prefix.keys
        cache.values[:, :, :, :first] = features.prefix.values
        regions = [self._region_tokens(features, question) for question in questions]
        measured = [question.geometry for question in questions]
        geometry = [None if rows is None else rows.to(self.device) for rows in measured]
        rgb, depth = [rgb for rgb, _ in regions], [depth for _, depth in regions]
        embeds, names = self.prompts.embed(ids, None, rgb, depth, geometry)
        steps.set_names(names)
        positions = torch.arange(first, first + length, device=self.device)
        hidden = self.decoder(embeds, positions.expand_as(ids), cache, first + length)
        return steps, hidden[torch.arange(len(questions), device=self.device), mask.sum(1) - 1]

    def _new_steps(self, batch: int, length: int) -> GrowingSteps | StaticSteps:
        if self._static is None:
            return GrowingSteps(self.decoder, self.prompts, batch, length)
        return self._static.get(batch, length)

    def _region_tokens(
        self, features: FrameFeatures, question: QuestionInputs
    ) -> tuple[Tensor | None, Tensor | None]:
        """RGB and depth tokens of a question's masks, ``(M, D)`` each, ``None`` without."""
        if not question.regions:
            return None, None
        self._pool(features, question.regions)
        found = [features.pooled[region] for region in question.regions]
        rgb, depth = [rgb for rgb, _ in found], [depth for _, depth in found if depth is not None]
        return torch.stack(rgb), torch.stack(depth) if depth else None

    def _pool(self, features: FrameFeatures, regions: Sequence[RegionInputs]) -> None:
        """Fill in the tokens of regions that no question before was about."""
        if len(features.pooled) > REGIONS_KEPT:
            features.pooled.clear()
        missing = [region for region in dict.fromkeys(regions) if region not in features.pooled]
        if not missing:
            return
        weights = torch.stack([region.weights for region in missing]).to(self.device)
        assert features.rgb_trunk is not None
        rgb = self.vision.rgb.refiner.pool(features.rgb_trunk, weights)
        depth: Sequence[Tensor | None] = [None] * len(missing)
        if features.depth_trunk is not None:
            depth = self.vision.depth.refiner.pool(features.depth_trunk, weights).unbind()
        features.pooled.update(zip(missing, zip(rgb, depth, strict=True), strict=True))


def _list_tokens(config: SmolRGPTConfig, processor: SmolRGPTProcessor) -> ListTokens:
    first = config.region_name_token_id
    names = range(0) if first is None else range(first, first + config.region_names)
    return ListTokens.of(processor.encode, names, config.heading_token_ids)
