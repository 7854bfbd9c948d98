"""``smolrgpt train``: the mini and the detector that ship with the package."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

CONFIG = Path("config/training/mini.yaml")


def add_parser(subparsers: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add the ``train`` command."""
    parser = subparsers.add_parser(
        "train",
        help="train the mini or the detector on simulated frames",
        description=(
            "Runs the stages of the mini in order, each resumed where it stopped, or one of them "
            "with --stage. --stage detector trains the region detector on the same frames."
        ),
    )
    parser.add_argument("--config", type=Path, default=CONFIG, help="recipe (default: %(default)s)")
    parser.add_argument(
        "--run",
        dest="folder",
        type=Path,
        required=True,
        help="folder of the run; reused if it exists",
    )
    parser.add_argument(
        "--stage",
        choices=(
            "frames",
            "tower",
            "language",
            "rgb_alignment",
            "region_alignment",
            "sft",
            "export",
            "detector",
        ),
        help="only this stage (default: all of the mini, in order)",
    )
    parser.add_argument("--out", type=Path, help="where export or detector writes the weights")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    parser.add_argument(
        "--workers", type=int, default=2, help="processes that simulate (default: %(default)s)"
    )
    parser.add_argument(
        "--minutes", type=float, help="stop each stage after so many minutes and keep its state"
    )
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    import torch

    from .mini.build import export, load_part
    from .mini.detector import train_detector
    from .mini.frames import CLASSES
    from .mini.recipe import read_recipe
    from .mini.run import open_run
    from .mini.stages import STAGES, minutes_from_now, run_stage
    from .mini.yolo_layout import write_description

    torch.set_num_threads(arguments.threads)
    recipe = read_recipe(arguments.config)
    stage = arguments.stage
    run = open_run(recipe, arguments.folder, arguments.workers)
    if stage == "frames":
        print(f"{len(run.frames)} frames in {arguments.folder / 'cache'}")
        return 0
    if stage == "detector":
        weights = arguments.out or arguments.folder / "warehouse-seg.pt"
        description = write_description(arguments.folder / "yolo", CLASSES)
        metrics = train_detector(
            description,
            arguments.folder,
            weights,
            plan=recipe.detector,
            hours=None if arguments.minutes is None else arguments.minutes / 60,
            seed=recipe.seed,
        )
        print(json.dumps(metrics, indent=2))
        return 0
    for name in [stage] if stage in STAGES else [] if stage == "export" else STAGES:
        run_stage(run, name, minutes_from_now(arguments.minutes))
    if stage in (None, "export"):
        for part, module in run.model.named_children():
            load_part(module, run.part(part))
        out = arguments.out or arguments.folder / "mini"
        export(run.model, run.processor, out)
        print(f"wrote {out}")
    return 0
