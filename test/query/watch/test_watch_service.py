# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Watched questions: shared by equal ones, driven by frames, bounded, and ended in every way."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.query.health import Level
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.query.watch.condition import Condition, Relation
from smolrgpt_ros.query.watch.health import watch_health
from smolrgpt_ros.query.watch.request import WatchLimits, WatchRequest, WatchResult
from smolrgpt_ros.query.watch.service import WatchService
from smolrgpt_ros.scene.status import QueryError, Status

NEAR = Condition(Relation.BELOW, threshold=2.0)
QUESTION = "How far is pallet 3 from pallet 5?"


def answer(value=3.0, **changes):
    """A measured distance, as much of it as a watch reads."""
    from smolrgpt_ros.language.meaning import Kind
    from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation

    fields = dict(
        doubt="",
        doubt_of_measured="",
        complete=True,
        missing=(),
        kind=Kind.DISTANCE,
        measured=Evaluation(value, "m"),
        measured_text=f"{value} m",
        policy="measured",
    )
    return SimpleNamespace(**(fields | changes))


class Camera:
    """Frames with a distance each, and what was asked about them."""

    def __init__(self):
        self.result: Any = QueryResult(Status.NO_FRAME, "no image yet")
        self.asked: list[tuple[int, str, bool]] = []
        self.service = WatchService(self.check, self.ask, lambda: self.limits)
        self.limits = WatchLimits(max_watches=3, max_rate_hz=10.0)

    def check(self, query):
        if query.camera:
            raise QueryError(Status.NO_FRAME, "there is no such camera")

    def ask(self, query, ask_model):
        seen = self.result.seen
        self.asked.append((seen.frame.stamp_ns if seen else 0, query.question, ask_model))
        return self.result

    def see(self, stamp_ms, *given, **changes):
        """A frame, evaluated before this returns."""
        stamp_ns = stamp_ms * 1_000_000
        seen: Any = SimpleNamespace(frame=SimpleNamespace(stamp_ns=stamp_ns))
        found: Any = answer(*given, **changes)
        self.result = QueryResult(Status.OK, seen=seen, answer=found)
        self.offer(stamp_ms)

    def fail(self, stamp_ms, status, message):
        self.result = QueryResult(status, message)
        self.offer(stamp_ms)

    def offer(self, stamp_ms):
        before = self.service.rounds
        self.service.offer("", stamp_ms * 1_000_000)
        wait_until(lambda: self.service.rounds > before or not self.service.watched)


def wait_until(condition, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


class Watching:
    """A watch in a thread of its own."""

    def __init__(self, service, condition=NEAR, question=QUESTION, **fields):
        self.steps: list[Any] = []
        self.result: Any = None
        self.stop: Any = None
        self._service = service
        self._request = WatchRequest(question, condition, **fields)
        self._thread = threading.Thread(target=self._run, daemon=True)
        before = service.watched
        self._thread.start()
        wait_until(lambda: service.watched > before or self.result is not None)

    def _run(self):
        self.result = self._service.watch(self._request, self.steps.append, lambda: self.stop)

    def ended(self):
        self._thread.join(10.0)
        assert self.result is not None
        return self.result


@pytest.fixture
def camera():
    camera = Camera()
    camera.service.start()
    yield camera
    camera.service.close("the test is over")


def first_step(camera, watching):
    wait_until(lambda: watching.steps)
    return watching.steps[0]


def test_it_ends_with_the_frame_with_which_it_holds(camera):
    watching = Watching(camera.service)
    # At once: what is in view already may hold.
    assert first_step(camera, watching).unknown == "NO_FRAME: no image yet"
    camera.see(100, 3.0)
    camera.see(200, 2.1)
    camera.see(300, 1.9)
    result = watching.ended()
    assert result.status is Status.OK and result.result is camera.result
    assert (result.evaluations, result.state.events) == (3, 1)
    assert [step.state.holds for step in watching.steps] == [False, False, False, True]
    assert camera.service.watched == 0 and camera.service.ends == {"OK": 1}


def test_equal_questions_are_evaluated_once_a_frame(camera):
    far = Condition(Relation.ABOVE, threshold=10.0)
    watches = [Watching(camera.service, ask_model=True)]
    watches += [Watching(camera.service), Watching(camera.service, far)]
    for watching in watches:
        first_step(camera, watching)
    camera.asked.clear()
    camera.see(100)
    # Two that only measure share one evaluation, which comes before the model's.
    assert camera.asked == [(100_000_000, QUESTION, False), (100_000_000, QUESTION, True)]
    assert [len(w.steps) for w in watches] == [2, 2, 2]
    health = watch_health(camera.service, camera.limits)
    assert (health.level, health.values["watched"]) == (Level.OK, 3)
    slow = watch_health(camera.service, WatchLimits(max_rate_hz=1e9))
    assert slow.level is Level.WARN and "watch.max_rate" in slow.message


def test_nothing_is_evaluated_without_a_new_frame(camera):
    watching = Watching(camera.service)
    first_step(camera, watching)
    camera.see(100)
    camera.asked.clear()
    camera.offer(100)  # the same image again
    time.sleep(0.05)
    assert camera.asked == [] and len(watching.steps) == 2


def test_the_rate_is_that_of_stamps_and_forgives_jitter(camera):
    watching = Watching(camera.service, max_rate_hz=5.0)
    first_step(camera, watching)
    stamps = (0, 105, 195, 310, 405, 495, 600)
    late = (2000, 2100, 2200, 2300, 2400)  # no second one comes early after a gap
    for stamp in (*stamps, *late):
        camera.see(1000 + stamp)
    taken = [s.result.seen.frame.stamp_ns // 1_000_000 - 1000 for s in watching.steps[1:]]
    assert taken == [0, 195, 405, 600, 2000, 2100, 2200, 2400]


def test_failures_are_limited_by_the_rate_too(camera):
    watching = Watching(camera.service, max_rate_hz=1.0)
    first_step(camera, watching)
    for stamp in (1000, 1100, 1200, 2000):
        camera.fail(stamp, Status.UNKNOWN_REGION, "no pallet 3 is in view")
    assert [s.unknown for s in watching.steps[1:]] == ["UNKNOWN_REGION: no pallet 3 is in view"] * 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"doubt_of_measured": "it is 60% probable"}, "it is 60% probable"),
        ({"complete": False, "missing": ("A possible pallet.",)}, "incomplete: A possible pallet."),
    ],
)
def test_what_cannot_be_acted_on_does_not_hold(camera, changes, why):
    watching = Watching(camera.service)
    first_step(camera, watching)
    camera.see(100, 1.0, **changes)
    assert why in watching.steps[-1].unknown and not watching.steps[-1].state.holds
    assert watching.result is None


