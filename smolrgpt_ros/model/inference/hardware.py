# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Number formats that this host computes in."""

from __future__ import annotations

import gc
from pathlib import Path

import torch

from smolrgpt_ros.runtime.process import trim_heap

from . import quantisation

DTYPES = ("auto", "float32", "bfloat16", "float16", "int8")

SMALL_BYTES = 32 * 2**20
"""A model whose stored weights take no more is not bound by reading them: caches hold them. In 16
bits its many small products and their conversions take longer, see docs/performance.md."""


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products are done by the hardware.

    On a CPU that needs AVX512_BF16 or AMX; without them bfloat16 is emulated, and slow.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(probe() for name in probes if (probe := getattr(torch.cpu, name, None)) is not None)


def choose_dtype(dtype: str, device: torch.device, folder: Path | None = None) -> str:
    """The number format to use: ``float32``, ``bfloat16``, ``float16`` or ``int8``.

    ``auto`` is bfloat16 where :func:`has_fast_bfloat16`, else float32; float32 too on a
    CPU for the small model of a ``folder``, whose weights take at most :data:`SMALL_BYTES` there.
    ``float16`` is 16 bits for the decoder's weights and float32 for everything else; ``bfloat16``
    becomes that on a CPU that would have to emulate its products, five times slower than those of
    float32. ``int8`` is 8 bits for the decoder's weights, and for the tower's where the rest is
    float32.

    Raises:
        ValueError: for a name not in :data:`DTYPES`; for int8 or float16 on anything but a CPU, or
            without kernels for it.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, found {dtype!r}")
    if dtype == "auto":
        small = device.type == "cpu" and folder is not None and _is_small(folder)
        return "bfloat16" if has_fast_bfloat16(device) and not small else "float32"
    if dtype == "bfloat16" and device.type == "cpu" and not has_fast_bfloat16(device):
        dtype = "float16"
    if dtype in quantisation.WEIGHTS and device.type != "cpu":
        raise ValueError(f"dtype={dtype!r} runs on a CPU only, found device {device}")
    if dtype in quantisation.WEIGHTS and not quantisation.available():
        raise ValueError(f"dtype={dtype!r}, but this torch has no kernels for it; use float32")
    return dtype


def _is_small(folder: Path) -> bool:
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors")) <= SMALL_BYTES


def floating_type(dtype: str, device: torch.device) -> torch.dtype:
    """Type of everything that a number format of :func:`choose_dtype` leaves in floating point."""
    fast = dtype == "int8" and has_fast_bfloat16(device)
    return torch.bfloat16 if fast or dtype == "bfloat16" else torch.float32


def release_unused_memory() -> None:
    """Return freed memory to the system, where the C library can do that.

    After quantisation it is a fifth of the process: many holes, none at the end of the heap.
    """
    gc.collect()
    trim_heap()
