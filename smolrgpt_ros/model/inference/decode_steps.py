# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One decoding step of a batch: with a cache that shrinks, or of fixed shape for CUDA graphs.

A step runs the next token of each sequence and, behind it, tokens that were guessed (see
``drafts``). Every guess that the model itself would have chosen is a step saved.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor

from ..architecture.prompt_embedding import PromptEmbedding
from ..architecture.region_names import NameMemory, NameTrace
from ..geometry_tokens.quantities import QUANTITIES
from .fused_decoder import FusedDecoder

_LOGGER = logging.getLogger(__name__)

WIDTHS = (1, 4, 8)
"""Tokens of a sequence in a step: few shapes, so that few graphs and few kernels are kept."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """The most likely tokens after each of some tokens.

    Args:
        tokens: ``(..., T)``.
        log_probabilities: ``(..., T)``.
    """

    tokens: Tensor
    log_probabilities: Tensor


def most_likely(decoder: FusedDecoder, hidden: Tensor) -> Chosen:
    """What follows hidden states ``(..., D)``."""
    logits = decoder.logits(hidden)
    greatest = logits.max(-1)
    return Chosen(greatest.indices, greatest.values - logits.logsumexp(-1))


class GrowingSteps:
    """Attends to the filled part of the cache only, and shrinks with the batch.

    Args:
        decoder: runs the steps.
        prompts: adds regions' features to their names.
        batch, length: sequences, and the greatest length of one.
    """

    shrinks = True

    def __init__(
        self, decoder: FusedDecoder, prompts: PromptEmbedding, batch: int, length: int
    ) -> None:
        self.decoder, self.prompts = decoder, prompts
        self.cache = decoder.new_cache(batch, length)
        self._names: NameMemory | None = None
        self._trace: NameTrace | None = None

    def set_names(self, names: NameMemory | None) -> None:
        """Set the features of region names; ``None``: there are none."""
        self._names = names

    def select(self, rows: Tensor) -> None:
        """Keep some of the sequences."""
        self.cache = self.cache.select(rows)
        if self._names is not None:
            self._names = self._names.select(rows)

    def step(self, tokens: Tensor, positions: Tensor, used: int) -> Chosen:
        """Run tokens of each sequence and choose what follows each of them.

        Args:
            tokens: ``(B, T)``; T is one of :data:`WIDTHS`.
            positions: ``(B,)`` of the first of them.
            used: the greatest length of a sequence with its tokens.

        Returns:
            ``(B, T)``; entry ``t`` holds if the tokens up to ``t`` do.
        """
        places = positions[:, None] + torch.arange(tokens.shape[1], device=tokens.device)
        embeds = self.decoder.embedding(tokens)
        if self._names is not None:
            embeds, self._trace = self.prompts.add_name_features(embeds, tokens, self._names)
        return most_likely(self.decoder, self.decoder(embeds, places, self.cache, used))

    def keep(self, counts: Tensor) -> None:
        """Keep the first ``counts`` ``(B,)`` tokens of the last step, at least one of each."""
        if self._trace is not None:
            self._names = self._trace.after(counts)


@dataclass(frozen=True, eq=False)
class _Recorded:
    """A step of one width: its inputs and outputs at fixed addresses, and the graph of a GPU."""

    tokens: Tensor
    chosen: Chosen
    trace: NameTrace | None
    graph: torch.cuda.CUDAGraph


class StaticSteps:
    """Every tensor at a fixed address and of fixed shape, so that a CUDA graph can replay the step.

    Each width of a step has a graph of its own, recorded when it is first run. On a CPU the same
    step runs without.

    Args:
        decoder, prompts, batch, length: as of :class:`GrowingSteps`.
        stream: of a GPU, to record on; the same one for all steps of a model, because the
            libraries keep a work space for each stream they ran on (32 MiB on an H100).
    """

    shrinks = False

    def __init__(
        self,
        decoder: FusedDecoder,
        prompts: PromptEmbedding,
        batch: int,
        length: int,
        stream: torch.cuda.Stream | None = None,
    ) -> None:
        self.decoder, self.prompts, self.length = decoder, prompts, length
        width = decoder.norm.shape[0]
        self._names: NameMemory | None = None
        if regions := prompts.config.region_names:
            table = decoder.norm.new_zeros((batch, len(QUANTITIES), regions, regions, width))
            self._names = NameMemory.fresh(table)
        self.cache = decoder.new_cache(batch, length)
        self._positions = torch.zeros(batch, dtype=torch.long, device=decoder.norm.device)
        self._trace: NameTrace | None = None
        self._stream = stream
        self._graphs: dict[int, _Recorded | None] = {}

    @property
    def recorded(self) -> bool:
        """Whether CUDA graphs replay the steps that have been run."""
        return bool(self._graphs) and None not in self._graphs.values()

    def set_names(self, names: NameMemory | None) -> None:
        """As in :class:`GrowingSteps`."""
        if self._names is None:
            return
        self._names.table.zero_()
        if names is not None:
            count = names.table.shape[2]
            self._names.table[:, :, :count, :count].copy_(names.table)
            self._copy_name_state(names)

    def _copy_name_state(self, names: NameMemory) -> None:
        assert self._names is not None
        self._names.reference.copy_(names.reference)
        self._names.previous.copy_(names.previous)
        self._names.quantity.copy_(names.quantity)

    def select(self, rows: Tensor) -> None:
        raise NotImplementedError("a static batch does not shrink")

    def step(self, tokens: Tensor, positions: Tensor, used: int) -> Chosen:
        """As in :class:`GrowingSteps`."""
        self._positions.copy_(positions)
        width = tokens.shape[1]
        if self._stream is not None and width not in self._graphs:
            # Recording runs this very step a few times, which changes nothing but its own slots.
            with torch.cuda.device(tokens.device):
                self._graphs[width] = self._record(tokens.clone(), self._stream)
        recorded = self._graphs.get(width)
        if recorded is None:
            chosen, self._trace = self._run(tokens)
            return chosen
        recorded.tokens.copy_(tokens)
        recorded.graph.replay()
        self._trace = recorded.trace
        return recorded.chosen

    def keep(self, counts: Tensor) -> None:
        """As in :class:`GrowingSteps`."""
        if self._trace is not None:
            self._copy_name_state(self._trace.after(counts))

    def _run(self, tokens: Tensor) -> tuple[Chosen, NameTrace | None]:
        places = self._positions[:, None] + torch.arange(tokens.shape[1], device=tokens.device)
        embeds, trace = self.decoder.embedding(tokens), None
        if self._names is not None:
            embeds, trace = self.prompts.add_name_features(embeds, tokens, self._names)
        hidden = self.decoder(embeds, places, self.cache, self.length)
        return most_likely(self.decoder, hidden), trace

    def _record(self, tokens: Tensor, stream: torch.cuda.Stream) -> _Recorded | None:
        """Record the step as a graph; where that fails, log why, and run it without."""
        try:
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):  # kernels choose their work space before recording
                for _ in range(3):
                    self._run(tokens)
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            # Of this thread alone: a detector's thread may allocate on the same GPU meanwhile.
            with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
                chosen, trace = self._run(tokens)
            return _Recorded(tokens, chosen, trace, graph)
        except RuntimeError as error:
            _LOGGER.warning("no CUDA graph for decoding, it will be slower: %s", error)
            return None


class StaticPool:
    """Static steps by batch size and cache length, kept for reuse.

    Args:
        decoder, prompts: of the steps.
        limit: how many are kept; the least recently used goes.
    """

    rounding = 128

    def __init__(self, decoder: FusedDecoder, prompts: PromptEmbedding, limit: int = 8) -> None:
        self.decoder, self.prompts, self.limit = decoder, prompts, limit
        self._kept: OrderedDict[tuple[int, int], StaticSteps] = OrderedDict()
        device = decoder.norm.device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None

    def get(self, batch: int, length: int) -> StaticSteps:
        """Steps for a batch of sequences of at least that length."""
        key = (batch, -(-length // self.rounding) * self.rounding)
        steps = self._kept.pop(key, None)
        if steps is None:
            steps = StaticSteps(self.decoder, self.prompts, *key, self._stream)
        self._kept[key] = steps
        while len(self._kept) > self.limit:
            self._kept.popitem(last=False)
        return steps
