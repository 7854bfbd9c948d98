# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt fetch``: the published model, or a detector, ready to launch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``fetch published`` and ``fetch detector NAME``."""
    parser = subparsers.add_parser(
        "fetch",
        help="the published model or a detector: fetch, check, try, and say how to launch it",
        description="Fetch weights, check them, ask or show them something stored, and say how to "
        "launch with them. What is there already is not fetched again.",
    )
    kinds = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    model = kinds.add_parser("published", help="the published SmolRGPT and its tokenizer")
    detector = kinds.add_parser("detector", help="YOLO or YOLOE of ultralytics (AGPL-3.0)")
    detector.add_argument("name", help="such as yolo26n-seg or yoloe-26s-seg")
    for command, run in ((model, run_published), (detector, run_detector)):
        command.add_argument(
            "--out", type=Path, default=Path("weights"), help="folder (default: %(default)s)"
        )
        command.set_defaults(run=run)


def run_published(arguments: argparse.Namespace) -> int:
    """Fetch, convert, ask one question, print how to launch."""
    from smolrgpt_ros.checkpoints.checksums import folder_sha256

    from .published import ask_stored_question, fetch_published

    folder = fetch_published(arguments.out, _say)
    _say("asking it a stored question")
    print(ask_stored_question(folder))
    print(
        f"launch with it: ros2 launch smolrgpt_ros warehouse.launch.py model:={folder.resolve()}\n"
        f"pin it: model.sha256: {folder_sha256(folder)}"
    )
    return 0


def run_detector(arguments: argparse.Namespace) -> int:
    """Fetch, look at one picture, print how to launch."""
    from .detector import fetch_detector, look_at_stored_picture

    found = fetch_detector(arguments.name, arguments.out)
    print(found)
    print(look_at_stored_picture(found.file.path))
    print(
        f"use it: detector.weights: {found.file.path.resolve()}\n"
        f"pin it: detector.sha256: {found.file.sha256}\n"
        "its licence is AGPL-3.0, which this package's own code is not under"
    )
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
