# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Free memory of the process, given back to the system."""

from __future__ import annotations

import contextlib
import ctypes


def trim_heap() -> bool:
    """Give free memory inside the heap back to the system: some milliseconds.

    Returns:
        whether there was any; never with another C library than glibc.
    """
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL("libc.so.6").malloc_trim(0))
    return False