def test_incomplete_answers_count_where_they_may(camera):
    watching = Watching(camera.service, accept_incomplete=True)
    first_step(camera, watching)
    camera.see(100, 1.0, complete=False)
    assert watching.ended().status is Status.OK


def test_a_continuous_watch_goes_on_and_counts(camera):
    watching = Watching(camera.service, continuous=True)
    first_step(camera, watching)
    for n, value in enumerate((1.0, 3.0, 1.0)):
        camera.see(100 * (n + 1), value)
    assert watching.result is None and watching.steps[-1].state.events == 2
    watching.stop = WatchResult(Status.TIMEOUT, "enough", canceled=True)
    result = watching.ended()
    assert result.canceled and result.state.events == 2 and camera.service.ends == {"CANCELED": 1}


def test_too_many_are_refused(camera):
    watches = [Watching(camera.service) for _ in range(3)]
    refused = Watching(camera.service).ended()
    assert refused.status is Status.BUSY and "3 questions" in refused.message
    assert "watch.max_watches" in refused.message and camera.service.ends == {"BUSY": 1}
    assert all(w.result is None for w in watches)


def test_a_question_that_is_never_understood_ends_at_once(camera):
    watching = Watching(camera.service)
    first_step(camera, watching)
    camera.fail(100, Status.BAD_QUESTION, "a word is not known: glorp")
    result = watching.ended()
    assert (result.status, result.message) == (Status.BAD_QUESTION, "a word is not known: glorp")


def test_a_condition_that_does_not_fit_ends_at_once(camera):
    watching = Watching(camera.service, Condition(Relation.TRUE))
    first_step(camera, watching)
    camera.see(100)
    result = watching.ended()
    assert result.status is Status.BAD_QUESTION and "yes/no" in result.message


def test_no_such_camera(camera):
    result = Watching(camera.service, camera="rear").ended()
    assert (result.status, result.message) == (Status.NO_FRAME, "there is no such camera")


def test_time_passes_with_the_last_answer_named(camera):
    watching = Watching(camera.service, timeout_s=0.4)
    first_step(camera, watching)
    camera.see(100, 2.5)
    result = watching.ended()
    assert result.status is Status.TIMEOUT
    assert result.message == (
        "the condition did not hold within 0.4 s; frames evaluated: 1; the last answer: 2.5 m"
    )


def test_closing_ends_every_watch_and_refuses_new_ones(camera):
    watches = [Watching(camera.service), Watching(camera.service)]
    camera.service.close("the node was deactivated")
    for watching in (*watches, Watching(camera.service)):
        result = watching.ended()
        assert (result.status, result.message) == (Status.NOT_READY, "the node was deactivated")


def test_a_client_that_fails_does_not_stop_the_others(camera):
    def fail(step):
        raise RuntimeError("the client is gone")

    good = Watching(camera.service, continuous=True)
    first_step(camera, good)
    result = camera.service.watch(WatchRequest(QUESTION, NEAR), fail)
    assert result.status is Status.MODEL_ERROR and "the client is gone" in result.message
    camera.see(100, 1.0)
    assert good.steps[-1].state.events == 1
