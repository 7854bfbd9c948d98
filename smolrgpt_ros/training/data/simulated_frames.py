# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Simulated frames for training, of the mini and of the detector: made in order by processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from tqdm import tqdm

from smolrgpt_ros.runtime.process import end_with_parent
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame
from smolrgpt_ros.simulation.world.scenes import (
    LABELS,
    LOOKS,
    OTHER_LABELS,
    with_people,
)

CLASSES = (*LABELS, *OTHER_LABELS)
"""Labels in the order of the tower's dense labels."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class FramesPlan:
    """Simulated frames of a run.

    Args:
        frames, seed: how many, and the seed of the first one.
        width, height: pixels.
        robots: share of those that robots' cameras see, spread evenly; ceiling cameras see the
            others.

    Raises:
        ValueError: on a share outside [0, 1].
    """

    frames: int
    seed: int
    width: int
    height: int
    robots: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.robots <= 1:
            raise ValueError(f"robots must be a share from 0 to 1, found {self.robots}")

    def family(self, index: int) -> str:
        """The camera family of the ``index``-th frame."""
        share = Fraction(self.robots).limit_denominator(1000)
        return "robot" if int((index + 1) * share) > int(index * share) else "ceiling"


def check_looks(shares: Mapping[str, float]) -> None:
    """Checks shares of the simulator's looks.

    Raises:
        ValueError: on shares that are unknown, held out, or do not add up to 1.
    """
    known = [name for name in LOOKS if name != "heldout"]
    if not set(shares) <= set(known) or abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError(f"looks must be shares of {known} that add up to 1, found {dict(shares)}")


def drawn_looks(shares: Mapping[str, float], rng: np.random.Generator) -> str:
    """One of the simulator's looks, as often as its share says."""
    return str(rng.choice(list(shares), p=list(shares.values())))


def simulated(plan: FramesPlan, index: int, looks: str, sensor: SensorModel) -> SimulatedFrame:
    """The ``index``-th frame of a plan, people in some."""
    import torch  # takes seconds, and the command's parser imports this file

    torch.set_num_threads(1)
    return simulate_frame(
        plan.seed + index,
        plan.family(index),
        plan.width,
        plan.height,
        sensor,
        looks=looks,
        change=with_people,
    )


def simulated_in_order(
    make: Callable[[int], Made], indices: Sequence[int], workers: int
) -> Generator[Made]:
    """``make(index)`` of each index, in their order, with a progress bar.

    Args:
        make: simulates a frame; is pickled where there are several workers.
        workers: processes.
    """
    # Spawned: a forked process inherits an OpenGL context it cannot use.
    with ExitStack() as stack:
        if workers > 1:
            context, own = get_context("spawn"), os.getpid()
            pool = ProcessPoolExecutor(workers, context, end_with_parent, (own,))
            # Frames that are no longer awaited are not made.
            stack.callback(pool.shutdown, cancel_futures=True)
            results = pool.map(make, indices, chunksize=8)
        else:
            results = map(make, indices)
        yield from tqdm(results, total=len(indices), desc="simulate", disable=None)
