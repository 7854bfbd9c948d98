# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mask of a block two pixels beside it, whose edges are known."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_edges import at_depth_edges
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame

BLOCK = (slice(30, 80), slice(20, 60))  # rows, columns; 3 m away


def moved(depth: np.ndarray, mask: np.ndarray, reach: int = 2) -> np.ndarray:
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, None)
    rows, columns = np.nonzero(mask)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return at_depth_edges(frame, mask, box, DepthNoise(), reach)


@pytest.mark.parametrize("beside", [7.0, 2.0])  # a wall behind it, something before it
def test_an_edge_moves_to_a_jump_of_depth(beside: float) -> None:
    depth = np.full((120, 160), beside, np.float32)
    depth[BLOCK] = 3.0
    mask = np.zeros((120, 160), bool)
    mask[28:78, 22:62] = True
    expected = np.zeros((120, 160), bool)
    expected[BLOCK] = True
    assert (moved(depth, mask) == expected).all()


def test_a_jump_farther_away_is_another_edge() -> None:
    depth = np.full((120, 160), 7.0, np.float32)
    depth[BLOCK] = 3.0
    mask = np.zeros((120, 160), bool)
    mask[34:76, 24:56] = True  # four pixels inside
    assert (moved(depth, mask) == mask).all()


def test_an_edge_without_a_jump_stays() -> None:
    """The floor below it is as near as its foot."""
    depth = np.full((120, 160), 7.0, np.float32)
    depth[BLOCK], depth[80:] = 3.0, 3.0
    mask = np.zeros((120, 160), bool)
    mask[30:82, 20:60] = True
    assert (moved(depth, mask) == mask).all()


def test_a_thin_part_and_what_has_no_depth_stay() -> None:
    depth = np.full((120, 160), 7.0, np.float32)
    depth[BLOCK], depth[10:30, 40:42], depth[50:60, 30:40] = 3.0, 3.0, np.nan
    mask = depth == 3.0
    mask[50:60, 30:40] = True
    assert (moved(depth, mask) == mask).all()
