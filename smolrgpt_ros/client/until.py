# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask --live --until``: a watched question as lines, and as an exit status."""

from __future__ import annotations

import sys
import time

from smolrgpt_ros.scene.status import QueryError, Status

from .answer_record import AnswerRecord
from .asked_questions import write_outcomes
from .reply_record import record_of
from .spatial_client import SpatialClient
from .watch_reply import WatchEvaluation

#: Without a change, a line is written this often, seconds.
_PERIOD_S = 1.0


def watch_until(
    client: SpatialClient,
    question: str,
    until: str,
    *,
    timeout_s: float,
    target_frame: str,
    camera: str,
    json_name: str | None,
) -> int:
    """Watch a question until a condition holds, with a line for each change of its answer.

    Args:
        client: of the node.
        question, until, timeout_s, target_frame, camera: of :meth:`.SpatialClient.watch`.
        json_name: file of the answer as a JSON object, ``-`` for standard output; ``None``: a block
            for people.

    Returns:
        0 where it held, 1 where it did not in time.

    Raises:
        QueryError: where it cannot be watched.
        ValueError: for words that are no condition.
    """
    lines = _Lines()
    reply = client.watch(
        question,
        until,
        timeout_s=timeout_s,
        target_frame=target_frame,
        camera=camera,
        on_evaluation=lines.add,
    )
    if reply.reply is None:
        if reply.status is not Status.TIMEOUT:
            raise QueryError(reply.status, reply.message)
        print(reply.message, file=sys.stderr)
        return 1
    record: AnswerRecord = record_of(question, reply.reply)
    lines.write(f"held: {until} (frames evaluated: {reply.evaluations})")
    write_outcomes((question,), lambda asked: record, json_name)
    return 0


class _Lines:
    """Evaluations as lines on standard error: each change, and one a second."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()
        self._written = -float("inf")

    def add(self, evaluation: WatchEvaluation) -> None:
        """Write an evaluation where it is a change, or the last line is old."""
        state = (evaluation.holds, evaluation.known, evaluation.status)
        now = time.monotonic()
        if state == self._last and now - self._written < _PERIOD_S:
            return
        self._last, self._written = state, now
        self.write(line_of(evaluation))

    def write(self, line: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)


def line_of(evaluation: WatchEvaluation) -> str:
    """An evaluation in one line."""
    if not evaluation.known:
        return f"not known  {evaluation.reason}"
    word = f"holds for {evaluation.held_s:.1f} s" if evaluation.holds else "not yet"
    return f"{word:<9}  {evaluation.text}"
