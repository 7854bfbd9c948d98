"""What diagnostics say about inputs and devices."""

from types import SimpleNamespace

import pytest
from std_msgs.msg import Header

from smolrgpt_ros.perception.rolling_window import Recent
from smolrgpt_ros.perception.worker import PerceptionCounters
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.ros.diagnostics import (
    ERROR,
    OK,
    WARN,
    Flow,
    compute_health,
    diagnostic_array,
    input_health,
    query_health,
)
from smolrgpt_ros.scene.status import QueryError, Status

GOOD = {"rgb": 9, "depth": 9, "info": 9, "paired": 8, "rgb_age_s": 0.1, "depth_age_s": 0.1}


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, OK, "receiving"),
        ({"rgb_age_s": 5.0}, ERROR, "rgb/image_raw"),
        ({"depth_age_s": 5.0}, ERROR, "depth/image_raw"),
        ({"depth_age_s": 5.0, "use_depth": False}, OK, "receiving"),
        ({"info": 0}, WARN, "calibration"),
        ({"failure": QueryError(Status.UNREGISTERED_DEPTH, "8x3")}, ERROR, "8x3"),
    ],
)
def test_inputs(changes, level, words):
    health = input_health(InputState(**(GOOD | changes)), PerceptionCounters(skipped=4), 2.0)
    assert health.level == level and words in health.message
    assert health.values["colour without partner"] == 1
    assert health.values["skipped for a newer one"] == 4


@pytest.mark.parametrize(
    ("device", "wanted", "level"),
    [
        ("cpu", "auto", WARN),
        ("cpu", "cpu", OK),
        ("cuda:0", "auto", OK),
        ("cpu", "cuda", WARN),
    ],
)
def test_a_fall_back_to_the_cpu_is_a_warning(device, wanted, level):
    seconds = Recent()
    for value in (0.1, 0.2, 0.3):
        seconds.add(value)
    part = SimpleNamespace(name="mini", device=device, sha256="ab12")
    health = compute_health("model", part, wanted, seconds)
    assert health.level == level
    assert (health.values["device"], health.values["sha256"]) == (device, "ab12")
    assert (health.values["latency p50 (s)"], health.values["latency p95 (s)"]) == (0.2, 0.29)


def test_the_message_names_the_node():
    seconds = Recent()
    seconds.add(0.5)
    health = query_health(2, seconds, {"OK": 7, "BUSY": 1})
    (status,) = diagnostic_array(Header(frame_id="x"), "spatial_query", [health]).status
    assert status.name == "spatial_query: query" and status.level == OK
    assert {v.key: v.value for v in status.values} == {
        "pending": "2",
        "latency p50 (s)": "0.5",
        "latency p95 (s)": "0.5",
        "ended BUSY": "1",
        "ended OK": "7",
    }


def test_rates_drops_and_reasons_are_told():
    counters = PerceptionCounters(failed=3, reasons={"NO_DEPTH": 1, "NO_FRAME": 2})
    flow = Flow(29.96, 14.9, 14.9, 0.004, 0.031, 0.12)
    health = input_health(InputState(**(GOOD | {"depth": 11})), counters, 2.0, flow, "front")
    assert health.name == "input front"
    said = health.values
    assert (said["rgb (Hz)"], said["|dt| median (s)"], said["|dt| largest (s)"]) == (
        30.0,
        0.004,
        0.031,
    )
    assert (said["depth without partner"], said["age of newest frame (s)"]) == (3, 0.12)
    assert (said["failed: NO_DEPTH"], said["failed: NO_FRAME"]) == (1, 2)


def test_a_qos_mismatch_is_an_error_even_while_nothing_else_is_known():
    health = input_health(
        InputState(mismatches={"rgb": "a publisher offers less RELIABILITY"}),
        PerceptionCounters(),
        2.0,
    )
    assert health.level == ERROR and "RELIABILITY" in health.message
