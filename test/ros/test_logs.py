# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Records of the ROS-free rooms in a node's log: all severities, and no flood."""

import logging
from types import SimpleNamespace

import pytest

from smolrgpt_ros.ros.logs import NodeLogHandler, forward_logs, stop_forwarding


@pytest.fixture
def records():
    return []


@pytest.fixture
def logger(records):
    return SimpleNamespace(
        **{
            level: lambda text, level=level: records.append((level, text))
            for level in ("info", "warning", "error")
        }
    )


def record(line, level=logging.ERROR, text="the detector failed"):
    return logging.LogRecord("smolrgpt_ros.x", level, "perception.py", line, text, (), None)


def test_one_line_of_code_is_logged_once_in_a_period(logger, records):
    now = [100.0]
    handler = NodeLogHandler(logger, period_s=5.0, clock=lambda: now[0])
    for _ in range(30):
        handler.handle(record(7))
        now[0] += 0.1
    handler.handle(record(8, logging.WARNING, "another"))
    now[0] = 105.5
    handler.handle(record(7))
    assert records == [
        ("error", "the detector failed"),
        ("warning", "another"),
        ("error", "the detector failed\n(29 more of these since the last one)"),
    ]


def test_records_of_the_package_are_forwarded_until_the_handler_is_removed(logger, records):
    handler = forward_logs(logger)
    logging.getLogger("smolrgpt_ros.somewhere").warning("forwarded")
    stop_forwarding(handler)
    logging.getLogger("smolrgpt_ros.somewhere").warning("not forwarded")
    assert records == [("warning", "forwarded")]
