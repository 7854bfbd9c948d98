# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The camera and the clients of the attack; as a program, a client that is to be killed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Duration
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import CameraInfo, Image

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.qos import profile, service_profile
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery

from ..programs import wait_for
from ..spinning import spinning
from .attack_camera import Fault, good_pair
from .attack_requests import QUESTION
from .stored_scene import StoredScene

#: A reply that takes longer is lost, seconds; requests have a timeout of one.
_LOST_S = 15.0


class Attacker:
    """The camera and the clients of the attack, in this process.

    Args:
        node: publishes and asks; spun by another thread.
        scene: what the camera shows.
    """

    def __init__(self, node: Node, scene: StoredScene) -> None:
        self._node, self._scene = node, scene
        qos = profile("sensor_data")
        self._rgb = node.create_publisher(Image, "rgb/image_raw", qos)
        self._depth = node.create_publisher(Image, "depth/image_raw", qos)
        self._info = node.create_publisher(CameraInfo, "rgb/camera_info", qos)
        services = service_profile()
        self.client = node.create_client(SpatialQuery, "spatial_query", qos_profile=services)
        self.action = ActionClient(node, SpatialQueryAction, "spatial_query")
        self.lifecycle = node.create_client(ChangeState, "spatial_query/change_state")
        self.statuses: Counter[str] = Counter()
        self.lost: list[str] = []
        self.slowest_s = 0.0

    def now_ns(self) -> int:
        """The clock that stamps are taken from."""
        return int(self._node.get_clock().now().nanoseconds)

    def show(self, fault: Fault = lambda pair: None) -> None:
        """Publish a pair with a fault."""
        pair = good_pair(self._scene, self._node.get_clock().now().to_msg())
        fault(pair)
        self._info.publish(pair.info)
        self._rgb.publish(pair.rgb)
        self._depth.publish(pair.depth)

    def ask(self, what: str, **fields: Any) -> str:
        """The name of the status of one request; ``"lost"`` without a reply."""
        return self.collect(what, [self.send(**fields)])[0]

    def send(self, **fields: Any) -> Future:
        """Send a request; ``timeout`` is a second where the fields say nothing else."""
        given = {"question": QUESTION, "timeout": Duration(sec=1), **fields}
        return self.client.call_async(SpatialQuery.Request(**given))

    def collect(self, what: str, replies: Sequence[Future]) -> list[str]:
        """Wait for replies and count them."""
        start = time.monotonic()
        names = []
        for reply in replies:
            wait([reply], start + _LOST_S - time.monotonic())
            if reply.done():
                names.append(Status(reply.result().status).name)
            else:
                names.append("lost")
                self.lost.append(what)
        self.slowest_s = max(self.slowest_s, time.monotonic() - start)
        self.statuses.update(names)
        return names

    def healthy_s(self, patience_s: float = 30.0) -> float:
        """Seconds until a question about a good pair is answered, asked again and again."""
        start = time.monotonic()
        while time.monotonic() < start + patience_s:
            self.show()
            reply = self.send(timeout=Duration(sec=5))
            if wait([reply], 6.0) and reply.result().status == Status.OK:
                return time.monotonic() - start
        return float("inf")

    def change(self, transition: int) -> bool:
        """Change the node's lifecycle state; False without a reply."""
        request = ChangeState.Request(transition=Transition(id=transition))
        reply = self.lifecycle.call_async(request)
        return wait([reply], 30.0) and bool(reply.result().success)

    def wait_for_stamps(self, number: int) -> list[Future]:
        """Send goals that wait for a stamp to come, for ten minutes."""
        goal = SpatialQueryAction.Goal(
            question=QUESTION,
            stamp=time_of(self.now_ns() + 900_000_000),
            timeout=Duration(sec=600),
        )
        return [self.action.send_goal_async(goal) for _ in range(number)]


def wait(replies: Sequence[Future], seconds: float) -> bool:
    """Wait for futures; False if one is not done."""
    end = time.monotonic() + seconds
    while not all(reply.done() for reply in replies):
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


@contextmanager
def attacker(scene: StoredScene) -> Iterator[Attacker]:
    """An attacker on a node that is spun, until the block ends."""
    rclpy.init()
    node = rclpy.create_node("attacker")
    made = Attacker(node, scene)
    try:
        with spinning(node):
            yield made
    finally:
        made.action.destroy()
        node.destroy_node()
        rclpy.try_shutdown()


def main() -> int:
    """A client that asks, says so, and waits to be killed."""
    with attacker(StoredScene.read(Path(sys.argv[1]))) as made:
        wait_for(made.client.service_is_ready, "the service")
        wait_for(made.action.server_is_ready, "the action")
        pending = [
            *made.wait_for_stamps(4),
            *(made.send(timeout=Duration(sec=60)) for _ in range(4)),
        ]
        print("asked", flush=True)
        wait(pending, 1.0)
        time.sleep(60.0)
    return 0
