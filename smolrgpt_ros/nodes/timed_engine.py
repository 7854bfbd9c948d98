# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""An engine whose calls are timed, for the model's latency in diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.perception.rolling_window import RollingWindow
from smolrgpt_ros.reasoning.engine_protocol import Engine, Generated
from smolrgpt_ros.scene.frame import RgbdFrame


class LoadedEngine(Engine, Protocol):
    """An engine that holds a model until it is closed."""

    @property
    def dtype(self) -> object:
        """Number type the model computes in."""

    @property
    def busy_s(self) -> float:
        """Seconds since the last step of the answers at hand; 0 while there are none."""

    def close(self) -> None:
        """Stop computing; memory is freed with the engine."""


class TimedEngine:
    """An engine, and the seconds of its last calls.

    Args:
        engine: to be timed.
        sha256: of its weights, hexadecimal; empty where unknown.
    """

    def __init__(self, engine: LoadedEngine, sha256: str = "") -> None:
        self._engine = engine
        self.name, self.device, self.dtype = engine.name, engine.device, str(engine.dtype)
        self.calibration, self.trained_on = engine.calibration, engine.trained_on
        self.sha256 = sha256
        #: Of calls that returned.
        self.seconds = RollingWindow()

    def answer(
        self,
        frame: RgbdFrame,
        masks: Sequence[NDArray[np.bool_]],
        prompt: str,
        *,
        labels: Sequence[str] | None = None,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generated:
        """See :meth:`Engine.answer`."""
        start = time.monotonic()
        generated = self._engine.answer(
            frame,
            masks,
            prompt,
            labels=labels,
            deadline_s=deadline_s,
            on_text=on_text,
            cancelled=cancelled,
        )
        self.seconds.add(time.monotonic() - start)
        return generated

    @property
    def busy_s(self) -> float:
        """See :attr:`LoadedEngine.busy_s`."""
        return self._engine.busy_s

    def close(self) -> None:
        """See :meth:`LoadedEngine.close`."""
        self._engine.close()
