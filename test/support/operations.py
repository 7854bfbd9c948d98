# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How many lines of this package a call executes: its cost, on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from smolrgpt_ros.scene.status import QueryError


def lines_of(call: Callable[[], object]) -> int:
    """Lines executed in smolrgpt_ros by a call; what it refuses does not matter."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if "smolrgpt_ros" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(QueryError, ValueError):
            call()
    finally:
        sys.settrace(before)
    return count


def assert_linear(call: Callable[[int], object], size: int) -> None:
    """Eight times the size costs at most nine times as much."""
    small = lines_of(lambda: call(size))
    assert small > 0
    assert lines_of(lambda: call(8 * size)) <= 9 * small
