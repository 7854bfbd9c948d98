from __future__ import annotations

import cv2
import numpy as np
import yaml

from smolrgpt_ros.training.data.simulated_frames import FramesPlan
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


def test_frames_are_written_once(tmp_path):
    plan = FramesPlan(frames=3, seed=11, width=192, height=108)
    description = build_yolo_frames(plan, tmp_path)
    layout = yaml.safe_load(description.read_text())
    labels = sorted(tmp_path.rglob("*.txt"))
    # Sorted by split: frames 0 and 1, one of each camera family, are held out.
    assert [(file.parent.name, file.stem) for file in labels] == [
        ("train", "000002"),
        ("val", "000000"),
        ("val", "000001"),
    ]
    for file in labels:
        picture = tmp_path / "images" / file.parent.name / f"{file.stem}.jpg"
        pixels = cv2.imread(str(picture))
        assert pixels is not None and pixels.shape == (108, 192, 3)
        for line in file.read_text().split("\n")[:-1]:
            number, *shares = line.split()
            assert int(number) in layout["names"]
            assert len(shares) % 2 == 0 and all(0 <= float(share) <= 1 for share in shares)
    labels[0].unlink()
    before = labels[1].stat().st_mtime_ns
    build_yolo_frames(plan, tmp_path)
    assert labels[0].exists()
    assert labels[1].stat().st_mtime_ns == before


def test_no_frame_is_started_after_the_time_limit(tmp_path):
    plan = FramesPlan(frames=3, seed=11, width=192, height=108)
    build_yolo_frames(plan, tmp_path, seconds=0.0)
    assert [file.stem for file in tmp_path.rglob("*.txt")] == ["000000"]
    build_yolo_frames(plan, tmp_path, seconds=60.0)
    assert len(list(tmp_path.rglob("*.txt"))) == 3
