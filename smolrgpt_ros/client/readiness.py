# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Waiting for a node that was just started: until it is ready, and has a frame to ask about."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from smolrgpt_ros.scene.status import Status

from .reply import SpatialReply

#: Time between two attempts, seconds.
_PERIOD_S = 0.5
_NOT_YET = (Status.NOT_READY, Status.NO_FRAME)


def reply_when_ready(ask: Callable[[], SpatialReply], wait_s: float) -> SpatialReply:
    """The first reply that is neither NOT_READY nor NO_FRAME; the last one where time is over.

    A line on standard error says what is waited for.

    Args:
        ask: called again and again.
        wait_s: longest time until the last call, seconds; 0: one call.
    """
    end = time.monotonic() + wait_s
    said: Status | None = None
    while True:
        reply = ask()
        if reply.status not in _NOT_YET or time.monotonic() + _PERIOD_S > end:
            return reply
        if reply.status is not said:
            said = reply.status
            line = f"waiting up to {wait_s:g} s (--wait): {said.name}: {reply.message}"
            print(line, file=sys.stderr, flush=True)
        time.sleep(_PERIOD_S)
