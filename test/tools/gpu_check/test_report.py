# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The table for people, and what a step may say about itself."""

import json
from types import SimpleNamespace

import pytest

from smolrgpt_ros.tools.gpu_check import step_process
from smolrgpt_ros.tools.gpu_check.options import CheckOptions
from smolrgpt_ros.tools.gpu_check.record import Finding, MissingError, Record, Table
from smolrgpt_ros.tools.gpu_check.report import StepReport, table
from smolrgpt_ros.tools.gpu_check.step_process import FAILED, PASSED, SKIPPED, run_step


def test_table_names_what_is_wrong_and_escapes_cells():
    steps = [
        StepReport("engine", "failed", 12.6, "a | b\nc", (Finding("x", "1 | 2", "bad"),)),
        StepReport("bench", "passed", 3, "", (), (Table("ms", ("fp32",), (("answer", "7"),)),)),
    ]
    assert table("card", steps, 1).splitlines() == [
        "# GPU check: card",
        "",
        "Failed: engine. 1 steps have not ended: the run was cut, or goes on.",
        "",
        "| step | result | s |  |",
        "|---|---|---|---|",
        "| engine | failed | 13 | a \\| b c |",
        "| bench | passed | 3 |  |",
        "",
        "## engine",
        "",
        "|  | found |  |",
        "|---|---|---|",
        "| x | 1 \\| 2 | **wrong** |",
        "",
        "## bench",
        "",
        "| ms | fp32 |",
        "|---|---|",
        "| answer | 7 |",
    ]
    assert "No step failed." in table("card", steps[1:], 0)


@pytest.fixture
def step(tmp_path, monkeypatch):
    """``step(run)`` -> exit code and record of a step with that function."""

    def start(run):
        module = SimpleNamespace(run=run)
        monkeypatch.setattr(step_process, "import_module", lambda name, package: module)
        record = Record(tmp_path / "record.json")
        code = run_step("any", CheckOptions(tmp_path), record)
        return code, json.loads(record.file.read_text())

    return start


def test_a_check_that_fails_fails_the_step(step):
    def run(options, record):
        record.check("good one", True, "1")
        record.check("bad one", False, "2")
        record.conclude("as hoped")

    code, found = step(run)
    assert code == FAILED and found["headline"] == "not as it should be: bad one"


def test_what_is_missing_skips_the_step(step):
    def run(options, record):
        raise MissingError("needs ultralytics")

    assert step(run)[0] == SKIPPED
    assert step(run)[1]["headline"] == "skipped: needs ultralytics"


def test_an_exception_keeps_what_was_found_before(step, capsys):
    def run(options, record):
        record.note("before", "7 ms")
        raise RuntimeError("no kernel\nsecond line")

    code, found = step(run)
    assert code == FAILED and found["headline"] == "RuntimeError: no kernel"
    assert [finding["what"] for finding in found["findings"]] == ["before", "ran to its end"]
    assert "Traceback" in capsys.readouterr().err


def test_a_step_without_bad_checks_passes(step):
    def run(options, record):
        record.skip("half precision", "no GPU")
        record.tabulate(Table("ms", ("a",), (("row", "1"),)))
        record.keep("n", 3)

    code, found = step(run)
    assert code == PASSED and found["data"] == {"n": 3}
    assert found["tables"] == [{"title": "ms", "columns": ["a"], "rows": [["row", "1"]]}]
