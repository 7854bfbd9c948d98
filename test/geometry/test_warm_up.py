# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""After the warm-up no frame waits for a compiler."""

from __future__ import annotations

from typing import Any

from smolrgpt_ros.geometry import depth_loops, likelihood_loops
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.warm_up import compile_loops
from smolrgpt_ros.scene import floor_loops


def compiled_for() -> dict[str, list[object]]:
    """Types of arguments for which each loop is compiled, by its name."""
    return {
        name: list(value.signatures)
        for module in (depth_loops, likelihood_loops, floor_loops)
        for name, value in vars(module).items()
        if hasattr(value, "signatures")
    }


def test_frames_need_no_types_but_those_of_the_warm_up(yard: Any) -> None:
    compile_loops()
    before = compiled_for()
    assert all(before.values()), before
    geometry = FrameGeometry(yard.frame, yard.regions)
    ids = [region.id for region in yard.regions]
    geometry.prepare(ids)
    assert any(not isinstance(geometry.estimate(i), str) for i in ids)
    assert compiled_for() == before
