"""``smolrgpt simulate``: frames, masks, questions and answers in the published dataset layout."""

from __future__ import annotations

import argparse
from pathlib import Path

from .scenes import FAMILIES
from .sensor import SensorModel


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher."""
    parser = subparsers.add_parser(
        "simulate", help="make warehouse frames with questions and true answers"
    )
    parser.add_argument("--frames", type=int, required=True, help="how many frames")
    parser.add_argument("--seed", type=int, default=0, help="of the first frame; then one up each")
    parser.add_argument("--out", type=Path, required=True, help="folder; a stopped run goes on")
    parser.add_argument("--family", choices=(*FAMILIES, "mix"), default="mix", help="camera")
    parser.add_argument("--size", type=_size, default=(640, 360), help="width x height, 640x360")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--questions", type=int, default=4, help="of each kind and frame")
    parser.add_argument("--phrasing", choices=("train", "heldout"), default="train")
    parser.add_argument("--jpg", action="store_true", help="write colour as JPEG")
    parser.add_argument("--clean", action="store_true", help="ideal pictures, no sensor noise")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the dataset; returns the exit status."""
    from tqdm import tqdm

    from .dataset import write_dataset

    with tqdm(total=arguments.frames, unit="frame") as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done - bar.n)

        questions = write_dataset(
            arguments.out,
            range(arguments.seed, arguments.seed + arguments.frames),
            arguments.family,
            arguments.size[0],
            arguments.size[1],
            None if arguments.clean else SensorModel(),
            arguments.workers,
            progress,
            extension="jpg" if arguments.jpg else "png",
            per_kind=arguments.questions,
            phrasing=arguments.phrasing,
        )
    print(f"{arguments.frames} frames and {questions} questions in {arguments.out}")
    return 0


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(n) for n in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"size is WIDTHxHEIGHT, found {text!r}") from None
    if not (64 <= width <= 1920 and 64 <= height <= 1920):
        raise argparse.ArgumentTypeError(f"width and height are 64 to 1920, found {text!r}")
    return width, height
