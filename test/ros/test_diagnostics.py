"""What diagnostics say about inputs and devices."""

import pytest
from std_msgs.msg import Header

from smolrgpt_ros.ros.diagnostics import (
    ERROR,
    OK,
    WARN,
    compute_health,
    diagnostic_array,
    input_health,
    query_health,
)
from smolrgpt_ros.ros.inputs import InputState
from smolrgpt_ros.ros.perception import PerceptionCounters
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
    health = compute_health("model", "mini", device, wanted, 0.25)
    assert health.level == level
    assert health.values["device"] == device


def test_the_message_names_the_node():
    array = diagnostic_array(Header(frame_id="x"), "spatial_query", [query_health(2, 0.5)])
    (status,) = array.status
    assert status.name == "spatial_query: query" and status.level == OK
    assert {v.key: v.value for v in status.values} == {"pending": "2", "last latency (s)": "0.5"}
