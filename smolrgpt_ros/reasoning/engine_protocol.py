# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the reasoner needs of an engine: ``model.inference.engine.SmolRGPTEngine``, or a fake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.language.trained_questions import TrainedOn
from smolrgpt_ros.scene.frame import RgbdFrame


class Generated(Protocol):
    """What an engine generated for one prompt."""

    @property
    def text(self) -> str:
        """The sentence, without special tokens."""

    @property
    def confidence(self) -> float:
        """Uncalibrated, in [0, 1]; NaN where the engine gives none."""

    @property
    def vanished_masks(self) -> tuple[int, ...]:
        """Indexes of the masks that were too small for the model to see."""

    @property
    def latency_s(self) -> float:
        """From the call to the answer."""

    @property
    def truncated(self) -> bool:
        """Whether generation stopped at its limit."""

    @property
    def estimated(self) -> bool:
        """Whether the model estimated some region's geometry, for want of measured depth."""


class Calibration(Protocol):
    """What a confidence is worth, by the kind or the trained form of a question."""

    def __call__(self, kind: str, raw: float, estimated: bool) -> float:
        """The share of right answers among those as confident as ``raw``; NaN where unknown."""


class Engine(Protocol):
    """Answers prompts about regions of a frame."""

    @property
    def name(self) -> str:
        """Of the model."""

    @property
    def device(self) -> str:
        """Where it computes."""

    @property
    def calibration(self) -> Calibration | None:
        """Of its confidence; ``None`` where none was fitted."""

    @property
    def trained_on(self) -> TrainedOn | None:
        """The forms of questions it was trained on, and is therefore asked alone; ``None`` where it
        does not say."""

    def answer(
        self,
        frame: RgbdFrame,
        masks: Sequence[NDArray[np.bool_]],
        prompt: str,
        *,
        labels: Sequence[str] | None = None,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generated:
        """Generates the answer to one prompt.

        Args:
            frame: what was seen.
            masks: ``(H, W)`` bool, one per ``<mask>`` of the prompt, in order.
            prompt: the question.
            labels: the class of each mask's region; ``None`` where none is known.
            deadline_s: seconds from now.
            on_text: called with the text so far.
            cancelled: polled; generation ends soon after it is true.

        Raises:
            QueryError: where it cannot answer, in time or at all.
        """
