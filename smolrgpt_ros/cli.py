# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The ``smolrgpt`` command: one subcommand per room."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from smolrgpt_ros.scene.status import QueryError

ROOMS = (
    "smolrgpt_ros.tools.ask.cli",
    "smolrgpt_ros.client.live",
    "smolrgpt_ros.client.agents",
    "smolrgpt_ros.model.cli",
    "smolrgpt_ros.simulation.cli",
    "smolrgpt_ros.training.cli",
    "smolrgpt_ros.evaluation.cli",
    "smolrgpt_ros.evaluation.sensor_comparison",
    "smolrgpt_ros.evaluation.stress",
    "smolrgpt_ros.evaluation.trials",
    "smolrgpt_ros.evaluation.score",
    "smolrgpt_ros.evaluation.question_statistics",
    "smolrgpt_ros.tools.doctor",
    "smolrgpt_ros.tools.fetch.cli",
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
        0; 2 where the input or this host was at fault, with the reason on standard error; 130 after
        Ctrl-C.
    """
    arguments = build_parser().parse_args(argv)
    try:
        code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()
        return code
    except QueryError as error:
        reason = f"{error.status.name}: {error.message}"
    except BrokenPipeError:  # the reader has enough, as in "smolrgpt ... | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except ImportError as error:
        reason = f"{error}; install what is missing: pip install -r requirements.txt"
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error) or type(error).__name__
    print(f"smolrgpt {arguments.command}: {reason}", file=sys.stderr)
    return 2
