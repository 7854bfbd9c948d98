# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the commands of this room share: frames of unseen seeds, the model, outcomes as they end."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from smolrgpt_ros.runtime.json_output import print_results, write_json_lines
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frames
from smolrgpt_ros.simulation.world.scenes import families_of

if TYPE_CHECKING:
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine


class WrittenOutcome(Protocol):
    """An outcome that can be written."""

    def to_json(self) -> Mapping[str, object]:
        """Plain values."""


def unseen_shots(
    arguments: argparse.Namespace,
    frames: int,
    height: int,
    sensor: SensorModel | None,
    looks: str = "plain",
) -> Iterator[SimulatedFrame]:
    """Frames of 640 columns from ``--seed`` on, of the families of ``--family`` in turn."""
    seeds = range(arguments.seed, arguments.seed + frames)
    families = families_of(arguments.family)
    return simulate_frames(seeds, families, 640, height, sensor, looks=looks)


def model_of(arguments: argparse.Namespace) -> AbstractContextManager[SmolRGPTEngine | None]:
    """The engine of ``--model``; ``None`` with ``--without-model``."""
    if arguments.without_model:
        return nullcontext()
    # Imports torch, which measuring does not need.
    from smolrgpt_ros.checkpoints import MINI
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    folder = arguments.model or MINI
    return SmolRGPTEngine.load(folder, dtype=arguments.dtype, threads=arguments.threads)


def summary_lines(summary: Mapping[str, object]) -> str:
    """A summary of plain figures, a line each."""
    width = max(map(len, summary)) + 2
    return "\n".join(f"{key.replace('_', ' '):<{width}}{value}" for key, value in summary.items())


def report_outcomes(
    outcomes: Sequence[WrittenOutcome],
    summary: Mapping[str, object],
    text: str,
    arguments: argparse.Namespace,
) -> int:
    """Write every outcome to ``--out``, and print their summary, or its text; the exit code."""
    if arguments.out:
        write_json_lines((outcome.to_json() for outcome in outcomes), arguments.out)
    print_results(summary, text, arguments.json)
    return 0
