"""What the query node loads when it is configured: a detector and a model, or a clear reason."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ..checkpoints import DETECTOR, MINI
from ..detection.detector import RegionDetector
from ..detection.ultralytics_detector import UltralyticsDetector
from ..ros.settings import Settings
from .timed_engine import TimedEngine


class LoadingError(RuntimeError):
    """Something a node needs cannot be loaded; the message names path and parameter."""


def load_detector(settings: Settings) -> RegionDetector | None:
    """The detector the parameters ask for; ``None`` where regions come from somewhere else.

    Raises:
        DetectorError: if it cannot be loaded.
        LoadingError: if its weights are not those of ``detector.sha256``.
    """
    if settings["detector_backend"] != "ultralytics":
        return None
    weights = Path(settings["detector_weights"] or DETECTOR)
    digest = ""
    if weights.is_file():
        # Before it is opened: a .pt file is a pickle, which runs what it holds.
        digest = check_sha256([weights], settings["detector_sha256"], "detector.sha256")
    detector = UltralyticsDetector.load(
        weights, device=settings["device"], settings=settings.detector
    )
    detector.sha256 = digest
    if not detector.labels:
        raise LoadingError(
            f"the detector weights {weights} name no classes; set detector.weights to others"
        )
    return detector


def load_engine(settings: Settings) -> TimedEngine | None:
    """The generation engine of the checkpoint the parameters name; ``None`` for no model.

    Raises:
        LoadingError: if there is no such checkpoint or it cannot be loaded.
    """
    if settings["model_backend"] == "none":
        return None
    path = Path(settings["model_path"] or MINI)
    weights = sorted(path.glob("*.safetensors"))
    for missing, name in (
        (not (path / "config.json").is_file(), "config.json"),
        (not weights, "model.safetensors"),
    ):
        if missing:
            raise LoadingError(
                f"no SmolRGPT checkpoint in {path} ({name} is missing); set the parameter "
                "model.path to a directory made by 'smolrgpt convert' or 'smolrgpt train'"
            )
    digest = check_sha256(weights, settings["model_sha256"], "model.sha256")
    # torch and transformers take seconds to import: not before they are needed.
    from ..model.engine import SmolRGPTEngine

    try:
        engine = SmolRGPTEngine.load(
            path,
            device=settings["device"],
            dtype=settings["model_dtype"],
            threads=settings["threads"] or None,
        )
    except Exception as error:
        raise LoadingError(
            f"the SmolRGPT checkpoint in {path} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return TimedEngine(engine, digest)


def sha256_of(files: Sequence[Path]) -> str:
    """SHA-256 of files one after the other, hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def check_sha256(files: Sequence[Path], wanted: str, parameter: str) -> str:
    """The SHA-256 of weights.

    Args:
        files: several are hashed one after the other, as ``cat … | sha256sum`` does.
        wanted: what it must be, hexadecimal; empty: anything.
        parameter: that says so.

    Raises:
        LoadingError: if it is another; nothing was loaded then.
    """
    found = sha256_of(files)
    if wanted and found != wanted.lower():
        names = ", ".join(str(file) for file in files)
        raise LoadingError(
            f"SHA-256 of {names} is {found}, expected {wanted.lower()} ({parameter}): "
            "these are not the weights you meant"
        )
    return found
