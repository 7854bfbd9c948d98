# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The real graph: camera and query node as processes, over DDS, with the weights that ship."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smolrgpt_ros.checkpoints import DETECTOR, MINI

ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.ros,
    pytest.mark.graph,
    pytest.mark.slow,
    pytest.mark.skipif(
        not DETECTOR.is_file() or not (MINI / "config.json").is_file(),
        reason="the shipped weights are missing (smolrgpt_ros/checkpoints)",
    ),
]


@pytest.mark.usefixtures("can_render")
def test_the_demo_answers_and_measures_right(tmp_path):
    """Four questions on the simulator's masks, more on the detector's, and everything ends."""
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "smolrgpt_ros.tools.demo.cli"),
            *("--questions", "4", "--out", str(tmp_path), "--json", str(tmp_path / "rows.json")),
        ],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=280)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        pytest.fail(f"the demo hangs:\n{said}")
    assert process.returncode == 0, said
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert {row["status"] for row in rows} == {"OK"}, said
    scored = [row for row in rows if row["masks"] == "simulator"]
    assert {row["kind"] for row in scored} == {"distance", "left_right", "count", "choice"}
    by_kind = {row["kind"]: row for row in scored}
    for kind in ("left_right", "count", "choice"):
        assert by_kind[kind]["measured"] == by_kind[kind]["truth"], by_kind[kind]
    distance = by_kind["distance"]
    assert distance["measured"] == pytest.approx(distance["truth"], rel=0.1)
    assert any(row["masks"] == "detector" for row in rows), "the detector found what was asked"
    assert all(row["asked"] and row["text"] for row in rows), "the model said something"
    assert all((tmp_path / row["picture"]).stat().st_size > 10_000 for row in rows)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # no process of the demo is left
