# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Commands that pages show: their options, arguments, parameters and scripts are there."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="parameters are declared with it: scripts/setup or colcon")

from smolrgpt_ros.cli import build_parser
from smolrgpt_ros.ros.params.page_parameters import PAGE_SPECS
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.warehouse_camera_parameters import WAREHOUSE_CAMERA_SPECS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    path
    for folder in (".", "docs", "examples", "pip_host", "smolrgpt_ros", ".github")
    for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*.md")
]
PARAMETERS = {
    "spatial_query_node": QUERY_SPECS,
    "warehouse_camera_node": WAREHOUSE_CAMERA_SPECS,
    "page_node": PAGE_SPECS,
}

pytestmark = pytest.mark.ros


def commands(text: str) -> list[str]:
    """Inline code, and the lines of code blocks: continued ones joined, without comments."""
    text = re.sub(r"\\\n\s*", "", text)
    block = re.compile(r"^ *```\w*\n(.*?)^ *```", flags=re.DOTALL | re.MULTILINE)
    lines = [line.split(" #")[0] for found in block.findall(text) for line in found.splitlines()]
    spans = re.findall(r"`([^`]+)`", block.sub("", text))
    return [*lines, *(" ".join(span.split()) for span in spans)]


def shown() -> Iterator[tuple[str, str]]:
    """Names of the pages, with each of their commands."""
    for page in PAGES:
        for command in commands(page.read_text()):
            yield str(page.relative_to(ROOT)), command


def subcommands() -> dict[str, argparse.ArgumentParser]:
    """The parsers of ``smolrgpt COMMAND``, by command."""
    (found,) = (
        action.choices
        for action in build_parser()._actions  # argparse has no public way to its subcommands
        if isinstance(action, argparse._SubParsersAction)
    )
    return dict(found)


def launch_arguments(path: Path) -> set[str]:
    """Names that a launch file declares, shared ones included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "shared_arguments":
                names |= set(ast.literal_eval(node.args[0]))
            elif node.func.id == "DeclareLaunchArgument":
                names.add(ast.literal_eval(node.args[0]))
    return names


def test_comments_go_and_continued_lines_are_one() -> None:
    page = "Say `a\nb --c`:\n\n```\nd --e \\\n  --f    # --g\n```\n"
    assert commands(page) == ["d --e --f   ", "a b --c"]


def test_options_of_commands_are_there() -> None:
    parsers = subcommands()
    found = [
        (page, name, option)
        for page, command in shown()
        for name, rest in re.findall(r"\bsmolrgpt ([a-z-]+)([^|&]*)", command)
        if name in parsers
        for option in re.findall(r"(?<!\S)(--[a-z][a-z-]*)", rest)
    ]
    assert len(found) > 100
    there = {name: parser.format_usage() for name, parser in parsers.items()}
    assert [
        f"{page}: smolrgpt {name} has no {option}"
        for page, name, option in found
        if not re.search(rf"{option}(?![a-z-])", there[name]) and option != "--help"
    ] == []


def test_arguments_of_launch_files_are_there() -> None:
    found = [
        (page, file, argument)
        for page, command in shown()
        for file, rest in re.findall(r"ros2 launch smolrgpt_ros (\S+)(.*)", command)
        for argument in re.findall(r"(\w+):=", rest)
    ]
    assert len(found) > 10
    assert [
        f"{page}: {file} has no {argument}"
        for page, file, argument in found
        if argument not in launch_arguments(ROOT / "launch" / file)
    ] == []


def test_parameters_of_programs_are_there() -> None:
    found = [
        (page, program, name)
        for page, command in shown()
        for program in PARAMETERS
        if program in command
        for name in re.findall(r"-p ([\w.]+):=", command)
    ]
    assert len(found) > 10
    assert [
        f"{page}: {program} has no parameter {name}"
        for page, program, name in found
        if name not in {spec.name for spec in PARAMETERS[program]}
    ] == []


def test_scripts_are_there() -> None:
    found = {
        (page, script)
        for page, command in shown()
        for script in re.findall(r"(?<![\w/])scripts/([\w.]+)", command)
    }
    assert len(found) > 20
    assert [
        f"{page}: no scripts/{script}"
        for page, script in found
        if not (ROOT / "scripts" / script).exists()
    ] == []


def test_modules_are_there() -> None:
    programs = [ROOT / "pixi.toml", *(ROOT / "scripts").glob("*")]
    texts = [path for path in (*PAGES, *programs) if path.is_file()]
    found = [
        (path.name, module)
        for path in texts
        for module in re.findall(r"-m (smolrgpt_ros[\w.]+)", path.read_text())
    ]
    assert len(found) > 5
    assert [
        f"{page}: no module {module}"
        for page, module in found
        if not (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
    ] == []


def test_parameters_in_yaml_are_there() -> None:
    known = {spec.name for specs in PARAMETERS.values() for spec in specs}
    found = [
        (page, name)
        for page in PAGES
        for block in re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(), re.DOTALL | re.M)
        for name in re.findall(r"^ *([a-z0-9_]+(?:\.[a-z0-9_]+)+):", block, re.M)
    ]
    assert len(found) > 15
    assert [f"{page.name}: no parameter {name}" for page, name in found if name not in known] == []
