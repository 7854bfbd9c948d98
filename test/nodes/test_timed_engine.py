# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A timed engine asks what it is asked, and keeps the seconds of calls that return."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from generated_text import GeneratedText

from smolrgpt_ros.nodes.timed_engine import TimedEngine
from smolrgpt_ros.scene.frame import RgbdFrame

FRAME = RgbdFrame(np.zeros((4, 6, 3), np.uint8), None, None)


class Recorder:
    """Keeps what it was asked; fails where the prompt says so."""

    name, device, dtype = "recorder", "cpu", "float32"
    calibration = trained_on = None
    busy_s = 0.0

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def answer(self, frame: Any, masks: Any, prompt: str, **options: Any) -> GeneratedText:
        self.asked.append((frame, masks, prompt, options))
        if prompt == "fail":
            raise RuntimeError("as asked")
        time.sleep(0.02)
        return GeneratedText("Yes.")

    def close(self) -> None:
        pass


def test_everything_that_is_asked_reaches_the_engine() -> None:
    recorder = Recorder()
    masks = [np.zeros((4, 6), bool)] * 2
    options: dict[str, Any] = {
        "labels": ["pallet", "shelf"],
        "deadline_s": 3.5,
        "on_text": print,
        "cancelled": lambda: False,
    }
    timed = TimedEngine(recorder)
    assert timed.answer(FRAME, masks, "<mask> or <mask>?", **options).text == "Yes."
    assert recorder.asked == [(FRAME, masks, "<mask> or <mask>?", options)]
    timed.answer(FRAME, [], "which?")
    assert set(recorder.asked[1][3]) == set(options)
    assert not any(recorder.asked[1][3].values())


def test_calls_that_return_are_timed() -> None:
    timed = TimedEngine(Recorder())
    timed.answer(FRAME, [], "which?")
    ends = [timed.seconds.quantile(share) for share in (0.0, 1.0)]
    with pytest.raises(RuntimeError, match="as asked"):
        timed.answer(FRAME, [], "fail")
    # One value, that of the call that returned.
    assert ends[0] == ends[1] >= 0.02
    assert ends == [timed.seconds.quantile(share) for share in (0.0, 1.0)]
