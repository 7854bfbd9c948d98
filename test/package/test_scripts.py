# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The shell commands of scripts/ do nothing when asked for help, or for what they do not know."""

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


def test_run_names_the_programs_before_it_sets_anything_up(tmp_path):
    copy = tmp_path / "scripts" / "run"
    copy.parent.mkdir()
    copy.write_bytes((SCRIPTS / "run").read_bytes())
    (copy.parent / "setup").write_text("#!/bin/sh\ntouch set_up\n")
    (copy.parent / "setup").chmod(0o755)
    (tmp_path / "CMakeLists.txt").write_bytes((SCRIPTS.parent / "CMakeLists.txt").read_bytes())
    found = subprocess.run(
        ["bash", copy, "nosuch"], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "run: no program 'nosuch'; there are: "
        "smolrgpt spatial_query_node warehouse_camera_node page_node\n"
    )
    assert not (tmp_path / "set_up").exists()
