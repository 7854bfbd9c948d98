# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Hollows are darker; planes, and what is far behind an edge, are not."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.simulation.sensing.occlusion import occluded

GREY = np.full((80, 100, 3), 120, np.uint8)


def test_a_slanted_plane_keeps_its_brightness() -> None:
    # Inverse depth falls linearly from 0.5 to 0.25 over the rows: a floor from 2 m to 4 m away.
    rows = np.linspace(0.25, 0.5, 80)[:, None]
    depth = np.repeat(1.0 / rows, 100, axis=1).astype(np.float32)
    shaded = occluded(GREY, depth, 0.8)
    assert (shaded[26:-26, 26:-26] >= 119).all()


def test_a_slot_is_darker_than_the_face_around_it() -> None:
    depth = np.full((80, 100), 2.0, np.float32)
    depth[36:42, 30:70] = 2.25
    shaded = occluded(GREY, depth, 0.8)[..., 0]
    # Of the three neighbourhoods two see the slot nearly alone behind the face, one in part.
    assert shaded[39, 50] < 80
    assert shaded[20, 10] >= 119


def test_a_wall_far_behind_an_edge_is_not_darkened() -> None:
    depth = np.full((80, 100), 9.0, np.float32)
    depth[:, :40] = 2.0
    assert (occluded(GREY, depth, 0.8)[:, 40:] >= 119).all()
