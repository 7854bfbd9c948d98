from __future__ import annotations

import numpy as np

from smolrgpt_ros.training.mini.yolo_layout import outline


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
