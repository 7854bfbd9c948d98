# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Memory needed to load a checkpoint, measured in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import torch

#: Longest time to load a checkpoint, seconds.
_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class LoadMemory:
    """Bytes of the weights file, and of the process that loads it.

    Args:
        file: of the weights.
        before: of the process with its libraries, before loading.
        peak: while loading, above ``before``.
        steady: after loading, above ``before``.
        answered: after a question, above ``before``.
    """

    file: int
    before: int
    peak: int
    steady: int
    answered: int

    @property
    def peak_vs_file(self) -> float:
        return self.peak / self.file


def measure_load(folder: Path, dtype: str = "float32") -> LoadMemory:
    """Load a checkpoint as the engine does on a CPU, ask a question, and measure the process.

    Args:
        folder: of the checkpoint.
        dtype: number format, see ``hardware``.

    Raises:
        RuntimeError: if the process fails or takes too long.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_load, args=(sender, str(folder), dtype), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(_TIMEOUT_S):
            raise RuntimeError(f"loading {folder} took more than {_TIMEOUT_S:.0f} s")
        values: dict[str, int] = json.loads(receiver.recv())
    except EOFError as error:
        raise RuntimeError(f"loading {folder} failed; its message is above") from error
    finally:
        process.terminate()
        process.join(10)
    before = values.pop("before")
    above = {name: value - before for name, value in values.items()}
    return LoadMemory((folder / "model.safetensors").stat().st_size, before, **above)


def _load(connection: Connection, folder: str, dtype: str) -> None:
    # Before the first measurement: imports take memory of their own.
    from ..checkpoints.loading import load_model
    from ..inference.frame_cache import FrameFeatures
    from ..inference.hardware import choose_dtype, floating_type, release_unused_memory
    from .case import bench_case
    from .contestant import Contestant

    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    chosen = choose_dtype(dtype, cpu)
    before = _resident()
    model = load_model(folder, floating_type(chosen, cpu))
    contestant = Contestant(model.eval().requires_grad_(False), chosen)
    release_unused_memory()
    values = {"before": before, "steady": _resident(), "peak": _peak()}
    case = bench_case(model.config, question_tokens=68, questions=1)
    contestant.answer(FrameFeatures(case.frame), case.questions, 20)
    values["answered"] = _resident()
    connection.send(json.dumps(values))
    connection.close()


def _peak() -> int:
    """Highest resident size of this process so far, bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _resident() -> int:
    """Resident size of this process now, bytes; its peak where ``/proc`` is missing."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return _peak()
    for line in status.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return _peak()
