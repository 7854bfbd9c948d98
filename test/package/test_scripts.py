# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The shell commands of scripts/ say what they do, and do nothing else, when asked for help."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.parametrize("name", ["setup", "run", "test"])
def test_help_prints_how_a_command_is_called(name, tmp_path):
    copy = tmp_path / "scripts" / name  # with nothing beside it that it could run
    copy.parent.mkdir()
    copy.write_bytes((SCRIPTS / name).read_bytes())
    found = subprocess.run(
        ["bash", copy, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    first, *others = found.stdout.splitlines()
    assert first and not first.startswith("#")
    assert any(line.strip().startswith(f"scripts/{name}") for line in others)
    assert "set -" not in found.stdout
    assert list(tmp_path.iterdir()) == [copy.parent]


def test_setup_refuses_what_it_does_not_know(tmp_path):
    found = subprocess.run(
        ["bash", SCRIPTS / "setup", "--fast"], capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 2
    assert "found '--fast'" in found.stderr
