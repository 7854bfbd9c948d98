# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Encodings of depth by hand; a file appears when it is complete."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from smolrgpt_ros.scene.depth import metres
from smolrgpt_ros.simulation.datasets.storage import (
    complete_file,
    millimetres,
    relative_depth,
)


def test_relative_depth_is_stretched_with_invalid_as_farthest() -> None:
    depth = np.array([[2.0, 4.0, np.nan], [3.0, 12.0, 7.0]], np.float32)
    # 255 / (12 - 2) = 25.5 levels a metre: 4 m -> 51, 3 m -> 25.5 -> 26, 7 m -> 127.5 -> 128.
    assert relative_depth(depth).tolist() == [[0, 51, 255], [26, 255, 128]]
    assert relative_depth(np.full((1, 2), np.nan, np.float32)).tolist() == [[255, 255]]


def test_millimetres_keep_what_was_measured_and_zero_means_nothing() -> None:
    depth = np.array([[1.2345, np.nan, np.inf], [70.0, 0.0004, -np.inf]], np.float32)
    stored = millimetres(depth)
    # 70 m does not fit 16 bits and is missing when it is read; 0.4 mm rounds to 0: missing too.
    assert stored.tolist() == [[1234, 0, 0], [65535, 0, 0]]
    expected = [[1.234, np.nan, np.nan], [np.nan, np.nan, np.nan]]
    np.testing.assert_allclose(metres(stored), expected, rtol=1e-6)


def test_an_interrupted_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "frame.json"
    file.write_text("old")
    with pytest.raises(KeyboardInterrupt), complete_file(file) as temporary:
        temporary.write_text("ne")
        raise KeyboardInterrupt
    assert file.read_text() == "old"
    with complete_file(file) as temporary:
        temporary.write_text("new")
    assert file.read_text() == "new"
