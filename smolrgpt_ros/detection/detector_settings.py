# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What all detectors take: thresholds, and labels for class names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Names that weights trained elsewhere may use for the classes of this package.
LABEL_ALIASES: Mapping[str, str] = {
    "buffer region": "buffer",
    "buffer_region": "buffer",
    "rack": "shelf",
    "shelve": "shelf",
    "agv": "transporter",
}


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

    confidence: float = 0.2
    candidate_confidence: float = 0.05
    iou: float = 0.6
    image_size: int = 0
    max_detections: int = 100
    half: bool = False

    def __post_init__(self) -> None:
        shares = {
            "confidence": self.confidence,
            "candidate_confidence": self.candidate_confidence,
            "iou": self.iou,
        }
        for name, value in shares.items():
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
