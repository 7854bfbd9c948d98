# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Steps in processes of their own: what each way of ending leaves in the report."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from smolrgpt_ros.tools.gpu_check import runner
from smolrgpt_ros.tools.gpu_check.options import CheckOptions
from smolrgpt_ros.tools.gpu_check.report import JSON_FILE, TABLE_FILE
from smolrgpt_ros.tools.gpu_check.runner import Step, run_steps

# Stands in for step_process: takes the same arguments, and ends as its step's name says.
FAKE = """
import json, os, signal, subprocess, sys, time
name, options, record = sys.argv[1:]

def write(headline):
    found = {"what": "a length", "found": "3 m", "verdict": "good"}
    table = {"title": "ms", "columns": ["a"], "rows": [["row", "1"]]}
    values = {"headline": headline, "findings": [found], "tables": [table]}
    values["data"] = {"seconds": seconds}
    open(record, "w").write(json.dumps(values))

if name == "silent":
    sys.exit(1)
seconds = json.loads(options)["seconds"]
write("half way")
if name == "hangs":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    open("child", "w").write(str(child.pid))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
if name == "dies":
    os.kill(os.getpid(), signal.SIGSEGV)
write("done on " + json.loads(options)["device"])
print("a line of", name)
sys.exit({"fails": 1, "skips": 3}.get(name, 0))
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """``run(names, seconds=..)`` -> reports; the report's folder is ``tmp_path / "out"``."""
    monkeypatch.setattr(runner, "_GRACE_S", 0.3)
    (tmp_path / "fake_step.py").write_text(FAKE)
    options = CheckOptions(tmp_path / "out", device="cpu")

    def start(*names, seconds=60.0, least_s=0.0, hang_s=3.0, say=lambda text: None):
        steps = [
            Step(name, hang_s if name == "hangs" else 30.0, least_s, "fake_step") for name in names
        ]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return run_steps(steps, options, seconds, "a title", environment, say)

    return start


def results(reports):
    return {report.name: report.result for report in reports}


def test_every_way_of_ending_is_reported_and_the_others_go_on(run, tmp_path):
    said: list[str] = []
    reports = run("passes", "fails", "hangs", "dies", "silent", "skips", say=said.append)
    assert results(reports) == {
        "passes": "passed",
        "fails": "failed",
        "hangs": "late",
        "dies": "died",
        "silent": "failed",
        "skips": "skipped",
    }
    found = {report.name: report for report in reports}
    assert found["passes"].headline == "done on cpu" and found["passes"].data == {"seconds": 30.0}
    assert found["hangs"].headline == "ended after its 3 s; half way"
    assert found["hangs"].findings[0].found == "3 m"  # it keeps what it had
    assert found["dies"].headline == "ended by SIGSEGV; see log.txt"
    assert "no reason was recorded" in found["silent"].headline
    assert [report.name for report in reports if report.failed] == [
        "fails", "hangs", "dies", "silent",
    ]  # fmt: skip
    assert re.fullmatch(r"\[1/6\] passes: passed, \d+ s: done on cpu", said[0])
    values = json.loads((tmp_path / "out" / JSON_FILE).read_text())
    assert [step["result"] for step in values["steps"]] == list(results(reports).values())
    text = (tmp_path / "out" / TABLE_FILE).read_text()
    assert "Failed: fails, hangs, dies, silent." in text
    assert "a line of passes" in (tmp_path / "out" / "log.txt").read_text()


def test_what_a_late_step_started_is_ended_with_it(run, tmp_path):
    run("hangs")
    child = int((tmp_path / "out" / "work" / "hangs" / "child").read_text())
    for _ in range(50):
        if not _lives(child):
            return
        time.sleep(0.1)
    pytest.fail("the child of a late step is still alive")


def _lives(pid):
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_steps_share_the_time(run):
    reports = run("passes", "hangs", "other", seconds=4.0, least_s=0.5, hang_s=3600.0)
    assert results(reports) == {"passes": "passed", "hangs": "late", "other": "not run"}
    assert reports[1].data["seconds"] < 4.0  # its limit is an hour, but less was left
    assert reports[2].headline == "no time left" and not reports[2].failed


def test_the_report_is_whole_after_each_step(run, tmp_path):
    texts = []

    def look(text):
        texts.append((tmp_path / "out" / TABLE_FILE).read_text())

    run("passes", "fails", say=look)
    assert "| passes | passed |" in texts[0] and "1 steps have not ended" in texts[0]
    assert "fails" not in texts[0].replace("fails, ", "")
    assert "| fails | failed |" in texts[1] and "have not ended" not in texts[1]


def test_an_interrupt_ends_the_step_and_leaves_out_the_rest(run, tmp_path, monkeypatch):
    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.8)
        reports = run("passes", "hangs", "other")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert results(reports)["other"] == "not run"
    assert results(reports)["hangs"] == "stopped"
    assert reports[-1].headline == "the run was stopped"
    assert "| hangs | stopped |" in (tmp_path / "out" / TABLE_FILE).read_text()
