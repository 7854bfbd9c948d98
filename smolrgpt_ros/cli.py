"""The ``smolrgpt`` command: one subcommand per room."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from smolrgpt_ros.scene.status import QueryError

ROOMS = (
    "smolrgpt_ros.tools.ask",
    "smolrgpt_ros.client.live",
    "smolrgpt_ros.model.cli",
    "smolrgpt_ros.simulation.cli",
    "smolrgpt_ros.training.cli",
    "smolrgpt_ros.evaluation.cli",
    "smolrgpt_ros.evaluation.sensor_comparison",
    "smolrgpt_ros.evaluation.stress",
    "smolrgpt_ros.evaluation.score",
    "smolrgpt_ros.evaluation.question_statistics",
    "smolrgpt_ros.tools.doctor",
)


def build_parser() -> argparse.ArgumentParser:
    """The parser with every room's subcommands."""
    parser = argparse.ArgumentParser(
        prog="smolrgpt",
        description="Spatial questions about RGB-D frames: ask, simulate, train, evaluate.",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in ROOMS:
        import_module(room).add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Returns:
        0, or 2 where the input was at fault; the reason goes to standard error.
    """
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except QueryError as error:
        print(f"smolrgpt: {error.status.name}: {error.message}", file=sys.stderr)
    except (FileNotFoundError, ValueError) as error:
        print(f"smolrgpt: {error}", file=sys.stderr)
    return 2
