# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One decoding step of a batch: with a cache that grows, or of fixed shape for CUDA graphs."""

from __future__ import annotations

import logging
from collections import OrderedDict

import torch
from torch import Tensor

from ..architecture.prompt_embedding import PromptEmbedding
from ..architecture.region_names import NameMemory
from .fused_decoder import FusedDecoder

_LOGGER = logging.getLogger(__name__)


def most_likely(decoder: FusedDecoder, hidden: Tensor) -> tuple[Tensor, Tensor]:
    """The most likely tokens ``(B,)`` after hidden states ``(B, D)``, and log-probabilities."""
    logits = decoder.logits(hidden)
    tokens = logits.argmax(-1)
    return tokens, logits.gather(-1, tokens[:, None])[:, 0] - logits.logsumexp(-1)


class GrowingSteps:
    """Attends to the filled part of the cache only, and shrinks with the batch.

    Args:
        decoder: runs the steps.
        prompts: adds regions' features to their names.
        batch, slots: sequences, and the greatest length of one.
    """

    shrinks = True

    def __init__(
        self, decoder: FusedDecoder, prompts: PromptEmbedding, batch: int, slots: int
    ) -> None:
        self.decoder, self.prompts = decoder, prompts
        self.cache = decoder.new_cache(batch, slots)
        self._names: NameMemory | None = None

    def set_names(self, names: NameMemory | None) -> None:
        """Set the features of region names; ``None``: there are none."""
        self._names = names

    def select(self, rows: Tensor) -> None:
        """Keep some of the sequences."""
        self.cache = self.cache.select(rows)
        if self._names is not None:
            self._names = self._names.select(rows)

    def step(self, tokens: Tensor, positions: Tensor, slot: int) -> tuple[Tensor, Tensor]:
        """Run a token of each sequence and choose the next.

        Args:
            tokens, positions: ``(B,)``.
            slot: of the cache, for their keys and values.

        Returns:
            The next tokens ``(B,)`` and their log-probabilities.
        """
        self.cache.seen[:, slot] = True
        slots = torch.tensor([slot], device=tokens.device)
        embeds = self.decoder.embedding(tokens[:, None])
        if self._names is not None:
            embeds, self._names = self.prompts.add_name_features(
                embeds, tokens[:, None], self._names
            )
        hidden = self.decoder(embeds, positions[:, None], slots, self.cache, slot + 1)
        return most_likely(self.decoder, hidden[:, 0])


class StaticSteps:
    """Every tensor at a fixed address and of fixed shape, so that a CUDA graph can replay the step.

    On a CPU the same step runs without a graph.

    Args:
        decoder, prompts, batch, slots: as of :class:`GrowingSteps`.
        stream: of a GPU, to record on; the same one for all steps of a model, because the
            libraries keep a work space for each stream they ran on (32 MiB on an H100).
    """

    shrinks = False

    def __init__(
        self,
        decoder: FusedDecoder,
        prompts: PromptEmbedding,
        batch: int,
        slots: int,
        stream: torch.cuda.Stream | None = None,
    ) -> None:
        self.decoder, self.prompts, self.slots = decoder, prompts, slots
        width = decoder.norm.shape[0]
        self._names: NameMemory | None = None
        if regions := prompts.config.region_names:
            table = decoder.norm.new_zeros((batch, regions, regions, width))
            self._names = NameMemory.fresh(table)
        self.cache = decoder.new_cache(batch, slots)
        device = decoder.norm.device
        self._tokens = torch.zeros(batch, dtype=torch.long, device=device)
        self._positions = torch.zeros(batch, dtype=torch.long, device=device)
        self._slot = torch.zeros(1, dtype=torch.long, device=device)
        self._chosen: tuple[Tensor, Tensor] | None = None
        self._graph: torch.cuda.CUDAGraph | None = None
        if stream is not None:
            with torch.cuda.device(device):
                self._capture(stream)
        self.cache.seen.zero_()

    @property
    def recorded(self) -> bool:
        """Whether a CUDA graph replays the step."""
        return self._graph is not None

    def set_names(self, names: NameMemory | None) -> None:
        """As in :class:`GrowingSteps`."""
        if self._names is None:
            return
        self._names.table.zero_()
        if names is not None:
            count = names.table.shape[1]
            self._names.table[:, :count, :count].copy_(names.table)
            self._copy_name_state(names)

    def _copy_name_state(self, names: NameMemory) -> None:
        assert self._names is not None
        self._names.reference.copy_(names.reference)
        self._names.previous.copy_(names.previous)

    def select(self, rows: Tensor) -> None:
        raise NotImplementedError("a static batch does not shrink")

    def step(self, tokens: Tensor, positions: Tensor, slot: int) -> tuple[Tensor, Tensor]:
        """As in :class:`GrowingSteps`."""
        self._tokens.copy_(tokens)
        self._positions.copy_(positions)
        self._slot.fill_(slot)
        if self._graph is None:
            return self._run()
        self._graph.replay()
        assert self._chosen is not None
        return self._chosen

    def _run(self) -> tuple[Tensor, Tensor]:
        self.cache.seen.index_fill_(1, self._slot, True)
        embeds = self.decoder.embedding(self._tokens[:, None])
        if self._names is not None:
            embeds, names = self.prompts.add_name_features(
                embeds, self._tokens[:, None], self._names
            )
            self._copy_name_state(names)
        hidden = self.decoder(embeds, self._positions[:, None], self._slot, self.cache, self.slots)
        return most_likely(self.decoder, hidden[:, 0])

    def _capture(self, stream: torch.cuda.Stream) -> None:
        """Record the step as a graph; where that fails, log why and run it without."""
        try:
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):  # kernels choose their work space before recording
                for _ in range(3):
                    self._run()
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            # Of this thread alone: a detector's thread may allocate on the same GPU meanwhile.
            with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
                self._chosen = self._run()
            self._graph = graph
        except RuntimeError as error:
            _LOGGER.warning("no CUDA graph for decoding, it will be slower: %s", error)


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

    def get(self, batch: int, slots: int) -> StaticSteps:
        """Steps for a batch with at least that many slots, with an empty cache."""
        key = (batch, -(-slots // self.rounding) * self.rounding)
        steps = self._kept.pop(key, None)
        if steps is None:
            steps = StaticSteps(self.decoder, self.prompts, *key, self._stream)
        self._kept[key] = steps
        while len(self._kept) > self.limit:
            self._kept.popitem(last=False)
        steps.cache.seen.zero_()
        return steps
