# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a detector finds on data that nobody trained on: unseen seeds and looks, real pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from smolrgpt_ros.detection.detector import Detection, RegionDetector
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle, overlap
from smolrgpt_ros.scene.pictures import read_rgb
from smolrgpt_ros.simulation.sensing.annotation import STILL_SEEN, visible_masks
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame
from smolrgpt_ros.simulation.world.scenes import FAMILIES, with_people

from .plan import DETECTED
from .real_pictures import masks_of, read_real_pictures, split_by_place

HELD_OUT_SEED = 930_000
"""First seed of the scores' frames; those of training are far below."""
LEAST_PIXELS = 120
"""Smaller objects are not asked for; finding them is not wrong either."""
_SAME_IOU = 0.5
SCORED_LOOKS = ("plain", "heldout")


@dataclass(frozen=True)
class Found:
    """Objects of one label: how many there are, how many were found, how many were made up."""

    objects: int = 0
    found: int = 0
    false: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(
            self.objects + other.objects, self.found + other.found, self.false + other.false
        )

    @property
    def recall(self) -> float:
        """Share of the objects that were found; NaN where there are none."""
        return self.found / self.objects if self.objects else float("nan")

    @property
    def precision(self) -> float:
        """Share of the detections that are right; NaN where there are none."""
        made = self.found + self.false
        return self.found / made if made else float("nan")


@dataclass(frozen=True)
class DetectorScores:
    """Everything that was measured.

    Args:
        simulated: by looks, camera family and label, as the network's masks are.
        regions: the same as the node's regions are, of which depth has had its say.
        frames: simulated ones of each looks and family.
        seed: of the first of them.
        real: pallets of the held-out real pictures, and how many of these; ``None``: not measured.
        floor: pallets seen on bare floor in the benchmark's frames, each; ``None``: not measured.
    """

    simulated: dict[tuple[str, str], dict[str, Found]]
    regions: dict[tuple[str, str], dict[str, Found]]
    frames: int
    seed: int
    real: tuple[Found, int] | None
    floor: tuple[int, ...] | None


def score_detector(
    detector: RegionDetector,
    frames: int,
    real: Path | None = None,
    benchmark: Path | None = None,
    seed: int = HELD_OUT_SEED,
) -> DetectorScores:
    """Scores of a detector with the thresholds that it has.

    Args:
        frames: simulated ones of each looks of ``SCORED_LOOKS`` and each camera family.
        real: folder of real pictures, see ``real_pictures``.
        benchmark: folder of the warehouse benchmark's frames with ``frames.json``.
        seed: of the first simulated frame of each kind.
    """
    both = {
        (looks, family): score_simulated(detector, looks, family, frames, seed)
        for looks in SCORED_LOOKS
        for family in FAMILIES
    }
    return DetectorScores(
        {kind: masks for kind, (masks, _) in both.items()},
        {kind: regions for kind, (_, regions) in both.items()},
        frames,
        seed,
        None if real is None else score_real(detector, real),
        None if benchmark is None else score_benchmark(detector, benchmark),
    )


def score_simulated(
    detector: RegionDetector, looks: str, family: str, frames: int, seed: int = HELD_OUT_SEED
) -> tuple[dict[str, Found], dict[str, Found]]:
    """By label, over frames of unseen seeds through the usual sensor: the network's masks, and the
    regions that the node makes of them."""
    masks = {label: Found() for label in DETECTED}
    regions = dict(masks)
    for index in tqdm(range(frames), desc=f"{looks} {family}"):
        shot = simulate_frame(
            seed + index, family, sensor=SensorModel(), looks=looks, change=with_people
        )
        labels = [label for label in DETECTED if label in detector.labels]
        objects = [o for o in _objects(shot) if o[0] in labels]
        detections = detector.detect(shot.frame)
        seen = seen_alone(detections, shot.frame).regions
        seen_detections = [Detection(r.label, r.score, r.mask) for r in seen]
        for total, found in ((masks, detections.objects), (regions, seen_detections)):
            for label, counts in compare(found, objects).items():
                total[label] += counts
    return masks, regions


def _objects(shot: SimulatedFrame) -> list[tuple[str, NDArray[np.bool_]]]:
    assert shot.scene is not None and shot.ideal is not None
    seen = visible_masks(shot.scene, shot.ideal.owner, STILL_SEEN)
    return [(item.label, mask) for item, mask in seen]


def compare(
    detections: Sequence[Detection], objects: Sequence[tuple[str, NDArray[np.bool_]]]
) -> dict[str, Found]:
    """Each detection, best first, gets the object of its label that it overlaps most.

    Objects of fewer than ``LEAST_PIXELS`` pixels count neither as missed nor as found; weak
    candidates do not count at all.
    """
    asked = [int(np.count_nonzero(mask)) >= LEAST_PIXELS for _, mask in objects]
    taken: set[int] = set()
    counts = {label: Found() for label in DETECTED}
    for (label, _), is_asked in zip(objects, asked, strict=True):
        counts[label] += Found(objects=int(is_asked))
    for detection in sorted(detections, key=lambda d: -d.score):
        if detection.weak or detection.label not in counts:
            continue
        overlaps = [
            overlap(detection.mask, mask) if label == detection.label and i not in taken else 0.0
            for i, (label, mask) in enumerate(objects)
        ]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best < 0 or overlaps[best] < _SAME_IOU:
            counts[detection.label] += Found(false=1)
            continue
        taken.add(best)
        counts[detection.label] += Found(found=int(asked[best]))
    return counts


