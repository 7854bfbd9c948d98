# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A query from request to result: frame choice, client regions, bounds, time, and every code."""

import re
import threading
import time

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query.frame_choice import CameraView
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.query.request import ClientRegion, QueryLimits, QueryRequest, QueryResult, Stage
from smolrgpt_ros.query.service import QueryService
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

HEIGHT, WIDTH = 6, 9
NOW_NS = 10_000_000_000


class Echo:
    """Answers with its question, or runs a test's action."""

    def __init__(self):
        self.action = lambda **options: None
        self.asked = None

    def answer(self, frame, regions, question, region_ids=None, **options):
        self.asked = (frame.stamp_ns, tuple(r.id for r in regions), question, region_ids)
        self.regions = regions
        self.action(**options)
        return "the answer"


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def history():
    history = FrameHistory(3)
    for stamp in (8_000_000_000, 9_500_000_000):
        mask = np.zeros((HEIGHT, WIDTH), bool)
        mask[2:4, 1:5] = True
        frame = RgbdFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), None, None, stamp_ns=stamp)
        history.add(SeenFrame(frame, (Region(id=4, label="pallet", mask=mask),)))
    return history


@pytest.fixture
def limits():
    return {"max_age_s": 2.0, "timeout_s": 5.0, "max_pending": 2}


@pytest.fixture
def service(echo, history, limits):
    return QueryService(
        echo,
        {"": CameraView(history, InputState)},
        clock_ns=lambda: NOW_NS,
        limits=lambda: QueryLimits(**limits),
    )


def test_newest_frame_is_asked_and_its_age_returned(service, echo):
    stages: list[Stage] = []
    result = service.ask(QueryRequest("How far?", region_ids=(4,)), on_stage=stages.append)
    assert result.status is Status.OK and result.answer == "the answer"
    assert echo.asked == (9_500_000_000, (4,), "How far?", (4,))
    assert result.frame_age_s == 0.5
    assert 0 < result.latency_s < 5
    assert stages == [Stage.WAITING, Stage.LOOKING, Stage.GENERATING]
    assert service.pending == 0


def test_a_stamp_chooses_a_kept_frame_of_any_age(service, echo):
    result = service.ask(QueryRequest("How far?", stamp_ns=8_000_000_000, max_age_s=0.1))
    assert result.status is Status.OK
    assert echo.asked[0] == 8_000_000_000 and result.frame_age_s == 2.0


def test_client_regions_replace_the_detectors(service, echo):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[3:5, 6:9] = True
    regions = (
        ClientRegion(7, " Pallet ", str(encode_rle(mask)["counts"]), (HEIGHT, WIDTH)),
        ClientRegion(9, "shelf", box=(-2, 1, 3, 40)),
    )
    assert service.ask(QueryRequest("How far?", regions=regions)).status is Status.OK
    assert echo.asked[1] == (7, 9)
    np.testing.assert_array_equal(echo.regions[0].mask, mask)
    assert echo.regions[0].label == "pallet"
    assert echo.regions[1].box == (0, 1, 3, HEIGHT), "a box is cut at the image's edge"


def test_regions_without_a_label_are_what_the_question_says_they_are(service, echo):
    boxes = {5: (0, 0, 2, 2), 6: (3, 0, 5, 2), 7: (6, 0, 8, 2), 8: (0, 3, 2, 5)}
    labels = {5: "", 6: "-", 7: "crate", 8: ""}
    regions = tuple(ClientRegion(i, labels[i], box=box) for i, box in boxes.items())
    question = "How many of the pallets <mask> <mask> are in the buffer <mask>?"
    query = QueryRequest(question, regions=regions, region_ids=(6, 7, 5))
    assert service.ask(query).status is Status.OK
    assert {r.id: r.label for r in echo.regions} == {5: "buffer", 6: "pallet", 7: "crate", 8: ""}


RLE = str(encode_rle(np.eye(HEIGHT, WIDTH, dtype=bool))["counts"])


