# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask --live``: questions to a running node, once, again and again, or watched."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from smolrgpt_ros.query.watch.wording import EXAMPLES
from smolrgpt_ros.scene.status import QueryError, Status

if TYPE_CHECKING:
    from .answer_record import AnswerRecord
    from .reply import SpatialReply
    from .spatial_client import SpatialClient

#: Options of files and of models in this process, and those of a running node.
_FILES = (
    *("rgb", "depth", "depth_unit", "rectified", "masks", "out", "vocabulary"),
    *("model", "measure_only", "detector", "confidence", "device", "policy"),
    *("reading", "reading_adapter"),
)
#: Longest time in which a running node is found, on a busy machine, seconds.
_LOOK_S = 3.0
_LIVE = ("watch", "until", "times", "service", "timeout", "wait", "target_frame")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Extends the ``ask`` command, which ``tools.ask`` adds before."""
    parser = subparsers.choices["ask"]
    group = parser.add_argument_group("a running node, instead of files")
    group.add_argument("--live", action="store_true", help="ask the spatial_query node")
    group.add_argument(
        "--watch",
        type=float,
        nargs="?",
        const=2.0,
        metavar="SECONDS",
        help="ask again and again, every so many seconds (2), a line each; Ctrl-C ends it",
    )
    group.add_argument("--times", type=int, metavar="N", help="with --watch: end after N answers")
    group.add_argument(
        "--until",
        metavar="CONDITION",
        help="watch the question until its measured answer is so, for --timeout seconds: "
        f"{EXAMPLES}; ends with 0 where it held, 1 where it did not in time",
    )
    group.add_argument("--service", default="spatial_query", help="name, where it is another")
    group.add_argument("--timeout", type=float, default=30.0, help="seconds for an answer (30)")
    group.add_argument(
        "--wait",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="longest wait for a node that is still loading, or has no frame yet (10)",
    )
    group.add_argument("--target-frame", default="", help="frame of the positions, such as map")
    parser.set_defaults(run=partial(run, parser.get_default("run"), parser.get_default))


def run(
    ask_files: Callable[[argparse.Namespace], int],
    default_of: Callable[[str], object],
    arguments: argparse.Namespace,
) -> int:
    """Asks the node with ``--live``, files without.

    Args:
        ask_files: the command without ``--live``.
        default_of: the default of an option.
        arguments: given.

    Raises:
        ValueError: for options that do not go together.
        QueryError: where the node could not answer.
    """
    given = [name for name, value in vars(arguments).items() if value != default_of(name)]
    _check(arguments, given)
    return _ask_live(arguments) if arguments.live else ask_files(arguments)


def _check(arguments: argparse.Namespace, given: Sequence[str]) -> None:
    """Raise ValueError for options that do not go together; ``given`` are those not left out."""
    unused = [name for name in (_FILES if arguments.live else _LIVE) if name in given]
    if unused:
        option = f"--{unused[0].replace('_', '-')}"
        if not arguments.live:
            raise ValueError(f"{option} asks a running node: add --live")
        raise ValueError(
            f"--live asks a running node about its own camera and models: leave out {option}"
        )
    if arguments.watch is not None and arguments.json not in (None, "-"):
        raise ValueError("--watch writes to standard output: give --json no file")
    for name in ("watch", "wait"):
        if (seconds := getattr(arguments, name)) is not None and not seconds >= 0.0:
            raise ValueError(f"--{name} needs seconds from 0 on, found {seconds}")
    if arguments.until is not None:
        beside = [name for name in ("watch", "times", "questions", "regions") if name in given]
        if beside:
            raise ValueError(f"--until watches one question: leave out --{beside[0]}")


def _ask_live(arguments: argparse.Namespace) -> int:
    from .asked_questions import questions_of, write_one, write_outcomes

    questions = questions_of(arguments)
    try:
        import rclpy
        from rclpy.signals import SignalHandlerOptions

        from .readiness import reply_when_ready
        from .spatial_client import SpatialClient
        from .until import watch_until
    except ImportError as error:
        raise ValueError(
            f"--live needs ROS 2 ({error}): source the workspace's install/setup.bash, or "
            "scripts/env on a machine without ROS"
        ) from error
    # Python handles Ctrl-C: rclpy's own handler would close the client during a question.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        with SpatialClient(arguments.service) as client:
            camera = arguments.camera or ""
            live = _LiveNode(
                client, arguments.timeout, arguments.wait, arguments.target_frame, camera
            )
            if arguments.until is not None:
                reply_when_ready(live.look, arguments.wait).raise_for_status()
                return watch_until(
                    client,
                    questions[0],
                    arguments.until,
                    timeout_s=arguments.timeout,
                    target_frame=arguments.target_frame,
                    camera=camera,
                    json_name=arguments.json,
                )
            if arguments.watch is not None:
                ask = partial(live.ask, questions[0], arguments.regions or ())
                return _watch(ask, arguments.watch, arguments.times, arguments.json)
            if arguments.questions is not None:
                write_outcomes(questions, live.ask_same_frame, arguments.json)
                return 0
            return write_one(live.ask(questions[0], arguments.regions or ()), arguments.json)
    finally:
        rclpy.try_shutdown()


class _LiveNode:
    """A running node, with the questions that all its clients' options share.

    Args:
        client: of the node.
        timeout_s: for one answer.
        wait_s: for the first one, until the node is ready and has a frame.
        target_frame: of positions.
        camera: its name, on a node with several; empty: the only one.
    """

    def __init__(
        self,
        client: SpatialClient,
        timeout_s: float,
        wait_s: float,
        target_frame: str,
        camera: str,
    ) -> None:
        self._client, self._timeout_s, self._wait_s = client, timeout_s, wait_s
        self._target_frame, self._camera = target_frame, camera
        self._stamp_ns, self._answers = 0, False

    def look(self) -> SpatialReply:
        """An OK reply where the node answers. A question itself would wait for a node that is
        missing as long as for an answer."""
        there = self._client.wait_ready(_LOOK_S)
        self._answers = there.ok
        return there

    def ask(self, question: str, region_ids: Sequence[int] = (), stamp_ns: int = 0) -> AnswerRecord:
        """The outcome of one question about the newest frame, or that of a stamp."""
        from .readiness import reply_when_ready
        from .reply_record import record_of

        send = partial(
            self._client.ask,
            question,
            region_ids=region_ids,
            timeout_s=self._timeout_s,
            target_frame=self._target_frame,
            camera=self._camera,
            stamp_ns=stamp_ns,
        )

        def ask() -> SpatialReply:
            if not self._answers and not (there := self.look()).ok:
                return there
            return send()

        reply = reply_when_ready(ask, self._wait_s)
        self._wait_s = 0.0
        return record_of(question, reply)

    def ask_same_frame(self, question: str) -> AnswerRecord:
        """The outcome of one of many questions, about the frame of the first one that had one.

        A node keeps few frames (``history.size``): once that frame is gone, the questions go on
        with the newest; ``stamp_ns`` of each outcome shows which it was.

        Raises:
            QueryError: NOT_READY, which asking on does not change.
        """
        outcome = self.ask(question, stamp_ns=self._stamp_ns)
        if self._stamp_ns and outcome.status is Status.NO_FRAME:
            outcome = self.ask(question)
        if outcome.status is Status.NOT_READY:
            raise QueryError(outcome.status, outcome.message)
        self._stamp_ns = outcome.stamp_ns or self._stamp_ns
        return outcome


def _watch(
    ask: Callable[[], AnswerRecord], period_s: float, times: int | None, json_name: str | None
) -> int:
    """Ask every ``period_s`` seconds; 2 where the last one had no answer."""
    asked, ok = 0, True
    try:
        while times is None or asked < times:
            if asked:
                time.sleep(period_s)
            outcome = ask()
            asked, ok = asked + 1, outcome.ok
            line = f"{time.strftime('%H:%M:%S')}  {outcome.summary()}"
            print(outcome.json_line() if json_name is not None else line, flush=True)
    except KeyboardInterrupt:
        print()
    return 0 if ok else 2
