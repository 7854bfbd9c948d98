# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The soak test: a camera and clients that never pause, and what the node costs over time.

    python -m smolrgpt_ros.tools.robustness.soak --minutes 10 --json soak.json

The node is the real one, in a process of its own over DDS; detector and model are replaced by ones
that take a known time, so that what is left is the node's own. With ``--shipped`` they are those
that ship, and the bounds are those of memory and replies.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.ros.fast_dds import chosen_profile
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame

from ..programs import WatchedProcess, running_program, wait_for
from ..spinning import spinning
from .report import add_report_options, run_and_report
from .soak_client import PATIENCE_S, Client
from .stored_scene import StoredScene

#: The bounds with stand-ins: overhead in CPU milliseconds, growth in MiB a minute.
MOST_QUERY_MS, MOST_PAIR_MS, MOST_GROWTH = 8.0, 6.0, 1.0
#: The bounds with what ships, MiB: memory at any time, and its growth after the third minute.
MOST_MIB, MOST_LATE_GROWTH_MIB = 1024.0, 50.0
_PROCESSES = "smolrgpt_ros.tools.robustness.soak_processes"
_OWN_MS = "CPU of a pair looked at: decoding, tracking, regions, publishing (ms)"
_QUERY_MS = "CPU of a query: the whole process (ms)"


@dataclass(frozen=True)
class SoakOptions:
    """What the test does.

    Args:
        minutes: of the main part; pairs alone and queries alone take a fifth of it more.
        clients: that ask without pause.
        rate_hz: of the camera.
        detector_s, model_s: that detector and model take, seconds.
        shipped: run the detector and the model that ship instead.
    """

    minutes: float
    clients: int
    rate_hz: float
    detector_s: float
    model_s: float
    shipped: bool = False

    @property
    def alone_s(self) -> float:
        """Time for pairs alone, and for queries alone, seconds."""
        return max(60 * self.minutes / 10, 4.0)

    def node_words(self, scene: Path) -> list[str]:
        """Module and arguments of the query node."""
        words = ["--ros-args", "-p", "query.max_age:=3600.0"]
        if self.shipped:
            return ["smolrgpt_ros.nodes.spatial_query_node", *words]
        times = (str(self.detector_s), str(self.model_s))
        return [
            *(_PROCESSES, "node", str(scene), *times, *words),
            *("-p", f"detector.max_rate:={self.rate_hz}"),
        ]


