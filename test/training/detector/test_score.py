# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What counts as found, as missed, as made up, and as seen on bare floor."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.simulation.sensing.annotation import visible_masks
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.simulation.world.scenes import with_people
from smolrgpt_ros.training.detector.score import (
    DetectorScores,
    Found,
    compare,
    lies_on_floor,
    score_benchmark,
    score_real,
    score_simulated,
    score_table,
)

SIZE = (108, 192)


def rectangle(left: int, top: int, right: int, bottom: int) -> NDArray[np.bool_]:
    mask = np.zeros(SIZE, bool)
    mask[top:bottom, left:right] = True
    return mask


class Fixed:
    """A detector that always sees the same."""

    name, sha256, device, labels = "fixed", "", "cpu", ("pallet",)

    def __init__(self, *masks: NDArray[np.bool_]) -> None:
        self.masks = masks

    def detect(self, frame: RgbdFrame) -> Detections:
        return Detections(tuple(Detection("pallet", 0.9, mask.copy()) for mask in self.masks))


def test_found_missed_false_and_too_small() -> None:
    objects = [
        ("pallet", rectangle(10, 10, 50, 40)),
        ("pallet", rectangle(60, 10, 100, 40)),
        ("pallet", rectangle(150, 50, 160, 60)),  # 100 pixels: not asked for
        ("shelf", rectangle(110, 10, 140, 90)),
    ]
    detections = [
        Detection("pallet", 0.9, rectangle(12, 10, 50, 40)),
        Detection("pallet", 0.8, rectangle(10, 10, 48, 40)),  # the first one again
        Detection("pallet", 0.7, rectangle(150, 50, 160, 60)),  # neither right nor wrong
        Detection("transporter", 0.6, rectangle(110, 10, 140, 90)),
        Detection("pallet", 0.2, rectangle(60, 10, 100, 40), weak=True),
    ]
    counts = compare(detections, objects)
    assert counts["pallet"] == Found(objects=2, found=1, false=1)
    assert counts["shelf"] == Found(objects=1)
    assert counts["transporter"] == Found(false=1)
    total = counts["pallet"] + counts["shelf"] + counts["transporter"]
    assert (total.recall, total.precision) == (1 / 3, 1 / 3)
    assert math.isnan(Found().recall) and math.isnan(Found().precision)


def test_regions_are_what_depth_leaves_of_the_masks() -> None:
    seed = 7009
    shot = simulate_frame(seed, "robot", sensor=SensorModel(), looks="plain", change=with_people)
    depth = shot.frame.depth
    assert shot.scene is not None and shot.ideal is not None and depth is not None
    seen = visible_masks(shot.scene, shot.ideal.owner, 400)
    pallets = [mask for item, mask in seen if item.label == "pallet"]
    frayed = []
    for mask in pallets:  # with one and a half times its pixels, more than 4 m behind it
        behind = np.argwhere(depth > np.nanmedian(depth[mask]) + 4)
        rows, columns = behind[: 3 * np.count_nonzero(mask) // 2].T
        frayed.append(mask.copy())
        frayed[-1][rows, columns] = True
    assert all(f.sum() > 2.4 * m.sum() for f, m in zip(frayed, pallets, strict=True))
    masks, regions = score_simulated(Fixed(*frayed), "plain", "robot", 1, seed)
    assert masks["pallet"].found == 0
    assert regions["pallet"].found == len(pallets) == regions["pallet"].objects


def test_bare_floor_is_smooth_and_a_pallet_stands_out_of_it() -> None:
    rows = np.linspace(230, 40, SIZE[0])[:, None]
    floor = np.repeat(rows, SIZE[1], axis=1).round()
    mask = rectangle(60, 40, 100, 70)
    assert lies_on_floor(mask, floor)
    # Another thing beside the patch does not matter.
    beside = floor.copy()
    beside[30:80, 104:118] -= 25
    assert lies_on_floor(mask, beside)
    stands = floor.copy()
    stands[mask] -= 4  # the top of a bare pallet
    assert not lies_on_floor(mask, stands)


def test_benchmark_frames_count_floor_alone(tmp_path: Path) -> None:
    rows = np.linspace(230, 40, SIZE[0])[:, None]
    levels = np.repeat(rows, SIZE[1], axis=1)
    known, bare, box = (
        rectangle(5, 20, 45, 50),
        rectangle(60, 40, 100, 70),
        rectangle(120, 40, 160, 70),
    )
    levels[box] -= 12
    cv2.imwrite(str(tmp_path / "000001_depth.png"), levels.round().astype(np.uint8))
    cv2.imwrite(str(tmp_path / "000001_rgb_recovered.png"), np.zeros((*SIZE, 3), np.uint8))
    entries = [{"image": "000001.png", "rle_visible": [encode_rle(known)]}]
    (tmp_path / "frames.json").write_text(json.dumps(entries))
    assert score_benchmark(Fixed(known, bare, box), tmp_path) == (1,)


def test_real_pictures_of_the_held_out_place_alone(pallet_folder: Path) -> None:
    right = np.zeros((80, 160), bool)
    right[20:61, 40:121] = True
    wrong = np.zeros((80, 160), bool)
    wrong[0:15] = True
    assert score_real(Fixed(right, wrong), pallet_folder) == (Found(1, 1, 1), 1)


def test_the_table_names_everything() -> None:
    labels = {
        "pallet": Found(8, 6, 2),
        "transporter": Found(2, 1, 0),
        "shelf": Found(),
        "buffer": Found(),
    }
    labels |= {"person": Found(4, 4, 0), "forklift": Found()}
    trimmed = {**labels, "pallet": Found(8, 8, 1)}
    kind = ("heldout", "robot")
    scores = DetectorScores({kind: labels}, {kind: trimmed}, 5, 7000, (Found(10, 7, 3), 6), (0, 2))
    table = score_table(scores)
    # Of ten objects seven are found, and of nine detections seven are right.
    assert "on 5 frames each of seeds from 7000" in table
    assert "| heldout, robot | 10 | 70.0 | 77.8 | 50.0 | 75.0 | - | - | 100.0 | - |" in table
    assert "| heldout, robot, regions | 10 | 90.0 | 90.0 | 50.0 | 100.0 |" in table
    assert "7 of 10 found (70.0 %), 0.50 false ones a picture, 6 pictures" in table
    assert "on bare floor: 0, 2." in table
