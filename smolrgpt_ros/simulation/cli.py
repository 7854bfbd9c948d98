# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt simulate``, ``record`` and ``contact-sheet``: data of the simulated warehouse."""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .sensing.sensor import SENSORS, SensorModel
from .warehouse import SimulatedFrame
from .world.scenes import FAMILY_MIXES, LOOKS, family_of

_STRENGTHS = {
    field.name: int if field.type == "int" else float for field in dataclasses.fields(SensorModel)
}

Subparsers = argparse._SubParsersAction


def add_parser(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Adds the commands to the dispatcher."""
    _add_simulate(subparsers)
    _add_record(subparsers)
    _add_contact_sheet(subparsers)


def _add_simulate(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "simulate", help="write simulated frames with questions and true answers"
    )
    parser.add_argument("--frames", type=int, required=True, help="number of frames")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder; an interrupted run is continued"
    )
    _add_scene_arguments(parser)
    parser.add_argument("--workers", type=int, default=1, help="number of processes")
    parser.add_argument("--questions", type=int, default=4, help="at most, per kind and frame")
    parser.add_argument(
        "--relations",
        type=int,
        default=1,
        help="questions about relations and sizes at most, per kind and frame",
    )
    parser.add_argument("--phrasing", choices=("train", "heldout"), default="train")
    parser.add_argument("--jpg", action="store_true", help="write colour pictures as JPEG")
    _add_sensor_arguments(parser)
    parser.set_defaults(run=run_simulate)


def _add_record(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "record",
        help="write warehouse scenes as a ROS 2 recording (MCAP)",
        description=(
            "Writes a folder for 'ros2 bag play --clock': rgb/image_raw, rgb/camera_info, "
            "depth/image_raw, tf, tf_static and warehouse_camera/truth. Its stamps have a fixed "
            "date: set use_sim_time where it is played."
        ),
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the recording")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a recording that is there"
    )
    parser.add_argument("--data", type=Path, help="dataset of 'smolrgpt simulate' to read")
    parser.add_argument("--frames", type=int, default=10, help="number of scenes")
    _add_scene_arguments(parser)
    parser.add_argument("--rate", type=float, default=5.0, help="image pairs per second")
    parser.add_argument("--hold", type=float, default=2.0, help="seconds per scene")
    _add_sensor_arguments(parser)
    parser.set_defaults(run=run_record)


def _add_contact_sheet(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "contact-sheet", help="draw many simulated frames of each camera family in one picture"
    )
    parser.add_argument("folder", type=Path, help="folder for simulated_FAMILY.jpg")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--frames", type=int, default=9, help="frames of each family")
    _add_looks(parser)
    parser.add_argument(
        "--beside", type=Path, nargs="+", default=(), metavar="PICTURE",
        help="real pictures, in a column at the left",
    )  # fmt: skip
    parser.set_defaults(run=run_contact_sheet)


def _add_scene_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first frame; the next has the next one"
    )
    parser.add_argument("--family", choices=FAMILY_MIXES, default="mix", help="camera family")
    parser.add_argument("--size", type=_size, default=(640, 360), help="width x height, 640x360")
    _add_looks(parser)


def _add_looks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--looks",
        choices=LOOKS,
        default="plain",
        help="rich: plain scenes with more in them; crowded: low cameras, and much that hides the "
        "rest; varied: drawn wide; both to train detectors on; heldout: other meshes and textures, "
        "for tests alone (default: %(default)s)",
    )


def _add_sensor_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("sensor model")
    group.add_argument(
        "--sensor", choices=tuple(SENSORS), default="usual",
        help="usual: a decent stereo camera; rough: a cheap one; clean: ideal pictures",
    )  # fmt: skip
    group.add_argument(
        "--clean", dest="sensor", action="store_const", const="clean", help="as --sensor clean"
    )
    group.add_argument(
        "--sensor-set", type=_setting, action="append", default=[], metavar="NAME=VALUE",
        help=f"one strength; 0 switches an effect off; repeatable. {', '.join(_STRENGTHS)}",
    )  # fmt: skip


def sensor_of(arguments: argparse.Namespace) -> SensorModel | None:
    """The sensor model of the arguments; ``None`` for ideal pictures.

    Raises:
        ValueError: if a strength is impossible, or set for ideal pictures.
    """
    settings = dict(arguments.sensor_set)
    base = SENSORS[arguments.sensor]
    if base is None:
        if settings:
            raise ValueError(
                f"--sensor-set {sorted(settings)} has no effect on ideal pictures; "
                "leave out --clean, or switch effects off one by one"
            )
        return None
    return dataclasses.replace(base, **settings)


def run_simulate(arguments: argparse.Namespace) -> int:
    """Writes the dataset; returns the exit status."""
    from tqdm import tqdm

    from .datasets.writer import DatasetSettings, write_dataset

    width, height = arguments.size
    settings = DatasetSettings(
        arguments.family,
        width,
        height,
        sensor_of(arguments),
        extension="jpg" if arguments.jpg else "png",
        per_kind=arguments.questions,
        phrasing=arguments.phrasing,
        relations=arguments.relations,
        looks=arguments.looks,
    )
    seeds = range(arguments.seed, arguments.seed + arguments.frames)
    begin = time.monotonic()
    counts: list[int] = []
    with tqdm(total=arguments.frames, unit="frame", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            counts.append(done)
            bar.update(done - bar.n)

        questions = write_dataset(arguments.out, seeds, settings, arguments.workers, progress)
    print(f"{arguments.frames} frames and {questions} questions in {arguments.out}")
    made = counts[-1] - counts[0]
    if made:
        wall, busy = time.monotonic() - begin, _processor_seconds()
        print(
            f"{made} made in {wall:.1f} s: {made / wall:.2f} a second, "
            f"{made / busy:.2f} a second of processor time (start included)"
        )
    return 0


def run_record(arguments: argparse.Namespace) -> int:
    """Writes the recording; returns the exit status."""
    from tqdm import tqdm

    from .datasets.recording import write_recording

    sensor = None if arguments.data else sensor_of(arguments)
    scenes = tqdm(_scenes(arguments), total=arguments.frames, unit="scene", disable=None)
    pairs = write_recording(
        arguments.out, scenes, arguments.rate, arguments.hold, sensor, arguments.overwrite
    )
    print(f"{pairs} image pairs in {arguments.out}; play with: ros2 bag play --clock 100 PATH")
    return 0


def run_contact_sheet(arguments: argparse.Namespace) -> int:
    """Writes the pictures; returns the exit status."""
    from .datasets.contact_sheet import write_sheets

    write_sheets(
        arguments.folder, arguments.seed, arguments.frames, arguments.beside, arguments.looks
    )
    return 0


def _scenes(arguments: argparse.Namespace) -> Iterator[SimulatedFrame]:
    from .datasets.frame_store import read_frame
    from .warehouse import simulate_frame

    for index in range(arguments.frames):
        if arguments.data is not None:
            yield read_frame(arguments.data, index)
        else:
            seed = arguments.seed + index
            family = family_of(seed, arguments.family)
            width, height = arguments.size
            yield simulate_frame(seed, family, width, height, looks=arguments.looks)


def _processor_seconds() -> float:
    """Of this process and of its finished child processes."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, _STRENGTHS[name](value)
    except (KeyError, ValueError):
        known = ", ".join(_STRENGTHS)
        raise argparse.ArgumentTypeError(
            f"a setting is NAME=NUMBER with NAME one of {known}; found {text!r}"
        ) from None


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(n) for n in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"size is WIDTHxHEIGHT, found {text!r}") from None
    if not (64 <= width <= 1920 and 64 <= height <= 1920):
        raise argparse.ArgumentTypeError(f"width and height are 64 to 1920, found {text!r}")
    return width, height
