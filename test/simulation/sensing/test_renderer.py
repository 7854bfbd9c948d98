# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Several renderers in one process: closing one leaves the others intact."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.simulation.sensing.renderer import Rendering, WarehouseRenderer
from smolrgpt_ros.simulation.world.scenes import sample_scene

SCENE = sample_scene(920_001, "ceiling")


def _rendered(renderer: WarehouseRenderer) -> Rendering:
    return renderer.finish(SCENE, *renderer.labels(SCENE))


def test_closing_a_renderer_leaves_the_others_alone(can_render: None) -> None:
    first, second = WarehouseRenderer(96, 54), WarehouseRenderer(64, 36)
    before = _rendered(first)
    _rendered(second)
    first_again = _rendered(first)
    second.close()
    with pytest.raises(RuntimeError, match="was closed"):
        _rendered(second)
    for frame in (first_again, _rendered(first)):
        assert np.array_equal(frame.rgb, before.rgb)
        assert np.array_equal(frame.depth, before.depth, equal_nan=True)
    first.close()


def test_colours_are_of_the_scene_whose_labels_were_drawn_last(can_render: None) -> None:
    renderer = WarehouseRenderer(64, 36)
    owner, depth = renderer.labels(SCENE)
    renderer.labels(sample_scene(3, "robot"))
    with pytest.raises(ValueError, match="last labels"):
        renderer.finish(SCENE, owner, depth)
    renderer.close()
