# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask --live`` against a real node: one answer, JSON, a watch, and what goes wrong."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import rclpy

from smolrgpt_ros import cli
from smolrgpt_ros.ros.convert.time import time_of

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


@pytest.fixture
def ask(graph, monkeypatch, capsys):
    """Runs the command in the domain of the test graph."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.context.get_domain_id()))

    def run(*options, question=LEFT):
        asked = [] if question is None else [question]
        code = cli.main(["ask", *asked, "--live", *options])
        assert not rclpy.ok(), "it left the graph"
        return (code, *capsys.readouterr())

    return run


def test_one_answer_for_people(graph, ask):
    graph.see()
    code, out, _ = ask("--timeout", "10")
    assert code == 0
    lines = dict(line.split(None, 1) for line in out.splitlines())
    assert lines["question"] == LEFT
    assert lines["understood"].startswith("Is the leftmost pallet left or right of")
    assert lines["agree"] == "yes"
    assert "fixed on cpu" in lines["model"] and "confidence 90%" in lines["model"]
    # The model's [Region 0] and [Region 1] as region ids.
    left, right = (line.split()[2] for line in out.splitlines() if line.startswith("region"))
    assert lines["measured"] == f"Pallet {left} is left of pallet {right}."
    assert f"[{left}]" in lines["model"] and f"[{right}]" in lines["model"]
    assert "m in test_optical_frame" in out


def test_the_first_frame_is_waited_for(start_graph, monkeypatch, capsys):
    with start_graph({}, namespace="late") as graph:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.context.get_domain_id()))
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        said: list[str] = []

        def sleep(seconds: float) -> None:
            said.append(capsys.readouterr().err)
            if "NO_FRAME" in "".join(said):  # a busy machine's node may take a while to respond
                graph.see()

        camera = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
        monkeypatch.setattr("smolrgpt_ros.client.readiness.time", camera)
        code = cli.main(["ask", LEFT, "--live", "--service", "/late/spatial_query", "--wait", "60"])
    printed = capsys.readouterr()
    assert code == 0 and printed.out.startswith("question")
    lines = "".join((*said, printed.err)).splitlines()
    expected = "waiting up to 60 s (--wait): NO_FRAME: no image has come on "
    assert [line for line in lines if "NOT_READY" not in line] == [lines[-1]]
    assert lines[-1].startswith(expected)


def test_a_camera_of_several_is_chosen_by_name(start_graph, monkeypatch, capsys):
    monkeypatch.setattr("smolrgpt_ros.client.live._LOOK_S", 30.0)  # other tests run beside it
    with start_graph({"cameras": ["front", "rear"]}, namespace="several") as graph:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.context.get_domain_id()))
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        options = [
            "--live",
            "--service",
            "/several/spatial_query",
            "--camera",
            "rear",
            "--wait",
            "0",
        ]
        code = cli.main(["ask", LEFT, *options])
    # That camera has sent nothing yet.
    assert code == 2 and "/rear/rgb/image_raw" in capsys.readouterr().err


def test_a_question_behind_region_ids_is_the_question(graph, ask):
    stamp = graph.see()
    ids = [str(region.id) for region in graph.ask(LEFT, stamp=time_of(stamp)).regions]
    asked = "Is <mask> to the left or to the right of <mask>?"
    code, out, _ = ask("--json", "-", "--regions", *ids, asked, question=None)
    answer = json.loads(out)
    assert (code, answer["question"]) == (0, asked)
    assert [region["id"] for region in answer["regions"]] == [int(i) for i in ids]


def test_the_models_sentence_has_region_ids(graph, ask):
    graph.see()
    _, out, _ = ask("--json")
    answer = json.loads(out)
    first, second = (region["id"] for region in answer["regions"])
    assert answer["text"] == f"The pallet [{first}] is to the left of the pallet [{second}]."


FAR = "How far is the leftmost pallet from the rightmost pallet?"


def test_a_question_is_watched_until_its_answer_is_so(graph, ask):
    graph.see(depth_m=6.0)
    code, out, err = ask("--until", "below 5 m", "--timeout", "20", question=FAR)
    assert code == 0
    assert "holds for 0.0 s" in err and "held: below 5 m (frames evaluated: 1)" in err
    assert out.splitlines()[0].split(None, 1) == ["question", FAR]
    code, out, err = ask("--until", "below 1 m", "--timeout", "8", "--json", question=FAR)
    assert (code, out) == (1, "") and "not yet" in err and "did not hold within" in err


def test_a_condition_that_is_none_and_options_that_do_not_fit_it(graph, ask):
    graph.see()
    for options, words in (
        (("--until", "near"), "a condition is like"),
        (("--until", "yes", "--times", "3"), "leave out --times"),
        (("--until", "yes", "--timeout", "10"), "BAD_QUESTION: the condition TRUE needs"),
    ):
        code, _, err = ask(*options, question=FAR)
        assert code == 2 and words in err


def test_one_answer_for_programs(graph, ask):
    graph.see()
    graph.engine.text = "It is to the right."
    code, out, _ = ask("--json")
    answer = json.loads(out)
    assert (code, answer["status"], answer["kind"]) == (0, "OK", "left_right")
    assert (answer["generated"], answer["value"], answer["agreement"]) == ("right", "left", False)
    assert [len(region["position"]) for region in answer["regions"]] == [3, 3]


MANY = """is the leftmost pallet left of the rightmost pallet?
how far is region 99?
how far is each pallet from the camera?
# the end
"""


def test_many_questions_about_one_frame(graph, ask, tmp_path):
    stamp = graph.see()
    (tmp_path / "questions.txt").write_text(MANY)
    out = tmp_path / "out.jsonl"
    code, printed, _ = ask(
        *("--questions", str(tmp_path / "questions.txt"), "--json", str(out)), question=None
    )
    assert (code, printed) == (0, "")
    side, gone, each = map(json.loads, out.read_text().splitlines())
    assert (side["value"], side["kind"], side["stamp_ns"]) == (True, "yes_no", stamp)
    assert side["probability"] > 0.9 and side["understood"].startswith("Is the leftmost")
    assert (gone["status"], gone["stamp_ns"]) == ("UNKNOWN_REGION", 0)
    assert (each["kind"], each["value"], each["stamp_ns"]) == ("each", None, stamp)
    # Fronts at 3 m, to the left, ahead and to the right.
    assert len(each["values"]) == 2 and all(3.0 < v < 4.5 for v in each["values"])
    assert [region["label"] for region in each["regions"]] == ["pallet", "pallet"]


def test_a_list_is_printed_as_a_table(graph, ask):
    graph.see()
    code, out, _ = ask(question="How far is each pallet from the transporter?")
    rows = [line.split() for line in out.splitlines() if line.startswith(" ")]
    assert code == 0 and len(rows) == 2
    assert all(row[0] == "pallet" and row[3] == "m" for row in rows)
    assert "caveat      The model was not trained on this form of question" in out


def test_a_watch_continues_after_a_failure_and_returns_the_last_outcome(graph, ask):
    graph.see()
    code, out, _ = ask("--watch", "0", "--times", "2")
    assert code == 0
    first, second = out.splitlines()
    assert first[2] == ":" and first.endswith("(agree)  model: " + first.split("model: ")[1])
    assert " is left of " in second and "(agree)" in second
    code, out, _ = ask("--watch", "0", "--times", "2", question="How far is region 99?")
    assert code == 2
    assert ["UNKNOWN_REGION" in line for line in out.splitlines()] == [True, True]


def test_a_watch_ends_with_ctrl_c(graph, ask, monkeypatch):
    graph.see()

    class Clock:
        """Stands in for the module ``time`` there: threads of the node sleep as ever."""

        strftime = staticmethod(time.strftime)

        @staticmethod
        def sleep(seconds):
            raise KeyboardInterrupt

    monkeypatch.setattr("smolrgpt_ros.client.live.time", Clock)
    code, out, _ = ask("--watch")
    assert code == 0 and len(out.strip().splitlines()) == 1


@pytest.mark.parametrize("options", [[], ["--until", "> 1"]])
def test_a_node_that_is_not_there_is_not_waited_for_as_long_as_for_an_answer(ask, options):
    started = time.monotonic()
    code, _, error = ask("--service", "nowhere", "--timeout", "60", "--wait", "0.5", *options)
    assert code == 2 and "NOT_READY: no server of /nowhere" in error
    assert time.monotonic() - started < 10.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rgb", "a.png"], "leave out --rgb"),
        (["--watch", "-1"], "--watch needs seconds"),
        (["--watch", "1", "--json", "a.jsonl"], "give --json no file"),
        (["--vocabulary", "a.yaml"], "leave out --vocabulary"),
        (["--policy", "measured"], "leave out --policy"),
        (["--measure-only"], "leave out --measure-only"),
        (["--wait", "-1"], "--wait needs seconds from 0 on, found -1"),
        (["--camera", "rear", "--wait", "0"], "'rear'"),
        (["--questions", "a.txt"], "leave out the question"),
        (
            ["--service", "nowhere", "--timeout", "0.2", "--wait", "0"],
            "NOT_READY: no server of /nowhere",
        ),
    ],
)
def test_what_goes_wrong_is_named(graph, ask, monkeypatch, options, words):
    if "nowhere" not in options:
        monkeypatch.setattr("smolrgpt_ros.client.live._LOOK_S", 30.0)  # other tests run beside it
    code, out, error = ask(*options)
    assert (code, out) == (2, "")
    assert words in error


def test_region_ids_are_whole_numbers(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["ask", "--regions", "1", "x", "2"])
    assert "--regions takes ids, whole numbers, found '1 x 2'" in capsys.readouterr().err


def test_files_need_a_picture_and_watch_needs_live(capsys):
    assert cli.main(["ask", LEFT]) == 2
    assert "--rgb" in capsys.readouterr().err
    for option in (["--watch"], ["--timeout", "5"], ["--service", "other"], ["--times", "2"]):
        assert cli.main(["ask", LEFT, *option]) == 2
        assert f"{option[0]} asks a running node: add --live" in capsys.readouterr().err


@pytest.mark.parametrize(
    "imports",
    [
        "from smolrgpt_ros import cli; cli.build_parser()",
        "from smolrgpt_ros.client.spatial_client import SpatialClient",
        "import smolrgpt_ros.nodes.page_node",
    ],
    ids=["command", "client", "page"],
)
def test_whoever_asks_a_running_node_starts_without_the_learning_libraries(imports):
    """They take ten seconds of a processor, and numba 70 MiB."""
    code = (
        f"import sys; {imports}; "
        "print([m for m in ('torch', 'transformers', 'ultralytics', 'numba') if m in sys.modules])"
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
