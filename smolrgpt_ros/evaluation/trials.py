# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt trial``: what robots do with answers, tried in the simulator."""

from __future__ import annotations

import argparse
from pathlib import Path

from smolrgpt_ros.runtime.json_output import add_json_option
from smolrgpt_ros.simulation.world.scenes import FAMILY_MIXES

from .cases import HELD_OUT_SEED


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "trial",
        help="try suggested views and watched questions in the simulator",
        description="views: simulates frames of unseen seeds, asks about each object in them, and "
        "asks what is hidden or cut again from the view that its answer suggests. events: moves "
        "transporters near pallets and pallets into buffers, and watches for both.",
    )
    parser.add_argument("what", choices=("views", "events"))
    parser.add_argument(
        "--events", type=int, default=200, help="events to watch for (default: %(default)s)"
    )
    parser.add_argument("--frames", type=int, default=60, help="of views (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=HELD_OUT_SEED, help="first seed (default: %(default)s)"
    )
    parser.add_argument(
        "--family", choices=FAMILY_MIXES, default="robot", help="of views (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, help="write every outcome here, one JSON object a line")
    add_json_option(parser, "the figures as one JSON object")
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    return _events(arguments) if arguments.what == "events" else _views(arguments)


def _views(arguments: argparse.Namespace) -> int:
    """Ask about what is hidden, again from the views that answers suggest."""
    from tqdm import tqdm

    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    from .command_parts import report_outcomes, summary_lines, unseen_shots
    from .suggested_views import ask_from_views, summary_of

    shots = unseen_shots(arguments, arguments.frames, 480, SensorModel())
    shots = tqdm(shots, total=arguments.frames, unit="frame", disable=None)
    outcomes = list(ask_from_views(shots, SensorModel()))
    summary = summary_of(outcomes)
    return report_outcomes(outcomes, summary, summary_lines(summary), arguments)


def _events(arguments: argparse.Namespace) -> int:
    """Watch for events until there were enough."""
    from itertools import count, islice

    from tqdm import tqdm

    from smolrgpt_ros.simulation.warehouse import simulate_frames

    from .command_parts import report_outcomes, summary_lines
    from .watched_events import CYCLES, events_summary, watch_events

    shots = simulate_frames(count(arguments.seed), ("ceiling",), 480, 360)
    events = (outcome for shot in shots for outcome in watch_events(shot, CYCLES))
    wanted = islice(events, arguments.events)
    outcomes = list(tqdm(wanted, total=arguments.events, unit="event", disable=None))
    summary = events_summary(outcomes)
    return report_outcomes(outcomes, summary, summary_lines(summary), arguments)
