# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A node's process: what ends it, what does not, and its exit code."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402

from smolrgpt_ros.nodes.namesakes import NamesakeWatch  # noqa: E402
from smolrgpt_ros.nodes.running import run, start_error  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.usefixtures("handlers_as_before")]

ROOT = Path(__file__).parents[2]


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


def test_a_signal_while_the_node_is_made_changes_nothing_there():
    made = []

    def make():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
            time.sleep(0.05)  # Python's handlers would raise here, rclpy's end the context
        assert rclpy.ok()
        made.append(Node("half_made"))
        return made[0]

    start_time = time.monotonic()
    assert start(make, refusals=(Refusal,)) == 0
    assert made and time.monotonic() - start_time < 10.0
    assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler


def program(arguments, environment):
    """A node's program that is to end by itself: its exit code and what it printed."""
    code = (
        "from rclpy.node import Node; from rclpy.executors import SingleThreadedExecutor\n"
        "from smolrgpt_ros.nodes.program import end_process\n"
        "from smolrgpt_ros.nodes.running import run; import sys\n"
        "end_process(run('prog', lambda: Node('prog'), lambda n: SingleThreadedExecutor(),\n"
        "    sys.argv, refusals=()))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ([], {"HOME": "/dev/null", "ROS_LOG_DIR": ""}, ["/dev/null/.ros/log", "ROS_LOG_DIR"]),
        ([], {"ROS_LOG_DIR": "/proc/nowhere"}, ["/proc/nowhere", "ROS_LOG_DIR"]),
        (["--params-file", "BAD"], {}, ["params file", "bad.yaml", "line 1"]),
        (["--params-file", "missing.yaml"], {}, ["missing.yaml", "Error opening YAML file"]),
        (["-r", "foo"], {}, ["remap rule: '-r foo'"]),
        (["-p", "x:=[1,"], {}, ["parameter override rule: '-p x:=[1,'"]),
        (["-r", "__node:=two/parts"], {}, ["two/parts"]),
    ],
)
def test_what_a_node_cannot_start_with_is_one_line_and_code_two(
    tmp_path, arguments, environment, words
):
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [b")
    given = [str(bad) if word == "BAD" else word for word in arguments]
    code, printed = program(["--ros-args", *given], environment)
    assert code == 2, printed
    # rcl itself writes a line before.
    assert printed.splitlines()[-1].startswith("prog: "), printed
    assert "Traceback" not in printed and "/project/src" not in printed
    for word in words:
        assert word in printed, printed


def test_a_library_with_a_progress_bar_draws_none_in_a_nodes_process(tmp_path):
    (tmp_path / "with_a_bar.py").write_text(
        "def main():\n"
        "    from tqdm.auto import tqdm\n"
        "    print(len([step for step in tqdm(range(3), desc='loading')]))\n"
        "    return 0\n"
    )
    start = [sys.executable, "-P", "-m", "smolrgpt_ros.nodes.program", "with_a_bar"]
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("TQDM_DISABLE", None)
    done = subprocess.run(start, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_places_in_rcls_sources_are_left_out():
    error = RuntimeError("failed: no such file, at /project/src/parse.c:835, at /a/b.c:1\n")
    assert start_error(error).startswith("failed: no such file; see the arguments")


def test_a_second_node_of_one_name_is_warned_about_once():
    context = rclpy.context.Context()
    rclpy.init(context=context, domain_id=int(os.environ.get("ROS_DOMAIN_ID", 10)))
    nodes = [Node("twin", context=context, namespace="/here") for _ in range(2)]
    other = Node("twin", context=context, namespace="/there")
    logged: list[str] = []

    class Logger:
        def warning(self, text):
            logged.append(text)

    nodes[0].get_logger = Logger
    watch = NamesakeWatch(nodes[0])
    end = time.monotonic() + 10
    while not logged and time.monotonic() < end:
        watch.look()
    watch.look()
    (text,) = logged
    assert "2 nodes are called /here/twin" in text and "__node:=NAME" in text
    nodes[1].destroy_node()
    while nodes[0].get_node_names_and_namespaces().count(("twin", "/here")) > 1:
        assert time.monotonic() < end + 10
    watch.look()
    assert len(logged) == 1
    for node in (nodes[0], other):
        node.destroy_node()
    rclpy.shutdown(context=context)
