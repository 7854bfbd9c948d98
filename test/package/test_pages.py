# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pages that promise to be complete: status codes, features with their tests, the navigation."""

from __future__ import annotations

import re
from pathlib import Path

from smolrgpt_ros.scene.status import Status

ROOT = Path(__file__).resolve().parents[2]


def test_every_status_code_has_a_section_in_troubleshooting() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    assert re.findall(r"^## (.+)$", page, flags=re.MULTILINE) == [status.name for status in Status]


def test_every_test_that_the_quality_declaration_names_is_there() -> None:
    page = (ROOT / "QUALITY_DECLARATION.md").read_text()
    paths = re.findall(r"`(test/[\w/.]+)`", page)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    tests = "".join(path.read_text() for path in (ROOT / "test" / "package").glob("*.py"))
    names = re.findall(r"`(test_\w+)`", page)
    assert names and [name for name in names if f"def {name}(" not in tests] == []


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    config = (ROOT / "mkdocs.yml").read_text()
    listed = set(re.findall(r"^ +- (?:[^:\n]+: )?([\w/.]+\.md)$", config, flags=re.MULTILINE))
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert pages - listed == set()
