"""``smolrgpt ask``: one question about a frame in files."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.checkpoints import DETECTOR, MINI
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import POLICIES, SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher; it sets ``run(arguments) -> exit status``."""
    parser = subparsers.add_parser(
        "ask",
        help="answer a question about a picture, its depth and its camera, or ask a running node",
        description="Answer a question about one RGB-D frame, in files or of a running node: what "
        "the model says, and what depth measures.",
    )
    parser.add_argument("question", help='for example "how far is pallet 3 from the transporter?"')
    parser.add_argument("--rgb", type=Path, help="colour picture")
    parser.add_argument(
        "--depth",
        type=Path,
        help="16-bit PNG in millimetres, .npy in metres, or a grey picture of 8 bits without scale",
    )
    parser.add_argument("--camera", type=Path, help="JSON: width, height, fx, fy, cx, cy")
    parser.add_argument("--masks", type=Path, help="JSON list of {id, label, rle}; else detected")
    parser.add_argument(
        "--regions", type=int, nargs="+", help="ids behind the question's <mask>s, in order"
    )
    parser.add_argument("--model", type=Path, default=MINI, help="model folder")
    parser.add_argument("--measure-only", action="store_true", help="do not load the model")
    parser.add_argument(
        "--detector",
        type=Path,
        default=DETECTOR,
        help="segmentation weights, used without --masks",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ...")
    parser.add_argument(
        "--policy", choices=POLICIES, default="model", help="which value is trusted"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--out", type=Path, help="write the annotated picture here")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answers and prints; input at fault raises FileNotFoundError, ValueError or QueryError."""
    from .frame_files import read_frame, read_grey, read_regions

    if arguments.rgb is None:
        raise ValueError("no picture: name one with --rgb, or ask a running node with --live")
    grey = read_grey(arguments.depth) if arguments.depth is not None else None
    depth = arguments.depth if grey is None else None
    frame = read_frame(arguments.rgb, depth, arguments.camera)
    if arguments.masks is not None:
        regions = read_regions(arguments.masks, (frame.height, frame.width))
    else:
        regions = _detected(arguments, frame)
    if grey is not None:
        frame = _with_grey(arguments.depth, frame, grey, regions)
    engine = None
    if not arguments.measure_only:
        from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

        engine = SmolRGPTEngine.load(arguments.model, device=arguments.device)
    reasoner = SpatialReasoner(engine, policy=arguments.policy)
    answer = reasoner.answer(frame, regions, arguments.question, arguments.regions)
    if arguments.json:
        print(json.dumps(to_json(answer), indent=2))
    else:
        print(report(answer))
    if arguments.out is not None:
        _write_picture(arguments.out, frame, regions, answer)
    return 0


def _with_grey(
    path: Path, frame: RgbdFrame, grey: NDArray[np.uint8], regions: list[Region]
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


def _detected(arguments: argparse.Namespace, frame: RgbdFrame) -> list[Region]:
    from smolrgpt_ros.detection.detector import DetectorError
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    try:
        detector = UltralyticsDetector.load(arguments.detector, device=arguments.device)
        found = detector.detect(frame.rgb)
    except DetectorError as error:
        raise ValueError(f"{error}; or give the regions with --masks") from error
    return [Region(i, d.label, d.mask, d.score) for i, d in enumerate(found)]


def _write_picture(
    path: Path, frame: RgbdFrame, regions: list[Region], answer: SpatialAnswer
) -> None:
    import cv2

    from smolrgpt_ros.reasoning.answer_view import view_of
    from smolrgpt_ros.rendering.answer_drawing import draw_answer

    picture = draw_answer(frame.rgb, regions, view_of(answer, regions))
    if not cv2.imwrite(str(path), picture[:, :, ::-1]):
        raise ValueError(f"cannot write {path}; use a name that ends in .png or .jpg")


def report(answer: SpatialAnswer) -> str:
    """The answer for people, a line per fact."""
    from smolrgpt_ros.reasoning.answer_view import view_of

    ids = " ".join(str(i) for i in answer.prompt_region_ids)
    lines = [f"question  {answer.question}", f"prompt    {answer.prompt}   (regions {ids})"]
    if answer.model:
        lines.append(f"model     {answer.text}   [{answer.model}]")
    value = view_of(answer, ()).measured_text
    lines.append(f"measured  {value}" if value else f"measured  nothing: {answer.measured.reason}")
    if answer.agreement is not None:
        lines.append("agree     " + ("yes" if answer.agreement else "NO"))
    if answer.policy != "model":
        trusted = "nothing" if answer.trusted is None else answer.trusted
        lines.append(f"trusted   {trusted}   [policy {answer.policy}]")
    lines += [f"note      {note}" for note in answer.notes]
    return "\n".join(lines)


def to_json(answer: SpatialAnswer) -> dict[str, Any]:
    """Everything known about an answer as plain JSON; absent values are null."""
    measured = answer.measured
    return {
        "question": answer.question,
        "prompt": answer.prompt,
        "prompt_region_ids": list(answer.prompt_region_ids),
        "kind": answer.kind.value,
        "text": answer.text,
        "readable": answer.readable,
        "value": answer.value,
        "unit": answer.unit,
        "normalized": answer.normalized,
        "chosen_id": answer.value if answer.kind is Kind.CHOICE else None,
        "region_ids": list(answer.region_ids),
        "confidence": None if math.isnan(answer.confidence) else answer.confidence,
        "truncated": answer.truncated,
        "measured": {
            "value": measured.value,
            "unit": measured.unit,
            "std": measured.std,
            "depth_valid_ratio": measured.valid_ratio,
            "normalized": answer.measured_normalized,
            "region_ids": list(measured.region_ids),
            "reason": measured.reason,
        },
        "agreement": answer.agreement,
        "policy": answer.policy,
        "trusted": answer.trusted,
        "vanished_region_ids": list(answer.vanished_region_ids),
        "model": answer.model,
        "device": answer.device,
        "latency_s": answer.latency_s,
        "notes": list(answer.notes),
    }
