"""One detector for several cameras, each of which looks from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .detector import Detection, RegionDetector


class SharedDetector:
    """Lets one thread at a time into a detector; itself a :class:`RegionDetector`.

    Args:
        detector: may be used by several threads from now on, but only through this object.
    """

    def __init__(self, detector: RegionDetector) -> None:
        self.detector = detector
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.detector.name

    @property
    def device(self) -> str:
        return self.detector.device

    @property
    def labels(self) -> Sequence[str]:
        return self.detector.labels

    @property
    def sha256(self) -> str:
        """Of the weights, hexadecimal; empty where the detector has none."""
        return str(getattr(self.detector, "sha256", ""))

    def detect(self, rgb: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """See :meth:`RegionDetector.detect`; waits for the other cameras' pictures."""
        with self._lock:
            return self.detector.detect(rgb)
