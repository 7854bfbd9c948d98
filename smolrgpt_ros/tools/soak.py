# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The soak test: a camera and clients that never pause, and what the node costs over time.

    python -m smolrgpt_ros.tools.soak --minutes 10 --json soak.json

The node is the real one, in a process of its own over DDS; detector and model are replaced by ones
that take a known time, so that what is left is the node's own. With ``--shipped`` they are those
that ship, and the bounds are those of memory and replies.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.ros.fast_dds import chosen_profile, use_profile
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.srv import SpatialQuery

from .ending import ending_as_on_ctrl_c
from .soak_client import PATIENCE_S, Client
from .soak_processes import save_scene
from .watched_process import Watched, process, wait_for

#: The bounds with stand-ins: overhead in CPU milliseconds, growth in MiB a minute.
MOST_QUERY_MS, MOST_PAIR_MS, MOST_GROWTH = 8.0, 6.0, 1.0
#: The bounds with what ships, MiB: memory at any time, and its growth after the third minute.
MOST_MIB, MOST_LATE_GROWTH_MIB = 1024.0, 50.0
_PROCESSES = "smolrgpt_ros.tools.soak_processes"


def soak(
    minutes: float,
    clients: int,
    rate_hz: float,
    detector_ms: float,
    model_ms: float,
    shipped: bool = False,
) -> dict[str, Any]:
    """Run the test and report.

    Args:
        minutes: of the main part; pairs alone and queries alone take a fifth of it more.
        clients: that ask without pause.
        rate_hz: of the camera.
        detector_ms, model_ms: that detector and model take.
        shipped: run the detector and the model that ship instead.
    """
    scene_of = simulate_frame(3, family="ceiling", width=640, height=480, sensor=SensorModel())
    rclpy.init()
    node = rclpy.create_node("soak")
    pairs = Counter[str]()
    reported: dict[str, str] = {}

    def hear(message: DiagnosticArray) -> None:
        for status in message.status:
            reported.update({value.key: value.value for value in status.values})

    node.create_subscription(
        RegionArray,
        "spatial_query/regions",
        lambda message: pairs.update(seen=1),
        profile("reliable"),
    )
    node.create_subscription(DiagnosticArray, "/diagnostics", hear, 10)
    asking = [Client(node, number, not shipped) for number in range(clients)]
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()
    alone_s = max(60 * minutes / 10, 4.0)
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.npz"
        save_scene(scene, scene_of.frame, scene_of.regions)
        parameters = ["--ros-args", "-p", "query.max_age:=3600.0"]
        times = (str(detector_ms / 1000), str(model_ms / 1000))
        node_words = [_PROCESSES, "node", str(scene), *times]
        if shipped:
            node_words = ["smolrgpt_ros.nodes.spatial_query_node"]
        else:
            parameters += ["-p", f"detector.max_rate:={rate_hz}"]
        with process(*node_words, *parameters) as started:
            watched = Watched(started.pid)
            asking[0].wait_ready()
            before = watched.cpu_s()
            time.sleep(alone_s / 2)
            idle = (watched.cpu_s() - before) / (alone_s / 2)
            with process(_PROCESSES, "camera", str(scene), str(rate_hz)):
                wait_for(lambda: pairs["seen"] >= 5, "pairs")
                wait_for(lambda: float(reported.get("pairs", 0)) > 0, "diagnostics")
                start, before, first = time.monotonic(), watched.cpu_s(), pairs["seen"]
                received = float(reported["pairs"])
                time.sleep(alone_s)
                lasted = time.monotonic() - start
                alone = {
                    "pairs received": float(reported["pairs"]) - received,
                    "pairs looked at": pairs["seen"] - first,
                    "pairs sent, about": round(rate_hz * lasted),
                }
                pair_ms = 1000 * (watched.cpu_s() - before - idle * lasted)
                pair_ms /= max(alone["pairs received"], 1.0)
                own_ms = float(reported["own CPU of a frame p50 (ms)"])
                samples = _together(asking, watched, minutes)
                own_mib = watched.own_mib()
            # The camera is gone, its last frame is kept: queries alone.
            single = Client(node, 0, not shipped)
            single.ask()
            start, before, asked = time.monotonic(), watched.cpu_s(), 0
            while time.monotonic() - start < alone_s:
                single.ask()
                asked += 1
            lasted = time.monotonic() - start
            query_ms = 1000 * (watched.cpu_s() - before - idle * lasted) / asked
    executor.shutdown(timeout_sec=2.0)
    node.destroy_node()
    rclpy.try_shutdown()
    costs = {
        "camera alone": alone,
        "memory that the process wrote, at the end (MiB)": own_mib,
        "CPU of a pair looked at: decoding, tracking, regions, publishing (ms)": own_ms,
        "CPU of a pair received: the whole process with rclpy and DDS (ms)": pair_ms,
        "CPU of a query: the whole process (ms)": query_ms,
    }
    report = _report(asking, samples, minutes, pairs["seen"], costs)
    kept = report["lost replies"] == report["replies mixed up"] == 0
    if shipped:
        memory = report["memory (MiB)"]
        kept = kept and memory["largest"] <= MOST_MIB
        kept = kept and memory["growth after the third minute"] <= MOST_LATE_GROWTH_MIB
    else:
        kept = kept and own_ms <= MOST_PAIR_MS and query_ms <= MOST_QUERY_MS
        kept = kept and report["growth (MiB/min)"] < MOST_GROWTH
    return {**report, "detector and model": "shipped" if shipped else "stand-ins", "passed": kept}


def _together(
    asking: Sequence[Client], watched: Watched, minutes: float
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
    names = {
        value: name
        for name, value in vars(SpatialQuery.Response).items()
        if name.startswith("STATUS_") and name != "STATUS__DEFAULT"
    }
    late = [m for t, m in samples if t >= min(180.0, 60 * minutes * 0.5)]
    return {
        "minutes": minutes,
        "Fast DDS": "=".join(chosen_profile(os.environ)),
        "pairs seen": pairs,
        "replies": {names.get(s, f"STATUS_{s}"): n for s, n in sorted(statuses.items())},
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
    parser.add_argument(
        "--shipped", action="store_true", help="the detector and the model that ship"
    )
    parser.add_argument("--json", metavar="FILE", help="write the report there as well")
    given = parser.parse_args(arguments)
    use_profile()
    with ending_as_on_ctrl_c():
        report = soak(
            given.minutes,
            given.clients,
            given.rate,
            given.detector_ms,
            given.model_ms,
            given.shipped,
        )
    text = json.dumps(report, indent=2, default=float)
    if given.json:
        Path(given.json).write_text(text + "\n")
    print(text)
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
