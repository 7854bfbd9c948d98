# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Loading of the detector and the model that the parameters name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from smolrgpt_ros.checkpoints import DETECTOR, MINI
from smolrgpt_ros.checkpoints.checksums import (
    check_sha256,
    folder_sha256,
    listing_sha256,
    sha256_of,
)
from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.detection.transformers_detector import TransformersDetector
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
from smolrgpt_ros.language.reader.reader import reader_with
from smolrgpt_ros.language.reader.word_lists import WordListError
from smolrgpt_ros.language.readers.protocol import ReaderUnavailable
from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.model.reader.loading import readers_of
from smolrgpt_ros.ros.convert.vision import VisionMessagesMissing, vision_messages
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.runtime.libraries import check_libraries

from .process_memory import leave_out_triton, left_out
from .timed_engine import TimedEngine

#: Values of ``detector.backend`` with a detector in this process.
DETECTOR_BACKENDS = ("ultralytics", "transformers")


class LoadingError(RuntimeError):
    """A detector or model that cannot be loaded; the message names path and parameter."""


def load_detector(settings: Settings) -> RegionDetector | None:
    """The detector of the parameters; ``None`` where another node or the clients send regions.

    Raises:
        DetectorError: if it cannot be loaded.
        ChecksumError: if weights and prompts are not those of ``detector.sha256``.
        LoadingError: if its weights have no class names, or the messages of another node's
            detections are not installed.
    """
    if settings.detector_backend == "topic" and settings.detector_topic_type == "detections":
        try:
            vision_messages()
        except VisionMessagesMissing as error:
            raise LoadingError(
                f"detector.topic_type detections is not possible: {error}"
            ) from error
    if settings.detector_backend not in DETECTOR_BACKENDS:
        return None
    if settings.detector_backend == "transformers":
        return _transformers_detector(settings)
    weights = Path(settings.detector_weights or DETECTOR)
    files = [weights, Path(settings.detector_prompts)] if settings.detector_prompts else [weights]
    digest = _checked_sha256(files, settings.detector_sha256, "detector.sha256")
    leave_out_triton()
    detector = UltralyticsDetector.load(
        weights,
        device=settings.device,
        settings=settings.detector,
        prompts=settings.detector_prompts or None,
        classes=settings.classes,
        labels=settings.labels,
        sha256=digest,
    )
    if not detector.labels:
        raise LoadingError(
            f"the detector weights {weights} name no classes; set detector.weights to others"
        )
    return detector


def _transformers_detector(settings: Settings) -> TransformersDetector:
    folder = Path(settings.detector_weights)
    if not settings.detector_weights:
        raise LoadingError(
            "detector.backend transformers needs a detector: set the parameter detector.weights to "
            "a folder that save_pretrained of transformers wrote"
        )
    known = [folder] if (folder / "config.json").is_file() else []
    digest = _checked_sha256(known, settings.detector_sha256, "detector.sha256")
    return TransformersDetector.load(
        folder,
        device=settings.device,
        settings=settings.detector,
        labels=settings.labels,
        sha256=digest,
    )


def _checked_sha256(weights: Sequence[Path], expected: str, parameter: str) -> str:
    """SHA-256 of weights, compared with the one of a parameter before they are opened.

    Args:
        weights: a folder, or files; ``""`` is returned where one is missing, which the loader says.
        expected: hexadecimal; empty: any.
        parameter: that holds it.

    Raises:
        ChecksumError: if they differ, or a folder takes other files in.
    """
    if weights and weights[0].is_dir():
        digest, named = folder_sha256(weights[0]), f"the files of {weights[0]}"
    elif weights and all(path.is_file() for path in weights):
        digest = sha256_of(weights[0]) if len(weights) == 1 else listing_sha256(weights)
        named = " and ".join(map(str, weights))
    else:
        return ""
    check_sha256(digest, expected, named, parameter)
    return digest


def load_readers(settings: Settings, classes: Callable[[], Sequence[str]] = tuple) -> TwoReaders:
    """The grammar, with the synonyms of the file that the parameters name, and the language model.

    Args:
        settings: name them.
        classes: gives the classes that the detector tells apart; none where they are not known.

    Raises:
        LoadingError: where that file cannot be used, or the model that the parameter ``reading``
            names is not installed.
        ChecksumError: if that model's files are not those of ``reading.sha256``.
    """
    adapter = Path(settings.reading_adapter)
    base = Path(settings.reading_base) if settings.reading_base else None
    try:
        if settings.reading != "grammar" and adapter.is_file():
            _check_reader(adapter, base, settings.reading_sha256)
        return readers_of(
            settings.reading,
            reader_with(settings.vocabulary, classes),
            adapter,
            base,
            trust_model=settings.reading_trust_model,
        )
    except WordListError as error:
        raise LoadingError(f"the parameter vocabulary.file cannot be used: {error}") from error
    except ReaderUnavailable as error:
        raise LoadingError(f"reading: {settings.reading} is not possible: {error}") from error


def _check_reader(adapter: Path, base: Path | None, expected: str) -> None:
    # torch takes seconds to import.
    from smolrgpt_ros.model.reader.base_model import base_model_file

    files = [adapter, base_model_file(base)]
    named = " and ".join(map(str, files))
    check_sha256(listing_sha256(files) if expected else "", expected, named, "reading.sha256")


def load_engine(settings: Settings) -> TimedEngine | None:
    """The generation engine of the checkpoint the parameters name; ``None`` for no model.

    Raises:
        LoadingError: if there is no such checkpoint or it cannot be loaded.
        ChecksumError: if its files are not those of ``model.sha256``, or take others in.
        LibraryError: if torch or transformers are missing or were never tested.
    """
    if settings.model_backend == "none":
        return None
    path = Path(settings.model_path or MINI)
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
    digest = _checked_sha256([path], settings.model_sha256, "model.sha256")
    check_libraries("torch", "transformers")
    leave_out_triton()
    # They take seconds to import: not before they are needed. transformers imports scipy and
    # accelerate, 40 MiB, for training, its download client trio for programs that use it.
    with left_out("scipy", "accelerate", "trio"):
        from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    try:
        engine = SmolRGPTEngine.load(
            path,
            device=settings.device,
            dtype=settings.model_dtype,
            threads=settings.threads or None,
        )
    except Exception as error:
        raise LoadingError(
            f"the SmolRGPT checkpoint in {path} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return TimedEngine(engine, digest)


def labels_without_synonyms(labels: Sequence[str], reader: TwoReaders) -> str:
    """One sentence about the detector's classes that questions name by their label alone.

    Empty where there are none.
    """
    plain = [label for label in labels if label not in reader.labels]
    if not plain:
        return ""
    return (
        f"questions name these classes by their labels alone: {', '.join(plain)}; "
        "synonyms may be added (vocabulary.file)"
    )
