# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask``: one question or many about a frame in files."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.checkpoints import DETECTOR, MINI
from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.client.asked_questions import (
    RegionIds,
    questions_of,
    write_one,
    write_outcomes,
)
from smolrgpt_ros.detection.detector import Detections, DetectorError, RegionDetector
from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.language.reader.reader import reader_with
from smolrgpt_ros.language.readers.protocol import READINGS
from smolrgpt_ros.model.reader.loading import readers_of
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.reasoning.answer import DEFAULT_POLICY, POLICIES, SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.runtime.json_output import add_json_option
from smolrgpt_ros.runtime.libraries import check_libraries
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher; it sets ``run(arguments) -> exit status``."""
    parser = subparsers.add_parser(
        "ask",
        help="answer a question about a picture, its depth and its camera, or ask a running node",
        description="Answer a question about one RGB-D frame, in files or of a running node: what "
        "the model says, and what depth measures.",
    )
    parser.add_argument(
        "question", nargs="?", help='for example "how far is pallet 3 from the transporter?"'
    )
    parser.add_argument(
        "--questions",
        metavar="FILE",
        help="instead: a question a line, without empty lines and # comments; -: standard input",
    )
    _add_file_options(parser)
    _add_model_options(parser)
    _add_reading_options(parser)
    add_json_option(parser, "a JSON object a line, for each question")
    parser.add_argument("--out", type=Path, help="write the annotated picture here")
    parser.set_defaults(run=run)


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rgb", type=Path, help="colour picture")
    parser.add_argument(
        "--depth",
        type=Path,
        help="16-bit PNG or .npy, whole numbers in millimetres and floats in metres, or a grey "
        "picture of 8 bits without scale",
    )
    parser.add_argument(
        "--depth-unit",
        type=float,
        default=0.0,
        metavar="METRES",
        help="metres of a step of the depth file, where it is another",
    )
    parser.add_argument(
        "--camera",
        metavar="FILE",
        help="calibration: YAML of ROS, JSON of Open3D or librealsense, or JSON with width, "
        "height, fx, fy, cx, cy; with --live: name of a camera of the node",
    )
    parser.add_argument(
        "--rectified",
        action="store_true",
        help="the picture is rectified: P of the calibration counts, and no lens is undone",
    )
    parser.add_argument(
        "--masks",
        type=Path,
        help="JSON list of {id, label, and rle, segmentation or box}, or a COCO file; "
        "else detected",
    )
    parser.add_argument(
        "--regions",
        nargs="+",
        action=RegionIds,
        metavar="ID",
        help="ids behind the question's <mask>s, in order",
    )


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, default=MINI, help="model folder")
    parser.add_argument("--measure-only", action="store_true", help="do not load the model")
    parser.add_argument(
        "--detector",
        type=Path,
        default=DETECTOR,
        help="YOLO weights, used without --masks",
    )
    parser.add_argument(
        "--confidence",
        type=float,
        metavar="SCORE",
        help="lowest score of a region that the detector finds, "
        f"{DetectorSettings.confidence:g} if left out",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ...")
    parser.add_argument(
        "--policy",
        choices=POLICIES,
        default=DEFAULT_POLICY,
        help="which value is trusted (default: %(default)s)",
    )


def _add_reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vocabulary", type=Path, help="YAML file of synonyms, as config/vocabulary.yaml"
    )
    parser.add_argument(
        "--reading",
        choices=READINGS,
        default="grammar",
        help="who reads questions: the grammar, a small language model, or both, compared",
    )
    parser.add_argument(
        "--reading-adapter",
        type=Path,
        help="adapter of that language model, made by `smolrgpt train` (.safetensors)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Answers and prints; input at fault raises FileNotFoundError, ValueError or QueryError."""
    questions = questions_of(arguments)
    if arguments.rgb is None:
        raise ValueError("no picture: name one with --rgb, or ask a running node with --live")
    detector = _detector(arguments) if arguments.masks is None else None
    classes = () if detector is None else tuple(detector.labels)
    grammar = reader_with(arguments.vocabulary, lambda: classes)
    reader = readers_of(arguments.reading, grammar, arguments.reading_adapter or Path())
    seen = _seen(arguments, detector)
    engine = None
    if not arguments.measure_only:
        check_libraries("torch", "transformers")
        from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

        engine = SmolRGPTEngine.load(arguments.model, device=arguments.device)
    reasoner = SpatialReasoner(engine, reader, policy=arguments.policy)
    ask = partial(_asked, reasoner, seen)
    if arguments.questions is not None:
        write_outcomes(questions, lambda question: ask(question)[0], arguments.json)
        return 0
    outcome, answer = ask(questions[0], arguments.regions)
    status = write_one(outcome, arguments.json)
    if arguments.out is not None and answer is not None:
        _write_picture(arguments.out, seen, answer)
    return status


