"""The soak test: a camera and clients that never pause, and what the node costs over time.

    python -m smolrgpt_ros.tools.soak --minutes 10 --json soak.json

The node is the real one, in a
process of its own over DDS; detector and model are replaced by ones that take a known time, so that
what is left is the node's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.nodes.process_memory import resident_bytes
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.fast_dds import chosen_profile, use_profile
from smolrgpt_ros.ros.qos import profile, service_profile
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.srv import SpatialQuery

from .soak_processes import save_scene

#: Forms that models are trained on: the model is asked each of them.
QUESTIONS = (
    "Is the leftmost pallet to the left or to the right of the rightmost pallet?",
    "How far is the leftmost pallet from the rightmost pallet?",
    "Which pallet is the leftmost?",
    "Is the rightmost pallet right of the leftmost pallet?",
)
#: A reply that takes longer is lost, seconds.
PATIENCE_S = 60.0
#: The bounds of the report: overhead in CPU milliseconds, growth in MiB a minute.
MOST_QUERY_MS, MOST_PAIR_MS, MOST_GROWTH = 8.0, 6.0, 1.0


class Client(threading.Thread):
    """Asks without pause until it is stopped.

    Args:
        node: of the clients' process.
        number: chooses the first question.
    """

    def __init__(self, node: Any, number: int) -> None:
        super().__init__(daemon=True)
        self._client = node.create_client(
            SpatialQuery, "spatial_query", qos_profile=service_profile()
        )
        self._number = number
        self._stop_asking = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.lost = 0
        #: Milliseconds: of the whole round trip, and inside the node, both without the model.
        self.round_trip_ms: list[float] = []
        self.node_ms: list[float] = []

    def run(self) -> None:
        while not self._stop_asking.is_set():
            self.ask()

    def stop(self) -> None:
        """Ask no more; the question on its way is still waited for."""
        self._stop_asking.set()

    def ask(self) -> None:
        """One question and its reply."""
        question = QUESTIONS[self._number % len(QUESTIONS)]
        self._number += 1
        replied = threading.Event()
        start = time.monotonic()
        future = self._client.call_async(SpatialQuery.Request(question=question))
        future.add_done_callback(lambda done: replied.set())
        if not replied.wait(PATIENCE_S):
            self.lost += 1
            return
        took = time.monotonic() - start
        response = future.result()
        self.statuses[response.status] += 1
        if response.status == SpatialQuery.Response.STATUS_OK:
            model_s = float(response.answer.text.split()[-1])
            inside_s = nanoseconds(response.answer.latency) / 1e9
            self.round_trip_ms.append(1000 * (took - model_s))
            self.node_ms.append(1000 * (inside_s - model_s))


class Watched:
    """The node's process: its CPU time and memory from ``/proc``."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def cpu_s(self) -> float:
        """CPU seconds of all threads so far."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def mib(self) -> float:
        """Memory held, MiB."""
        return resident_bytes(str(self._pid)) / 2**20


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the other processes, ended when the block ends."""
    command = [sys.executable, "-m", "smolrgpt_ros.tools.soak_processes", *words]
    started = subprocess.Popen(command)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(15)


def soak(
    minutes: float, clients: int, rate_hz: float, detector_ms: float, model_ms: float
) -> dict[str, Any]:
    """Run the test and report.

    Args:
        minutes: of the main part; pairs alone and queries alone take a fifth of it more.
        clients: that ask without pause.
        rate_hz: of the camera.
        detector_ms, model_ms: that detector and model take.
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
    asking = [Client(node, number) for number in range(clients)]
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()
    alone_s = max(60 * minutes / 10, 4.0)
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.npz"
        save_scene(scene, scene_of.frame, scene_of.regions)
        parameters = ("-p", f"detector.max_rate:={rate_hz}", "-p", "query.max_age:=3600.0")
        times = (str(detector_ms / 1000), str(model_ms / 1000))
        with process("node", str(scene), *times, "--ros-args", *parameters) as started:
            watched = Watched(started.pid)
            _wait_ready(asking[0])
            before = watched.cpu_s()
            time.sleep(alone_s / 2)
            idle = (watched.cpu_s() - before) / (alone_s / 2)
            with process("camera", str(scene), str(rate_hz)):
                _wait_for(lambda: pairs["seen"] >= rate_hz, "pairs")
                _wait_for(lambda: float(reported.get("pairs", 0)) > 0, "diagnostics")
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
            # The camera is gone, its last frame is kept: queries alone.
            single = Client(node, 0)
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
        "CPU of a pair looked at: decoding, tracking, regions, publishing (ms)": own_ms,
        "CPU of a pair received: the whole process with rclpy and DDS (ms)": pair_ms,
        "CPU of a query: the whole process (ms)": query_ms,
    }
    passed = own_ms <= MOST_PAIR_MS and query_ms <= MOST_QUERY_MS
    return _report(asking, samples, minutes, pairs["seen"], costs, passed)


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
    passed: bool,
) -> dict[str, Any]:
    statuses = sum((client.statuses for client in asking), Counter[int]())
    settled = [(t, m) for t, m in samples if t >= min(60.0, 60 * minutes / 3)]
    seconds, mib = np.array(settled).T
    growth = float(np.polyfit(seconds / 60, mib, 1)[0])
    names = {v: k for k, v in vars(SpatialQuery.Response).items() if k.startswith("STATUS_")}
    report = {
        "minutes": minutes,
        "Fast DDS": "=".join(chosen_profile(os.environ)),
        "pairs seen": pairs,
        "replies": {names.get(s, f"STATUS_{s}"): n for s, n in sorted(statuses.items())},
        "lost replies": sum(client.lost for client in asking),
        "memory (MiB)": {"after settling": mib[0], "at the end": mib[-1]},
        "growth (MiB/min)": growth,
        "memory, thinned (s, MiB)": [
            (round(t), round(m, 1)) for t, m in samples[:: max(1, len(samples) // 60)]
        ],
        **costs,
        "inside the node, without model (ms)": _quantiles([x for c in asking for x in c.node_ms]),
        "round trip, without model (ms)": _quantiles([x for c in asking for x in c.round_trip_ms]),
    }
    report["passed"] = bool(passed and report["lost replies"] == 0 and growth < MOST_GROWTH)
    return report


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    return {name: float(np.quantile(values, q)) for name, q in _SHARES.items()}


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def _wait_ready(client: Client) -> None:
    if not client._client.wait_for_service(60.0):
        raise TimeoutError("the query node did not come up in 60 s")

    def active() -> bool:
        client.ask()
        return SpatialQuery.Response.STATUS_NO_FRAME in client.statuses

    _wait_for(active, "the query node to be active")
    client.statuses.clear()


def _wait_for(condition: Any, what: str, timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s} s for {what}")
        time.sleep(0.05)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak test; 0 if all bounds were kept."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of the main part")
    parser.add_argument("--clients", type=int, default=4, help="that ask without pause")
    parser.add_argument("--rate", type=float, default=30.0, help="of the camera, Hz")
    parser.add_argument("--detector-ms", type=float, default=10.0, help="that the detector takes")
    parser.add_argument("--model-ms", type=float, default=100.0, help="that the model takes")
    parser.add_argument("--json", metavar="FILE", help="write the report there as well")
    given = parser.parse_args(arguments)
    use_profile()
    report = soak(given.minutes, given.clients, given.rate, given.detector_ms, given.model_ms)
    text = json.dumps(report, indent=2, default=float)
    if given.json:
        Path(given.json).write_text(text + "\n")
    print(text)
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
