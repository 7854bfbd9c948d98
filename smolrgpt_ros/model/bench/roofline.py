# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Roofline: bandwidth and matrix products of a device measured, the work of the model counted."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..inference.frame_cache import FrameFeatures
from ..inference.fused_decoder import FusedDecoder
from .case import BenchCase
from .contestant import Contestant
from .rounds import step_name

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Ceilings:
    """Highest rates of a device, measured.

    Args:
        copy_bytes: bytes a second of a copy within the device's memory, read and written.
        flops: floating-point operations a second of a large square matrix product, by number
            format as the bench names it.
    """

    copy_bytes: float
    flops: dict[str, float]


@dataclass(frozen=True)
class Work:
    """Work that a part of the model needs in any implementation.

    Args:
        flops: floating-point operations of its matrix products.
        read: bytes of weights, and of keys and values, that it reads at least once.
    """

    flops: float
    read: float

    def least_seconds(self, ceilings: Ceilings, dtype: str) -> float:
        """Lower bound of the time: products and reading overlap at best."""
        return max(self.flops / ceilings.flops[dtype], self.read / ceilings.copy_bytes)


def measure_ceilings(
    names: Sequence[str], clock: Callable[[], float], device: torch.device, side: int, copy: int
) -> Ceilings:
    """Measure a device, medians of five after a warm-up.

    Args:
        names: of :data:`DTYPES`.
        clock: seconds, see ``options.clock_of``.
        side: of the matrices. On a GPU they should fill it: 8192.
        copy: bytes to copy; several times the device's caches.
    """
    source = torch.empty(copy, dtype=torch.uint8, device=device).fill_(1)
    target = torch.empty_like(source)
    copying = _median(lambda: target.copy_(source), clock)
    flops = {}
    for name in names:
        # Random: products of zeros draw less power and run faster.
        left, right = torch.randn(2, side, side, device=device).to(DTYPES[name])
        flops[name] = 2 * side**3 / _median(partial(torch.matmul, left, right), clock)
    return Ceilings(2 * copy / copying, flops)


def count_work(contestant: Contestant, case: BenchCase, batches: Sequence[int]) -> dict[str, Work]:
    """Work of the parts that the bench measures, by its names: ``tower``, ``first token``,
    ``decode``, and a decoding step of each batch.

    Args:
        contestant: not of int8, whose products are not counted.
        batches: their sizes.
    """
    generator = contestant.generator
    decoder = generator.decoder
    features = FrameFeatures(case.frame)
    generator.encode_frame(features, with_regions=True)
    weights = _bytes(decoder)
    pictures = torch.cat((case.rgb, case.depth))

    def first_token() -> None:
        _, hidden = generator.prefill(features, case.questions[:1], 1)
        decoder.logits(hidden)

    work = {
        "tower": Work(
            _flops(lambda: generator.vision.encode(pictures)), _bytes(generator.vision.tower)
        ),
        "first token": Work(_flops(first_token), weights),
    }
    used = len(generator.prefix_ids) + len(case.questions[0].token_ids)
    for batch in (1, *batches):
        steps, _ = generator.prefill(features, case.questions[:batch], 2)
        tokens = torch.zeros(batch, dtype=torch.long, device=generator.device)
        flops = _flops(partial(steps.step, tokens[:, None], tokens + used, used + 1))
        cache = steps.cache
        filled = used * sum(
            t[:, :, :, 0].numel() * t.element_size() for t in (cache.keys, cache.values)
        )
        work[step_name(batch)] = Work(flops, weights + filled)
    return work


@torch.inference_mode()
def _flops(work: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def _bytes(module: FusedDecoder | torch.nn.Module) -> float:
    """Bytes of a module's weights; shared ones count once."""
    weights = {weight.data_ptr(): weight for weight in module.parameters()}
    return float(sum(weight.numel() * weight.element_size() for weight in weights.values()))


def _median(work: Callable[[], object], clock: Callable[[], float]) -> float:
    times = []
    for number in range(7):
        start = clock()
        work()
        seconds = clock() - start
        if number > 1:
            times.append(seconds)
    return statistics.median(times)
