# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The card of trained weights: what they were trained on and how, and what they find."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from smolrgpt_ros.detection.feature_statistics import (
    BOUND_QUANTILE,
    FeatureStatistics,
    statistics_file,
)

from ..card_phrases import looks_in_percent, typed_command
from .augmentation import WITHOUT_HEIGHTS
from .plan import DETECTED, DetectorPlan
from .real_pictures import HELD_OUT_PLACE, PLACES

_ATTRIBUTION = (
    '"Palet", Roboflow Universe, object-detection/palet-zsfnn, version 1, CC BY 4.0 '
    "(https://creativecommons.org/licenses/by/4.0/), cut, scaled and mirrored"
)


@dataclass(frozen=True)
class TrainingRecord:
    """A finished run.

    Args:
        plan, seed: its recipe.
        weights: the file.
        real_pictures: real ones it was trained on.
        rendering_s, training_s: wall-clock time; of a run that was continued, of its last part.
        device: of the training.
        start: weights it continued from, empty: from scratch.
        metrics: ultralytics' of the validation frames, by name.
        statistics: of the features of its pictures.
    """

    plan: DetectorPlan
    seed: int
    weights: Path
    real_pictures: int
    rendering_s: float
    training_s: float
    device: str
    start: str
    metrics: dict[str, float]
    statistics: FeatureStatistics


def card_text(record: TrainingRecord, scores: str) -> str:
    """The card as Markdown.

    Args:
        scores: the table of ``score.score_table``.
    """
    plan, data = record.plan, record.plan.data
    trained = " and ".join(place for place, _ in PLACES if place != HELD_OUT_PLACE)
    real = (
        f"{plan.real_frames} frames composed of {record.real_pictures} real pictures ({trained}; "
        f"the {HELD_OUT_PLACE} is held out): {_ATTRIBUTION}."
        if record.real_pictures
        else "No real pictures."
    )
    import ultralytics

    values = ", ".join(f"{name} {value:.3f}" for name, value in record.metrics.items())
    lines = (
        "# Detector",
        "",
        f"`{record.weights.name}`: {plan.architecture} of ultralytics {ultralytics.__version__}, "
        f"depth {plan.depth}, width {plan.width}, input {plan.image_size} px, "
        f"{record.weights.stat().st_size / 1e6:.1f} MB. Classes: {', '.join(DETECTED)}. "
        "A buffer's mask is its whole rectangle with what stands on it.",
        "",
        f"* **Data:** {data.frames} simulated frames of {data.width}x{data.height} (seeds "
        f"{data.seed} to {data.seed + data.frames - 1}; {looks_in_percent(plan.looks)}; "
        f"{100 * data.robots:.0f} % from robots' cameras, the others from ceiling cameras, a "
        "sensor drawn for each, labels from the simulator's masks). "
        f"{real}",
        "* **Input:** blue, green, red and the height above the floor (`scene/height_picture.py`), "
        "a level a centimetre, 0 where it is unknown: in real pictures, in "
        f"{100 * WITHOUT_HEIGHTS:.0f} % of the simulated ones, and wherever a frame has no depth "
        "or no floor is found.",
        f"* **Training:** one run, `{typed_command()}`, {record.start or 'from scratch'}, seed "
        f"{record.seed}, {plan.epochs} epochs of {plan.batch} frames a step in the recipe; "
        f"{record.rendering_s / 60:.0f} min for the frames and {record.training_s / 60:.0f} min of "
        f"training on {record.device} ({platform.machine()}).",
        "* **Validation** on frames of the training's kinds that were held out (the epoch was "
        f"chosen on them): {values}.",
        f"* **Pictures unlike these** are noticed by `{statistics_file(record.weights).name}`: "
        f"features of {record.statistics.pictures} training pictures, and the bound within which "
        f"{100 * BOUND_QUANTILE:.0f} % of {record.statistics.held_out} held-out ones lie, "
        "and as many of them with every part of the picture.",
        "* **Scores** on data that nobody trained on, at the node's default thresholds. An object "
        "counts from 120 pixels; it is found where a mask of its label overlaps it by 0.5 (IoU). "
        "`heldout` is a second, differently built set of meshes and textures. `regions`: what the "
        "node makes of the masks with the frame's depth.",
        "",
        scores,
        "",
        "* **Licence:** trained with ultralytics, whose AGPL-3.0 licence covers its models; the "
        "weights are given under AGPL-3.0. The package works without them: `detector.backend: "
        "none`, or another `RegionDetector`.",
        "",
    )
    return "\n".join(lines)
