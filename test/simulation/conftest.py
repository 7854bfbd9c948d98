# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A few frames, rendered once."""

from __future__ import annotations

import pytest

from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame

SIZE = (320, 180)


@pytest.fixture(scope="session")
def shots(can_render: None) -> list[SimulatedFrame]:
    """Ideal frames: eight from the ceiling, four from a robot."""
    wanted = [("ceiling", seed) for seed in range(8)] + [("robot", seed) for seed in range(4)]
    return [simulate_frame(seed, family, *SIZE) for family, seed in wanted]
