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
    """Bytes: of the weights file, and of the process above what it had before loading."""

    file: int
    peak: int
    steady: int

    @property
    def peak_vs_file(self) -> float:
        return self.peak / self.file


def measure_load(folder: Path) -> LoadMemory:
    """Load a checkpoint into an engine's decoder and measure the process.

    Args:
        folder: of the checkpoint.

    Raises:
        RuntimeError: if the process fails or takes too long.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_load, args=(sender, str(folder)), daemon=True)
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
    size = (folder / "model.safetensors").stat().st_size
    return LoadMemory(size, values["peak"] - values["before"], values["after"] - values["before"])


def _load(connection: Connection, folder: str) -> None:
    # Before the first measurement: imports take memory of their own.
    from ..checkpoints.loading import load_model
    from ..inference.fused_decoder import FusedDecoder

    torch.set_num_threads(1)
    before = _resident()
    model = load_model(folder)
    decoder = FusedDecoder(model.language_model)
    values = {"before": before, "after": _resident(), "peak": _peak()}
    connection.send(json.dumps(values))
    connection.close()
    del decoder


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
