# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How programs that start others end: with everything they started, whatever asks them to."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; ``kill`` and service managers; a terminal that is closed."""


@contextmanager
def ending_as_on_ctrl_c() -> Iterator[None]:
    """Turn each of :data:`ENDING` into KeyboardInterrupt, so that ``finally`` and ``with`` are run.

    Without it only Ctrl-C does that: the other two end Python at once and leave its processes
    behind, and shells have programs in the background ignore SIGINT. SIGHUP that is ignored stays
    so: ``nohup`` does that. In the main thread only; behind the block, the signals do what they did
    before.
    """
    caught = set(ENDING)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        caught.remove(signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
