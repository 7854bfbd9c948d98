"""Greedy answers to several questions about one frame, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..preprocessing.processor import SmolRGPTProcessor
from .decode_steps import GrowingSteps, StaticPool, StaticSteps, choose
from .frame_cache import FrameFeatures
from .fused_decoder import FusedDecoder


@dataclass(frozen=True)
class PreparedQuestion:
    """One question, ready for the model.

    Args:
        token_ids: the prompt behind the frame's prefix.
        weights: ``(M, mask_grid, mask_grid)`` float32.
        geometry: ``(M, G)`` float32, or ``None`` for a model without geometry.
        vanished: indexes of masks too small for the mask grid.
    """

    token_ids: list[int]
    weights: Tensor
    geometry: Tensor | None
    vanished: tuple[int, ...]


@dataclass
class GeneratedAnswer:
    """An answer in the making: tokens without the end of turn, and how sure the model was."""

    token_ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    steps: int = 0
    ended: bool = False

    @property
    def confidence(self) -> float:
        """Geometric mean of the probabilities of the tokens chosen, the end of turn included."""
        return math.exp(self.log_probability / self.steps) if self.steps else 0.0


@dataclass(frozen=True, eq=False)
class StartedAnswers:
    """A batch behind its prompts.

    Args:
        steps: hold the prompts' keys and values.
        hidden: ``(B, D)``, at each prompt's last token.
        positions: ``(B,)`` int64, of each sequence's next token.
        slot: of the cache, where the next tokens go.
    """

    steps: GrowingSteps | StaticSteps
    hidden: Tensor
    positions: Tensor
    slot: int


class Generator:
    """Runs the model's parts for frames and questions; used by one thread only.

    Args:
        model: tower, connectors, refiners.
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
        names = model.config.region_names
        self.static = StaticPool(decoder, model.write_names, names) if static else None
        model.rgb_refiner.lay_out()
        model.depth_refiner.lay_out()
        self.model, self.decoder, self.processor = model, decoder, processor
        self.prefix_ids = processor.encode(processor.prefix)
        self.eos = model.config.eos_token_id

    @property
    def device(self) -> torch.device:
        return self.decoder.norm.device

    @torch.inference_mode()
    def see(self, features: FrameFeatures, with_regions: bool) -> None:
        """Fill in what questions need of a frame: the prefix, and on request the refined maps."""
        wanted = self._pictures(features, with_regions)
        if wanted:
            pictures = torch.stack(list(wanted.values())).to(self.device)
            patches = dict(zip(wanted, self.model.encode_images(pictures), strict=True))
            if "rgb" in patches:
                features.rgb_tokens = self.model.connect(patches["rgb"][None], "rgb")[0]
                self._fill_prefix(features, features.rgb_tokens)
            if "depth" in patches:
                tokens = self.model.connect(patches["depth"][None], "depth")
                features.depth_trunk = self.model.depth_refiner.trunk(tokens)[0]
        if with_regions and features.rgb_trunk is None:
            assert features.rgb_tokens is not None
            features.rgb_trunk = self.model.rgb_refiner.trunk(features.rgb_tokens[None])[0]

    def _pictures(self, features: FrameFeatures, with_regions: bool) -> dict[str, Tensor]:
        wanted: dict[str, Tensor] = {}
        if features.prefix is None:
            wanted["rgb"] = self.processor.rgb(features.frame.rgb)
        if with_regions and features.depth_trunk is None and features.has_depth is not False:
            depth = self.processor.depth(features.frame.depth)
            features.has_depth = depth is not None
            if depth is not None:
                wanted["depth"] = depth
        return wanted

    def _fill_prefix(self, features: FrameFeatures, image_tokens: Tensor) -> None:
        ids = torch.tensor([self.prefix_ids], device=self.device)
        cache = self.decoder.new_cache(1, ids.shape[1])
        cache.seen[:] = True
        slots = torch.arange(ids.shape[1], device=self.device)
        embeds, _ = self.model.assemble(ids, image_tokens[None])
        self.decoder(embeds, slots[None], slots, cache, ids.shape[1])
        features.prefix = cache

    @torch.inference_mode()
    def generate(
        self, features: FrameFeatures, questions: Sequence[PreparedQuestion], max_new_tokens: int
    ) -> Iterator[list[GeneratedAnswer]]:
        """Answer questions about a frame that :meth:`see` has filled in.

        Yields the answers so far after each step; stop iterating to stop early. Setting ``ended``
        of an answer stops that one. What has ended is taken out of the batch.

        Args:
            features: with refined maps if any question has masks.
            questions: at least one.
            max_new_tokens: for each answer, its end of turn included.
        """
        answers = [GeneratedAnswer() for _ in questions]
        active = list(range(len(questions)))
        started = self.start(features, questions, max_new_tokens)
        steps, positions, behind = started.steps, started.positions, started.slot
        tokens, log_probabilities = choose(self.decoder, started.hidden)
        for step in range(max_new_tokens):
            self._note(tokens, log_probabilities, answers, active)
            yield answers
            keep = [row for row, index in enumerate(active) if not answers[index].ended]
            if not keep or step == max_new_tokens - 1:
                return
            if steps.shrinks and len(keep) < len(active):
                rows = torch.tensor(keep, device=self.device)
                tokens, positions = tokens[rows], positions[rows]
                active = [active[row] for row in keep]
                steps.keep(rows)
            tokens, log_probabilities = self._step(steps, tokens, positions + step, behind + step)

    @torch.inference_mode()
    def start(
        self, features: FrameFeatures, questions: Sequence[PreparedQuestion], max_new_tokens: int
    ) -> StartedAnswers:
        """Run the prompts of questions about a frame that :meth:`see` has filled in."""
        assert features.prefix is not None
        first = features.prefix.seen.shape[1]
        lengths = [len(question.token_ids) for question in questions]
        slot = first + max(lengths)
        steps = self._steps(len(questions), slot + max_new_tokens)
        steps.cache.keys[:, :, :, :first] = features.prefix.keys
        steps.cache.values[:, :, :, :first] = features.prefix.values
        steps.cache.seen[:, :first] = True
        positions = torch.tensor(lengths, device=self.device) + first
        hidden = self._prefill(features, questions, steps, first)
        return StartedAnswers(steps, hidden, positions, slot)

    def _steps(self, batch: int, slots: int) -> GrowingSteps | StaticSteps:
        if self.static is None:
            return GrowingSteps(self.decoder, self.model.write_names, batch, slots)
        return self.static.get(batch, slots)

    def _prefill(
        self,
        features: FrameFeatures,
        questions: Sequence[PreparedQuestion],
        steps: GrowingSteps | StaticSteps,
        first: int,
    ) -> Tensor:
        """Run the questions behind the prefix; hidden state at each last token, ``(B, D)``."""
        rows, mask = self.processor.pad([q.token_ids for q in questions], side="right")
        ids, mask = rows.to(self.device), mask.to(self.device)
        length = ids.shape[1]
        cache = steps.cache
        cache.seen[:, first : first + length] = mask.bool()
        regions = [self._regions(features, question) for question in questions]
        geometry = [None if q.geometry is None else q.geometry.to(self.device) for q in questions]
        rgb, depth = [rgb for rgb, _ in regions], [depth for _, depth in regions]
        embeds, names = self.model.assemble(ids, None, rgb, depth, geometry)
        steps.name(names)
        slots = torch.arange(first, first + length, device=self.device)
        hidden = self.decoder(embeds, slots[None].expand_as(ids), slots, cache, first + length)
        return hidden[torch.arange(len(questions), device=self.device), mask.sum(1) - 1]

    def _regions(
        self, features: FrameFeatures, question: PreparedQuestion
    ) -> tuple[Tensor | None, Tensor | None]:
        """RGB and depth tokens of a question's masks, ``(M, D)`` each, ``None`` without."""
        if not len(question.weights):
            return None, None
        weights = question.weights.to(self.device)
        assert features.rgb_trunk is not None
        rgb = self.model.rgb_refiner.pool(features.rgb_trunk, weights)
        if features.depth_trunk is None:
            return rgb, None
        return rgb, self.model.depth_refiner.pool(features.depth_trunk, weights)

    def _step(
        self, steps: GrowingSteps | StaticSteps, tokens: Tensor, positions: Tensor, slot: int
    ) -> tuple[Tensor, Tensor]:
        return steps.step(tokens, positions, slot)

    def _note(
        self,
        tokens: Tensor,
        log_probabilities: Tensor,
        answers: list[GeneratedAnswer],
        active: list[int],
    ) -> None:
        """Write down each active sequence's token."""
        chosen = zip(active, tokens.tolist(), log_probabilities.tolist(), strict=True)
        for index, token, log_probability in chosen:
            answer = answers[index]
            if answer.ended:
                continue
            answer.steps += 1
            answer.log_probability += log_probability
            answer.ended = token == self.eos
            if not answer.ended:
                answer.token_ids.append(token)
