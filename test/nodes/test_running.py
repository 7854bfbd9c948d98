"""A node's process: what ends it, what does not, and its exit code."""

import threading
import time

import pytest

rclpy = pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402

from smolrgpt_ros.nodes.running import run  # noqa: E402

pytestmark = [pytest.mark.ros]


class Refusal(Exception):
    pass


class Failing(Node):
    """Raises at its first callbacks, and ends the process by itself later."""

    def __init__(self, error, times=1):
        super().__init__("failing")
        self.error, self.left, self.calls = error, times, 0
        self.create_timer(0.01, self.tick)

    def tick(self):
        self.calls += 1
        if self.left > 0:
            self.left -= 1
            raise self.error
        if self.calls > 5:
            rclpy.try_shutdown()


def start(make, **options):
    return run("failing", make, lambda node: SingleThreadedExecutor(), [], **options)


def test_a_callback_that_raises_is_logged_and_the_node_goes_on(capfd):
    nodes = []

    def make():
        nodes.append(Failing(RuntimeError("broken sensor"), times=3))
        return nodes[0]

    assert start(make, refusals=(Refusal,)) == 0
    assert nodes[0].calls > 5
    output = "".join(capfd.readouterr())
    assert output.count("RuntimeError: broken sensor") == 3 and "Traceback" in output


def test_a_fatal_error_ends_it_with_code_one(capfd):
    code = start(lambda: Failing(Refusal("no scenes left")), refusals=(), fatal=(Refusal,))
    assert code == 1
    assert "no scenes left" in "".join(capfd.readouterr())


def test_parameters_it_cannot_start_with_are_one_line_and_code_two(capfd):
    def make():
        raise Refusal("detector.confidence must be in [0.01, 1.0]")

    assert start(make, refusals=(Refusal,)) == 2
    assert capfd.readouterr().err == "failing: detector.confidence must be in [0.01, 1.0]\n"


def test_it_ends_when_it_is_asked_to():
    def executor(node):
        threading.Timer(0.2, rclpy.try_shutdown).start()
        return SingleThreadedExecutor()

    def make():
        return Node("patient")

    start_time = time.monotonic()
    assert run("patient", make, executor, [], refusals=()) == 0
    assert time.monotonic() - start_time < 10.0
