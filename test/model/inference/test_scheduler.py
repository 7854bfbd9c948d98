# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions that wait: batches, a full queue, deadlines and abandoned questions."""

import copy
import threading
import time

import pytest
from tiny_questions import QUESTIONS, ask_together, make_frame

from smolrgpt_ros.model.inference.decode_steps import GrowingSteps
from smolrgpt_ros.model.inference.engine import EngineAnswer, SmolRGPTEngine
from smolrgpt_ros.model.inference.question_inputs import QuestionInputs
from smolrgpt_ros.model.inference.scheduler import EngineRequest, QueryCancelled, Scheduler
from smolrgpt_ros.scene.status import QueryError, Status


def request(frame):
    inputs = QuestionInputs([1], ())
    return EngineRequest(frame, inputs, max_new_tokens=1, streams=False)


def test_a_batch_is_the_oldest_request_and_others_about_its_frame_up_to_the_limit():
    scheduler = Scheduler(max_waiting=9, max_batch=3)
    one, other = make_frame(1), make_frame(2)
    waiting = [request(frame) for frame in (one, other, one, one, one, other)]
    for each in waiting:
        scheduler.submit(each)
    waiting[2].abandoned.set()
    assert scheduler.next_batch() == [waiting[0], waiting[3], waiting[4]]
    assert scheduler.next_batch() == [waiting[1], waiting[5]]
    assert len(scheduler) == 0


def test_a_closed_scheduler_fails_waiting_requests_and_takes_no_more():
    scheduler = Scheduler(max_waiting=9, max_batch=3)
    waiting = request(make_frame())
    scheduler.submit(waiting)
    scheduler.close()
    assert waiting.events.get(timeout=1).status is Status.MODEL_ERROR
    assert scheduler.next_batch() is None
    with pytest.raises(QueryError, match="closed"):
        scheduler.submit(request(make_frame()))


def test_questions_that_wait_together_run_as_one_batch_and_stay_apart(either_engine, monkeypatch):
    engine = either_engine
    frame = make_frame()
    results, batches = ask_together(engine, monkeypatch, frame, 8, max_new_tokens=7)
    assert batches == [1, 7]
    for number, result in results.items():
        prompt, masks = QUESTIONS[number % len(QUESTIONS)]
        assert isinstance(result, EngineAnswer)
        assert result.token_ids == engine.answer(frame, masks, prompt, max_new_tokens=7).token_ids


def test_a_full_queue_says_busy(model, processor, monkeypatch):
    with SmolRGPTEngine(copy.deepcopy(model), processor, max_waiting=2) as engine:
        results, _ = ask_together(engine, monkeypatch, make_frame(), 5, max_new_tokens=3)
    busy = [r for r in results.values() if isinstance(r, QueryError)]
    assert len(busy) == 2
    assert {error.status for error in busy} == {Status.BUSY}


def test_deadline_and_cancel_return_at_once_and_free_the_worker(engine, monkeypatch):
    frame, (prompt, masks) = make_frame(), QUESTIONS[0]
    original = GrowingSteps.step

    def slow(*arguments):
        time.sleep(0.3)  # 30 s in all
        return original(*arguments)

    monkeypatch.setattr(GrowingSteps, "step", slow)
    started = time.monotonic()
    with pytest.raises(QueryError) as caught:
        engine.answer(frame, masks, prompt, max_new_tokens=100, deadline_s=0.3)
    assert caught.value.status is Status.TIMEOUT
    assert time.monotonic() - started < 10
    with pytest.raises(QueryCancelled):
        cancel_at = time.monotonic() + 0.2
        engine.answer(
            frame, masks, prompt, max_new_tokens=100, cancelled=lambda: time.monotonic() > cancel_at
        )
    monkeypatch.setattr(GrowingSteps, "step", original)
    assert engine.answer(frame, masks, prompt, max_new_tokens=3, deadline_s=60).token_ids


def test_an_abandoned_question_leaves_its_place_in_the_queue(model, processor, monkeypatch):
    with SmolRGPTEngine(copy.deepcopy(model), processor, max_waiting=1) as engine:
        gate, entered, original = threading.Event(), threading.Event(), engine._run

        def run(batch):
            entered.set()
            if gate.wait(10):
                original(batch)

        monkeypatch.setattr(engine, "_run", run)
        first = threading.Thread(target=engine.answer, args=(make_frame(1), [], "What?"))
        first.start()
        assert entered.wait(10)
        for _ in range(3):  # each waits until its deadline and makes room for the next
            with pytest.raises(QueryError) as caught:
                engine.answer(make_frame(), [], "What?", deadline_s=0.05)
            assert caught.value.status is Status.TIMEOUT
        gate.set()
        first.join(30)
        assert not first.is_alive()
