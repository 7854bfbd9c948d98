# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Frames that the page keeps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="rclpy is not installed: scripts/setup")

from std_msgs.msg import Header

from smolrgpt_ros.nodes import page_pictures
from smolrgpt_ros.nodes.page_pictures import PageFrames
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.time import time_of

GREY = np.full((4, 6, 3), 90, np.uint8)


def add(frames: PageFrames, *stamps: int) -> None:
    for stamp in stamps:
        frames.add_image(encode_image(GREY, "rgb8", Header(stamp=time_of(stamp))))
        assert frames.add_regions(stamp, ()) is not None


def kept(frames: PageFrames, *stamps: int) -> list[int]:
    return [stamp for stamp in stamps if frames.of_stamp(stamp) is not None]


def test_of_many_images_that_wait_some_of_each_time_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten images of 72 bytes fit; 40 wait for their regions."""
    monkeypatch.setattr(page_pictures, "_WAITING_BYTES", 10 * GREY.nbytes)
    frames = PageFrames()
    for stamp in range(1, 41):
        frames.add_image(encode_image(GREY, "rgb8", Header(stamp=time_of(stamp))))
    found = [stamp for stamp in range(1, 41) if frames.add_regions(stamp, ()) is not None]
    assert len(found) == 10 and found[0] == 1 and found[-1] == 40
    assert max(b - a for a, b in pairwise(found)) <= 8


def test_the_newest_frames_are_kept() -> None:
    frames = PageFrames()
    add(frames, *range(1, 8))
    assert kept(frames, *range(1, 9)) == [4, 5, 6, 7]
    assert frames.add_regions(9, ()) is None, "without its image"


def test_frames_that_a_question_may_be_about_are_kept_until_its_answer() -> None:
    """Four when it was asked and four after these; then others are asked about."""
    frames = PageFrames()
    add(frames, 1, 2, 3, 4, 5)
    frames.keep_for_answer()
    add(frames, *range(6, 40))
    assert kept(frames, *range(1, 40)) == [2, 3, 4, 5, 6, 7, 8, 9, 36, 37, 38, 39]
    for _ in "ab":  # two questions about the same frames
        frames.keep_for_answer()
    add(frames, *range(40, 60))
    assert kept(frames, *range(1, 60)) == [6, 7, 8, 9, *range(36, 44), 56, 57, 58, 59]
    frames.clear()
    assert kept(frames, *range(1, 60)) == []
