# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Camera and query node as processes of their own, questions through the service, truth beside."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .demo_questions import KINDS, Asked, live_questions, scored_questions
from .demo_report import Row, summary, table, write_json

#: Longest waits, seconds: first renderings, loading of weights, one answer.
SCENE_S, READY_S, ANSWER_S = 120.0, 300.0, 120.0


class Processes:
    """The nodes of the demo; all of them end with it.

    Args:
        logs: folder for what they print.
        environment: of the processes.
    """

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self._logs, self._environment = logs, environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, module: str, parameters: dict[str, object]) -> None:
        """Start ``python -m module`` with ROS parameters."""
        command = [sys.executable, "-m", "smolrgpt_ros.nodes.program", module, "--ros-args"]
        for key, value in parameters.items():
            command += ["-p", f"{key}:={value}"]
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )

    def check(self) -> None:
        """Raise RuntimeError if one has ended, with the end of what it printed."""
        for name, process in self._running.items():
            if process.poll() is not None:
                said = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()
                raise RuntimeError(
                    f"the {name} process ended with code {process.returncode}:\n"
                    + "\n".join(f"    {line}" for line in said[-15:])
                )

    def stop(self) -> None:
        """Ask all to end, and make those that do not."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in self._running.values():
            try:
                process.wait(10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


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
    # A domain of its own on this machine only: other graphs neither hear nor disturb it.
    os.environ.setdefault("ROS_DOMAIN_ID", str(random.SystemRandom().randint(1, 100)))
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    _say(f"ROS_DOMAIN_ID={os.environ['ROS_DOMAIN_ID']}, pictures and logs in {options.out}/")
    processes = Processes(options.out, dict(os.environ))
    rows: list[Row] = []
    try:
        _start(processes, options)
        rows = _ask_all(processes, options, start)
    except RuntimeError as error:
        print(f"demo: FAILED: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 130
    finally:
        processes.stop()
    if rows:
        print(f"\n{table(rows)}\n\n{summary(rows)}")
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
    # The scenes stand still: looking more often would only take the processor from the model.
    query: dict[str, object] = {"history.size": 60, "detector.max_rate": 1.0}
    if options.model is not None:
        query["model.path"] = options.model.resolve()
    if options.detector is not None:
        query["detector.weights"] = options.detector.resolve()
    processes.start("camera", "smolrgpt_ros.nodes.warehouse_camera_node", camera)
    processes.start("query", "smolrgpt_ros.nodes.spatial_query_node", query)


def _ask_all(processes: Processes, options: argparse.Namespace, start: float) -> list[Row]:
    # rclpy reads ROS_DOMAIN_ID when it is first initialised: import after it is set.
    from .demo_client import DemoClient, Scene

    rng = np.random.default_rng(options.seed)
    left = {kind: _share(options.questions, i) for i, kind in enumerate(KINDS)}
    least_scenes = min(3, options.questions)
    rows: list[Row] = []

    def ask(client: DemoClient, scene: Scene, asked: Asked) -> None:
        row = client.ask(scene, asked, ANSWER_S, options.out, len(rows))
        rows.append(row)
        said = row.said if row.ok else f"{row.status}: {row.message}"
        print(f"  {asked.displayed}\n    {said}", flush=True)

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
    """``python -m smolrgpt_ros.tools.demo``; the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Plays a simulated warehouse to the spatial_query node and asks it questions "
        "whose answers are known.",
    )
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
