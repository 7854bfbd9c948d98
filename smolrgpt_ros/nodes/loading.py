"""What the query node loads when it is configured: a detector and a model, or a clear reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..checkpoints import DETECTOR, MINI
from ..detection.detector import RegionDetector
from ..detection.ultralytics_detector import UltralyticsDetector
from ..ros.settings import Settings


class LoadingError(RuntimeError):
    """Something a node needs cannot be loaded; the message names path and parameter."""


def load_detector(settings: Settings) -> RegionDetector | None:
    """The detector the parameters ask for; ``None`` where clients bring their own regions.

    Raises:
        DetectorError: if it cannot be loaded.
    """
    if settings["detector_backend"] == "none":
        return None
    return UltralyticsDetector.load(
        settings["detector_weights"] or DETECTOR,
        device=settings["device"],
        settings=settings.detector,
    )


def load_engine(settings: Settings) -> Any:
    """The generation engine of the checkpoint the parameters name.

    Raises:
        LoadingError: if there is no such checkpoint or it cannot be loaded.
    """
    path = Path(settings["model_path"] or MINI)
    if not (path / "config.json").is_file():
        raise LoadingError(
            f"no SmolRGPT checkpoint in {path} (config.json is missing); set the parameter "
            "model.path to a directory made by 'smolrgpt convert' or 'smolrgpt train'"
        )
    # torch and transformers take seconds to import: not before they are needed.
    from ..model.engine import SmolRGPTEngine

    try:
        return SmolRGPTEngine.load(
            path,
            device=settings["device"],
            dtype=settings["model_dtype"],
            threads=settings["threads"] or None,
        )
    except Exception as error:
        raise LoadingError(
            f"the SmolRGPT checkpoint in {path} cannot be loaded: {type(error).__name__}: {error}"
        ) from error


def apply_settings(detector: RegionDetector | None, settings: Settings) -> None:
    """Give a detector the thresholds that may change while it runs."""
    if isinstance(detector, UltralyticsDetector):
        detector.settings = settings.detector
