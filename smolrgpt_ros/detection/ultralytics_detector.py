# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Ultralytics YOLO, with masks or boxes alone, behind the :class:`RegionDetector` protocol.

A network with four inputs gets heights above the floor beside the colours
(``scene.height_picture``); one with three looks at colours alone.

ultralytics is AGPL-3.0 and optional: it is imported when a detector of it is loaded, trained or
fetched, and is kept from installing packages or using the network.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.checkpoints.checksums import sha256_of
from smolrgpt_ros.runtime.libraries import LibraryError, check_libraries
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import (
    CHANNELS,
    COLOURS,
    colours_and_heights,
    height_picture,
)

from .detector import Detection, Detections, DetectorError, masks_of_boxes
from .detector_settings import DetectorSettings, labels_from
from .feature_statistics import Features, FeatureStatistics, statistics_of
from .open_vocabulary import TextClasses, load_prompts, text_classes
from .own_parts import own_parts
from .suppression import WHOLE_LABELS, suppressed

if TYPE_CHECKING:
    from .neck_features import NeckFeatures

_log = logging.getLogger(__name__)

#: What weights may be for.
_TASKS = ("segment", "detect")


class UltralyticsDetector:
    """A YOLO model that gives masks or boxes. Use :meth:`load`; tests give the constructor a model.

    Args:
        model: an ``ultralytics.YOLO``, or anything with its ``predict`` and ``names``.
        name: what to call it.
        device: ``"cpu"``, ``"cuda:0"``, …
        settings: thresholds; may be replaced at any time through :attr:`settings`.
        labels: labels by the weights' own class names, beside :data:`LABEL_ALIASES`.
        sha256: of the weights, hexadecimal; empty where unknown.
        heights: whether the network takes heights above the floor as a fourth channel.
    """

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        device: str,
        settings: DetectorSettings | None = None,
        labels: Mapping[str, str] | None = None,
        sha256: str = "",
        heights: bool = False,
    ) -> None:
        self._model = model
        self._own_labels = labels
        self._labels = labels_from(model.names, labels)
        self.settings = settings or DetectorSettings()
        self.name = name
        self.device = device
        self.sha256 = sha256
        self._heights = heights
        #: Of the pictures that the weights were trained on; ``None``: novelty is not known.
        self.statistics: FeatureStatistics | None = None
        self._neck: NeckFeatures | None = None

    @classmethod
    def load(
        cls,
        weights: str | Path,
        *,
        device: str = "auto",
        settings: DetectorSettings | None = None,
        prompts: str | Path | None = None,
        classes: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        sha256: str = "",
    ) -> UltralyticsDetector:
        """Load weights from a file.

        Args:
            weights: of a segmentation model, or of one that gives boxes: a ``.pt`` file, a pickle
                of which known classes alone are loaded, or what ultralytics exported of one
                (``.onnx``, ``.engine``, ``.torchscript``, a folder of OpenVINO), with its runtime
                installed.
            prompts: classes for open-vocabulary weights (YOLOE): a ``.npz`` file that ultralytics'
                ``save_prompt_embeddings`` wrote; no text encoder is needed here.
            classes: instead, their names, for the text encoder.
            labels, sha256: as of the constructor.
            device: see :func:`.choose_device`.

        Raises:
            DetectorError: if ultralytics, a runtime or a file is missing, the weights give neither
                masks nor boxes, or the prompts are not for them.
        """
        path = Path(weights)
        if not path.exists():
            raise DetectorError(
                f"detector weights not found: {path}; set the parameter detector.weights to a "
                "file of YOLO weights, or detector.backend to 'none' and send regions "
                "with each request"
            )
        yolo = import_ultralytics()
        import torch

        from smolrgpt_ros.runtime.devices import choose_device

        threads = torch.get_num_threads()
        try:
            chosen = choose_device(device)
            model, channels = _model_of(yolo, path)
            if model.task not in _TASKS:
                raise DetectorError(
                    f"{path} is a YOLO model for {model.task!r}, expected one for "
                    f"{' or '.join(map(repr, _TASKS))}"
                )
            if channels not in (COLOURS, CHANNELS):
                raise DetectorError(
                    f"{path} takes pictures of {channels} channels, expected {COLOURS} (colours) "
                    f"or {CHANNELS} (blue, green, red and heights above the floor)"
                )
            if prompts is not None:
                load_prompts(model, path, Path(prompts))
            detector = cls(
                model,
                name=path.stem,
                device=str(chosen),
                settings=settings or DetectorSettings(),
                labels=labels,
                sha256=sha256,
                heights=channels == CHANNELS,
            )
            if classes:
                detector.look_for(detector.encoded(classes))
            # The first prediction builds layers and buffers: not while the first frame waits.
            detector.detect(_BLANK)
            detector._watch(path)
        except DetectorError:
            raise
        except Exception as error:
            raise DetectorError(f"cannot load detector weights {path}: {error}") from error
        finally:
            # ultralytics sets torch's thread count for the whole process when it picks a device.
            torch.set_num_threads(threads)
        return detector

    @property
    def labels(self) -> Sequence[str]:
        return tuple(self._labels.values())

    def detect(self, frame: RgbdFrame) -> Detections:
        """Objects in a frame, best first; masks are ``(H, W)``."""
        heights = height_picture(frame) if self._heights else None
        result = self._predict(frame.rgb, heights)
        features = None if self._neck is None else self._neck.take()
        novelty = None
        if self.statistics is not None and features is not None:
            novelty = self.statistics.novelty(features)
        return replace(self._detections(result, (frame.height, frame.width)), novelty=novelty)

    def features(
        self, rgb: NDArray[np.uint8], heights: NDArray[np.uint8] | None = None
    ) -> Features:
        """What the network's neck makes of a picture, averaged over it and over its parts.

        Args:
            rgb: shape ``(H, W, 3)``.
            heights: of :func:`.height_picture`, for a network that takes them; ``None``: unknown.

        Returns:
            Shape ``(1 + P, D)``.

        Raises:
            DetectorError: if the weights are an export, of which nothing inside is seen.
        """
        self._predict(rgb, heights)
        features = None if self._neck is None else self._neck.take()
        if features is None:
            raise DetectorError(f"{self.name} is an exported model: expected a .pt file")
        return features

    def encoded(self, names: Sequence[str]) -> TextClasses:
        """Classes that open-vocabulary weights can look for; takes seconds.

        Raises:
            DetectorError: if the weights take no text, or the text encoder is not installed.
        """
        return text_classes(self._model, names, self.name)

    def look_for(self, classes: TextClasses) -> None:
        """Find these classes from now on; not while an image is being looked at."""
        self._model.set_classes(list(classes.names), classes.embeddings)
        self._labels = labels_from(self._model.names, self._own_labels)
        if self._neck is not None:  # ultralytics makes its network anew
            from .neck_features import NeckFeatures

            self._predict(_BLANK.rgb)
            self._neck = NeckFeatures.of(self._model)

    def _watch(self, weights: Path) -> None:
        """Look at the features of each frame from now on."""
        # torch is imported where weights are loaded and nowhere before.
        from .neck_features import NeckFeatures

        self._neck = NeckFeatures.of(self._model)
        if self._neck is not None:
            self.statistics, missing = statistics_of(weights, sha256_of(weights))
            if missing:
                _log.info(missing)

    def _predict(self, rgb: NDArray[np.uint8], heights: NDArray[np.uint8] | None = None) -> Any:
        settings = self.settings
        pixels = rgb[..., ::-1]  # ultralytics takes arrays as BGR
        if self._heights:
            unknown = np.zeros(rgb.shape[:2], np.uint8)
            pixels = colours_and_heights(rgb, unknown if heights is None else heights)
        results = self._model.predict(
            np.ascontiguousarray(pixels),
            conf=min(settings.confidence, settings.candidate_confidence),
            iou=settings.iou,
            # At the size of training: the network misses objects that are larger or smaller.
            **({"imgsz": settings.image_size} if settings.image_size else {}),
            **({"half": True} if settings.half else {}),
            max_det=settings.max_detections,
            device=self.device,
            retina_masks=True,  # masks in the image's own pixels instead of the network's
            verbose=False,
        )
        return results[0]

    def _detections(self, result: Any, size: tuple[int, int]) -> Detections:
        if result.boxes is None or not len(result.boxes.cls):
            return Detections()
        box_only = result.masks is None
        masks: Sequence[NDArray[Any]]
        if box_only:
            masks = masks_of_boxes(result.boxes.xyxy.cpu().numpy(), size)
        else:
            masks = result.masks.data.cpu().numpy()
        if masks[0].shape != tuple(size):
            raise DetectorError(f"detector masks are {masks[0].shape}, the image is {size}")
        classes = result.boxes.cls.cpu().numpy().astype(int)
        scores = result.boxes.conf.cpu().numpy().astype(float)
        found = []
        for index in np.argsort(-scores, kind="stable"):
            # A copy: a view would keep the masks of all detections for as long as one is kept.
            label, mask = self._labels[int(classes[index])], masks[index] > 0.5
            if not mask.any():
                continue
            if not box_only:
                mask = own_parts(mask, label in WHOLE_LABELS)
            score = float(min(max(scores[index], 0.0), 1.0))
            weak = score < self.settings.confidence
            found.append(Detection(label, score, mask, weak, box_only))
        return suppressed(found)


