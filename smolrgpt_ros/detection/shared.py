# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One detector for several cameras, each of which calls it on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from smolrgpt_ros.scene.frame import RgbdFrame

from .detector import Detections, RegionDetector


class SharedDetector:
    """A :class:`RegionDetector` that several threads may call: they wait for each other.

    Args:
        detector: is called through this object only from now on.
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
        return self.detector.sha256

    def change(self, change: Callable[[], None]) -> None:
        """Change something of the detector while it looks at no image."""
        with self._lock:
            change()

    def detect(self, frame: RgbdFrame) -> Detections:
        """See :meth:`RegionDetector.detect`; waits for the frames of other cameras."""
        with self._lock:
            return self.detector.detect(frame)
