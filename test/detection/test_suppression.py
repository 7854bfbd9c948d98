# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Duplicates of one object are dropped; parts of a stack and what stands in a buffer are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.detection.suppression import suppressed


def seen(label: str, score: float, left: int, top: int, right: int, bottom: int) -> Detection:
    mask = np.zeros((60, 100), bool)
    mask[top:bottom, left:right] = True
    return Detection(label, score, mask)


@pytest.mark.parametrize("right", [37, 29])  # 27 or 19 of 30 columns: IoU 0.9, 0.63
def test_of_two_labels_for_one_mask_the_better_stays(right: int) -> None:
    shelf, pallet = seen("shelf", 0.6, 10, 10, 40, 30), seen("pallet", 0.8, 10, 10, right, 30)
    assert suppressed([shelf, pallet]) == Detections((pallet,), duplicates=1)


def test_two_labels_whose_masks_differ_more_are_two_objects() -> None:
    # 17 of 30 columns: IoU 0.57.
    shelf, pallet = seen("shelf", 0.6, 10, 10, 40, 30), seen("pallet", 0.8, 10, 10, 27, 30)
    assert suppressed([shelf, pallet]) == Detections((pallet, shelf))


def test_a_pallet_in_a_pallet_goes_and_a_transporter_below_one_stays() -> None:
    whole, part = seen("pallet", 0.9, 10, 10, 50, 50), seen("pallet", 0.5, 12, 12, 30, 30)
    below = seen("transporter", 0.7, 15, 40, 45, 50)
    assert suppressed([part, below, whole]) == Detections((whole, below), duplicates=1)


def test_pallets_of_a_stack_stay() -> None:
    upper, lower = seen("pallet", 0.9, 10, 10, 60, 20), seen("pallet", 0.8, 10, 19, 60, 30)
    assert suppressed([upper, lower]) == Detections((upper, lower))


def test_a_buffer_filled_by_a_pallet_stays_and_its_double_goes() -> None:
    pallet, buffer = seen("pallet", 0.9, 10, 10, 50, 50), seen("buffer", 0.8, 8, 8, 52, 52)
    double = seen("buffer", 0.4, 8, 8, 52, 48)
    found = suppressed([pallet, buffer, double])
    assert found == Detections((pallet, buffer), duplicates=1)


def test_an_empty_mask_is_no_object() -> None:
    assert suppressed([seen("pallet", 0.9, 10, 10, 10, 10)]) == Detections()


def test_a_weak_double_is_not_counted() -> None:
    pallet, double = seen("pallet", 0.9, 10, 10, 40, 30), seen("shelf", 0.1, 10, 10, 40, 30)
    assert suppressed([pallet, replace(double, weak=True)]) == Detections((pallet,))
