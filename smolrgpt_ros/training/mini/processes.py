# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Processes that share a run: each computes a part of every step's frames.

A step of the mini is thousands of small products; two threads of one process gain little on them,
two processes nearly double. ``torchrun --nproc-per-node N scripts/smolrgpt train ...`` starts them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed, nn

_PATIENCE = timedelta(hours=4)
"""Longest wait of the others for what the leader does alone: frames, the tower's features."""


@dataclass(frozen=True)
class Processes:
    """The processes of a run, and which of them this one is.

    Args:
        rank: of this process; 0 leads: it writes, and does what is not shared.
        count: of all.
    """

    rank: int = 0
    count: int = 1

    @classmethod
    def joined(cls) -> Processes:
        """Those that ``torchrun`` started, connected to each other; otherwise this one alone."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1:
            return cls()
        if not distributed.is_initialized():
            distributed.init_process_group("gloo", timeout=_PATIENCE)
        return cls(distributed.get_rank(), count)

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def part(self, index: NDArray[np.intp]) -> NDArray[np.intp]:
        """This process's part of a step's frames."""
        return index[self.rank :: self.count]

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """The others enter when the leader has left: they find the files that it made."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def wait(self) -> None:
        """Return when all processes have come here."""
        if self.count > 1:
            distributed.barrier()

    def leave(self) -> None:
        """End what is shared; what follows, the leader does alone.

        A library that finds the processes connected would wait for the others: ultralytics does
        when it loads a model.
        """
        if self.count > 1:
            self.wait()
            distributed.destroy_process_group()

    def average_gradients(self, parameters: Sequence[nn.Parameter], stop: bool) -> bool:
        """Replace the gradients by their means over all processes.

        Args:
            parameters: the same ones in each; one without a gradient counts as zero.
            stop: whether this process wants to end.

        Returns:
            Whether any process wants to end, so that all end at the same step.
        """
        if self.count == 1:
            return stop
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([*(g.flatten() for g in gradients), torch.tensor([float(stop)])])
        distributed.all_reduce(flat)
        sizes = [g.numel() for g in gradients]
        for gradient, mean in zip(gradients, (flat[:-1] / self.count).split(sizes), strict=True):
            gradient.copy_(mean.view_as(gradient))
        return bool(flat[-1] > 0)


ALONE = Processes()
"""This process by itself."""