def score_real(detector: RegionDetector, folder: Path) -> tuple[Found, int]:
    """Pallets of the pictures of the held-out place, and the number of pictures."""
    _, pictures = split_by_place(read_real_pictures(folder))
    total = Found()
    for picture in tqdm(pictures, desc="real"):
        rgb = picture.rgb()
        objects = [("pallet", mask) for mask in masks_of(picture, *rgb.shape[:2])]
        total += compare(detector.detect(_picture(rgb)).objects, objects)["pallet"]
    return total, len(pictures)


def score_benchmark(detector: RegionDetector, folder: Path) -> tuple[int, ...]:
    """Pallets that were seen on bare floor, in each of the benchmark's frames."""
    counts = []
    for entry in tqdm(json.loads((folder / "frames.json").read_text()), desc="benchmark"):
        stem = Path(entry["image"]).stem
        rgb = read_rgb(folder / f"{stem}_rgb_recovered.png")
        depth = cv2.imread(str(folder / f"{stem}_depth.png"), cv2.IMREAD_GRAYSCALE)
        if depth is None:
            raise FileNotFoundError(f"{folder} lacks the depth of {entry['image']}")
        known = [decode_rle(rle) for rle in entry["rle_visible"]]
        found = detector.detect(_picture(rgb)).objects
        pallets = [d for d in found if d.label == "pallet" and not d.weak]
        counts.append(
            sum(
                lies_on_floor(d.mask, depth.astype(np.float64))
                and not any(np.count_nonzero(d.mask & mask) > 0.3 * d.mask.sum() for mask in known)
                for d in pallets
            )
        )
    return tuple(counts)


def _picture(rgb: NDArray[np.uint8]) -> RgbdFrame:
    """A frame without depth in metres."""
    return RgbdFrame(rgb, None, None)


def lies_on_floor(mask: NDArray[np.bool_], levels: NDArray[np.float64]) -> bool:
    """Whether what a mask covers is as flat as the floor around it.

    A smooth surface is fitted to the depth around the mask; a pallet with its load stands out of
    it by several levels.

    Args:
        mask: ``(H, W)``.
        levels: ``(H, W)``, depth in the steps of an 8-bit picture.
    """
    inside = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    around = (cv2.dilate(mask.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0) & ~mask
    if np.count_nonzero(inside) < 50 or np.count_nonzero(around) < 50:
        return False
    rows, columns = np.nonzero(around)
    design = _surface(rows, columns, mask.shape)
    values = levels[around]
    keep = np.ones(len(values), bool)
    for _ in range(5):  # what stands around it is left out step by step
        solution, *_ = np.linalg.lstsq(design[keep], values[keep], rcond=None)
        gaps = np.abs(values - design @ solution)
        keep = gaps <= max(1.0, float(np.quantile(gaps[keep], 0.8)))
    rows, columns = np.nonzero(inside)
    gaps = np.abs(levels[inside] - _surface(rows, columns, mask.shape) @ solution)
    return float(np.median(gaps)) < 1.0


def _surface(
    rows: NDArray[np.int_], columns: NDArray[np.int_], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    y, x = rows / shape[0], columns / shape[1]
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1)


def score_table(scores: DetectorScores) -> str:
    """The scores as a Markdown table."""
    lines = [
        f"| on {scores.frames} frames each of seeds from {scores.seed} | objects | recall "
        "| precision | transporters | pallets | shelves | buffers | people | forklifts |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows = [
        (f"{looks}, {family}{made_of}", labels)
        for made_of, simulated in (("", scores.simulated), (", regions", scores.regions))
        for (looks, family), labels in simulated.items()
    ]
    for row, labels in rows:
        four = [labels[name] for name in ("pallet", "transporter", "shelf", "buffer")]
        total = sum(four, Found())
        columns = ("transporter", "pallet", "shelf", "buffer", "person", "forklift")
        parts = " | ".join(_percent(labels[name].recall) for name in columns)
        lines.append(
            f"| {row} | {total.objects} | {_percent(total.recall)} "
            f"| {_percent(total.precision)} | {parts} |"
        )
    lines.append("")
    if scores.real is not None:
        found, pictures = scores.real
        lines.append(
            f"Real pallets, held-out place: {found.found} of {found.objects} found "
            f"({_percent(found.recall)} %), {found.false / pictures:.2f} false ones a picture, "
            f"{pictures} pictures."
        )
    if scores.floor is not None:
        each = ", ".join(map(str, scores.floor))
        lines.append(f"Benchmark frames, pallets seen on bare floor: {each}.")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.1f}"
