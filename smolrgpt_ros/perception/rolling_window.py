# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Statistics over the last values of a running process: bounded, thread-safe. Free of ROS."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Sequence

import numpy as np

NAN = float("nan")


class RollingWindow:
    """Quantiles of the last values of a quantity.

    Args:
        size: values kept, at least 1.
    """

    def __init__(self, size: int = 256) -> None:
        self._values: deque[float] = deque(maxlen=size)
        self._lock = threading.Lock()

    def add(self, value: float) -> None:
        with self._lock:
            self._values.append(value)

    def quantile(self, share: float) -> float:
        """The value that a share in [0, 1] of the kept ones does not exceed; NaN without values."""
        with self._lock:
            values = list(self._values)
        return float(np.quantile(values, share)) if values else NAN


def slowest(windows: Sequence[RollingWindow]) -> RollingWindow:
    """Of times of several threads, those with the largest median; of none, the first."""
    medians = [window.quantile(0.5) for window in windows]
    known = [-math.inf if math.isnan(median) else median for median in medians]
    return windows[known.index(max(known))]


class Rate:
    """Frequency of events over the last seconds.

    Args:
        window_s: length of the window, seconds.
        most: events kept; a higher rate is reported as ``most / window_s``.
    """

    def __init__(self, window_s: float = 5.0, most: int = 2000) -> None:
        self._window_s = window_s
        self._times: deque[float] = deque(maxlen=most)
        self._lock = threading.Lock()

    def count(self, now: float | None = None) -> None:
        """Add an event at ``now``, the steady clock's time, seconds."""
        with self._lock:
            self._times.append(time.monotonic() if now is None else now)

    def hz(self, now: float | None = None) -> float:
        """Events per second over the window; 0 without events in it."""
        now = time.monotonic() if now is None else now
        with self._lock:
            recent = sum(now - t <= self._window_s for t in self._times)
        return recent / self._window_s
