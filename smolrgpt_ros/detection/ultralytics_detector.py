"""Instance segmentation by ultralytics YOLO behind the :class:`RegionDetector` protocol.

ultralytics is AGPL-3.0 and optional: it is imported when a detector is loaded and nowhere else, and
is kept from installing packages or using the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.libraries import LibraryError, check_libraries

from .detector import Detection, DetectorError

#: Names that weights trained elsewhere may use for the classes of this package.
LABEL_ALIASES: Mapping[str, str] = {
    "buffer region": "buffer",
    "buffer_region": "buffer",
    "rack": "shelf",
    "shelve": "shelf",
    "agv": "transporter",
}

#: Labels whose region has no holes: a buffer is its tape rectangle with all that stands on it.
WHOLE_LABELS = frozenset({"buffer"})


@dataclass(frozen=True)
class DetectorSettings:
    """Thresholds of one detection.

    Args:
        confidence: lowest score of an object, in (0, 1].
        candidate_confidence: lowest score of a weak detection, in (0, 1]; none are given where it
            is above ``confidence``.
        iou: overlap above which the weaker of two boxes is dropped, in (0, 1].
        image_size: longer side of the network's input, pixels, a multiple of 32; 0: the size it was
            trained with.
        max_detections: most objects of one image.
        half: compute in float16, on a GPU; read when the detector is loaded.

    Raises:
        ValueError: on a value outside its range.
    """

    confidence: float = 0.35
    candidate_confidence: float = 0.1
    iou: float = 0.6
    image_size: int = 0
    max_detections: int = 100
    half: bool = False

    def __post_init__(self) -> None:
        for name in ("confidence", "candidate_confidence", "iou"):
            value = getattr(self, name)
            if not 0.0 < value <= 1.0:
                raise ValueError(f"detector {name} must be in (0, 1], found {value}")
        if self.image_size < 0 or self.image_size % 32:
            raise ValueError(
                f"detector image_size must be 0 or a multiple of 32, found {self.image_size}"
            )
        if self.max_detections < 1:
            raise ValueError(
                f"detector max_detections must be at least 1, found {self.max_detections}"
            )


class UltralyticsDetector:
    """A YOLO segmentation model. Use :meth:`load`; the constructor takes a model for tests.

    Args:
        model: an ``ultralytics.YOLO``, or anything with its ``predict`` and ``names``.
        name: what to call it.
        device: ``"cpu"``, ``"cuda:0"``, …
        settings: thresholds; may be replaced at any time through :attr:`settings`.
        labels: labels by the weights' own class names, beside :data:`LABEL_ALIASES`.
        sha256: of the weights, hexadecimal; empty where unknown.
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
    ) -> None:
        self._model = model
        self._labels = labels_from(model.names, labels)
        self.settings = settings or DetectorSettings()
        self.name = name
        self.device = device
        self.sha256 = sha256

    @classmethod
    def load(
        cls,
        weights: str | Path,
        *,
        device: str = "auto",
        settings: DetectorSettings | None = None,
        prompts: str | Path | None = None,
        labels: Mapping[str, str] | None = None,
        sha256: str = "",
    ) -> UltralyticsDetector:
        """Load segmentation weights from a file.

        Args:
            weights: path of a ``.pt`` file, a pickle of which known classes alone are loaded.
            prompts: classes for open-vocabulary weights (YOLOE): a ``.npz`` file that ultralytics'
                ``save_prompt_embeddings`` wrote; no text encoder is needed here.
            labels, sha256: as of the constructor.
            device: ``"auto"`` (CUDA where there is one), ``"cpu"``, ``"cuda"``, ``"cuda:1"``, …

        Raises:
            DetectorError: if ultralytics or a file is missing, the weights are no segmentation
                model, or the prompts are not for them.
        """
        path = Path(weights)
        if not path.is_file():
            raise DetectorError(
                f"detector weights not found: {path}; set the parameter detector.weights to a "
                "YOLO segmentation file, or detector.backend to 'none' and send regions "
                "with each request"
            )
        yolo = import_ultralytics()
        import torch

        chosen = _device(device, torch.cuda.is_available())
        threads = torch.get_num_threads()
        try:
            model = yolo(str(path), verbose=False)
            if model.task != "segment":
                raise DetectorError(
                    f"{path} is a YOLO model for {model.task!r}, expected a segmentation model"
                )
            if prompts is not None:
                _give_prompts(model, path, Path(prompts))
            detector = cls(
                model,
                name=path.stem,
                device=chosen,
                settings=settings or DetectorSettings(),
                labels=labels,
                sha256=sha256,
            )
            # The first prediction builds layers and buffers: not while the first frame waits.
            detector.detect(np.zeros((64, 64, 3), np.uint8))
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

    def detect(self, rgb: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """Objects in an image, shape ``(H, W, 3)`` uint8 RGB, best first; masks are ``(H, W)``."""
        settings = self.settings
        results = self._model.predict(
            np.ascontiguousarray(rgb[..., ::-1]),  # ultralytics takes arrays as BGR
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
        return self._detections(results[0], rgb.shape[:2], settings.confidence)

    def _detections(
        self, result: Any, size: tuple[int, int], confidence: float
    ) -> tuple[Detection, ...]:
        if result.masks is None:
            return ()
        masks = result.masks.data.cpu().numpy() > 0.5
        if masks.shape[1:] != tuple(size):
            raise DetectorError(f"detector masks are {masks.shape[1:]}, the image is {size}")
        classes = result.boxes.cls.cpu().numpy().astype(int)
        scores = result.boxes.conf.cpu().numpy().astype(float)
        found = []
        for index in np.argsort(-scores, kind="stable"):
            label, mask = self._labels[int(classes[index])], masks[index]
            if not mask.any():
                continue
            if label in WHOLE_LABELS:
                mask = filled(mask)
            score = float(min(max(scores[index], 0.0), 1.0))
            found.append(Detection(label, score, mask, weak=score < confidence))
        return tuple(found)


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


def _give_prompts(model: Any, weights: Path, prompts: Path) -> None:
    if not prompts.is_file():
        raise DetectorError(
            f"detector prompts not found: {prompts}; set the parameter detector.prompts to a file "
            "of ultralytics' save_prompt_embeddings, or leave it empty"
        )
    # Only its class for open vocabularies has this.
    load = getattr(model, "load_prompt_embeddings", None)
    if load is None:
        raise DetectorError(
            f"{weights} takes no prompts: expected YOLOE weights in a file with yoloe in its name; "
            "leave the parameter detector.prompts empty"
        )
    load(prompts)


def labels_from(
    names: Mapping[int, str] | Sequence[str], labels: Mapping[str, str] | None = None
) -> dict[int, str]:
    """Labels of this package by class index, from the class names stored in weights.

    Args:
        labels: by lower-case class name, beside :data:`LABEL_ALIASES` and before them.
    """
    aliases = {**LABEL_ALIASES, **(labels or {})}
    items = names.items() if isinstance(names, Mapping) else enumerate(names)
    found = {}
    for index, name in items:
        plain = " ".join(str(name).strip().lower().split())
        found[int(index)] = aliases.get(plain, plain)
    return found


def filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask without holes, shape ``(H, W)`` bool."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(canvas, outlines, -1, 1, cv2.FILLED)
    return canvas.astype(bool)


def _device(requested: str, cuda: bool) -> str:
    if requested == "auto":
        return "cuda:0" if cuda else "cpu"
    if requested.startswith("cuda") and not cuda:
        raise DetectorError(
            f"detector device {requested!r} asked for, but torch sees no CUDA device; "
            "set the parameter device to 'auto' or 'cpu'"
        )
    return "cuda:0" if requested == "cuda" else requested
