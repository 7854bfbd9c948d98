# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The interface of detectors: a function from a frame to labelled masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import RgbdFrame


class DetectorError(RuntimeError):
    """A detector that cannot be loaded or used; the message names what to install or to set."""


@dataclass(frozen=True, eq=False)
class Detection:
    """One object proposed by a detector, without identity over time.

    Args:
        label: class name, lower case, e.g. ``"pallet"``.
        score: confidence in [0, 1].
        mask: shape ``(H, W)``, bool, in the pixels of the image it was found in.
        weak: below the score from which the detector is believed: a candidate, no object.
        box_only: the detector gave a box, which the mask fills.

    Raises:
        ValueError: on an empty label, a score outside [0, 1] or a mask that is not (H, W) bool.
    """

    label: str
    score: float
    mask: NDArray[np.bool_]
    weak: bool = False
    box_only: bool = False

    def __post_init__(self) -> None:
        if not self.label:
            raise ValueError("a detection needs a label, found an empty one")
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score of a {self.label} must be in [0, 1], found {self.score}")
        if self.mask.ndim != 2 or self.mask.dtype != np.bool_:
            raise ValueError(
                f"mask of a {self.label} must be (H, W) bool, "
                f"found {self.mask.shape} {self.mask.dtype}"
            )
        self.mask.setflags(write=False)


@dataclass(frozen=True)
class Detections:
    """What a detector says about one frame.

    Args:
        objects: best first, weak ones among them.
        novelty: how unlike the images that the detector was trained on this one is: above 1 it is
            unlike them; ``None`` where the detector cannot tell.
        duplicates: how many more there were, of objects that a better one is of.
    """

    objects: tuple[Detection, ...] = ()
    novelty: float | None = None
    duplicates: int = 0


@runtime_checkable
class RegionDetector(Protocol):
    """Finds objects in frames. One thread calls it, one frame at a time."""

    @property
    def name(self) -> str:
        """For logs and diagnostics, e.g. the file name of its weights."""
        ...

    @property
    def sha256(self) -> str:
        """Of its weights, hexadecimal; empty where unknown."""
        ...

    @property
    def device(self) -> str:
        """The device of its network, e.g. ``"cpu"`` or ``"cuda:0"``."""
        ...

    @property
    def labels(self) -> Sequence[str]:
        """Every label it can give."""
        ...

    def detect(self, frame: RgbdFrame) -> Detections:
        """Objects in a frame; masks are in the pixels of its image. It may have no depth."""
        ...


def masks_of_boxes(boxes: NDArray[np.floating], size: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Masks that fill boxes.

    Args:
        boxes: shape ``(N, 4)``: x0, y0, x1, y1, pixels, origin at the outer corner of the top left
            pixel; what lies outside the image is cut.
        size: height and width of the image.

    Returns:
        N of shape ``(H, W)``, each in memory of its own; a pixel belongs to a box that holds its
        middle.
    """
    height, width = size
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    x0, y0, x1, y1 = (boxes[:, i, None] for i in range(4))
    inside_rows = (rows >= y0) & (rows < y1)
    inside_columns = (columns >= x0) & (columns < x1)
    return [np.outer(r, c) for r, c in zip(inside_rows, inside_columns, strict=True)]
