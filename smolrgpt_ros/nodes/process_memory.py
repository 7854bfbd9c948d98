# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The memory of a node's process: what is kept small, and how much it is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

#: ``M_ARENA_MAX`` of glibc's ``malloc.h``.
_M_ARENA_MAX = -8


def use_one_heap() -> bool:
    """Let glibc serve all threads from one heap; call it before NumPy, which starts threads.

    glibc looks at it once, when the first thread beside the main one allocates.

    By default it makes up to eight heaps for each core. Every query has a thread of its own, so
    that images and points are allocated in all heaps and each grows to its maximum: tens of MiB,
    over hours. Python allocates under its own lock anyway.

    Returns:
        whether it took effect: not with another C library, nor where the environment variable
        ``MALLOC_ARENA_MAX`` is set.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 1))
    return False


def leave_out_triton() -> None:
    """Keep torch from importing triton on a host without a GPU; call it before models are loaded.

    torchvision and transformers import torch's compiler, which no node uses, and that imports
    triton where it is installed, as with torch's CUDA wheels: 80 MiB. torch does without it, as its
    CPU wheels do.
    """
    with contextlib.suppress(ImportError):  # whoever needs torch says that it is missing
        import torch

        if not torch.cuda.is_available():
            sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


def resident_bytes(process: str = "self") -> int:
    """Memory that a process holds, from ``/proc``."""
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
