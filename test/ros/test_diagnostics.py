# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Health values as a diagnostics message."""

from diagnostic_msgs.msg import DiagnosticStatus
from std_msgs.msg import Header

from smolrgpt_ros.perception.rolling_window import RollingWindow
from smolrgpt_ros.query.health import Health, Level, query_health
from smolrgpt_ros.ros.diagnostics import diagnostic_array


def test_the_message_names_the_node():
    seconds = RollingWindow()
    seconds.add(0.5)
    health = query_health(2, seconds, {"OK": 7, "BUSY": 1})
    (status,) = diagnostic_array(Header(frame_id="x"), "/left/spatial_query", [health]).status
    assert status.name == "/left/spatial_query: query" and status.level == DiagnosticStatus.OK
    assert status.hardware_id == "/left/spatial_query"
    assert {v.key: v.value for v in status.values} == {
        "pending": "2",
        "stuck in the model": "0",
        "since the model's last step (s)": "0.0",
        "latency p50 (s)": "0.5",
        "latency p95 (s)": "0.5",
        "ended BUSY": "1",
        "ended OK": "7",
    }


def test_every_level_is_the_one_of_the_message():
    healths = [Health(level.name, level, "") for level in Level]
    for status in diagnostic_array(Header(), "node", healths).status:
        assert status.level == getattr(DiagnosticStatus, status.name.removeprefix("node: "))