#: A frame to look at first.
_BLANK = RgbdFrame(np.zeros((64, 64, 3), np.uint8), None, None)


def _model_of(yolo: Any, path: Path) -> tuple[Any, int]:
    """The model of a file and how many channels its pictures have; an exported one says only after
    a prediction what it is for."""
    if path.suffix == ".pt":
        model = yolo(str(path), verbose=False)
        return model, int(model.model.yaml.get("channels", COLOURS))
    # As a model of boxes: the masks of others are left out without an error.
    model = yolo(str(path), task="detect", verbose=False)
    # Of a picture with one channel ultralytics makes as many as the network takes.
    model.predict(np.zeros((64, 64, 1), np.uint8), verbose=False)
    task, channels = str(model.predictor.model.task), int(model.predictor.model.channels)
    return (model if task == "detect" else yolo(str(path), task=task, verbose=False)), channels


def import_ultralytics() -> Any:
    """The ``YOLO`` class of a tested ultralytics, kept offline.

    Raises:
        DetectorError: if ultralytics is not installed, outside the tested range, or cannot load
            safely.
    """
    try:
        check_libraries("ultralytics")  # its interface changes between patch releases
    except LibraryError as error:
        raise DetectorError(f"the YOLO detector cannot be used: {error}") from error
    # Read once, at import: afterwards they have no effect.
    os.environ["YOLO_AUTOINSTALL"] = "False"
    os.environ["YOLO_OFFLINE"] = "True"
    os.environ["ULTRALYTICS_SAFE_LOAD"] = "True"
    # It replaces OMP_NUM_THREADS where it is not set, which would also slow the language model.
    threads = os.environ.get("OMP_NUM_THREADS")
    try:
        import ultralytics
    except ImportError as error:
        raise DetectorError(f"ultralytics cannot be imported: {error}") from error
    finally:
        if threads is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = threads
    _load_safely()
    return ultralytics.YOLO


def _load_safely() -> None:
    """Load known classes only, and run no code of a weights file.

    Raises:
        DetectorError: if this ultralytics or torch cannot.
    """
    from ultralytics.nn import tasks

    if not hasattr(tasks, "SAFE_LOAD") or not tasks._SafeLoad.SUPPORTED:
        raise DetectorError(
            "this ultralytics or torch cannot load weights without running code of the file; "
            "install ultralytics of requirements.txt and torch 2.6 or newer"
        )
    tasks.SAFE_LOAD = True  # where ultralytics was imported before
