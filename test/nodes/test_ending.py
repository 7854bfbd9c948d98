# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Queries that are cancelled, hang or outlive their node; its process that is asked to end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.ros.convert.time import duration_of, time_of
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

ROOT = Path(__file__).parents[2]
#: Starts the query node with loaders and engines that never return, and says when it is there.
PROGRAM = """
import sys, threading, time
from smolrgpt_ros.nodes import spatial_query_node as module
from smolrgpt_ros.nodes.program import end_process
from smolrgpt_ros.srv import SpatialQuery
from builtin_interfaces.msg import Time

state = sys.argv[1]

def load(settings):
    if state == "loading":
        print("there", flush=True)
        time.sleep(60)

class Node(module.SpatialQueryNode):
    def __init__(self):
        super().__init__(detector_loader=lambda settings: None, engine_loader=load)
        if state != "loading":
            self.create_timer(0.1, self.ask)

    def ask(self):
        service = self._questions
        if service is None or getattr(self, "said", False):
            return
        self.said = True
        if state == "waiting":
            now = self.get_clock().now().nanoseconds + 900_000_000
            stamp = Time(sec=now // 10**9, nanosec=now % 10**9)
            request = SpatialQuery.Request(question="How many?", stamp=stamp)
            request.timeout.sec = 300
            threading.Thread(target=self.report, daemon=True).start()
            self._ask(request)
        else:
            print("there", flush=True)

    def report(self):
        while not self._questions.queries.pending:
            time.sleep(0.01)
        print("there", flush=True)

end_process(module.run(
    "spatial_query", Node, module.make_executor,
    ["--ros-args", "-p", "detector.backend:=none", "-p", "model.backend:=none"], refusals=(),
))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("state", ["loading", "idle", "waiting"])
def test_a_signal_ends_the_process_in_every_state(state, number):
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, state],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any(line.strip() == "there" for line in lines), process.communicate()
        start = time.monotonic()
        process.send_signal(number)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert time.monotonic() - start < 10.0
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_imports_is_no_error(number, tmp_path):
    """Those of site-packages are the first; here they take longer than usual."""
    program = tmp_path / "spatial_query_node"
    program.symlink_to(ROOT / "scripts" / "node")
    slow = "import time\nprint('importing', flush=True)\ntime.sleep(20)\n"
    (tmp_path / "sitecustomize.py").write_text(slow)
    process = subprocess.Popen(
        [str(program)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "importing\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=15)
    finally:
        process.kill()
    assert process.returncode == 0 and "Traceback" not in errors, errors


def test_deactivating_ends_waiting_queries(start_graph):
    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_ready()
        state = graph.peer.create_client(GetState, "spatial_query/get_state")
        values = graph.peer.create_client(GetParameters, "spatial_query/get_parameters")
        assert values.wait_for_service(10.0)
        reports: list[DiagnosticArray] = []
        graph.peer.create_subscription(DiagnosticArray, "/diagnostics", reports.append, 10)
        for _ in range(2):
            stamp = graph.see() + 900_000_000
            request = SpatialQuery.Request(
                question="How many?", stamp=time_of(stamp), timeout=duration_of(300.0)
            )
            replies = [graph.client.call_async(request) for _ in range(8)]
            pending = graph.service
            graph.wait_until(lambda p=pending: p.pending == 8, "eight waiting queries")
            answer = state.call_async(GetState.Request())
            value = values.call_async(GetParameters.Request(names=["query.max_pending"]))
            graph.wait_until(answer.done, "the lifecycle to answer", 2.0)
            graph.wait_until(value.done, "the parameters to answer", 2.0)
            before = len(reports)
            graph.wait_until(lambda n=before: len(reports) > n, "diagnostics", 5.0)
            assert pending.pending == 8, "all places are still taken"
            graph.node.trigger_deactivate()
            graph.wait_until(lambda r=replies: all(f.done() for f in r), "all replies", 2.0)
            for reply in replies:
                assert reply.result().status == SpatialQuery.Response.STATUS_NOT_READY
                assert "deactivated" in reply.result().message
            graph.node.trigger_activate()
            graph.wait_ready()
        graph.assert_healed()


def test_eight_cancelled_waits_leave_room_for_other_clients(start_graph):
    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_ready()
        assert graph.action.wait_for_server(10.0)
        stamp = time_of(graph.see() + 900_000_000)
        goal = SpatialQueryAction.Goal(
            question="How many?", stamp=stamp, timeout=duration_of(600.0)
        )
        handles = [graph.action.send_goal_async(goal) for _ in range(8)]
        service = graph.service
        graph.wait_until(lambda: service.pending == 8, "eight waiting goals")
        graph.wait_until(lambda: all(h.done() for h in handles), "the goals to be accepted")
        ends = [handle.result().cancel_goal_async() for handle in handles]
        graph.wait_until(lambda: service.pending == 0, "all places", 2.0)
        graph.wait_until(lambda: all(end.done() for end in ends), "the cancellations")
        graph.assert_healed()


def test_a_model_that_never_returns_is_left_behind_and_reported(start_graph):
    release = threading.Event()
    levels = {}

    def keep(array):
        levels.update({s.name.split(": ")[-1]: (s.level, s.message) for s in array.status})

    with start_graph({"query.max_age": 60.0, "query.max_abandoned": 2}) as graph:
        graph.wait_ready()
        graph.peer.create_subscription(DiagnosticArray, "/diagnostics", keep, 10)
        answer, graph.engine.answer = graph.engine.answer, lambda *_, **__: release.wait(60.0)
        stamp = time_of(graph.see())
        for _ in range(2):
            graph.assert_refused(
                SpatialQuery.Response.STATUS_TIMEOUT, stamp=stamp, timeout=duration_of(0.3)
            )
        graph.wait_until(lambda: graph.service.stuck == 2, "two stuck queries")
        assert graph.service.pending == 0
        graph.assert_refused(
            SpatialQuery.Response.STATUS_NOT_READY, "2 abandoned queries", stamp=stamp
        )
        graph.wait_until(lambda: "abandoned" in levels.get("query", ("", ""))[1], "diagnostics")
        assert levels["query"][0] == DiagnosticStatus.ERROR
        graph.engine.answer = answer
        release.set()
        graph.wait_until(lambda: graph.service.stuck == 0, "the calls to return")
        graph.assert_healed()
