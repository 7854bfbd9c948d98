"""An engine whose calls are timed, so that the node can tell the model's time from its own."""

from __future__ import annotations

import time
from typing import Any

from smolrgpt_ros.perception.rolling_window import Recent
from smolrgpt_ros.reasoning.engine_protocol import Calibration


class TimedEngine:
    """An engine, and the seconds of its last calls.

    Args:
        engine: ``model.engine.SmolRGPTEngine``, or anything that answers like it.
        sha256: of its weights, hexadecimal; empty where unknown.
    """

    def __init__(self, engine: Any, sha256: str = "") -> None:
        self._engine = engine
        self.name, self.device = str(engine.name), str(engine.device)
        self.dtype = str(engine.dtype)
        self.calibration: Calibration | None = engine.calibration
        self.canonical_prompts: bool = engine.canonical_prompts
        self.sha256 = sha256
        #: Of calls that ended well.
        self.seconds = Recent()

    def answer(self, *args: Any, **options: Any) -> Any:
        """The engine's answer, or what it raises."""
        start = time.monotonic()
        answer = self._engine.answer(*args, **options)
        self.seconds.add(time.monotonic() - start)
        return answer

    def close(self) -> None:
        """Stop the engine where it can be stopped."""
        close = getattr(self._engine, "close", None)
        if close is not None:
            close()
