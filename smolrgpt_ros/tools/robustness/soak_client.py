# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A client of the soak test, and what it notes of the replies."""

from __future__ import annotations

import threading
import time
from collections import Counter

from rclpy.node import Node

from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.qos import service_profile
from smolrgpt_ros.srv import SpatialQuery

from ..programs import wait_for

#: Forms that models are trained on: the model is asked each of them.
QUESTIONS = (
    "Is the leftmost pallet to the left or to the right of the rightmost pallet?",
    "How far is the leftmost pallet from the rightmost pallet?",
    "Which pallet is the leftmost?",
    "Is the rightmost pallet right of the leftmost pallet?",
)
#: A reply that takes longer is lost, seconds.
PATIENCE_S = 60.0


class Client(threading.Thread):
    """Asks without pause until it is stopped.

    Args:
        node: of the clients' process.
        number: chooses the first question.
        says_time: the model ends its text with the seconds that it took.
    """

    def __init__(self, node: Node, number: int, says_time: bool) -> None:
        super().__init__(daemon=True)
        self._client = node.create_client(
            SpatialQuery, "spatial_query", qos_profile=service_profile()
        )
        self._number, self._says_time = number, says_time
        self._stop_asking = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.lost = self.mixed_up = 0
        #: Milliseconds: of the whole round trip, and inside the node; without a model that says
        #: what it took.
        self.round_trip_ms: list[float] = []
        self.node_ms: list[float] = []

    def run(self) -> None:
        while not self._stop_asking.is_set():
            self.ask()

    def wait_ready(self, timeout_s: float = 600.0) -> None:
        """Wait until the node answers that it has no frame yet: it is active.

        Raises:
            TimeoutError: if it does not.
        """
        if not self._client.wait_for_service(timeout_s):
            raise TimeoutError(f"the query node did not come up in {timeout_s} s")

        def active() -> bool:
            self.ask()
            return SpatialQuery.Response.STATUS_NO_FRAME in self.statuses

        wait_for(active, "the query node to be active", timeout_s)
        self.statuses.clear()

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
            self.mixed_up += response.answer.question != question
            model_s = float(response.answer.text.split()[-1]) if self._says_time else 0.0
            inside_s = nanoseconds(response.answer.latency) / 1e9
            self.round_trip_ms.append(1000 * (took - model_s))
            self.node_ms.append(1000 * (inside_s - model_s))
