# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""People ask the demo's running scene: on the page, or at a prompt."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TextIO

from smolrgpt_ros.client.answer_record import AnswerRecord

from .processes import Processes

PAGE = "http://localhost:8090"
#: The demo's last words.
ASK_YOURSELF = f"""Ask it yourself:
  scripts/demo --page     a page on {PAGE}: look, click, ask
  scripts/demo --ask      a prompt in this terminal"""
_PROMPT = "ask> "
_HELP = (
    "Ask about the scene, such as: which pallet is nearest to the transporter? (empty line ends)"
)


def show_page(processes: Processes, timeout_s: float) -> None:
    """Start the page and say where it is, once it is there.

    Raises:
        RuntimeError: if it does not come, or a process of the demo has ended.
    """
    processes.start("page", "smolrgpt_ros.nodes.page_node", {})
    end = time.monotonic() + timeout_s
    while not _serves(PAGE):
        processes.check()
        if time.monotonic() > end:
            raise RuntimeError(f"the page is not there after {timeout_s:.0f} s, see page.log")
        time.sleep(0.2)
    print(f"demo: open {PAGE} in a browser (the model loads meanwhile); Ctrl-C ends", flush=True)


def _serves(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def converse(ask: Callable[[str], AnswerRecord], lines: TextIO) -> None:
    """Answer the questions of a stream until it ends or a line is empty.

    Args:
        ask: the outcome of a question.
        lines: of questions; a terminal gets a prompt.
    """
    prompted = lines.isatty()
    if prompted:
        print(_HELP, flush=True)
    while True:
        if prompted:
            print(_PROMPT, end="", flush=True)
        question = lines.readline().strip()
        if not question:
            return
        print(f"{ask(question).block()}\n", flush=True)
