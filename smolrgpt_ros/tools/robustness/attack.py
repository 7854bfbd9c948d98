# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The attack: bad cameras, requests and clients, and whether the node is afterwards as before.

    python -m smolrgpt_ros.tools.robustness.attack --json attack.json

The node runs as a process of its own over DDS, with stand-ins for detector and model, or with
``--shipped`` those that ship. Exit code 1 if a reply is lost, or threads, descriptors or memory do
not come back.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lifecycle_msgs.msg import Transition

from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame

from ..programs import WatchedProcess, program_command, running_program, wait_for
from .attack_camera import camera_faults
from .attack_client import Attacker, attacker, wait
from .attack_requests import attacks
from .report import add_report_options, run_and_report
from .stored_scene import StoredScene

#: Bounds of what must be again as before: seconds of a healthy query, MiB.
MOST_HEALTHY_S, MOST_MIB = 2.0, 50.0
#: Longest time until threads and descriptors are as before: DDS forgets a killed client after 20 s.
_RECOVERY_S = 60.0
#: Most floods before the attack, and how many without a new thread end them: the pool grows by a
#: thread whenever all of them are busy.
_MOST_WARM_UPS, _STEADY_ROUNDS = 20, 4


def attack_with_cameras(client: Attacker, few: bool) -> dict[str, Any]:
    """Each fault of a camera for three pairs, with a question."""
    faults = list(camera_faults().items())[:: 12 if few else 1]
    for name, fault in faults:
        for _ in range(3):
            client.show(fault)
            time.sleep(0.02)
        client.ask(f"camera: {name}")
    return {"faults": len(faults), "healthy again (s)": client.healthy_s()}


def attack_with_requests(client: Attacker, few: bool) -> dict[str, Any]:
    """Each bad request, over a camera that is well."""
    requests = attacks()[:: 12 if few else 1]
    for number, request in enumerate(requests):
        client.show()
        client.ask(f"request {number}", **request)
    return {"requests": len(requests), "healthy again (s)": client.healthy_s()}


def attack_with_stamps(client: Attacker, few: bool) -> dict[str, Any]:
    """Stamps an hour ahead, and waits of ten minutes for stamps to come that are cancelled."""
    hour = time_of(client.now_ns() + 3600 * 10**9)
    statuses = client.collect("an hour ahead", [client.send(stamp=hour) for _ in range(50)])
    rounds = 1 if few else 5
    for _ in range(rounds):
        goals = client.wait_for_stamps(8)
        accepted = wait(goals, 10.0)
        ends = [g.result().cancel_goal_async() for g in goals if g.done() and g.result().accepted]
        if not (accepted and wait(ends, 10.0)):
            client.lost.append("a cancelled wait")
    return {
        "refused at once": statuses.count("STALE_FRAME"),
        "cancelled waits": 8 * rounds,
        "healthy again (s)": client.healthy_s(),
    }


def attack_with_floods(client: Attacker, few: bool) -> dict[str, Any]:
    """200 requests at once, several times."""
    rounds = 1 if few else 3
    for number in range(rounds):
        client.show()
        client.collect(f"flood {number}", [client.send() for _ in range(200)])
    return {"requests": 200 * rounds, "healthy again (s)": client.healthy_s()}


def attack_with_killed_clients(client: Attacker, few: bool, scene: Path) -> dict[str, Any]:
    """Clients that are killed while the node answers them and waits for their stamps."""
    command = program_command("smolrgpt_ros.tools.robustness.attack_client", str(scene))
    number = 1 if few else 5
    for _ in range(number):
        client.show()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as doomed:
            assert doomed.stdout is not None
            doomed.stdout.readline()
            doomed.kill()
        client.ask("after a killed client")
    return {"clients": number, "healthy again (s)": client.healthy_s()}