@pytest.mark.parametrize(
    ("query", "status", "match"),
    [
        (QueryRequest("  \n"), Status.BAD_QUESTION, "empty"),
        (QueryRequest("x" * 1001), Status.BAD_QUESTION, "1001 characters, allowed are 1000"),
        (QueryRequest("q", stamp_ns=5), Status.NO_FRAME, "history.size"),
        (QueryRequest("q", max_age_s=0.25), Status.STALE_FRAME, "0.50 s old, allowed are 0.25 s"),
        (QueryRequest("q", camera="rear"), Status.NO_FRAME, "'rear'"),
        (QueryRequest("q", region_ids=(1,) * 257), Status.UNKNOWN_REGION, "257 region_ids"),
        (
            QueryRequest("q", regions=(ClientRegion(3, "", RLE, (480, 640)),)),
            Status.UNKNOWN_REGION,
            "region 3.*640x480.*9x6",
        ),
        (
            QueryRequest("q", regions=(ClientRegion(3, "", "!" + RLE, (HEIGHT, WIDTH)),)),
            Status.UNKNOWN_REGION,
            "cannot be read",
        ),
        (
            QueryRequest("q", regions=(ClientRegion(3, "", "é", (HEIGHT, WIDTH)),)),
            Status.UNKNOWN_REGION,
            "cannot be read",
        ),
        (QueryRequest("q", regions=(ClientRegion(3, ""),)), Status.UNKNOWN_REGION, "neither"),
        (
            QueryRequest("q", regions=(ClientRegion(3, "", box=(9, 0, 12, 4)),)),
            Status.UNKNOWN_REGION,
            "no pixel",
        ),
        (
            QueryRequest("q", regions=(ClientRegion(3, "", box=(0, 0, 2, 2)),) * 2),
            Status.UNKNOWN_REGION,
            r"twice: \[3\]",
        ),
    ],
)
def test_bad_requests_have_their_code_and_a_message(service, echo, query, status, match):
    result = service.ask(query)
    assert result.status is status
    assert re.search(match, result.message), result.message
    assert result.answer is None and echo.asked is None
    assert service.ask(QueryRequest("good")).status is Status.OK, "the service lives on"


def test_no_frame_yet(echo):
    service = QueryService(echo, {"": CameraView(FrameHistory(1), InputState)})
    assert service.ask(QueryRequest("q")).status is Status.NO_FRAME


@pytest.mark.parametrize(
    ("error", "status", "match"),
    [
        (QueryError(Status.UNKNOWN_REGION, "no pallet 9"), Status.UNKNOWN_REGION, "no pallet 9"),
        (RuntimeError("out of memory"), Status.MODEL_ERROR, "RuntimeError: out of memory"),
    ],
)
def test_what_the_reasoner_raises_becomes_a_status(service, echo, error, status, match):
    def fail(**options):
        raise error

    echo.action = fail
    result = service.ask(QueryRequest("q"))
    assert result.status is status and match in result.message
    assert service.pending == 0


def test_a_hanging_model_times_out_and_is_stopped(service, echo):
    stopped = threading.Event()

    def hang(*, cancelled, **options):
        while not cancelled():
            time.sleep(0.005)
        stopped.set()

    echo.action = hang
    start = time.monotonic()
    result = service.ask(QueryRequest("q", timeout_s=0.1))
    assert result.status is Status.TIMEOUT and "timeout" in result.message
    assert time.monotonic() - start < 15.0
    assert stopped.wait(10)


