# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How the robustness programs end: a report in JSON, and an exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from smolrgpt_ros.ros.fast_dds import use_profile
from smolrgpt_ros.runtime.json_output import write_json

from ..ending import ending_as_on_ctrl_c


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--shipped`` and ``--json``, which both programs have."""
    parser.add_argument(
        "--shipped", action="store_true", help="the detector and the model that ship"
    )
    parser.add_argument("--json", metavar="FILE", help="write the report there as well")


def run_and_report(run: Callable[[], dict[str, Any]], json_name: str | None) -> int:
    """Run a program's test and print its report; returns the exit code, 0 if it passed.

    Args:
        run: returns the report; its entry ``passed`` says whether all bounds were kept.
        json_name: file that the report is written to as well; ``None``: none.
    """
    use_profile()
    with ending_as_on_ctrl_c():
        report = run()
    if json_name is not None:
        write_json(report, json_name)
    print(json.dumps(report, indent=2))
    return 0 if report["passed"] else 1
