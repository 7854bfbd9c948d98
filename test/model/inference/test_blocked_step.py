# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A step of the model that does not return: callers end in time, and no more is asked."""

import threading
import time
from typing import Any

import pytest
from tiny_questions import QUESTIONS, make_frame

from smolrgpt_ros.model.inference.decode_steps import GrowingSteps
from smolrgpt_ros.nodes.timed_engine import TimedEngine
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query import service as module
from smolrgpt_ros.query.frame_choice import CameraView
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.query.request import QueryRequest
from smolrgpt_ros.query.service import QueryService
from smolrgpt_ros.scene.status import Status


@pytest.fixture
def blocked(monkeypatch):
    """Blocks the model's steps until it is set."""
    release, original = threading.Event(), GrowingSteps.step

    def step(*arguments):
        release.wait(60)
        return original(*arguments)

    monkeypatch.setattr(GrowingSteps, "step", step)
    yield release
    release.set()


class AsksTheModel:
    """A reasoner that asks the engine whatever it is asked."""

    def __init__(self, engine):
        self.engine = engine

    def answer(self, frame, regions, question, region_ids=None, *, deadline_s, cancelled, **rest):
        prompt, masks = QUESTIONS[0]
        options = {"max_new_tokens": 3, "deadline_s": deadline_s, "cancelled": cancelled}
        return self.engine.answer(frame, masks, prompt, **options)


def test_a_step_that_does_not_return_is_timed_and_no_more_is_asked(engine, blocked, monkeypatch):
    monkeypatch.setattr(module, "_HANGING_S", 0.5)
    timed, history = TimedEngine(engine), FrameHistory(1)
    history.add(SeenFrame(make_frame(), ()))
    asks: Any = AsksTheModel(engine)
    service = QueryService(
        asks,
        {"": CameraView(history, InputState)},
        clock_ns=lambda: 0,
        model_busy_s=lambda: timed.busy_s,
    )
    assert timed.busy_s == 0.0 and not service.hangs
    result = service.ask(QueryRequest("q", timeout_s=1.0))
    end = time.monotonic() + 60.0
    while not service.hangs and time.monotonic() < end:
        time.sleep(0.02)
    assert result.status is Status.TIMEOUT and service.stuck == 0
    result = service.ask(QueryRequest("q"))
    assert result.status is Status.NOT_READY and "has made no step" in result.message
    blocked.set()
    while service.hangs and time.monotonic() < end:
        time.sleep(0.02)
    assert service.ask(QueryRequest("q", timeout_s=60.0)).status is Status.OK
