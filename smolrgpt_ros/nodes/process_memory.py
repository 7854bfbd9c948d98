# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The memory of a node's process: what is kept small, and how much it is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

#: ``M_ARENA_MAX`` of glibc's ``malloc.h``.
_M_ARENA_MAX = -8
#: ``MADV_DONTNEED`` of Linux's ``madvise``.
_MADV_DONTNEED = 4
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+\s*(.*)")


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
    with contextlib.suppress(ImportError):  # what needs torch says that it is missing
        import torch

        if not torch.cuda.is_available():
            sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


@contextlib.contextmanager
def left_out(*libraries: str) -> Iterator[None]:
    """Let imports in the block do without optional libraries; what was imported before stays."""
    before = {name: sys.modules.get(name) for name in libraries}
    sys.modules.update(dict.fromkeys(libraries))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def unmap_libraries() -> int:
    """Unmap what was read of libraries while they were linked and imported; returns its bytes.

    Above all of CUDA's libraries, which torch's CUDA wheels link on every host: 170 MiB that
    nothing computed on a CPU reads again. What is in use comes back from the file, page by page:
    mappings with pages of the process's own are left alone.
    """
    unmapped = 0
    with contextlib.suppress(OSError, AttributeError):
        madvise = ctypes.CDLL("libc.so.6").madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for start, size, resident in _unwritten_mappings():
            if madvise(start, size, _MADV_DONTNEED) == 0:
                unmapped += resident
    return unmapped


def _unwritten_mappings() -> Iterator[tuple[int, int, int]]:
    """Start, bytes and resident bytes of private, read-only mappings of files of which the process
    has written no page."""
    # As a whole: other mappings may come and go while the file is read.
    lines = Path("/proc/self/smaps").read_text().splitlines()
    unwritten, start, end, resident = False, 0, 0, 0
    for line in lines:
        if header := _MAPPING.fullmatch(line):
            start, end = int(header[1], 16), int(header[2], 16)
            unwritten = header[4].startswith("/") and header[3] in ("r--p", "r-xp")
        elif line.startswith("Rss:"):
            resident = 1024 * int(line.split()[1])
        elif line.startswith("Anonymous:") and int(line.split()[1]) == 0:
            if unwritten and resident:
                yield start, end - start, resident


def resident_bytes(process: str = "self") -> int:
    """Memory that a process holds, from ``/proc``."""
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
