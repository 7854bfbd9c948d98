# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One process per step, each with a time limit; what each leaves becomes the report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .options import CheckOptions
from .record import Finding, Table
from .report import StepReport, write_report
from .step_process import PASSED, SKIPPED

_GRACE_S = 3.0
"""Between the request to end and the end."""


@dataclass(frozen=True)
class Step:
    """A step of the run.

    Args:
        name: of its module in ``steps``.
        limit_s: it may take so long.
        least_s: with less time left it is not started.
        module: that its process runs, with the arguments of ``step_process``.
    """

    name: str
    limit_s: float
    least_s: float = 15.0
    module: str = f"{__package__}.step_process"


def run_steps(
    steps: Sequence[Step],
    options: CheckOptions,
    budget_s: float,
    title: str,
    environment: Mapping[str, str] | None = None,
    say: Callable[[str], None] = print,
) -> list[StepReport]:
    """Run steps one after another and write the report after each.

    Args:
        steps: in the order in which they run.
        options: handed to each, with the step's own time.
        budget_s: of all of them; a step gets no more than what is left.
        title: of the report.
        environment: variables of the steps' processes; ``None``: this process' own.
        say: gets a line per step.

    Returns:
        A report for each step. An interrupt ends the step that runs and leaves out the others.
    """
    end = time.monotonic() + budget_s
    reports: list[StepReport] = []
    stopped = False
    for number, step in enumerate(steps, 1):
        left = end - time.monotonic()
        if stopped or left < step.least_s:
            reason = "the run was stopped" if stopped else "no time left"
            report = StepReport(step.name, "not run", 0.0, reason)
        else:
            report = _run(step, replace(options, seconds=min(step.limit_s, left)), environment)
            stopped = report.result == "stopped"
        reports.append(report)
        write_report(options.out, title, reports, len(steps) - number)
        say(
            f"[{number}/{len(steps)}] {step.name}: {report.result}, {report.seconds:.0f} s: "
            f"{report.headline}"
        )
    return reports


def _run(step: Step, options: CheckOptions, environment: Mapping[str, str] | None) -> StepReport:
    folder = options.work / step.name
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "record.json"
    record.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", step.module, step.name, options.to_json(), str(record)]
    start = time.monotonic()
    with open(options.out / "log.txt", "ab") as log:
        log.write(f"\n== {step.name}\n".encode())
        log.flush()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=None if environment is None else dict(environment),
            start_new_session=True,  # a group of its own, which can be ended as a whole
        )
        try:
            code: int | None = process.wait(options.seconds)
            result = _result_of(process.returncode)
        except subprocess.TimeoutExpired:
            code, result = None, "late"
        except KeyboardInterrupt:
            code, result = None, "stopped"
        finally:
            _end_group(process)
    seconds = time.monotonic() - start
    left = _read(record)
    headline = left.headline
    if result == "late":
        headline = f"ended after its {options.seconds:.0f} s; {headline or 'no result yet'}"
    elif result == "died":
        headline = f"ended by {signal.Signals(-(code or 0)).name}; see log.txt"
    elif result == "stopped":
        headline = "the run was stopped"
    headline = headline or _fallback(result)
    return replace(left, name=step.name, result=result, seconds=seconds, headline=headline)


def _result_of(code: int) -> str:
    if code < 0:
        return "died"
    return {PASSED: "passed", SKIPPED: "skipped"}.get(code, "failed")


def _fallback(result: str) -> str:
    return "" if result == "passed" else "no reason was recorded; see log.txt"


def _read(record: Path) -> StepReport:
    """What a step has written so far, without its name and result."""
    if not record.is_file():
        return StepReport("", "", 0.0, "")
    values = json.loads(record.read_text())
    return StepReport(
        name="",
        result="",
        seconds=0.0,
        headline=values["headline"],
        findings=tuple(Finding(**finding) for finding in values["findings"]),
        tables=tuple(
            Table(table["title"], tuple(table["columns"]), tuple(map(tuple, table["rows"])))
            for table in values["tables"]
        ),
        data=values["data"],
    )


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a step's process and all that it started: they would keep memory of the GPU."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + _GRACE_S
        while _group_lives(process) and time.monotonic() < deadline:
            time.sleep(0.05)
    process.wait(_GRACE_S)


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True