def _asked(
    reasoner: SpatialReasoner,
    seen: SeenFrame,
    question: str,
    region_ids: list[int] | None = None,
) -> tuple[AnswerRecord, SpatialAnswer | None]:
    """The outcome of a question, and its answer where there is one."""
    try:
        answer = reasoner.answer(
            seen.frame,
            seen.regions,
            question,
            region_ids,
            geometry=seen.geometry,
            novelty=seen.novelty,
        )
    except QueryError as error:
        return AnswerRecord.refused(question, error), None
    labels = {region.id: region.label for region in seen.regions}
    view = answer.suggested.pose(seen.geometry)
    return AnswerRecord.of_answer(answer, labels, view), answer


def _seen(arguments: argparse.Namespace, detector: RegionDetector | None) -> SeenFrame:
    """The frame of the files with the regions of a file, or with what the detector finds."""
    from .frame_files import read_frame, read_grey
    from .region_file import read_regions

    grey = read_grey(arguments.depth) if arguments.depth is not None else None
    depth = arguments.depth if grey is None else None
    frame = read_frame(
        arguments.rgb,
        depth,
        None if arguments.camera is None else Path(arguments.camera),
        depth_unit=arguments.depth_unit,
        rectified=arguments.rectified,
    )
    see: Callable[[RgbdFrame], SeenFrame]
    if detector is None:
        size = (frame.height, frame.width)
        own = tuple(read_regions(arguments.masks, size, arguments.rgb.name))
        see = partial(SeenFrame, regions=own)
    else:
        see = partial(seen_alone, _detected(detector, frame))
    seen = see(frame)
    if grey is None:
        return seen
    return see(_with_grey(arguments.depth, frame, grey, seen.regions))


def _with_grey(
    path: Path, frame: RgbdFrame, grey: NDArray[np.uint8], regions: Sequence[Region]
) -> RgbdFrame:
    """The frame with the depth of a picture whose nearest and farthest pixel became 0 and 255."""
    from smolrgpt_ros.geometry.scale_recovery import depth_of_grey

    if frame.intrinsics is None:
        raise ValueError(f"{path} is a grey depth picture of 8 bits: name its camera with --camera")
    if grey.shape != (frame.height, frame.width):
        raise ValueError(
            f"{path} has {grey.shape[1]}x{grey.shape[0]} pixels, expected "
            f"{frame.width}x{frame.height} as in the colour picture"
        )
    try:
        return depth_of_grey(frame.rgb, grey, frame.intrinsics, regions)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _detector(arguments: argparse.Namespace) -> RegionDetector:
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    settings = DetectorSettings()
    if arguments.confidence is not None:
        settings = replace(settings, confidence=arguments.confidence)
    with _masks_named():
        return UltralyticsDetector.load(
            arguments.detector, device=arguments.device, settings=settings
        )


def _detected(detector: RegionDetector, frame: RgbdFrame) -> Detections:
    with _masks_named():
        return detector.detect(frame)


@contextmanager
def _masks_named() -> Iterator[None]:
    """Errors of the detector as ValueErrors that name the other way to give regions."""
    try:
        yield
    except DetectorError as error:
        raise ValueError(f"{error}; or give the regions with --masks") from error


def _write_picture(path: Path, seen: SeenFrame, answer: SpatialAnswer) -> None:
    import cv2

    from smolrgpt_ros.reasoning.answer_view import view_of
    from smolrgpt_ros.rendering.answer_drawing import draw_answer

    picture = draw_answer(seen.frame.rgb, seen.regions, view_of(answer, seen.regions))
    if not cv2.imwrite(str(path), picture[:, :, ::-1]):
        raise ValueError(f"cannot write {path}; use a name that ends in .png or .jpg")
