# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt evaluate``: scores on unseen simulated frames, or on data in a published layout."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from smolrgpt_ros.runtime.json_output import add_json_option, print_results, write_json_lines
from smolrgpt_ros.runtime.libraries import check_libraries
from smolrgpt_ros.simulation.world.scenes import FAMILY_MIXES, LOOKS

from .cases import HELD_OUT_SEED, Case

if TYPE_CHECKING:
    from smolrgpt_ros.detection.detector import RegionDetector
    from smolrgpt_ros.model.inference.confidence import Calibration, Curves
    from smolrgpt_ros.simulation.sensing.sensor import SensorModel
    from smolrgpt_ros.simulation.warehouse import SimulatedFrame

    from .outcomes import Outcome


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the ``evaluate`` command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="score a model and the measurement on unseen frames",
        description=(
            "Simulates frames of unseen seeds and asks one question of each kind about each in "
            "unseen words, or asks the questions of --data, and prints the shares answered right "
            "with their 95 % intervals, errors of distances, and how reliable confidence is."
        ),
    )
    _add_model_options(parser)
    _add_frame_options(parser)
    _add_output_options(parser)
    _add_question_options(parser)
    add_json_option(parser, "the scores as one JSON object")
    parser.set_defaults(run=main)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, help="model folder (default: the mini that ships)")
    parser.add_argument(
        "--dtype",
        default="auto",
        help="auto, float32, bfloat16, float16 or int8 (default: %(default)s)",
    )
    parser.add_argument("--threads", type=int, default=None, help="CPU threads of the model")


def _add_frame_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, help="questions in a published layout (.json or .parquet) instead"
    )
    parser.add_argument("--frames", type=int, default=250, help="frames (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=HELD_OUT_SEED, help="first seed (default: %(default)s)"
    )
    parser.add_argument(
        "--family",
        choices=FAMILY_MIXES,
        default="mix",
        help="camera family (default: %(default)s)",
    )
    parser.add_argument(
        "--looks",
        choices=LOOKS,
        default="plain",
        help="of simulated frames; heldout: meshes and textures that no training has seen "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--without-geometry",
        action="store_true",
        help="keep the regions' geometry from the model: it has the tokens of the pictures alone",
    )
    parser.add_argument(
        "--without-depth",
        action="store_true",
        help="keep the depth picture from the model",
    )
    parser.add_argument("--clean", action="store_true", help="without the sensor model's noise")
    parser.add_argument(
        "--masks",
        choices=("true", "detector"),
        default="true",
        help="regions of simulated frames: the simulator's, or the detector's (end to end)",
    )
    parser.add_argument(
        "--detector",
        type=Path,
        metavar="WEIGHTS",
        help="of --masks detector (default: those that ship)",
    )
    parser.add_argument(
        "--drive",
        type=int,
        default=1,
        metavar="FRAMES",
        help="with --masks detector: frames of a camera that drives up to each view, remembered as "
        "a node remembers them (default: %(default)s)",
    )


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help="write every outcome here, one JSON object a line")
    parser.add_argument("--answers", type=Path, help="write the benchmark's submission file here")
    parser.add_argument("--report", type=Path, help="write an HTML page with the worst cases here")