class _Listener:
    """What the query node publishes, on the executor's thread.

    Args:
        node: subscribes.
    """

    def __init__(self, node: Node) -> None:
        #: Pairs that the node has looked at.
        self.pairs = 0
        #: Values of its diagnostics by name.
        self.reported: dict[str, str] = {}
        reliable = profile("reliable")
        node.create_subscription(RegionArray, "spatial_query/regions", self._count, reliable)
        node.create_subscription(DiagnosticArray, "/diagnostics", self._keep, 10)

    def _count(self, message: RegionArray) -> None:
        self.pairs += 1

    def _keep(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.reported.update({value.key: value.value for value in status.values})


def soak(options: SoakOptions) -> dict[str, Any]:
    """Run the test and report."""
    simulated = simulate_frame(3, family="ceiling", width=640, height=480, sensor=SensorModel())
    rclpy.init()
    node = rclpy.create_node("soak")
    listener = _Listener(node)
    asking = [Client(node, number, not options.shipped) for number in range(options.clients)]
    with spinning(node), tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.npz"
        StoredScene.of(simulated).write(scene)
        with running_program(*options.node_words(scene)) as started:
            watched = WatchedProcess(started.pid)
            asking[0].wait_ready()
            before = watched.cpu_s()
            time.sleep(options.alone_s / 2)
            idle = (watched.cpu_s() - before) / (options.alone_s / 2)
            with running_program(_PROCESSES, "camera", str(scene), str(options.rate_hz)):
                costs = _camera_alone(listener, watched, idle, options)
                samples = _together(asking, watched, options.minutes)
                costs["memory that the process wrote, at the end (MiB)"] = watched.own_mib()
            # The camera is gone, its last frame is kept: queries alone.
            single = Client(node, 0, not options.shipped)
            costs[_QUERY_MS] = _queries_alone(single, watched, idle, options.alone_s)
    node.destroy_node()
    rclpy.try_shutdown()
    report = _report(asking, samples, options.minutes, listener.pairs, costs)
    names = "shipped" if options.shipped else "stand-ins"
    passed = _is_within_bounds(report, options.shipped)
    return {**report, "detector and model": names, "passed": passed}


def _camera_alone(
    listener: _Listener, watched: WatchedProcess, idle: float, options: SoakOptions
) -> dict[str, Any]:
    """Let the camera send for a while, and nobody ask: counts of pairs, and what they cost.

    Args:
        listener: of the node.
        watched: its process.
        idle: share of a core that it takes without camera and clients.
        options: of the test.
    """
    wait_for(lambda: listener.pairs >= 5, "pairs")
    wait_for(lambda: float(listener.reported.get("pairs", 0)) > 0, "diagnostics")
    start, before, first = time.monotonic(), watched.cpu_s(), listener.pairs
    received_before = float(listener.reported["pairs"])
    time.sleep(options.alone_s)
    lasted = time.monotonic() - start
    received = float(listener.reported["pairs"]) - received_before
    pair_ms = 1000 * (watched.cpu_s() - before - idle * lasted) / max(received, 1.0)
    return {
        "camera alone": {
            "pairs received": received,
            "pairs looked at": listener.pairs - first,
            "pairs sent, about": round(options.rate_hz * lasted),
        },
        _OWN_MS: float(listener.reported["own CPU of a frame p50 (ms)"]),
        "CPU of a pair received: the whole process with rclpy and DDS (ms)": pair_ms,
    }


def _queries_alone(client: Client, watched: WatchedProcess, idle: float, seconds: float) -> float:
    """CPU of a query, milliseconds, without a camera; ``idle`` as for :func:`_camera_alone`."""
    client.ask()
    start, before, asked = time.monotonic(), watched.cpu_s(), 0
    while time.monotonic() - start < seconds:
        client.ask()
        asked += 1
    lasted = time.monotonic() - start
    return 1000 * (watched.cpu_s() - before - idle * lasted) / asked


def _is_within_bounds(report: dict[str, Any], shipped: bool) -> bool:
    if report["lost replies"] or report["replies mixed up"]:
        return False
    if shipped:
        memory = report["memory (MiB)"]
        late = memory["growth after the third minute"]
        return bool(memory["largest"] <= MOST_MIB and late <= MOST_LATE_GROWTH_MIB)
    cheap = report[_OWN_MS] <= MOST_PAIR_MS and report[_QUERY_MS] <= MOST_QUERY_MS
    return bool(cheap and report["growth (MiB/min)"] < MOST_GROWTH)


def _together(
    asking: Sequence[Client], watched: WatchedProcess, minutes: float
) -> list[tuple[float, float]]:
    """Camera and all clients at once; seconds and MiB, again and again."""
    samples = []
    for client in asking:
        client.start()
    start = time.monotonic()
    while (now := time.monotonic() - start) < 60 * minutes:
        samples.append((now, watched.mib()))
        time.sleep(min(2.0, 60 * minutes / 20))
    for client in asking:
        client.stop()
    for client in asking:
        client.join(PATIENCE_S + 1)
    return samples


def _report(
    asking: Sequence[Client],
    samples: Sequence[tuple[float, float]],
    minutes: float,
    pairs: int,
    costs: dict[str, Any],
) -> dict[str, Any]:
    statuses = sum((client.statuses for client in asking), Counter[int]())
    settled = [(t, m) for t, m in samples if t >= min(60.0, 60 * minutes / 3)]
    seconds, mib = np.array(settled).T
    growth = float(np.polyfit(seconds / 60, mib, 1)[0])
    late = [m for t, m in samples if t >= min(180.0, 60 * minutes * 0.5)]
    return {
        "minutes": minutes,
        "Fast DDS": "=".join(chosen_profile(os.environ)),
        "pairs seen": pairs,
        "replies": {f"STATUS_{Status(s).name}": n for s, n in sorted(statuses.items())},
        "lost replies": sum(client.lost for client in asking),
        "replies mixed up": sum(client.mixed_up for client in asking),
        "memory (MiB)": {
            "after settling": mib[0],
            "at the end": mib[-1],
            "largest": max(m for _, m in samples),
            "growth after the third minute": max(late) - late[0],
        },
        "growth (MiB/min)": growth,
        "memory, thinned (s, MiB)": [
            (round(t), round(m, 1)) for t, m in samples[:: max(1, len(samples) // 60)]
        ],
        **costs,
        "inside the node, without model (ms)": _quantiles([x for c in asking for x in c.node_ms]),
        "round trip, without model (ms)": _quantiles([x for c in asking for x in c.round_trip_ms]),
    }


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    return {name: float(np.quantile(values, q)) for name, q in _SHARES.items()}


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak test; 0 if all bounds were kept."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of the main part")
    parser.add_argument("--clients", type=int, default=4, help="that ask without pause")
    parser.add_argument("--rate", type=float, default=30.0, help="of the camera, Hz")
    parser.add_argument("--detector-ms", type=float, default=10.0, help="that the detector takes")
    parser.add_argument("--model-ms", type=float, default=100.0, help="that the model takes")
    add_report_options(parser)
    given = parser.parse_args(arguments)
    options = SoakOptions(
        given.minutes,
        given.clients,
        given.rate,
        given.detector_ms / 1000,
        given.model_ms / 1000,
        given.shipped,
    )
    return run_and_report(lambda: soak(options), given.json)


if __name__ == "__main__":
    sys.exit(main())
