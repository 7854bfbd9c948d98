# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``scripts/demo``: a simulated warehouse, questions with known answers, or those of people."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..ending import ending_as_on_ctrl_c
from .processes import Processes, use_own_domain
from .questions import KINDS, Asked, live_questions, scored_questions
from .report import Row, summary, table, write_json
from .session import ASK_YOURSELF, converse, show_page
from .terminal import has_colors

#: Longest waits, seconds: first renderings, loading of weights, one answer.
SCENE_S, READY_S, ANSWER_S = 120.0, 300.0, 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The demo's options."""
    parser.add_argument("--seed", type=int, default=7, help="seed of the first scene")
    parser.add_argument(
        "--family",
        choices=("ceiling", "robot"),
        default="ceiling",
        help="where the camera is: high up looking down, or on a robot",
    )
    parser.add_argument(
        "--questions",
        type=int,
        default=12,
        metavar="N",
        help="questions on the simulator's masks, spread over the four kinds (default 12); those "
        "on the detector's regions come on top",
    )
    parser.add_argument(
        "--page",
        action="store_true",
        help="open a page on http://localhost:8090 instead: look, click, ask; Ctrl-C ends it",
    )
    parser.add_argument(
        "--ask", action="store_true", help="a prompt in this terminal instead: ask what you like"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the table as data")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("demo_output"),
        metavar="DIR",
        help="folder for annotated pictures and logs (default demo_output)",
    )
    parser.add_argument(
        "--model", type=Path, metavar="DIR", help="SmolRGPT checkpoint instead of the shipped one"
    )
    parser.add_argument(
        "--detector", type=Path, metavar="FILE", help="YOLO weights instead of the shipped ones"
    )
    parser.add_argument(
        "--recording",
        type=Path,
        metavar="DIR",
        help="frames that 'smolrgpt simulate' wrote, where this host cannot render",
    )


