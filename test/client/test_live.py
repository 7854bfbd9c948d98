"""``smolrgpt ask --live`` against a real node: one answer, JSON, a watch, and what goes wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import rclpy

from smolrgpt_ros import cli

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


@pytest.fixture
def ask(graph, monkeypatch, capsys):
    """Runs the command in the domain of the test graph."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.context.get_domain_id()))

    def run(*options, question=LEFT):
        code = cli.main(["ask", question, "--live", *options])
        assert not rclpy.ok(), "it left the graph"
        return (code, *capsys.readouterr())

    return run


def test_one_answer_for_people(graph, ask):
    graph.see()
    code, out, _ = ask("--timeout", "10")
    assert code == 0
    lines = dict(line.split(None, 1) for line in out.splitlines())
    assert lines["question"] == LEFT
    assert lines["measured"] == "left" and lines["agree"] == "yes"
    assert "fixed on cpu" in lines["model"] and "confidence 90%" in lines["model"]
    # The model's [Region 0] and [Region 1] as region ids.
    left, right = (line.split()[2] for line in out.splitlines() if line.startswith("region"))
    assert f"[{left}]" in lines["model"] and f"[{right}]" in lines["model"]
    assert "m in test_optical_frame" in out
    assert lines["image"].endswith("s old when asked about")


def test_one_answer_for_programs(graph, ask):
    graph.see()
    graph.engine.text = "It is to the right."
    code, out, _ = ask("--json")
    answer = json.loads(out)
    assert (code, answer["status"], answer["kind"]) == (0, "OK", "left_right")
    assert (answer["value"], answer["measured"]["value"], answer["agreement"]) == (
        *("right", "left"),
        False,
    )
    assert [len(region["position"]) for region in answer["regions"]] == [3, 3]


def test_a_watch_continues_after_a_failure_and_returns_the_last_outcome(graph, ask):
    graph.see()
    code, out, _ = ask("--watch", "0", "--times", "2")
    assert code == 0
    first, second = out.splitlines()
    assert first[2] == ":" and first.endswith("(agree)  model: " + first.split("model: ")[1])
    assert "left  (agree)" in second
    code, out, _ = ask("--watch", "0", "--times", "2", question="How far is region 99?")
    assert code == 2
    assert ["UNKNOWN_REGION" in line for line in out.splitlines()] == [True, True]


def test_a_watch_ends_with_ctrl_c(graph, ask, monkeypatch):
    graph.see()

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("smolrgpt_ros.client.live.time.sleep", interrupt)
    code, out, _ = ask("--watch")
    assert code == 0 and len(out.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rgb", "a.png"], "leave out --rgb"),
        (["--watch", "-1"], "--watch needs seconds"),
        (["--service", "nowhere", "--timeout", "0.2"], "NOT_READY: no server of /nowhere"),
    ],
)
def test_what_goes_wrong_is_named(graph, ask, options, words):
    code, out, error = ask(*options)
    assert (code, out) == (2, "")
    assert words in error


def test_files_need_a_picture_and_watch_needs_live(capsys):
    assert cli.main(["ask", LEFT]) == 2
    assert "--rgb" in capsys.readouterr().err
    assert cli.main(["ask", LEFT, "--watch"]) == 2
    assert "--live" in capsys.readouterr().err


def test_the_command_starts_without_the_learning_libraries():
    """They take ten seconds of a processor: a person who asks a running node needs none of them."""
    code = (
        "import sys; from smolrgpt_ros import cli; cli.build_parser(); "
        "print([m for m in ('torch', 'transformers', 'ultralytics') if m in sys.modules])"
    )
    here = str(Path(cli.__file__).parents[1])
    environment = {
        **os.environ,
        "PYTHONPATH": f"{here}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
    }
    output = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert output.stdout.strip() == "[]"
