# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How many lines of this package a call executes: its cost, on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import smolrgpt_ros
from smolrgpt_ros.scene.status import QueryError

# Not the tests: their folder may be one in a clone of this name.
_PACKAGE = f"{smolrgpt_ros.__path__[0]}/"


def lines_of(call: Callable[[], object]) -> int:
    """Lines executed in smolrgpt_ros by a call; what it refuses does not matter."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(_PACKAGE):
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
