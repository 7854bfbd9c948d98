# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The health of inputs and devices: level, message and values."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.perception.rolling_window import RollingWindow
from smolrgpt_ros.perception.worker import PerceptionCounters
from smolrgpt_ros.query.health import InputRates, Level, compute_health, input_health, query_health
from smolrgpt_ros.query.input_state import InputState, why_refused
from smolrgpt_ros.scene.status import QueryError, Status

GOOD: dict[str, Any] = {
    "rgb": 9,
    "depth": 9,
    "info": 9,
    "paired": 8,
    "rgb_age_s": 0.1,
    "depth_age_s": 0.1,
}
FRESH = InputRates(frame_age_s=0.2)
FAILURE = QueryError(Status.UNREGISTERED_DEPTH, "8x3")


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, Level.OK, "receiving"),
        ({"rgb_age_s": 5.0}, Level.ERROR, "rgb/image_raw"),
        ({"depth_age_s": 5.0}, Level.ERROR, "depth/image_raw"),
        ({"depth_age_s": 5.0, "use_depth": False}, Level.OK, "receiving"),
        ({"info": 0}, Level.WARN, "calibration"),
        ({"busy_s": 42.0}, Level.ERROR, "detector has not returned"),
        ({"lost": 0.45}, Level.WARN, "lost on their way"),
        ({"lost": 0.25}, Level.OK, "receiving"),
        ({"failure": FAILURE}, Level.ERROR, "8x3"),
        ({"failure": FAILURE, "rgb_age_s": 5.0}, Level.ERROR, "no image on rgb/image_raw"),
    ],
)
def test_inputs(changes, level, words):
    state = InputState(**(GOOD | changes))
    health = input_health(state, PerceptionCounters(skipped=4), 2.0, FRESH)
    assert health.level == level and words in health.message
    assert health.values["colour without partner"] == 1
    assert health.values["skipped for a newer one"] == 4


@pytest.mark.parametrize(
    ("changes", "age_s", "words"),
    [
        ({}, 10.0, "10.00 s old"),
        ({}, -10.0, "10.00 s in the future"),
        ({"paired": 0, "slop_s": 0.04}, float("nan"), "sync.slop"),
        ({}, float("nan"), "first image"),
    ],
)
def test_what_clients_are_refused_with_is_an_error(changes, age_s, words):
    state = InputState(**(GOOD | changes))
    health = input_health(state, PerceptionCounters(), 2.0, InputRates(frame_age_s=age_s))
    told = why_refused(lambda: state, age_s, 2.0)
    assert told is not None and words in told.message
    assert (health.level, health.message) == (Level.ERROR, told.message)


def test_why_objects_are_not_remembered_is_among_the_values():
    state = InputState(**(GOOD | {"unplaced": "no transform from 'camera' to 'odom'"}))
    health = input_health(state, PerceptionCounters(), 2.0, FRESH)
    assert health.level is Level.OK, "a node without TF answers all the same"
    assert "'odom'" in str(health.values["objects are not remembered"])


@pytest.mark.parametrize(
    ("device", "wanted", "level"),
    [
        ("cpu", "auto", Level.WARN),
        ("cpu", "cpu", Level.OK),
        ("cuda:0", "auto", Level.OK),
        ("cpu", "cuda", Level.WARN),
    ],
)
def test_a_fall_back_to_the_cpu_is_a_warning(device, wanted, level):
    seconds = RollingWindow()
    for value in (0.1, 0.2, 0.3):
        seconds.add(value)
    part = SimpleNamespace(name="mini", device=device, sha256="ab12")
    health = compute_health("model", part, wanted, seconds)
    assert health.level == level
    assert (health.values["device"], health.values["sha256"]) == (device, "ab12")
    assert (health.values["latency p50 (s)"], health.values["latency p95 (s)"]) == (0.2, 0.29)


def test_rates_drops_and_reasons_are_among_the_values():
    counters = PerceptionCounters(failed=3, duplicates=5, reasons={"NO_DEPTH": 1, "NO_FRAME": 2})
    rates = InputRates(29.96, 14.9, 14.9, 0.004, 0.031, 0.12)
    state = InputState(**(GOOD | {"depth": 11, "errors": 6, "jumps": 7}))
    health = input_health(state, counters, 2.0, rates, "front")
    assert health.name == "input front"
    values = health.values
    assert (values["rgb (Hz)"], values["|dt| median (s)"], values["|dt| largest (s)"]) == (
        30.0,
        0.004,
        0.031,
    )
    assert (values["depth without partner"], values["age of newest frame (s)"]) == (3, 0.12)
    assert (values["failed: NO_DEPTH"], values["failed: NO_FRAME"]) == (1, 2)
    assert (values["errors while pairing"], values["stamps jumped back"]) == (6, 7)
    assert values["regions left out, of one object"] == 5


def test_a_camera_whose_pictures_the_detector_does_not_know_is_a_warning():
    rates = replace(FRESH, novelty=1.84)
    health = input_health(InputState(**GOOD), PerceptionCounters(), 2.0, rates)
    assert health.level is Level.WARN and health.values["novelty p50 (usual: up to 1)"] == 1.84
    assert "novelty 1.8" in health.message and "detector.weights" in health.message
    missing = input_health(InputState(**(GOOD | {"info": 0})), PerceptionCounters(), 2.0, rates)
    assert "calibration" in missing.message, "what is missing comes first"
    rates = replace(FRESH, novelty=1.0)
    usual = input_health(InputState(**GOOD), PerceptionCounters(), 2.0, rates)
    assert usual.level is Level.OK


def test_a_qos_mismatch_is_an_error_even_while_nothing_else_is_known():
    health = input_health(
        InputState(mismatches={"rgb": "a publisher offers less RELIABILITY"}),
        PerceptionCounters(),
        2.0,
    )
    assert health.level == Level.ERROR and "RELIABILITY" in health.message


def test_queries_stuck_in_the_model_are_an_error_with_what_to_do():
    assert query_health(1, RollingWindow(), {}).level is Level.OK
    health = query_health(1, RollingWindow(), {}, stuck=3)
    assert health.level is Level.ERROR and health.values["stuck in the model"] == 3
    assert "3 abandoned queries" in health.message and "restart" in health.message


def test_a_model_that_makes_no_step_is_an_error_with_what_to_do():
    assert query_health(1, RollingWindow(), {}, busy_s=4.0).level is Level.OK
    health = query_health(1, RollingWindow(), {}, busy_s=42.2)
    assert health.level is Level.ERROR and "no step for 42 s" in health.message
    assert health.values["since the model's last step (s)"] == 42.2
