# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prints how much of each room the tests ran, and fails below the floor for lines.

    python -m pytest --cov --cov-report=      # writes build/coverage
    python scripts/coverage_floor.py

Branches are reported and have no floor.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLOOR_PERCENT = 92.0
REPORT = Path("build/coverage.json")
_COUNTS = ("covered_lines", "num_statements", "covered_branches", "num_branches")


def rooms(report: Mapping[str, Any]) -> dict[str, list[int]]:
    """Sums of a coverage report in JSON by room: lines run, lines, branches taken, branches."""
    found: dict[str, list[int]] = {}
    for name, file in report["files"].items():
        parts = Path(name).parts
        room = parts[parts.index("smolrgpt_ros") + 1].removesuffix(".py")
        sums = found.setdefault(room, [0, 0, 0, 0])
        for index, count in enumerate(_COUNTS):
            sums[index] += file["summary"][count]
    return found


def percent(part: int, whole: int) -> float:
    """A share in percent; 100 of nothing."""
    return 100.0 * part / whole if whole else 100.0


def table(found: Mapping[str, list[int]]) -> tuple[str, float]:
    """The rooms' shares as text, and the percentage of all lines."""
    total = [sum(column) for column in zip(*found.values(), strict=True)]
    lines = [f"{'room':14} lines % branches %"]
    for room, (run, of, taken, branches) in [*sorted(found.items()), ("all", total)]:
        lines.append(f"{room:14} {percent(run, of):7.1f} {percent(taken, branches):10.1f}")
    return "\n".join(lines), percent(total[0], total[1])


def main() -> int:
    """Reads build/coverage; the exit status is 1 below the floor."""
    subprocess.run(
        [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(REPORT)], check=True
    )
    text, share = table(rooms(json.loads(REPORT.read_text())))
    print(text)
    if share < FLOOR_PERCENT:
        print(f"coverage: {share:.1f} % of the lines ran, at least {FLOOR_PERCENT} % must")
    return int(share < FLOOR_PERCENT)


if __name__ == "__main__":
    sys.exit(main())
