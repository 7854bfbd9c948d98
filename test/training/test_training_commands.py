# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Commands of ``smolrgpt train`` in pages and recipes parse, under ``torchrun``, too."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from torch.distributed.run import get_args_parser

from smolrgpt_ros.training.cli import add_parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("smolrgpt_ros/checkpoints/*/README.md"),
    *ROOT.glob("config/training/**/*.yaml"),
]
COMMAND = re.compile(r"((?:torchrun [^`\n]*)?(?:scripts/)?smolrgpt train [^`#;\n]*-[^`#;\n]*)")


def commands() -> list[str]:
    """Those of more than a single option, which is mentioned; continued lines joined."""
    texts = [re.sub(r" *\\\n[# ]*", " ", page.read_text()) for page in PAGES]
    found = (command for text in texts for command in COMMAND.findall(text))
    whole = {" ".join(re.sub(r" {2,}\(.*", "", command).split()) for command in found}
    return sorted(command for command in whole if len(command.split()) > 3)


@pytest.fixture(scope="module")
def train() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    add_parser(subparsers)
    return subparsers.choices["train"]


def long_options(parser: argparse.ArgumentParser) -> set[str]:
    return {
        option
        for action in parser._actions  # argparse has no public way to its options
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }


def test_no_option_is_taken_for_one_of_torchrun(train: argparse.ArgumentParser) -> None:
    """It takes abbreviations, also behind the name of the script, where they are not its own."""
    theirs = long_options(get_args_parser())
    found = {(a, b) for a in long_options(train) for b in theirs if b.startswith(a)}
    assert "--start-method" in theirs and found == set()


def test_commands_are_found() -> None:
    found = commands()
    assert len(found) > 12 and sum(c.startswith("torchrun") for c in found) >= 2


@pytest.mark.parametrize("command", commands())
def test_a_command_parses(train: argparse.ArgumentParser, command: str) -> None:
    program, *words = shlex.split(command)
    if program == "torchrun":
        started = get_args_parser().parse_args(words)
        assert started.training_script == "scripts/smolrgpt"
        words = started.training_script_args
    assert words[0] == "train"
    arguments, left_over = train.parse_known_args(words[1:])
    assert set(left_over) <= {"…"}
    assert str(arguments.config) in ("None", "…") or (ROOT / arguments.config).is_file()
