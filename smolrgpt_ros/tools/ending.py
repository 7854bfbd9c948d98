# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How programs that start others end: with everything they started, whatever asks them to."""

from __future__ import annotations

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; ``kill`` and service managers; a terminal that is closed."""


def end_as_on_ctrl_c() -> None:
    """Turn each of :data:`ENDING` into KeyboardInterrupt, so that ``finally`` and ``with`` are run.

    Without it only Ctrl-C does that: the other two end Python at once and leave its processes
    behind, and shells have programs in the background ignore SIGINT. To be called in the main
    thread, by programs, not by libraries.
    """
    for number in ENDING:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
