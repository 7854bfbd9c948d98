# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes of the usual looks, which others are compared with: made once for all files."""

from __future__ import annotations

import pytest

from smolrgpt_ros.simulation.world.scenes import FAMILIES, sample_scene
from smolrgpt_ros.simulation.world.spec import SceneSpec


@pytest.fixture(scope="session")
def usual_scenes() -> list[SceneSpec]:
    """Of twelve seeds of each camera family, family by family."""
    return [sample_scene(seed, family) for family in FAMILIES for seed in range(12)]
