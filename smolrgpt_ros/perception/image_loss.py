# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How many of a camera's images do not arrive, by the stamps of those that do. Free of ROS."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Stamps kept of each stream, and the fewest that say something.
_KEPT, _FEWEST = 60, 10
#: This quantile of the gaps between stamps is one period, unless more than three of four images
#: are missing.
_PERIOD_QUANTILE = 0.25
#: A gap longer than this, seconds, and than so many periods is a pause of the camera: no images
#: were lost on their way.
_PAUSE_S, _PAUSE_PERIODS = 3.0, 10.0
#: Share of a period by which a gap may be shorter than whole ones.
_EARLY = 0.35
#: Partners belong to one exposure where half of their stamps differ by less than this share of the
#: slop. Of two free-running streams the differences are spread over all of it.
_SAME_EXPOSURE = 0.25


class ImageLoss:
    """The share of images that got lost between a camera and this process, over the last ones.

    Two signs, of which the stronger counts: gaps between the stamps of a stream of steady rate,
    other than pauses of it, and images whose partner is missing although partners' stamps agree.
    Thread-safe.

    Args:
        slop_s: largest difference of the stamps of a pair, seconds.
    """

    def __init__(self, slop_s: float) -> None:
        self._slop_ns = slop_s * 1e9
        self._stamps: dict[str, deque[int]] = {}
        self._lock = threading.Lock()

    def add(self, stream: str, stamp_ns: int) -> None:
        """Count an image of a stream, such as ``"rgb"``."""
        with self._lock:
            self._stamps.setdefault(stream, deque(maxlen=_KEPT)).append(stamp_ns)

    def clear(self) -> None:
        """Forget all stamps: time was reset."""
        with self._lock:
            self._stamps.clear()

    def share(self) -> float:
        """The share that was lost, 0 to 1; 0 while too few images came to say."""
        with self._lock:
            streams = [np.unique(np.array(s)) for s in self._stamps.values() if len(s) >= _FEWEST]
        shares = [_missing(stamps) for stamps in streams]
        if len(streams) == 2:
            shares.append(_unpaired(streams[0], streams[1], self._slop_ns))
        return max(shares, default=0.0)


def _missing(stamps: NDArray[np.int64]) -> float:
    """The share missing from a stream of steady rate; stamps ascend."""
    gaps = np.diff(stamps)
    if len(gaps) == 0:
        return 0.0
    short = np.quantile(gaps, _PERIOD_QUANTILE)
    period = float(np.median(gaps[gaps < 1.5 * short]))
    gaps = gaps[gaps <= max(_PAUSE_S * 1e9, _PAUSE_PERIODS * period)]
    missing = float(np.maximum(np.floor(gaps / period + _EARLY) - 1, 0).sum())
    return missing / (missing + len(stamps))


def _unpaired(first: NDArray[np.int64], second: NDArray[np.int64], slop_ns: float) -> float:
    """The share without partner of the slower of two streams; 0 where stamps differ anyway."""
    begin, end = max(first[0], second[0]), min(first[-1], second[-1])
    both: Sequence[NDArray[np.int64]] = [
        stamps[(begin <= stamps) & (stamps <= end)] for stamps in (first, second)
    ]
    slower, faster = sorted(both, key=len)
    if len(slower) < _FEWEST:
        return 0.0
    place = np.clip(np.searchsorted(faster, slower), 1, len(faster) - 1)
    apart = np.minimum(np.abs(slower - faster[place - 1]), np.abs(slower - faster[place]))
    paired = apart[apart <= slop_ns]
    if len(paired) == 0 or np.median(paired) > _SAME_EXPOSURE * slop_ns:
        return 0.0
    return 1.0 - len(paired) / len(slower)
