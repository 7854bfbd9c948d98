# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The ``smolrgpt`` command: options with one meaning, errors without tracebacks."""

import argparse
import json
import subprocess
import sys

import pytest

from smolrgpt_ros import cli
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.runtime.json_output import print_results


def commands():
    parser = cli.build_parser()
    (subparsers,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return subparsers.choices


@pytest.mark.parametrize("name", commands())
def test_json_is_one_option_with_one_meaning(name):
    command = commands()[name]
    for action in command._actions:
        if "--json" in action.option_strings:
            assert (action.nargs, action.const, action.default) == ("?", "-", None)
            assert action.help.endswith("to standard output in place of the text")


def test_commands_that_print_results_have_it():
    have = {name for name, c in commands().items() if "--json" in c._option_string_actions}
    results = {"ask", "bench", "evaluate", "measured", "stress", "score", "statistics", "doctor"}
    assert have == results | {"trial"}


def test_results_are_text_for_people_data_for_programs_or_both(tmp_path, capsys):
    print_results([1.5], "one and a half", None)
    assert capsys.readouterr().out == "one and a half\n"
    print_results([1.5], "one and a half", "-")
    assert json.loads(capsys.readouterr().out) == [1.5]
    print_results([1.5], "one and a half", str(tmp_path / "out.json"))
    assert capsys.readouterr().out == "one and a half\n"
    assert json.loads((tmp_path / "out.json").read_text()) == [1.5]
    with pytest.raises(ValueError, match=r"cannot write .*gone.*--json"):
        print_results([1.5], "", str(tmp_path / "gone" / "out.json"))


def test_the_same_policy_is_the_default_everywhere():
    (node,) = (spec.default for spec in QUERY_SPECS if spec.name == "answer.policy")
    assert commands()["ask"].get_default("policy") == node == "agree"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "{folder}", "{folder}"], "cannot score"),
        (["score", "{folder}/broken.json", "{folder}/broken.json"], "cannot score"),
        (["statistics", "{folder}/gone.json"], "gone.json"),
        (["statistics", "{folder}/broken.json"], "broken.json"),
        (["convert", "{folder}/gone", "{folder}/out"], "gone"),
        (["ask", "how far", "--rgb", "{folder}/gone.png"], "gone.png"),
        (["ask", "how far", "--rgb", "{folder}"], "{folder}"),
        (["evaluate", "--model", "{folder}/gone"], "gone"),
        (["evaluate", "--model", "{folder}"], "{folder}"),
        (["record", "--out", "{folder}", "--frames", "1"], "--overwrite"),
        (["record", "--out", "{folder}/bag", "--data", "{folder}/gone"], "gone"),
        (["train", "--config", "{folder}/gone.yaml"], "gone.yaml"),
        (["train", "--config", "{folder}/broken.json", "--run-dir", "{folder}/run"], "broken.json"),
        (
            ["train", "--config", "{folder}/stage.yaml", "--dry-run"],
            "no backbone in {folder}/tower",
        ),
        (["stress", "--conditions", "moonlight"], "moonlight"),
    ],
)
def test_what_is_at_fault_is_named_without_a_traceback(arguments, words, tmp_path, capsys):
    (tmp_path / "broken.json").write_text("{not JSON")
    (tmp_path / "stage.yaml").write_text(STAGE.format(folder=tmp_path))
    arguments = [word.format(folder=tmp_path) for word in arguments]
    assert cli.main(arguments) == 2
    output = capsys.readouterr()
    assert output.err.startswith(f"smolrgpt {arguments[0]}: ") and output.err.count("\n") == 1
    assert words.format(folder=tmp_path) in output.err


#: A stage whose backbones are not there: nothing looks for them on a network.
STAGE = """
stage: rgb_alignment
model: {{vision: {folder}/tower, language: {folder}/decoder}}
data: [{{path: {folder}/chat.json}}]
epochs: 1
global_batch: 2
micro_batch: 1
learning_rate: 1.0e-4
"""


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(13, "Permission denied", "out.json"), 2, "Permission denied: 'out.json'"),
        (ModuleNotFoundError("No module named 'mujoco'"), 2, "'mujoco'; install what is missing"),
        (RuntimeError("this host cannot render"), 2, "this host cannot render"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_of_the_host_are_one_line(error, code, words, monkeypatch, capsys):
    def fail(arguments):
        raise error

    monkeypatch.setattr("smolrgpt_ros.tools.doctor.run", fail)
    assert cli.main(["doctor"]) == code
    assert words in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error():
    code = "import sys; from smolrgpt_ros.cli import main; sys.exit(main(['doctor']))"
    done = subprocess.run(
        ["/bin/bash", "-c", f'set -o pipefail; {sys.executable} -P -c "{code}" | true'],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
