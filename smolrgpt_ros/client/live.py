"""``smolrgpt ask --live``: a question to a running node, once or again and again."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolrgpt_ros.msg import Region

    from .reply import SpatialReply

_FILES = ("rgb", "depth", "camera", "masks", "out")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Extends the ``ask`` command, which ``reasoning.cli`` adds before."""
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
    group.add_argument("--service", default="spatial_query", help="name, where it is another")
    group.add_argument("--timeout", type=float, default=30.0, help="seconds for an answer (30)")
    group.add_argument("--target-frame", default="", help="frame of the positions, such as map")
    parser.set_defaults(run=partial(run, parser.get_default("run")))


def run(ask_files: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Asks the node with ``--live``, files without.

    Raises:
        ValueError: for options that do not go together.
        QueryError: where the node could not answer.
    """
    if not arguments.live:
        if arguments.watch is not None:
            raise ValueError("--watch asks a running node: add --live")
        return ask_files(arguments)
    given = [f"--{name}" for name in _FILES if getattr(arguments, name) is not None]
    if given:
        raise ValueError(f"--live asks a running node about its own camera: leave out {given[0]}")
    if arguments.watch is not None and arguments.watch < 0.0:
        raise ValueError(f"--watch needs seconds from 0 on, found {arguments.watch}")
    try:
        import rclpy
        from rclpy.signals import SignalHandlerOptions

        from .spatial_client import SpatialClient
    except ImportError as error:
        raise ValueError(
            f"--live needs ROS 2 ({error}): source the workspace's install/setup.bash, or "
            "scripts/env on a machine without ROS"
        ) from error
    # Python handles Ctrl-C: rclpy's own handler would close the client during a question.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        with SpatialClient(arguments.service) as client:
            ask = partial(
                client.ask,
                arguments.question,
                region_ids=arguments.regions or (),
                timeout_s=arguments.timeout,
                target_frame=arguments.target_frame,
            )
            if arguments.watch is None:
                return _once(ask, arguments.json)
            return _watch(ask, arguments.watch, arguments.times, arguments.json)
    finally:
        rclpy.try_shutdown()


def _once(ask: Callable[[], SpatialReply], as_json: bool) -> int:
    reply = ask()
    if as_json:
        print(json.dumps(to_json(reply), indent=2))
        return 0 if reply.ok else 2
    print(report(reply.raise_for_status()))
    return 0


def _watch(
    ask: Callable[[], SpatialReply], period_s: float, times: int | None, as_json: bool
) -> int:
    """Ask every ``period_s`` seconds; 2 where the last one had no answer."""
    asked, ok = 0, True
    try:
        while times is None or asked < times:
            if asked:
                time.sleep(period_s)
            reply = ask()
            asked, ok = asked + 1, reply.ok
            line = json.dumps(to_json(reply)) if as_json else summary(reply)
            print(line if as_json else f"{time.strftime('%H:%M:%S')}  {line}", flush=True)
    except KeyboardInterrupt:
        print()
    return 0 if ok else 2


def report(reply: SpatialReply) -> str:
    """An answer for people, a line per fact."""
    from smolrgpt_ros.ros.convert.answer_values import view_of_message
    from smolrgpt_ros.ros.convert.time import seconds

    answer = reply.answer
    assert answer is not None
    view = view_of_message(answer, reply.regions)
    latency_s = seconds(answer.latency)
    confidence = "" if math.isnan(answer.confidence) else f", confidence {answer.confidence:.0%}"
    measured = view.measured_text or f"nothing: {view.reason}"
    lines = [f"question  {answer.question}"]
    if answer.model:
        details = f"{answer.model} on {answer.device}, {latency_s:.2f} s{confidence}"
        lines.append(f"model     {view.text or '(nothing)'}   [{details}]")
    lines.append(f"measured  {measured}")
    if reply.agree is not None:
        lines.append("agree     " + ("yes" if reply.agree else "NO"))
    lines += [f"region    {_region_line(region)}" for region in reply.regions]
    lines.append(f"image     {seconds(answer.frame_age):.2f} s old when asked about")
    if reply.message:
        lines.append(f"note      {reply.message}")
    return "\n".join(lines)


def summary(reply: SpatialReply) -> str:
    """A reply in one line."""
    from smolrgpt_ros.ros.convert.answer_values import view_of_message

    if reply.answer is None:
        return f"{reply.status.name}: {reply.message}"
    agree = {True: "agree", False: "DISAGREE", None: "not comparable"}[reply.agree]
    view = view_of_message(reply.answer, reply.regions)
    measured = view.measured_text or "nothing measured"
    return f"{measured}  ({agree})  model: {view.text or '(nothing)'}"


def to_json(reply: SpatialReply) -> dict[str, Any]:
    """A reply as plain JSON; unknown values are null."""
    found: dict[str, Any] = {"status": reply.status.name, "message": reply.message}
    answer = reply.answer
    if answer is None:
        return found
    measured = answer.measured
    return found | {
        "question": answer.question,
        "prompt_region_ids": list(answer.prompt_region_ids),
        "kind": reply.kind,
        "text": answer.text,
        "value": reply.generated,
        "confidence": _known(answer.confidence),
        "measured": {
            "value": reply.measured,
            "unit": measured.unit,
            "std": _known(measured.std),
            "region_ids": list(measured.region_ids),
            "reason": measured.reason,
        },
        "agreement": reply.agree,
        "model": answer.model,
        "regions": [
            {
                "id": region.id,
                "label": region.label,
                "position": [_known(getattr(region.position, axis)) for axis in "xyz"],
                "frame": region.position_frame_id,
            }
            for region in reply.regions
        ],
    }


def _region_line(region: Region) -> str:
    name = f"{region.label} {region.id}".strip()
    if not region.position_frame_id:
        return f"{name}: position unknown, no depth"
    p = region.position
    return f"{name} at ({p.x:.2f}, {p.y:.2f}, {p.z:.2f}) m in {region.position_frame_id}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)
