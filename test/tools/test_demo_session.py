# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""People at the demo's prompt, and the colours of their terminal."""

from __future__ import annotations

import io

import pytest

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.tools.demo_session import converse
from smolrgpt_ros.tools.terminal import Paint, has_colors, painted


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answer(question: str) -> AnswerRecord:
    if "dog" in question:
        return AnswerRecord(question, Status.UNKNOWN_REGION, "nothing called 'dog' is in view")
    return AnswerRecord(question, Status.OK, understood="U?", answer="It is 2.00 m.")


def test_each_line_is_answered_until_an_empty_one(capsys: pytest.CaptureFixture[str]) -> None:
    converse(answer, Terminal("how far is it\n where is the dog \n\nnever asked\n"))
    said = capsys.readouterr().out
    assert said.count("ask> ") == 3 and "empty line ends" in said
    assert "It is 2.00 m." in said and "UNKNOWN_REGION" in said and "never asked" not in said


def test_lines_of_a_file_get_no_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    converse(answer, io.StringIO("how far is it"))
    assert "ask>" not in capsys.readouterr().out


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert has_colors(Terminal()) and not has_colors(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colors(Terminal())
    assert painted("a", Paint.RED) == "\x1b[31ma\x1b[0m"
    assert painted("a", Paint.RED, False) == painted("a", Paint.NONE) == "a"
