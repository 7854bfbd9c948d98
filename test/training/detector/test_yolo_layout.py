# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import yaml

from smolrgpt_ros.training.detector.frames import detector_frame
from smolrgpt_ros.training.detector.real_pictures import read_real_pictures
from smolrgpt_ros.training.detector.yolo_layout import build_yolo_frames, outline


def drawn(polygon, height, width):
    canvas = np.zeros((height, width), np.uint8)
    corners = (polygon * (width, height) - 0.5).round().astype(np.int32)
    return cv2.fillPoly(canvas, [corners], 1).astype(bool)


def test_outline_of_a_rectangle_as_shares():
    mask = np.zeros((20, 40), bool)
    mask[5:15, 10:30] = True
    polygon = outline(mask)
    assert polygon is not None
    assert polygon.min(0).tolist() == [10.5 / 40, 5.5 / 20]
    assert polygon.max(0).tolist() == [29.5 / 40, 14.5 / 20]


def test_the_largest_part_counts_and_specks_do_not():
    mask = np.zeros((30, 30), bool)
    mask[0:3, 0:3] = True
    assert outline(mask) is None
    mask[10:25, 12:28] = True
    polygon = outline(mask)
    assert polygon is not None
    assert polygon[:, 0].min() == 12.5 / 30


def test_a_divided_mask_keeps_all_its_large_parts():
    mask = np.zeros((60, 100), bool)
    mask[10:40, 5:30] = True
    mask[20:50, 50:90] = True  # what stands before it hides its middle
    mask[2:5, 95:99] = True  # a speck
    polygon = outline(mask)
    assert polygon is not None
    again = drawn(polygon, 60, 100)
    mask[2:5, 95:99] = False
    assert not (mask & ~again).any()
    assert (again & ~mask).sum() <= 30  # the bridge, a pixel wide


def test_frames_are_written_once(tmp_path, small_plan, pallet_folder):
    pictures = read_real_pictures(pallet_folder)
    folder = tmp_path / "yolo"
    description = build_yolo_frames(small_plan, folder, pictures=pictures)
    layout = yaml.safe_load(description.read_text())
    assert list(layout["names"].values())[4:] == ["person", "forklift"]
    assert layout["channels"] == 4
    labels = sorted(folder.rglob("*.txt"))
    # Sorted by split: frames 0 and 1, one of each camera family, are held out; 3 and 4 are real.
    assert [(file.parent.name, file.stem) for file in labels] == [
        ("train", "000002"),
        ("train", "000003"),
        ("train", "000004"),
        ("val", "000000"),
        ("val", "000001"),
    ]
    for file in labels:
        picture = folder / "images" / file.parent.name / f"{file.stem}.png"
        pixels = cv2.imread(str(picture), cv2.IMREAD_UNCHANGED)
        assert pixels is not None and pixels.shape == (108, 192, 4)
        # Blue, green, red and heights above the floor, which a real picture has not.
        frame = detector_frame(small_plan, int(file.stem), pictures)
        np.testing.assert_array_equal(pixels[..., 2::-1], frame.rgb)
        np.testing.assert_array_equal(pixels[..., 3], frame.heights)
        assert frame.heights.any() == (int(file.stem) < 3)
        for line in file.read_text().split("\n")[:-1]:
            number, *shares = line.split()
            assert int(number) in layout["names"]
            assert len(shares) % 2 == 0 and all(0 <= float(share) <= 1 for share in shares)
    labels[0].unlink()
    before = labels[1].stat().st_mtime_ns
    build_yolo_frames(small_plan, folder, pictures=pictures)
    assert labels[0].exists()
    assert labels[1].stat().st_mtime_ns == before
    other = replace(small_plan, looks={"rich": 1.0})
    with pytest.raises(ValueError, match="set --run-dir to another folder"):
        build_yolo_frames(other, folder)


def test_no_frame_is_started_after_the_time_limit(tmp_path, small_plan):
    build_yolo_frames(small_plan, tmp_path, seconds=0.0)
    assert [file.stem for file in tmp_path.rglob("*.txt")] == ["000000"]
    # Without real pictures, the simulated frames alone.
    build_yolo_frames(small_plan, tmp_path, seconds=60.0)
    assert len(list(tmp_path.rglob("*.txt"))) == 3


def test_people_of_plain_scenes_are_labelled(small_plan):
    data = replace(small_plan.data, frames=8, width=640, height=360)
    plan = replace(small_plan, looks={"plain": 1.0}, data=data)
    labels = [label for i in range(0, 8, 2) for label, _ in detector_frame(plan, i).objects]
    assert labels.count("person") >= 1 and labels.count("pallet") > 8
