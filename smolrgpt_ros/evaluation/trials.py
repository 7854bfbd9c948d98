# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt trial``: what robots do with answers, tried in the simulator."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from smolrgpt_ros.scene.json_output import add_json_option, print_results
from smolrgpt_ros.simulation.warehouse import SimulatedFrame
from smolrgpt_ros.simulation.world.scenes import FAMILIES, FAMILY_MIXES

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
    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    from .suggested_views import ask_from_views, summary_of, table_of

    if arguments.what == "events":
        return _events(arguments)
    outcomes = list(ask_from_views(_shots(arguments), SensorModel()))
    if arguments.out:
        arguments.out.write_text("".join(json.dumps(o.to_json()) + "\n" for o in outcomes))
    summary = summary_of(outcomes)
    print_results(summary, table_of(summary), arguments.json)
    return 0


def _events(arguments: argparse.Namespace) -> int:
    """Watch for events until there were enough."""
    from itertools import count, islice

    from tqdm import tqdm

    from smolrgpt_ros.simulation.warehouse import simulate_frame

    from .suggested_views import table_of
    from .watched_events import CYCLES, events_summary, watch_events

    shots = (simulate_frame(seed, "ceiling", 480, 360) for seed in count(arguments.seed))
    events = (outcome for shot in shots for outcome in watch_events(shot, CYCLES))
    wanted = islice(events, arguments.events)
    outcomes = list(tqdm(wanted, total=arguments.events, unit="event", disable=None))
    if arguments.out:
        arguments.out.write_text("".join(json.dumps(o.to_json()) + "\n" for o in outcomes))
    summary = events_summary(outcomes)
    print_results(summary, table_of(summary), arguments.json)
    return 0


def _shots(arguments: argparse.Namespace) -> Iterator[SimulatedFrame]:
    from tqdm import tqdm

    from smolrgpt_ros.simulation.sensing.sensor import SensorModel
    from smolrgpt_ros.simulation.warehouse import simulate_frame

    families = FAMILIES if arguments.family == "mix" else (arguments.family,)
    for i in tqdm(range(arguments.frames), unit="frame", disable=None):
        family = families[i % len(families)]
        yield simulate_frame(arguments.seed + i, family, 640, 480, SensorModel())
