# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The options of ``smolrgpt train``, by kind of recipe."""

from __future__ import annotations

import argparse
from pathlib import Path

from .mini.recipe import STAGES

MINI_STAGES = ("frames", *STAGES, "export", "detector")


def add_stage_options(parser: argparse.ArgumentParser) -> None:
    """Adds the group of recipes of one stage."""
    stage = parser.add_argument_group("recipes of one stage")
    stage.add_argument(
        "--dry-run", action="store_true", help="print steps and memory without training"
    )
    stage.add_argument(
        "--show",
        type=int,
        metavar="N",
        help="draw N samples into the run's folder without training",
    )


def add_mini_options(parser: argparse.ArgumentParser) -> None:
    """Adds the group of the mini."""
    mini = parser.add_argument_group("the mini's recipe")
    mini.add_argument(
        "--stage",
        choices=MINI_STAGES,
        help="only this one (default: all, but for the detector)",
    )
    mini.add_argument(
        "--detector",
        action="store_const",
        const="detector",
        dest="stage",
        help="train the detector instead: --stage detector",
    )
    mini.add_argument(
        "--ablations",
        type=Path,
        metavar="PLAN",
        help="train the variants of this plan from a finished run: config/training/ablations.yaml",
    )
    mini.add_argument(
        "--out",
        type=Path,
        help="the mini's folder or the detector's file to write (default: mini or "
        "warehouse-seg.pt in --run-dir)",
    )
    mini.add_argument(
        "--continue-from",
        dest="start",
        type=Path,
        metavar="WEIGHTS",
        help="continue from these: the folder of a mini, whose stages up to centres are then left "
        "out, or with --detector a detector's .pt file (default: from scratch)",
    )
    mini.add_argument("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    mini.add_argument(
        "--workers",
        type=int,
        default=2,
        help="processes that simulate, and read pictures for a GPU (default: %(default)s)",
    )
    mini.add_argument(
        "--minutes",
        type=float,
        help="stop each stage after this many minutes and keep its state; of the detector: fit the "
        "training to what the frames leave of them; of a reader: instead of its recipe's",
    )


def add_detector_options(parser: argparse.ArgumentParser) -> None:
    """Adds the group of the detector."""
    detector = parser.add_argument_group("the detector's recipe")
    detector.add_argument(
        "--device",
        default="auto",
        help="auto (a GPU where there is one), cpu, cuda (default: %(default)s)",
    )
    detector.add_argument(
        "--session",
        type=float,
        metavar="MINUTES",
        help="end after the last epoch that fits into these minutes; the same command continues "
        "with the recipe's epochs, until the weights are there",
    )
    detector.add_argument(
        "--real", type=Path, metavar="FOLDER", help="real pictures of pallets with polygons (YOLO)"
    )
    detector.add_argument(
        "--benchmark", type=Path, metavar="FOLDER", help="the benchmark's frames, for the scores"
    )
    detector.add_argument(
        "--score", type=Path, metavar="WEIGHTS", help="print what these find, and train nothing"
    )
    detector.add_argument(
        "--statistics",
        type=Path,
        metavar="WEIGHTS",
        help="write the statistics by which these notice pictures unlike their training beside "
        "them, from the recipe's frames in --run-dir, and train nothing",
    )
    detector.add_argument(
        "--for-colours",
        dest="for_colours",
        type=Path,
        metavar="WEIGHTS",
        help="write these without their input for heights above the floor to --out, to tune them "
        "on pictures without depth, and train nothing",
    )
    detector.add_argument(
        "--score-frames",
        type=int,
        default=60,
        metavar="N",
        help="unseen frames of each looks and camera family (default: %(default)s)",
    )
    detector.add_argument(
        "--score-seed",
        type=int,
        metavar="SEED",
        help="of the first of these frames, with --score (default: that of the card)",
    )
