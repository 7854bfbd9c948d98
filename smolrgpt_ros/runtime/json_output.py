# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The option ``--json`` of the commands: data instead of text for people."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

#: Standard output, in place of a file's name.
STANDARD = "-"


def add_json_option(
    parser: argparse.ArgumentParser, what: str = "the results as one JSON value"
) -> None:
    """Add ``--json [FILE]``; the value is ``None``, a file's name or :data:`STANDARD`."""
    parser.add_argument(
        "--json",
        nargs="?",
        const=STANDARD,
        metavar="FILE",
        help=f"{what}: to FILE, or to standard output in place of the text",
    )


def print_results(data: Any, text: str, json_name: str | None) -> None:
    """Print a text for people, and write the data where they are wanted.

    Args:
        data: to be written as JSON.
        text: left out where standard output gets the data.
        json_name: value of the option.

    Raises:
        ValueError: if the file cannot be written.
    """
    if json_name == STANDARD:
        print(json.dumps(data, indent=2))
        return
    if json_name is not None:
        write_json(data, json_name)
    print(text)


def write_json(data: Any, name: str) -> None:
    """Write data to a file.

    Raises:
        ValueError: if it cannot be written.
    """
    try:
        Path(name).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ValueError(f"cannot write {name} (--json): {error.strerror}") from error


def write_json_lines(rows: Iterable[Any], path: Path) -> None:
    """Write values to a file, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
