# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The site's reference, made from the sources: messages, parameters and the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smolrgpt_ros.cli import build_parser
from smolrgpt_ros.ros.params.parameters import ParameterSpec
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS

_INTERFACES = ("msg", "srv", "action")


def reference_pages(root: Path) -> dict[str, str]:
    """Markdown of the generated pages, by URI."""
    return {
        "reference/messages.md": _messages(root),
        "reference/parameters.md": _parameters(),
        "reference/commands.md": _commands(),
    }


def _messages(root: Path) -> str:
    lines = ["# Messages", "", "The interface files as they are; every field has its comment."]
    for kind in _INTERFACES:
        for path in sorted((root / kind).glob(f"*.{kind}")):
            lines += ["", f"## {kind}/{path.stem}", "", "```text", path.read_text().rstrip(), "```"]
    return "\n".join(lines)


def _parameters() -> str:
    lines = [
        "# Parameters",
        "",
        "Of the node `spatial_query`, from its own declarations. A running node describes them "
        "with `ros2 param describe /spatial_query NAME`; the parameters of the other nodes are in "
        "[the ROS interface](../ros_interface.md#node-warehouse_camera).",
    ]
    for spec in QUERY_SPECS:
        when = "at start" if spec.read_only else "at any time"
        lines += ["", f"## `{spec.name}`", "", spec.description, ""]
        lines += [f"Default: `{spec.default!r}`. Allowed: {_allowed(spec)}. Set {when}."]
    return "\n".join(lines)


def _allowed(spec: ParameterSpec) -> str:
    if spec.choices:
        return ", ".join(f"`{choice}`" for choice in spec.choices)
    if spec.minimum is not None and spec.maximum is not None:
        return f"{spec.minimum} to {spec.maximum}"
    return f"any {type(spec.default).__name__}"


def _commands() -> str:
    parser = build_parser()
    lines = ["# Command line", "", "```text", parser.format_help().rstrip(), "```"]
    for name, command in _subcommands(parser):
        lines += ["", f"## smolrgpt {name}", "", "```text", command.format_help().rstrip(), "```"]
    return "\n".join(lines)


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # argparse has no public way to its subcommands
        if isinstance(action, argparse._SubParsersAction):
            choices: dict[str, Any] = dict(action.choices or {})
            yield from choices.items()
