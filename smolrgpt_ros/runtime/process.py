# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What processes do for others: they end with their parent, and give free memory back."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
import time

#: Time between two looks, seconds.
_PERIOD_S = 1.0


def end_with_parent(parent: int) -> None:
    """Have this process sent SIGTERM once the process that started it has ended.

    A process that is killed, also by the system for want of memory, cannot end its own. Workers of
    a ``ProcessPoolExecutor`` then wait for work for ever: each holds both ends of their queue.

    Args:
        parent: process id; of the process that started this one.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PERIOD_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end_with_parent", daemon=True).start()


def trim_heap() -> bool:
    """Give free memory inside the heap back to the system: some milliseconds.

    Returns:
        whether there was any; never with another C library than glibc.
    """
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL("libc.so.6").malloc_trim(0))
    return False
