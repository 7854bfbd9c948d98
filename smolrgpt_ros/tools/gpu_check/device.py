# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The device that the steps compute on: its presence, its time, its memory."""

from __future__ import annotations

import gc
import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .options import CheckOptions
from .record import MissingError

if TYPE_CHECKING:
    import torch


def need(*packages: str) -> None:
    """Require importable packages.

    Raises:
        MissingError: naming those that are not there.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingError(f"needs {', '.join(missing)}; scripts/gpu_wheels fetches what is small")


def chosen_device(options: CheckOptions) -> torch.device:
    """The device of a run.

    Raises:
        MissingError: if it is a GPU and torch sees none.
    """
    need("torch", "transformers", "pycocotools", "cv2")
    import torch

    from smolrgpt_ros.runtime.devices import choose_device

    if options.device == "cuda" and not torch.cuda.is_available():
        raise MissingError("needs a CUDA device, and torch sees none; --small runs on a CPU")
    return choose_device(options.device)


def median_seconds(what: Callable[[], object], device: torch.device, repeats: int) -> float:
    """Median time of a call after a fifth as many calls to warm up, the device's work included."""
    times = []
    for number in range(-max(1, repeats // 5), repeats):
        synchronise(device)
        start = time.perf_counter()
        what()
        synchronise(device)
        if number >= 0:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def synchronise(device: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def give_back(device: torch.device) -> None:
    """Return memory that nothing refers to any more, and forget the highest use so far."""
    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def megabytes(number: float) -> str:
    """Bytes in words."""
    return f"{number / 2**20:,.0f} MiB"
