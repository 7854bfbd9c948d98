# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""After the warm-up no frame waits for a compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import pytest

from smolrgpt_ros.geometry import depth_loops, likelihood_loops
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.warm_up import compile_loops
from smolrgpt_ros.scene import floor_loops

LOOPS = {
    depth_loops: ("smooth", "ends_beside", "inner_pixels", "surroundings", "depth_edges"),
    likelihood_loops: ("minimise", "step"),
    floor_loops: ("count_on_planes", "floor_sums"),
}
Calls = set[tuple[str, Any]]


def recording(name: str, loop: Callable[..., None], calls: Calls) -> Callable[..., None]:
    def recorded(*arguments: Any) -> None:
        calls.add((name, numba.typeof(arguments)))
        loop(*arguments)

    return recorded


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Names of the loops that are called, with the types of their arguments."""
    found: Calls = set()
    for module, names in LOOPS.items():
        for name in names:
            loop = recording(name, getattr(module, name), found)
            monkeypatch.setattr(module, name, loop)
    return found


def test_frames_need_no_types_but_those_of_the_warm_up(yard: Any, calls: Calls) -> None:
    compile_loops()
    known = set(calls)
    assert {name for name, _ in known} == {name for names in LOOPS.values() for name in names}
    geometry = FrameGeometry(yard.frame, yard.regions)
    geometry.prepare(region.id for region in yard.regions)
    assert calls == known
