# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt doctor``: what this host has for the nodes, and what is missing. Needs no ROS."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from smolrgpt_ros.checkpoints import DETECTOR, MINI
from smolrgpt_ros.checkpoints.checksums import folder_sha256, sha256_of
from smolrgpt_ros.detection.feature_statistics import statistics_of
from smolrgpt_ros.query.health import unfamiliar_pictures
from smolrgpt_ros.ros.fast_dds import (
    OLD_VARIABLE,
    TRANSPORTS,
    VARIABLE,
    chosen_profile,
    is_fast_dds,
)
from smolrgpt_ros.runtime.json_output import add_json_option, print_results
from smolrgpt_ros.runtime.libraries import LibraryError, installed_version

GOOD, WARNING, MISSING = "good", "warning", "missing"
_MARKS = {GOOD: "ok  ", WARNING: "warn", MISSING: "MISS"}


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Args:
        topic: what was looked at.
        level: ``good``, ``warning`` (works, but not as one may think) or ``missing``.
        text: what was found, and what to do.
    """

    topic: str
    level: str
    text: str


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor``."""
    parser = subparsers.add_parser(
        "doctor",
        help="what this host has: ROS, GPU, weights, and what is missing",
        description="Look for what the nodes need: ROS 2, the interfaces, libraries, GPU, weights. "
        "The exit code is 1 if something is missing without which the query node does not run.",
    )
    parser.add_argument("--model", type=Path, help="SmolRGPT folder (default: the one that ships)")
    parser.add_argument("--detector", type=Path, help="YOLO weights (default: those that ship)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, … (auto)")
    parser.add_argument(
        "--pictures",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="compare these with the pictures that the detector was trained on",
    )
    add_json_option(parser, "the report as a JSON list")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report; 0 if nothing is missing."""
    detector = arguments.detector or DETECTOR
    findings = examine(arguments.model or MINI, detector, arguments.device)
    findings += compared_pictures(detector, arguments.pictures)
    width = max(len(finding.topic) for finding in findings)
    lines = [f"{_MARKS[f.level]}  {f.topic:<{width}}  {f.text}" for f in findings]
    print_results([asdict(finding) for finding in findings], "\n".join(lines), arguments.json)
    return int(any(finding.level == MISSING for finding in findings))


def examine(model: Path, detector: Path, device: str) -> list[Finding]:
    """Everything there is to say about this host.

    Args:
        model: folder of a SmolRGPT checkpoint.
        detector: YOLO weights.
        device: the node's parameter of that name.
    """
    findings = [Finding("python", GOOD, f"{platform.python_version()} on {platform.platform()}")]
    findings += [_ros(), _image_transport()]
    findings += [_module("interfaces", "smolrgpt_ros.srv", "build them: scripts/setup")]
    advice = "install ROS's message_filters, or run scripts/setup"
    findings.append(_module("message_filters", "message_filters", advice))
    findings += [
        _transforms(),
        _library("numpy"),
        _library("transformers", "set model.backend to none"),
        _library("ultralytics", "set detector.backend to none or topic"),
        _library("mujoco", "play a recording instead of simulating"),
        *_device(device),
    ]
    findings += [_weights("model weights", model, "*.safetensors", "model.path")]
    findings += [_weights("detector weights", detector, "", "detector.weights")]
    if detector.is_file():
        findings.append(_familiar_pictures(detector))
    return findings


def compared_pictures(detector: Path, pictures: Sequence[Path]) -> list[Finding]:
    """How unlike the pictures of a detector's training some pictures are, one line each.

    Raises:
        FileNotFoundError: if a file is missing or not a picture.
        ValueError: if the detector cannot be loaded.
    """
    if not pictures:
        return []
    from smolrgpt_ros.detection.detector import DetectorError
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
    from smolrgpt_ros.scene.frame import RgbdFrame
    from smolrgpt_ros.scene.pictures import read_rgb

    try:
        loaded = UltralyticsDetector.load(detector, device="cpu")
    except DetectorError as error:
        raise ValueError(str(error)) from error
    findings = []
    for file in pictures:
        novelty = loaded.detect(RgbdFrame(read_rgb(file), None, None)).novelty
        if novelty is None:
            findings.append(Finding(file.name, WARNING, "cannot be compared"))
        elif novelty > 1.0:
            findings.append(Finding(file.name, WARNING, unfamiliar_pictures(novelty)))
        else:
            text = (
                f"like the detector's training pictures (novelty {novelty:.1f}, usual is up to 1)"
            )
            findings.append(Finding(file.name, GOOD, text))
    return findings


def _familiar_pictures(detector: Path) -> Finding:
    statistics, missing = statistics_of(detector, sha256_of(detector))
    topic = "novelty"
    if statistics is None:
        return Finding(topic, WARNING, missing)
    return Finding(
        topic,
        GOOD,
        f"pictures unlike the {statistics.pictures} of the detector's training are noticed; "
        "--pictures FILE... compares some",
    )


def _ros() -> Finding:
    try:
        importlib.import_module("rclpy")
    except ImportError as error:
        advice = "source a ROS 2 workspace, or run scripts/setup"
        return Finding("ROS 2", MISSING, f"rclpy cannot be imported ({error}); {advice}")
    distro = os.environ.get("ROS_DISTRO", "from PyPI")
    middleware = os.environ.get("RMW_IMPLEMENTATION", "default middleware")
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    return Finding("ROS 2", GOOD, f"{distro}, {middleware}, ROS_DOMAIN_ID {domain}")


def _image_transport() -> Finding:
    """Whether images of a camera on this machine arrive; see docs/hosts.md."""
    topic = "images"
    if not is_fast_dds(os.environ):
        middleware = os.environ["RMW_IMPLEMENTATION"]
        return Finding(topic, GOOD, f"{middleware}: nothing known against large images")
    variable, value = chosen_profile(os.environ)
    if not variable:
        return Finding(
            topic,
            WARNING,
            "Fast DDS as installed loses many of a camera's images between processes; set "
            f"{VARIABLE} (up to Jazzy: {OLD_VARIABLE}) to config/fastdds.xml where the camera's "
            "driver runs (docs/hosts.md)",
        )
    if variable == TRANSPORTS:
        return Finding(topic, GOOD, f"Fast DDS with {TRANSPORTS}={value}")
    if not Path(value).is_file():
        return Finding(topic, WARNING, f"{variable} names {value}, which is no file")
    return Finding(topic, GOOD, f"Fast DDS profile {value}")


def _module(topic: str, name: str, advice: str) -> Finding:
    try:
        module = importlib.import_module(name)
    except Exception as error:  # a binary built for another numpy raises anything
        return Finding(topic, MISSING, f"{type(error).__name__}: {error}; {advice}")
    return Finding(topic, GOOD, str(getattr(module, "__file__", None) or name))


def _transforms() -> Finding:
    try:
        importlib.import_module("tf2_ros")
    except ImportError:
        return Finding(
            "tf2_ros",
            WARNING,
            "not installed: target_frame is refused with TF_FAILED, and depth of another frame "
            "cannot be reprojected",
        )
    return Finding("tf2_ros", GOOD, "installed")


def _library(name: str, without: str = "") -> Finding:
    """A library's version.

    Args:
        name: of ``runtime.libraries.TESTED``.
        without: how to do without it; empty: it is needed.
    """
    try:
        return Finding(name, GOOD, installed_version(name))
    except LibraryError as error:
        absent = isinstance(error.__cause__, importlib.metadata.PackageNotFoundError)
        level = WARNING if absent and without else MISSING
        return Finding(name, level, f"{error}{without and f'; or {without}'}")


def _device(device: str) -> list[Finding]:
    try:
        import torch

        from smolrgpt_ros.model.inference.hardware import choose_dtype
        from smolrgpt_ros.runtime.devices import choose_device
    except ImportError as error:
        advice = "pip install -r requirements.txt"
        return [Finding("torch", MISSING, f"cannot be imported ({error}); {advice}")]
    found = [Finding("torch", GOOD, f"{torch.__version__}, {torch.get_num_threads()} CPU threads")]
    try:
        chosen = choose_device(device)
        number_type = choose_dtype("auto", chosen, MINI)
    except (ValueError, RuntimeError) as error:
        return [*found, Finding("device", MISSING, str(error))]
    if chosen.type == "cuda":
        properties = torch.cuda.get_device_properties(chosen)
        text = f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB, {number_type}"
        return [*found, Finding("device", GOOD, text)]
    text = f"the model that ships would compute on the CPU ({number_type})"
    if device == "cpu":
        return [*found, Finding("device", GOOD, text)]
    return [*found, Finding("device", WARNING, f"{text}: torch sees no CUDA device")]


def _weights(topic: str, path: Path, pattern: str, parameter: str) -> Finding:
    files = sorted(path.glob(pattern)) if pattern and path.is_dir() else [path]
    files = [file for file in files if file.is_file()]
    if not files:
        return Finding(topic, MISSING, f"none in {path}; set the parameter {parameter}")
    size = sum(file.stat().st_size for file in files) / 2**20
    digest = folder_sha256(path) if path.is_dir() else sha256_of(path)
    return Finding(topic, GOOD, f"{path}, {size:.1f} MiB, SHA-256 {digest}")
