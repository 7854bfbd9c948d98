# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The site's reference holds every interface, parameter and command."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="parameters are declared with it: scripts/setup or colcon")

from reference import reference_pages

from smolrgpt_ros.cli import build_parser
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference_pages(ROOT)


def test_every_interface_file_is_shown_whole(pages: dict[str, str]) -> None:
    files = [*ROOT.glob("msg/*.msg"), *ROOT.glob("srv/*.srv"), *ROOT.glob("action/*.action")]
    page = pages["reference/messages.md"]
    assert len(files) >= 6
    assert [path.name for path in files if path.read_text().rstrip() not in page] == []


def test_every_parameter_has_its_description_and_range(pages: dict[str, str]) -> None:
    page = pages["reference/parameters.md"]
    assert [
        spec.name for spec in QUERY_SPECS if f"## `{spec.name}`\n\n{spec.description}" not in page
    ] == []
    assert "Default: `0.25`. Allowed: 0.01 to 1.0. Set at any time." in page


def test_every_command_shows_its_options(pages: dict[str, str]) -> None:
    page = pages["reference/commands.md"]
    listed = build_parser().format_help()
    for name in ("ask", "simulate", "train", "evaluate", "doctor"):
        assert f"## smolrgpt {name}\n" in page and name in listed
    assert "--depth-unit METRES" in page
