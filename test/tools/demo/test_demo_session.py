# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""People at the demo's prompt and on its page, and the colours of their terminal."""

from __future__ import annotations

import io
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.tools.demo import session
from smolrgpt_ros.tools.demo.processes import Processes
from smolrgpt_ros.tools.demo.session import converse, show_page
from smolrgpt_ros.tools.demo.terminal import Paint, has_colors, painted


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


class Started(Processes):
    """Processes that are only named; one of them has ended where a reason is given."""

    def __init__(self, ended: str = "") -> None:
        super().__init__(Path())
        self.modules: list[str] = []
        self._ended = ended

    def start(self, name: str, module: str, parameters: dict[str, object]) -> None:
        self.modules.append(module)

    def check(self) -> None:
        if self._ended:
            raise RuntimeError(self._ended)


def test_the_page_is_named_once_it_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with HTTPServer(("localhost", 0), SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"http://localhost:{server.server_port}"
        monkeypatch.setattr(session, "PAGE", address)
        started = Started()
        show_page(started, 30.0)
    assert started.modules == ["smolrgpt_ros.nodes.page_node"]
    assert f"open {address} in a browser" in capsys.readouterr().out


def test_a_page_that_does_not_come_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PAGE", "http://localhost:1")
    with pytest.raises(RuntimeError, match="not there after 0 s"):
        show_page(Started(), 0.0)
    with pytest.raises(RuntimeError, match="the page process ended with code 1"):
        show_page(Started("the page process ended with code 1"), 30.0)


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert has_colors(Terminal()) and not has_colors(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colors(Terminal())
    assert painted("a", Paint.RED) == "\x1b[31ma\x1b[0m"
    assert painted("a", Paint.RED, False) == painted("a", Paint.NONE) == "a"
