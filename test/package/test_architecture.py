# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pictures of docs/architecture.md beside the imports of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
PICTURES = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
SOLID = re.compile(r"^\s*(\S+) (?:-- [^-]+ )?--> (\S+)$", re.MULTILINE)
DOTTED = re.compile(r"^\s*(\S+) -\. .+ \.-> (\S+)$", re.MULTILINE)

grimp = pytest.importorskip("grimp", reason="import-linter is not installed here")


@pytest.fixture(scope="module")
def imports() -> set[tuple[str, str]]:
    """Every import as two files, relative to the package."""
    graph = grimp.build_graph("smolrgpt_ros")
    return {
        (_file(importer), _file(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }


def _file(module: str) -> str:
    path = Path(*module.split(".")[1:])
    package = (ROOT / "smolrgpt_ros" / path).is_dir()
    return str(path / "__init__.py" if package else path.with_suffix(".py"))


def test_rooms_are_drawn_as_they_import_each_other(imports: set[tuple[str, str]]) -> None:
    rooms = {path.name for path in (ROOT / "smolrgpt_ros").iterdir() if path.is_dir()}
    found = {
        (a.split("/")[0], b.split("/")[0])
        for a, b in imports
        if a.split("/")[0] in rooms and b.split("/")[0] in rooms
    }
    found = {(a, b) for a, b in found if a != b}
    assert set(SOLID.findall(PICTURES[0])) == _reduced(found)


def _reduced(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows without those that follow from others."""

    def reaches(start: str, end: str, without: tuple[str, str]) -> bool:
        steps = [b for a, b in arrows if a == start and (a, b) != without]
        return end in steps or any(reaches(step, end, without) for step in steps)

    return {(a, b) for a, b in arrows if not reaches(a, b, (a, b))}


@pytest.mark.parametrize("picture", PICTURES[1:], ids=["question", "frame"])
def test_files_on_the_way_import_each_other_as_drawn(
    picture: str, imports: set[tuple[str, str]]
) -> None:
    solid, dotted = SOLID.findall(picture), DOTTED.findall(picture)
    assert len(solid) + len(dotted) == picture.count("->"), "every arrow is read"
    assert [arrow for arrow in solid if arrow not in imports] == []
    assert [arrow for arrow in dotted if arrow in imports] == [], "an import is drawn solid"
    for name in {name for arrow in dotted for name in arrow}:
        assert (ROOT / "smolrgpt_ros" / name).is_file()


def test_every_file_the_page_names_exists() -> None:
    table = PAGE[PAGE.index("## Where to change what") :]
    names = re.findall(r"`([\w/]+/[\w.]*)`", table)
    assert len(names) > 30
    missing = [
        name
        for name in names
        if not (ROOT / name).exists() and not (ROOT / "smolrgpt_ros" / name).exists()
    ]
    assert missing == []
