# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Object detectors of transformers (RT-DETR, D-FINE, ...) behind :class:`RegionDetector`.

Apache-2.0, as transformers is and these models are. They give boxes; ``perception.box_refinement``
makes masks of them where there is depth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from smolrgpt_ros.scene.frame import RgbdFrame

from .detector import Detection, Detections, DetectorError, masks_of_boxes
from .detector_settings import DetectorSettings, labels_from
from .suppression import suppressed


class TransformersDetector:
    """A detector of transformers. Use :meth:`load`.

    Args:
        model: an ``AutoModelForObjectDetection``, on its device.
        processor: its ``AutoImageProcessor``.
        name: what to call it.
        device: ``"cpu"``, ``"cuda:0"``, …
        settings: thresholds; may be replaced at any time through :attr:`settings`. These models
            have no overlapping boxes to suppress: ``iou`` is not used, nor is ``image_size``.
        labels: labels by the model's own class names, beside ``LABEL_ALIASES``.
        sha256: of the weights, hexadecimal; empty where unknown.
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
        *,
        name: str,
        device: str,
        settings: DetectorSettings | None = None,
        labels: Mapping[str, str] | None = None,
        sha256: str = "",
    ) -> None:
        self._model, self._processor = model, processor
        names = {int(index): str(name) for index, name in model.config.id2label.items()}
        self._labels = labels_from(names, labels)
        self.settings = settings or DetectorSettings()
        self.name = name
        self.device = device
        self.sha256 = sha256

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        device: str = "auto",
        settings: DetectorSettings | None = None,
        labels: Mapping[str, str] | None = None,
        sha256: str = "",
    ) -> TransformersDetector:
        """Load a model from a folder that ``save_pretrained`` wrote; nothing is downloaded.

        Args:
            folder: with ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.
            device: see :func:`.choose_device`.
            settings, labels, sha256: as of the constructor.

        Raises:
            DetectorError: if the folder is not such a one.
        """
        path = Path(folder)
        if not (path / "config.json").is_file():
            raise DetectorError(
                f"no detector of transformers in {path} (config.json is missing); set the "
                "parameter detector.weights to a folder that save_pretrained wrote"
            )
        from transformers import AutoImageProcessor, AutoModelForObjectDetection

        from smolrgpt_ros.runtime.devices import choose_device

        try:
            chosen = choose_device(device)
            options = {"local_files_only": True}
            processor = AutoImageProcessor.from_pretrained(path, **options)
            model = AutoModelForObjectDetection.from_pretrained(
                path, use_safetensors=True, **options
            )
        except Exception as error:
            raise DetectorError(f"cannot load the detector of {path}: {error}") from error
        return cls(
            model.to(chosen).eval(),
            processor,
            name=path.name,
            device=str(chosen),
            settings=settings,
            labels=labels,
            sha256=sha256,
        )

    @property
    def labels(self) -> Sequence[str]:
        return tuple(self._labels.values())

    def detect(self, frame: RgbdFrame) -> Detections:
        """Objects in a frame's image; masks fill their boxes."""
        import torch

        settings = self.settings
        inputs = self._processor(images=frame.rgb.copy(), return_tensors="pt").to(self.device)
        with torch.inference_mode():
            outputs = self._model(**inputs)
        (found,) = self._processor.post_process_object_detection(
            outputs,
            threshold=min(settings.confidence, settings.candidate_confidence),
            target_sizes=[(frame.height, frame.width)],
        )
        scores = found["scores"].float().cpu().numpy()
        order = np.argsort(-scores, kind="stable")[: settings.max_detections]
        classes = found["labels"].cpu().numpy()[order]
        boxes = found["boxes"].float().cpu().numpy()[order]
        masks = masks_of_boxes(boxes, (frame.height, frame.width))
        detections = [
            Detection(
                self._labels[int(index)],
                float(min(max(score, 0.0), 1.0)),
                mask,
                weak=bool(score < settings.confidence),
                box_only=True,
            )
            for index, score, mask in zip(classes, scores[order], masks, strict=True)
            if mask.any()
        ]
        return suppressed(detections)
