# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The attack's faults and requests, and a short attack on a running node."""

import copy
import json
import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from builtin_interfaces.msg import Time

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.srv import SpatialQuery
from smolrgpt_ros.tools.robustness.attack_camera import camera_faults, good_pair
from smolrgpt_ros.tools.robustness.attack_requests import attacks
from smolrgpt_ros.tools.robustness.stored_scene import StoredScene

pytestmark = [pytest.mark.ros]


def pair():
    scene = StoredScene(
        np.zeros((6, 8, 3), np.uint8),
        np.full((6, 8), 2000, np.uint16),
        CameraIntrinsics(8, 6, 9.0, 9.0, 4.0, 3.0),
        labels=(),
        masks=np.zeros((0, 6, 8), bool),
    )
    return good_pair(scene, Time(sec=5000))


def test_every_fault_of_the_camera_changes_a_good_pair():
    faults = camera_faults()
    assert len(faults) >= 60
    for name, fault in faults.items():
        good, bad = pair(), copy.deepcopy(pair())
        fault(bad)
        assert vars(bad) != vars(good), name
    assert vars(pair()) == vars(pair())


def test_the_requests_are_a_hundred_different_ones_that_can_be_sent():
    requests = attacks()
    assert len(requests) == 100
    assert len({repr(SpatialQuery.Request(**request)) for request in requests}) == 100


@pytest.mark.graph
@pytest.mark.slow
@pytest.mark.usefixtures("can_render")
def test_after_a_short_attack_the_node_is_as_before(tmp_path):
    file = tmp_path / "attack.json"
    command = [sys.executable, "-P", "-m", "smolrgpt_ros.tools.robustness.attack", "--few"]
    # How long it takes on a busy machine says nothing: the exit code is not looked at.
    done = subprocess.run(
        [*command, "--json", str(file)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(file.read_text())
    assert report["lost replies"] == []
    assert report["stamps"]["refused at once"] == 50
    assert report["lifecycle"]["transitions"] == "2 of 2"
    # rclpy's pool may still grow by a few; a thread left behind by each fault would be dozens.
    assert report["after"]["threads"] <= report["before"]["threads"] + 8
    assert report["after"]["descriptors"] <= report["before"]["descriptors"]
    assert report["healthy query afterwards (s)"] < 30
    assert "Traceback" not in done.stderr
