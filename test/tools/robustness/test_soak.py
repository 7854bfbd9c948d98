# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A few seconds of the soak test: nothing is lost, everything is counted."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.graph, pytest.mark.slow]


@pytest.mark.usefixtures("can_render")
def test_a_short_soak_loses_no_reply_and_no_pair_and_reports_every_figure(tmp_path):
    file = tmp_path / "soak.json"
    # Growth and CPU of so short a run say nothing: the exit code is not looked at.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "smolrgpt_ros.tools.robustness.soak", "--minutes", "0.1"),
            *("--rate", "20", "--model-ms", "30", "--json", str(file)),
        ],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(file.read_text())
    assert report["lost replies"] == 0
    assert set(report["replies"]) == {"STATUS_OK"}, report["replies"]
    assert report["replies"]["STATUS_OK"] >= 8
    assert report["pairs seen"] >= 5
    # Fast DDS's own segment of shared memory does not hold one of these images: half are lost.
    alone = report["camera alone"]
    assert alone["pairs received"] >= 0.75 * alone["pairs sent, about"] - 10, alone
    assert report["Fast DDS"].endswith("fastdds.xml")
    assert "XMLPARSER" not in done.stderr, "Fast DDS cannot read config/fastdds.xml"
    assert 0 < report["CPU of a query: the whole process (ms)"] < 200
    inside = report["inside the node, without model (ms)"]
    assert 0 < inside["p50"] <= inside["p95"] <= inside["p99"]
    assert report["memory (MiB)"]["at the end"] > 50
