# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The real steps on a CPU: all of them run, and each one fails where its input is broken."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from smolrgpt_ros.checkpoints import MINI
from smolrgpt_ros.tools.gpu_check.cli import step_environment
from smolrgpt_ros.tools.gpu_check.options import ROOT, CheckOptions
from smolrgpt_ros.tools.gpu_check.runner import run_steps
from smolrgpt_ros.tools.gpu_check.steps import STEPS
from smolrgpt_ros.tools.gpu_check.stored_questions import (
    mini_questions,
    read_questions,
    stored_answers,
)

NAMES = [step.name for step in STEPS]


def test_stored_questions_are_fifty_about_five_frames():
    questions = read_questions(CheckOptions(Path()).questions)
    assert len(questions) == 50 and len({id(q.frame) for q in questions}) == 5
    for question in questions:
        assert question.text.count("<mask>") == len(question.masks) > 0
        assert question.masks.shape[1:] == (question.frame.height, question.frame.width)
        assert question.frame.depth is not None and question.frame.intrinsics is not None
        assert len(question.labels) == len(question.masks)


def test_stored_answers_are_of_the_mini_that_ships_and_its_questions_tell_classes():
    folder = CheckOptions(Path()).questions
    answers = stored_answers(folder, MINI)
    assert answers is not None and len(answers) == 50
    for question in mini_questions(folder):
        # "Is buffer <mask> left or right of shelf <mask>?"; of several classes, "objects".
        said = set(re.findall(r"buffer|object|pallet|shelf|transporter", question.text))
        assert said and said - {"object"} <= set(question.labels)
        assert "object" in said or said == set(question.labels)


@pytest.mark.slow
def test_small_runs_every_step_and_writes_nothing_elsewhere(tmp_path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "HOME": str(elsewhere), "TMPDIR": str(elsewhere)}
    for name in ("HF_HOME", "YOLO_CONFIG_DIR", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        environment.pop(name, None)
    command = [ROOT / "scripts" / "gpu_check", "--small", "--minutes", "20", "--out", out]
    ended = subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=1300
    )
    assert ended.returncode == 0, ended.stdout + (out / "log.txt").read_text()[-4000:]
    report = json.loads((out / "gpu_check.json").read_text())
    assert {step["name"]: step["result"] for step in report["steps"]} == dict.fromkeys(
        NAMES, "passed"
    )
    table = (out / "gpu_check.md").read_text()
    assert "fixed addresses without a graph (no GPU)" in table
    assert "| a question, 4 tokens |" in table and "bf16 at fixed addresses, no graph" in table
    expected = {"gpu_check.json", "gpu_check.md", "log.txt", "detector.pt", "detector_curve.csv"}
    assert {path.name for path in out.iterdir()} == expected
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
def test_a_broken_input_fails_each_step_and_the_table_still_comes(tmp_path):
    nowhere = tmp_path / "nowhere"
    options = CheckOptions(
        tmp_path,
        device="cpu",
        small=True,
        size="huge",
        frames=nowhere,
        mini=nowhere,
        detector=nowhere,
        questions=nowhere,
    )
    reports = run_steps(STEPS, options, 300.0, "broken", step_environment(options))
    assert {report.name: report.result for report in reports} == dict.fromkeys(NAMES, "failed")
    table = (tmp_path / "gpu_check.md").read_text()
    assert f"Failed: {', '.join(NAMES)}." in table
    for report in reports:
        words = "size must be 'full' or 'tiny', found 'huge'" if report.name == "bench" else nowhere
        assert str(words) in report.headline
