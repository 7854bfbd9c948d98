# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector and the model of a query node, loaded and unloaded together."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from functools import partial

from smolrgpt_ros.detection.detector import DetectorError, RegionDetector
from smolrgpt_ros.detection.open_vocabulary import TextClasses
from smolrgpt_ros.detection.shared import SharedDetector
from smolrgpt_ros.detection.transformers_detector import TransformersDetector
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
from smolrgpt_ros.ros.params.settings import Settings

from .timed_engine import LoadedEngine, TimedEngine


class Models:
    """A detector and an engine; empty until :meth:`load`.

    Args:
        load_detector, load_engine: make the detector and the engine of settings, or ``None``.
    """

    def __init__(
        self,
        load_detector: Callable[[Settings], RegionDetector | None],
        load_engine: Callable[[Settings], LoadedEngine | None],
    ) -> None:
        self._load_detector, self._load_engine = load_detector, load_engine
        self.detector: SharedDetector | None = None
        self.engine: TimedEngine | None = None
        self.loaded = False
        self._classes: TextClasses | None = None

    def load(self, settings: Settings) -> str:
        """Load both; returns their names and devices for the log.

        Raises:
            Exception: what the loaders raise; nothing stays loaded then.
        """
        start = time.monotonic()
        try:
            detector, engine = self._load_detector(settings), self._load_engine(settings)
        except Exception:
            self.unload()
            raise
        self.detector = None if detector is None else SharedDetector(detector)
        if engine is not None:
            self.engine = engine if isinstance(engine, TimedEngine) else TimedEngine(engine)
        self.loaded = True
        detection, model = settings.detector_backend, "none"
        if self.detector is not None:
            detection = f"{self.detector.name} on {self.detector.device}"
        if self.engine is not None:
            model = f"{self.engine.name} on {self.engine.device} ({self.engine.dtype})"
        return f"model {model}, detector {detection}, loaded in {time.monotonic() - start:.1f} s"

    def unload(self) -> None:
        """Close and drop both; memory of a GPU is freed."""
        # A process that holds memory of a GPU has imported torch.
        torch = sys.modules.get("torch") if self.on_gpu else None
        engine = self.engine
        # Before closing: an engine that cannot be closed is dropped all the same.
        self.detector, self.engine, self.loaded = None, None, False
        if engine is not None:
            engine.close()
        # torch frees only memory without references, which may be in cycles.
        del engine
        if torch is not None:
            gc.collect()
            torch.cuda.empty_cache()

    def check(self, current: Settings, changed: Settings) -> None:
        """Prepare a change of ``detector.classes``, which may take seconds.

        Raises:
            DetectorError: if the detector cannot look for these classes.
        """
        if changed.classes == current.classes or self.detector is None:
            return
        detector = self.detector.detector
        if not isinstance(detector, UltralyticsDetector):
            raise DetectorError(
                "detector.classes is for open-vocabulary weights of detector.backend ultralytics, "
                f"found {changed.detector_backend}"
            )
        if not changed.classes:
            raise DetectorError(
                "detector.classes cannot become empty while the detector is loaded: name other "
                "classes, or start the node without"
            )
        self._classes = detector.encoded(changed.classes)

    def apply(self, settings: Settings) -> None:
        """Set what may change while the detector runs: its thresholds, classes in words."""
        shared = self.detector
        detector = shared.detector if shared is not None else None
        if isinstance(detector, UltralyticsDetector | TransformersDetector):
            detector.settings = settings.detector
        classes = self._classes
        if shared is not None and isinstance(detector, UltralyticsDetector) and classes is not None:
            if classes.names == settings.classes:
                shared.change(partial(detector.look_for, classes))
            self._classes = None

    @property
    def on_gpu(self) -> bool:
        """Whether one of them holds memory of a GPU."""
        loaded = (self.engine, self.detector)
        return any(model is not None and model.device.startswith("cuda") for model in loaded)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the detector; empty without one."""
        return tuple(self.detector.labels) if self.detector is not None else ()