def _add_question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--phrasing",
        choices=("heldout", "train"),
        default="heldout",
        help="sentences of simulated questions: those kept from training, or those of it",
    )
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="fit the model's confidence to these outcomes and keep the curves in its folder",
    )
    parser.add_argument(
        "--typed",
        type=int,
        metavar="N",
        help="ask N random questions of the whole query language instead, in canonical English, "
        "40 about each frame; the truth is the simulator's, the model is asked its own forms",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="ask plain questions that name no ids instead (how many pallets are in the leftmost "
        "buffer), and count the answers that are trusted and wrong, for each camera family",
    )
    parser.add_argument(
        "--without-model", action="store_true", help="measure only (with --typed, --plain)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    if arguments.typed is not None:
        return _typed(arguments)
    if arguments.plain:
        return _plain(arguments)
    check_libraries("torch", "transformers")
    from tqdm import tqdm

    from smolrgpt_ros.checkpoints import MINI
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
    from smolrgpt_ros.reasoning.reasoner import SpatialReasoner

    from .asking import ask_all
    from .confidence_fit import fit
    from .report import WorstCases, html_report
    from .summary import summarize, table

    folder = arguments.model or MINI
    options = {
        "dtype": arguments.dtype,
        "threads": arguments.threads,
        "geometry": not arguments.without_geometry,
        "depth": not arguments.without_depth,
    }
    with SmolRGPTEngine.load(folder, **options) as engine:
        if arguments.calibrate:
            engine.calibration = None
        worst = WorstCases()
        outcomes: list[Outcome] = []
        for case, outcome in tqdm(
            ask_all(SpatialReasoner(engine), _cases(arguments)), unit="q", disable=None
        ):
            outcomes.append(outcome)
            worst.add(case, outcome)
    if not outcomes:
        raise ValueError("nothing was asked: the data has no question, or --frames is 0")
    if arguments.calibrate:
        _calibrated(folder, fit(outcomes, _described(arguments)), arguments).save(folder)
    _write_outcomes(arguments, outcomes)
    summary = summarize(outcomes)
    if arguments.report:
        title = f"{folder.name} on {_described(arguments)}"
        arguments.report.write_text(html_report(title, summary, worst.all()))
    work = engine.work
    decoded = f"the model decoded {work.tokens} tokens in {work.steps} steps"
    print_results(
        summary.to_json() | {"decoding": asdict(work)},
        f"{table(summary)}\n{decoded}",
        arguments.json,
    )
    return 0


def _write_outcomes(arguments: argparse.Namespace, outcomes: Sequence[Outcome]) -> None:
    """Write the files of ``--out`` and ``--answers``, where they are wanted."""
    if arguments.out:
        write_json_lines(map(asdict, outcomes), arguments.out)
    if arguments.answers:
        lines = [{"id": o.id, "normalized_answer": o.model} for o in outcomes]
        arguments.answers.write_text(json.dumps(lines, indent=1) + "\n")


def _typed(arguments: argparse.Namespace) -> int:
    """Ask random questions of the query language."""
    from itertools import islice

    from tqdm import tqdm

    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    from .command_parts import model_of, report_outcomes, unseen_shots
    from .typed.asking_typed import PER_FRAME, ask_typed
    from .typed.typed_outcomes import summary_of, table_of

    if arguments.typed < 1:
        raise ValueError(f"--typed must be at least 1, found {arguments.typed}")
    if arguments.data is not None or arguments.masks == "detector" or arguments.looks != "plain":
        raise ValueError(
            "--typed asks about plain simulated frames on the simulator's masks: leave out --data, "
            "--masks and --looks"
        )
    sensor = None if arguments.clean else SensorModel()
    shots = unseen_shots(arguments, -(-arguments.typed // PER_FRAME), 480, sensor)
    with model_of(arguments) as engine:
        asked = islice(ask_typed(shots, engine), arguments.typed)
        outcomes = list(tqdm(asked, total=arguments.typed, unit="q", disable=None))
    summary = summary_of(outcomes)
    return report_outcomes(outcomes, summary, table_of(summary), arguments)


def _plain(arguments: argparse.Namespace) -> int:
    """Ask plain questions about what the detector finds."""
    from tqdm import tqdm

    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    from .command_parts import model_of, report_outcomes, unseen_shots
    from .typed.plain_questions import PLAIN_QUESTIONS, ask_plain, plain_summary, plain_table

    if arguments.data is not None or arguments.drive > 1:
        raise ValueError(
            "--plain asks about single simulated frames, whose truth is what they show: leave out "
            "--data and --drive"
        )
    if arguments.frames < 1:
        raise ValueError(f"--plain needs --frames of at least 1, found {arguments.frames}")
    detector = _detector(arguments)
    sensor = None if arguments.clean else SensorModel()
    shots = unseen_shots(arguments, arguments.frames, 360, sensor, arguments.looks)
    with model_of(arguments) as engine:
        total = arguments.frames * len(PLAIN_QUESTIONS)
        asked = ask_plain(shots, detector, engine)
        outcomes = list(tqdm(asked, total=total, unit="q", disable=None))
    summary = plain_summary(outcomes)
    return report_outcomes(outcomes, summary, plain_table(summary), arguments)


def _detector(arguments: argparse.Namespace) -> RegionDetector | None:
    """The detector of ``--masks detector``; ``None`` for the simulator's masks."""
    if arguments.masks != "detector":
        return None
    from smolrgpt_ros.checkpoints import DETECTOR
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    return UltralyticsDetector.load(arguments.detector or DETECTOR)


def _calibrated(folder: Path, curves: Curves, arguments: argparse.Namespace) -> Calibration:
    """The folder's calibration with new curves in their place."""
    from smolrgpt_ros.model.inference.confidence import Calibration

    known = Calibration.load(folder)
    if not arguments.without_geometry:
        return Calibration(curves, None if known is None else known.estimated)
    if known is None:
        raise ValueError(
            f"{folder} has no calibration yet: run --calibrate without --without-geometry first"
        )
    return Calibration(known.measured, curves)


def _described(arguments: argparse.Namespace) -> str:
    """What the questions were, in words."""
    if arguments.data is not None:
        return str(arguments.data.name)
    return (
        f"{arguments.frames} simulated frames from seed {arguments.seed}, {arguments.masks} masks, "
        f"{arguments.phrasing} sentences, {arguments.looks} looks"
        + (f", after a drive of {arguments.drive} frames" if arguments.drive > 1 else "")
        + (", no geometry" if arguments.without_geometry else "")
    )


def _cases(arguments: argparse.Namespace) -> Iterator[Case]:
    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    from .cases import published_cases, true_case
    from .command_parts import unseen_shots

    if arguments.data is not None:
        if arguments.masks == "detector":
            raise ValueError("--masks detector is for simulated frames; --data brings its masks")
        return published_cases(arguments.data)
    if arguments.drive > 1 and arguments.masks != "detector":
        raise ValueError("--drive is for --masks detector: the simulator's masks miss nothing")
    if arguments.detector is not None and arguments.masks != "detector":
        raise ValueError("--detector names weights for --masks detector: set that too")
    sensor = None if arguments.clean else SensorModel()
    shots = unseen_shots(arguments, arguments.frames, 360, sensor, arguments.looks)
    detector = _detector(arguments)
    if detector is None:
        return (true_case(shot, arguments.phrasing) for shot in shots)
    return _detected_cases(arguments, shots, detector, sensor)


def _detected_cases(
    arguments: argparse.Namespace,
    shots: Iterator[SimulatedFrame],
    detector: RegionDetector,
    sensor: SensorModel | None,
) -> Iterator[Case]:
    """The frames as a detector sees them, after a drive or alone."""
    from smolrgpt_ros.perception.candidates import seen_alone

    from .cases import detected_case, true_case
    from .driving import seen_while_driving

    for shot in shots:
        if arguments.drive > 1:
            seen = seen_while_driving(shot, arguments.drive, detector, sensor)
        else:
            seen = seen_alone(detector.detect(shot.frame), shot.frame)
        yield detected_case(true_case(shot, arguments.phrasing), shot.truth, seen)