def test_more_than_max_pending_are_busy_until_one_ends(service, echo):
    release = threading.Event()
    echo.action = lambda **options: release.wait(5)
    threads = [threading.Thread(target=service.ask, args=(QueryRequest("q"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    while service.pending < 2:
        time.sleep(0.002)
    result = service.ask(QueryRequest("q"))
    assert result.status is Status.BUSY and "query.max_pending" in result.message
    release.set()
    for thread in threads:
        thread.join()
    assert service.ask(QueryRequest("q")).status is Status.OK


def test_cancelling_ends_the_query_soon(service, echo):
    cancel = threading.Event()

    def hang(*, cancelled, **options):
        cancel.set()
        while not cancelled():
            time.sleep(0.005)
        time.sleep(3.0)  # a model notices between two tokens

    echo.action = hang
    result = service.ask(QueryRequest("q"), cancelled=cancel.is_set)
    assert result.canceled and result.status is Status.TIMEOUT
    assert result.latency_s < 2.5


def test_partial_text_and_time_left_reach_the_reasoner(service, echo):
    texts: list[str] = []
    deadlines = []

    def speak(*, on_text, deadline_s, **options):
        deadlines.append(deadline_s)
        on_text("The pallet")

    echo.action = speak
    service.ask(QueryRequest("q", timeout_s=3.0), on_text=texts.append)
    assert texts == ["The pallet"]
    assert 2.0 < deadlines[0] <= 3.0


def test_a_failed_transform_ends_the_query_before_the_model(echo, history):
    def no_transform(frame, target, left_s):
        raise QueryError(Status.TF_FAILED, f"no transform to {target}")

    service = QueryService(
        echo,
        {"": CameraView(history, InputState)},
        clock_ns=lambda: NOW_NS,
        camera_pose=no_transform,
    )
    result = service.ask(QueryRequest("q", target_frame="map"))
    assert result.status is Status.TF_FAILED and "map" in result.message
    assert echo.asked is None


def test_a_frame_from_the_future_is_refused_or_it_would_never_grow_old(echo, history):
    service = QueryService(
        echo, {"": CameraView(history, InputState)}, clock_ns=lambda: 5_000_000_000
    )
    result = service.ask(QueryRequest("q", max_age_s=4.0))
    assert result.status is Status.STALE_FRAME
    assert "4.50 s in the future" in result.message and "use_sim_time" in result.message
    assert service.ask(QueryRequest("q", max_age_s=4.6)).status is Status.OK


def test_a_camera_is_chosen_by_its_name(echo, history):
    empty = FrameHistory(1)
    views = {"front": CameraView(history, InputState), "rear": CameraView(empty, InputState)}
    service = QueryService(echo, views, clock_ns=lambda: NOW_NS)
    result = service.ask(QueryRequest("q", camera="front"))
    assert result.status is Status.OK and result.camera == "front"
    assert "no image has come" in service.ask(QueryRequest("q", camera="rear")).message
    for camera in ("", "side"):
        result = service.ask(QueryRequest("q", camera=camera))
        assert result.status is Status.NO_FRAME and "front, rear" in result.message
    alone = QueryService(echo, {"front": views["front"]}, clock_ns=lambda: NOW_NS)
    assert alone.ask(QueryRequest("q")).camera == "front", "the only one needs no name"


def wait_for(condition, timeout_s=5.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited {timeout_s} s"
        time.sleep(0.005)


def asked(service, query, **callbacks):
    """The thread that asks and the list that its result comes to."""
    results: list[QueryResult] = []
    thread = threading.Thread(target=lambda: results.append(service.ask(query, **callbacks)))
    thread.start()
    return thread, results


@pytest.mark.parametrize("clock_ns", [NOW_NS, 9_000_000_000])
def test_a_stamp_of_the_future_is_refused_at_once(echo, history, clock_ns):
    service = QueryService(echo, {"": CameraView(history, InputState)}, clock_ns=lambda: clock_ns)
    latest = max(clock_ns, 9_500_000_000)
    result = service.ask(QueryRequest("q", stamp_ns=latest + 1_100_000_000, timeout_s=60.0))
    assert result.status is Status.STALE_FRAME and result.latency_s < 1.0
    assert "1.10 s in the future" in result.message and "query.max_future" in result.message
    waited = service.ask(QueryRequest("q", stamp_ns=latest + 900_000_000, timeout_s=0.05))
    assert waited.status is not Status.OK and "in the future" not in waited.message


@pytest.mark.parametrize("end", ["cancelled", "closed"])
def test_a_wait_for_a_stamp_gives_its_place_and_its_thread_back(service, end):
    stop = threading.Event()
    query = QueryRequest("q", stamp_ns=NOW_NS + 500_000_000, timeout_s=60.0)
    before = threading.active_count()
    thread, results = asked(service, query, cancelled=stop.is_set)
    wait_for(lambda: service.pending == 1)
    stop.set() if end == "cancelled" else service.close("the node was deactivated")
    wait_for(lambda: service.pending == 0, 2.0)
    thread.join()
    wait_for(lambda: threading.active_count() == before, 2.0)
    if end == "cancelled":
        assert results[0].canceled
        assert service.ask(QueryRequest("q")).status is Status.OK
    else:
        assert results[0].status is Status.NOT_READY and "deactivated" in results[0].message
        assert service.ask(QueryRequest("q")).status is Status.NOT_READY


def test_queries_that_never_return_give_their_places_back_until_too_many_are_stuck(
    service, echo, limits
):
    release = threading.Event()
    limits["max_abandoned"] = 2
    echo.action = lambda **options: release.wait(30)
    for _ in range(2):
        result = service.ask(QueryRequest("q", timeout_s=0.05))
        assert result.status is Status.TIMEOUT and service.pending == 0
    wait_for(lambda: service.stuck == 2)
    result = service.ask(QueryRequest("q"))
    assert result.status is Status.NOT_READY and "2 abandoned queries" in result.message
    assert "query.max_abandoned" in result.message
    release.set()
    wait_for(lambda: service.stuck == 0)
    assert service.ask(QueryRequest("q")).status is Status.OK


def test_threads_are_bounded_where_clients_cancel_faster_than_the_model_notices(
    service, echo, limits
):
    release = threading.Event()
    limits["max_abandoned"] = 1
    echo.action = lambda **options: release.wait(30)
    statuses = [service.ask(QueryRequest("q", timeout_s=0.0)).status for _ in range(4)]
    assert statuses[:3] == [Status.TIMEOUT] * 3 and statuses[3] in (Status.BUSY, Status.NOT_READY)
    release.set()


def test_a_model_that_makes_no_step_is_not_asked_until_it_goes_on(echo, history):
    """Its callers return in time: none of them is ever stuck."""
    busy_s = 0.0
    service = QueryService(
        echo,
        {"": CameraView(history, InputState)},
        clock_ns=lambda: NOW_NS,
        model_busy_s=lambda: busy_s,
    )
    for seconds, status in ((29.0, Status.OK), (31.0, Status.NOT_READY), (0.0, Status.OK)):
        busy_s = seconds
        result = service.ask(QueryRequest("q"))
        assert (result.status, service.hangs) == (status, status is not Status.OK)
        assert ("no step for 31 s" in result.message) == service.hangs


def test_where_no_thread_can_be_started_nothing_is_counted(service, monkeypatch):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        results = [service.ask(QueryRequest("q")) for _ in range(9)]
    assert {result.status for result in results} == {Status.MODEL_ERROR}
    assert "can't start new thread" in results[0].message
    assert (service.pending, service.stuck) == (0, 0)
    assert service.ask(QueryRequest("q")).status is Status.OK


@pytest.fixture
def two_cameras(echo, history, limits):
    """A service of ``left``, whose newest image is of 9.5 s, and ``right`` with one of 9.8 s."""
    other = FrameHistory(3)
    frame = RgbdFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), None, None, stamp_ns=9_800_000_000)
    other.add(SeenFrame(frame, (), placed=FrameGeometry(frame, ())))
    cameras = {
        "left": CameraView(history, InputState),
        "right": CameraView(other, InputState),
    }
    return QueryService(
        echo, cameras, clock_ns=lambda: NOW_NS, limits=lambda: QueryLimits(**limits)
    )


def test_a_question_about_all_cameras_is_about_the_newest_image(two_cameras, echo):
    result = two_cameras.ask(QueryRequest("q", camera="*"))
    assert result.status is Status.OK and result.camera == "right"
    assert echo.asked[0] == 9_800_000_000


def test_a_question_about_all_cameras_needs_a_fixed_frame(two_cameras, history):
    frame = RgbdFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), None, None, stamp_ns=9_900_000_000)
    history.add(SeenFrame(frame, ()))
    result = two_cameras.ask(QueryRequest("q", camera="*"))
    assert result.status is Status.TF_FAILED and "memory.frame" in result.message


def test_a_question_about_all_cameras_has_no_stamp(two_cameras):
    result = two_cameras.ask(QueryRequest("q", camera="*", stamp_ns=9_500_000_000))
    assert result.status is Status.NO_FRAME and "leave the stamp empty" in result.message
