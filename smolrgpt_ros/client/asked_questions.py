# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The questions of a command line or file, and their outcomes written as they come."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from smolrgpt_ros.runtime.json_output import STANDARD
from smolrgpt_ros.scene.status import QueryError

from .answer_record import AnswerRecord


class RegionIds(argparse.Action):
    """Ids of regions, with the question behind them where it was not written before."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, list)
        words = [str(word) for word in values]
        if len(words) > 1 and not words[-1].lstrip("-").isdigit():
            namespace.question_behind = words.pop()
        if not all(word.lstrip("-").isdigit() for word in words):
            parser.error(f"{option_string} takes ids, whole numbers, found {' '.join(words)!r}")
        setattr(namespace, self.dest, [int(word) for word in words])


def questions_of(arguments: argparse.Namespace) -> list[str]:
    """The questions to ask.

    Args:
        arguments: ``question``, or ``questions``: a file with one question a line, ``-`` for
            standard input; ``json`` and what cannot be combined with many questions.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for options that do not go together, and for no question.
    """
    behind = vars(arguments).get("question_behind")
    if behind is not None and arguments.question is not None:
        raise ValueError(f"two questions: {arguments.question!r} and {behind!r}")
    arguments.question = arguments.question or behind
    if arguments.questions is None:
        if arguments.question is None:
            taken = arguments.json not in (None, STANDARD)
            hint = f" (--json took {arguments.json!r:.60} as the name of its file)" if taken else ""
            raise ValueError(f"no question: write it first, or give --questions FILE{hint}")
        return [arguments.question]
    for name in ("question", "regions", "out", "watch"):
        if getattr(arguments, name, None) is not None:
            raise ValueError(f"--questions asks many: leave out {_option(name)}")
    return read_questions(arguments.questions)


def read_questions(name: str) -> list[str]:
    """The questions of a file, one a line, without empty lines and ``#`` comments.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it holds no question.
    """
    if name == STANDARD:
        text = sys.stdin.read()
    elif Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        raise FileNotFoundError(f"file of questions not found: {name}")
    lines = (line.strip() for line in text.splitlines())
    questions = [line for line in lines if line and not line.startswith("#")]
    if not questions:
        raise ValueError(f"{name} holds no question; expected one a line")
    return questions


def write_one(outcome: AnswerRecord, json_name: str | None) -> int:
    """Writes the outcome of the only question; returns the exit status.

    Raises:
        QueryError: if it was refused and no JSON is wanted.
        ValueError: if the file cannot be written.
    """
    if not outcome.ok and json_name is None:
        raise QueryError(outcome.status, outcome.message)
    write_outcomes((outcome.question,), lambda question: outcome, json_name)
    return 0 if outcome.ok else 2


def write_outcomes(
    questions: Sequence[str], ask: Callable[[str], AnswerRecord], json_name: str | None
) -> list[AnswerRecord]:
    """Asks the questions one by one and writes each outcome before the next is asked.

    Args:
        questions: to ask.
        ask: the outcome of one.
        json_name: file of a JSON object a line, ``-`` for standard output; ``None``: blocks for
            people on standard output.

    Raises:
        ValueError: if the file cannot be written.
    """
    from tqdm import tqdm

    to_file = json_name not in (None, STANDARD)
    outcomes: list[AnswerRecord] = []
    with _opened(json_name if to_file else None) as stream:
        # Beside lines on the same terminal a bar would be torn.
        hidden = len(questions) < 2 or not sys.stderr.isatty() or stream.isatty()
        for question in tqdm(questions, unit="q", disable=hidden):
            outcome = ask(question)
            if json_name is not None:
                print(outcome.json_line(), file=stream, flush=True)
            else:
                gap = "\n" if outcomes else ""
                print(f"{gap}{outcome.block()}", file=stream, flush=True)
            outcomes.append(outcome)
    return outcomes


def _opened(name: str | None) -> TextIO | nullcontext[TextIO]:
    if name is None:
        return nullcontext(sys.stdout)
    try:
        return Path(name).open("w", encoding="utf-8")
    except OSError as error:
        raise ValueError(f"cannot write {name} (--json): {error.strerror}") from error


def _option(name: str) -> str:
    return "the question" if name == "question" else f"--{name}"
