# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sums of a coverage report by room."""

from __future__ import annotations

import coverage_floor


def summary(*counts: int) -> dict[str, dict[str, int]]:
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {"summary": dict(zip(names, counts, strict=True))}


REPORT = {
    "files": {
        "smolrgpt_ros/scene/plane.py": summary(30, 40, 1, 4),
        "/opt/workspace/lib/smolrgpt_ros/scene/lens.py": summary(50, 60, 5, 6),
        "smolrgpt_ros/cli.py": summary(20, 20, 0, 0),
    }
}


def test_files_are_summed_by_room_wherever_they_are_installed() -> None:
    found = coverage_floor.rooms(REPORT)
    assert found == {"scene": [80, 100, 6, 10], "cli": [20, 20, 0, 0]}


def test_the_table_has_shares_of_lines_and_branches_and_of_all() -> None:
    text, share = coverage_floor.table(coverage_floor.rooms(REPORT))
    assert text.splitlines()[1:] == [
        "cli              100.0      100.0",
        "scene             80.0       60.0",
        "all               83.3       60.0",
    ]
    assert round(share, 4) == 83.3333
