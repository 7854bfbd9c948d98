# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes of exact boxes, and their geometry."""

from __future__ import annotations

import pytest
from block_scene import Block, Scene, make_block, make_scene, yard

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry

__all__ = ["make_block", "make_scene", "yard"]


@pytest.fixture(scope="session")
def yard_geometry(yard: Scene) -> FrameGeometry:
    """Of the yard: buffers 1 2, pallets 11 12 13 (13 rides on 21), transporters 21 22, shelf 31."""
    return FrameGeometry(yard.frame, yard.regions)


@pytest.fixture(scope="session")
def shop() -> FrameGeometry:
    """Labels without known sizes: a box on a table, a cone, two people, one next to the table."""
    scene = Scene(
        (
            Block(1, "table", (-1.0, 6.0), (1.6, 0.9, 0.75), 10.0),
            Block(2, "box", (-1.2, 6.0), (0.4, 0.4, 0.3), 0.0, 0.75),
            Block(3, "cone", (1.5, 5.0), (0.4, 0.4, 0.7)),
            Block(4, "person", (0.5, 6.2), (0.5, 0.4, 1.75)),
            Block(5, "person", (2.5, 8.5), (0.5, 0.4, 1.6)),
        ),
        height=4.0,
        pitch_deg=30.0,
    )
    return FrameGeometry(scene.frame, scene.regions)