def run(options: argparse.Namespace) -> int:
    """Run the demo; 0 when every question was answered."""
    if options.questions < 1:
        print("demo: --questions must be at least 1", file=sys.stderr)
        return 2
    start = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    _say(f"ROS_DOMAIN_ID={use_own_domain()}, pictures and logs in {options.out}/")
    processes = Processes(options.out)
    rows: list[Row] = []
    try:
        _start(processes, options)
        if options.page or options.ask:
            return _hand_over(processes, options)
        rows = _ask_all(processes, options, start)
    except RuntimeError as error:
        print(f"demo: FAILED: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 0 if options.page or options.ask else 130
    finally:
        processes.stop()
    if rows:
        print(f"\n{table(rows, has_colors(sys.stdout))}\n\n{summary(rows)}\n\n{ASK_YOURSELF}")
    if options.json is not None:
        write_json(rows, options.json)
    return _verdict(rows, options.questions, time.monotonic() - start)


def _start(processes: Processes, options: argparse.Namespace) -> None:
    camera: dict[str, object] = {
        "seed": options.seed,
        "family": options.family,
        "rate": 3.0,
        "hold_time": 0.0,
    }
    if options.recording is not None:
        camera["recording"] = options.recording.resolve()
    # The scenes stand still: looking more often would only take the processor from the model, and
    # an old picture shows what a new one does.
    query: dict[str, object] = {
        "history.size": 60,
        "detector.max_rate": 1.0,
        "query.max_age": 30.0,
    }
    if options.model is not None:
        query["model.path"] = options.model.resolve()
    if options.detector is not None:
        query["detector.weights"] = options.detector.resolve()
    processes.start("camera", "smolrgpt_ros.nodes.warehouse_camera_node", camera)
    processes.start("query", "smolrgpt_ros.nodes.spatial_query_node", query)


def _hand_over(processes: Processes, options: argparse.Namespace) -> int:
    """Let people ask, on the page or at a prompt, until they end it."""
    if options.page:
        show_page(processes, READY_S)
    if not options.ask:
        while True:
            processes.check()
            time.sleep(0.5)
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from smolrgpt_ros.client.reply_record import record_of
    from smolrgpt_ros.client.spatial_client import SpatialClient
    from smolrgpt_ros.msg import RegionArray

    # Python handles Ctrl-C: rclpy's own handler would close the client during a question.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        with SpatialClient() as client:
            _say("waiting for the query node to load its models ...")
            ready = client.wait_ready(READY_S)
            processes.check()
            if not ready.ok:
                raise RuntimeError(ready.message)
            if client.next_message(RegionArray, "spatial_query/regions", SCENE_S) is None:
                raise RuntimeError(f"the query node saw no picture in {SCENE_S:.0f} s, see its log")
            converse(lambda question: record_of(question, client.ask(question)), sys.stdin)
    finally:
        rclpy.try_shutdown()
    return 0


def _ask_all(processes: Processes, options: argparse.Namespace, start: float) -> list[Row]:
    # rclpy reads ROS_DOMAIN_ID when it is first initialised: import after it is set.
    from .client import DemoClient, Scene

    rng = np.random.default_rng(options.seed)
    left = {kind: _share(options.questions, i) for i, kind in enumerate(KINDS)}
    least_scenes = min(3, options.questions)
    rows: list[Row] = []

    def ask(client: DemoClient, scene: Scene, asked: Asked) -> None:
        row = client.ask(scene, asked, ANSWER_S, options.out, len(rows))
        rows.append(row)
        said = row.said if row.ok else f"{row.status}: {row.message}"
        print(f"  {asked.readable_text}\n    {said}", flush=True)

    client = DemoClient(processes.check)
    try:
        _say("waiting for the query node to load its models ...")
        client.wait_ready(READY_S)
        _say(f"ready after {time.monotonic() - start:.0f} s")
        index = 0
        while (any(left.values()) or index < least_scenes) and index < 10 + options.questions:
            scene = client.scene(index, SCENE_S)
            _say(
                f"scene {index} (seed {scene.truth.seed}): {len(scene.truth.regions)} objects in "
                f"view, {len(scene.found)} regions detected"
            )
            # Spread over at least three scenes: not more of a kind than the rest needs.
            wanted = [k for k, n in left.items() if n > 0]
            repeat = max(1, -(-max(left.values()) // max(least_scenes - index, 1)))
            for _ in range(repeat if index < least_scenes else 2):
                for asked in scored_questions(scene.truth, wanted, rng):
                    if left[asked.kind] > 0:
                        left[asked.kind] -= 1
                        ask(client, scene, asked)
            if index < least_scenes:
                for asked in live_questions(scene.truth, scene.found, rng):
                    ask(client, scene, asked)
            index += 1
    finally:
        client.close()
    return rows


def _share(total: int, index: int) -> int:
    """How many of ``total`` questions the kind of an index gets."""
    return (total + len(KINDS) - 1 - index) // len(KINDS)


def _verdict(rows: Sequence[Row], wanted: int, seconds: float) -> int:
    failed = [row for row in rows if not row.ok]
    scored = sum(row.masks == "simulator" for row in rows)
    if failed or scored < wanted:
        print(
            f"demo: FAILED after {seconds:.0f} s: {len(failed)} questions without an answer, "
            f"{max(wanted - scored, 0)} of {wanted} never asked",
            file=sys.stderr,
        )
        for row in failed:
            print(f"demo:   {row.question}: {row.status}: {row.message}", file=sys.stderr)
        return 1
    _say(f"done in {seconds:.0f} s")
    return 0


def _say(text: str) -> None:
    print(f"demo: {text}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m smolrgpt_ros.tools.demo.cli``; the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Plays a simulated warehouse to the spatial_query node and asks it questions "
        "whose answers are known.",
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    with ending_as_on_ctrl_c():
        return run(options)


if __name__ == "__main__":
    sys.exit(main())