def attack_lifecycle(client: Attacker, few: bool) -> dict[str, Any]:
    """Deactivate and activate while four clients ask without pause."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            client.ask("during a transition")

    asking = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in asking:
        thread.start()
    rounds = 1 if few else 5
    changed = 0
    for _ in range(rounds):
        for transition in (Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_ACTIVATE):
            client.show()
            time.sleep(0.3)
            changed += client.change(transition)
    stop.set()
    for thread in asking:
        thread.join(30.0)
    return {"transitions": f"{changed} of {2 * rounds}", "healthy again (s)": client.healthy_s()}


def attack(shipped: bool, few: bool) -> dict[str, Any]:
    """Attack a node and report.

    Args:
        shipped: run the detector and the model that ship.
        few: every twelfth fault and request only, for a test.
    """
    simulated = simulate_frame(3, family="ceiling", width=320, height=240, sensor=SensorModel())
    words = ["smolrgpt_ros.nodes.spatial_query_node"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scene.npz"
        scene = StoredScene.of(simulated)
        scene.write(file)
        if not shipped:
            words = [
                "smolrgpt_ros.tools.robustness.soak_processes",
                "node",
                str(file),
                "0.01",
                "0.05",
            ]
        with running_program(*words) as started, attacker(scene) as client:
            watched = WatchedProcess(started.pid)
            wait_for(client.client.service_is_ready, "the query node", 60.0)
            wait_for(client.action.server_is_ready, "its action", 60.0)
            if client.healthy_s(180.0) == float("inf"):
                raise TimeoutError("the query node did not answer within 180 s")
            _warm_up(client, watched)
            time.sleep(2.0)
            before = _held(watched)
            report: dict[str, Any] = {
                "cameras": attack_with_cameras(client, few),
                "requests": attack_with_requests(client, few),
                "stamps": attack_with_stamps(client, few),
                "floods": attack_with_floods(client, few),
                "killed clients": attack_with_killed_clients(client, few, file),
                "lifecycle": attack_lifecycle(client, few),
            }
            after = _recovered(watched, before)
            healthy_s = client.healthy_s()
            report |= {
                "replies": dict(client.statuses),
                "lost replies": client.lost,
                "slowest reply (s)": client.slowest_s,
                "healthy query afterwards (s)": healthy_s,
                "before": before,
                "after": after,
            }
            ended = started.poll()
    report["passed"] = bool(
        ended is None
        and not client.lost
        and healthy_s <= MOST_HEALTHY_S
        and _as_before(after, before)
    )
    return report


def _warm_up(client: Attacker, watched: WatchedProcess) -> None:
    """Floods as later, until heaps and rclpy's pool of threads have their sizes."""
    counts: list[int] = []
    for _ in range(_MOST_WARM_UPS):
        client.show()
        client.collect("before", [client.send() for _ in range(200)])
        counts.append(watched.threads())
        # A pool grows by a thread where none happens to be idle: one round without says little.
        if len(counts) > _STEADY_ROUNDS and len(set(counts[-_STEADY_ROUNDS:])) == 1:
            return


def _held(watched: WatchedProcess) -> dict[str, float]:
    return {
        "threads": watched.threads(),
        "descriptors": watched.descriptors(),
        "memory (MiB)": watched.mib(),
    }


def _as_before(now: dict[str, float], before: dict[str, float]) -> bool:
    room = {"threads": 0.0, "descriptors": 0.0, "memory (MiB)": MOST_MIB}
    return all(now[name] <= before[name] + room[name] for name in before)


def _recovered(watched: WatchedProcess, before: dict[str, float]) -> dict[str, float]:
    """What is held once it is as before, or after the time for that."""
    end = time.monotonic() + _RECOVERY_S
    while not _as_before(now := _held(watched), before) and time.monotonic() < end:
        time.sleep(0.5)
    return now


def main(arguments: Sequence[str] | None = None) -> int:
    """Attack a node; 0 if it is as before."""
    parser = argparse.ArgumentParser(prog="attack", description=__doc__.split("\n")[0])
    parser.add_argument("--few", action="store_true", help="every twelfth fault and request")
    add_report_options(parser)
    given = parser.parse_args(arguments)
    return run_and_report(lambda: attack(given.shipped, given.few), given.json)


if __name__ == "__main__":
    sys.exit(main())
