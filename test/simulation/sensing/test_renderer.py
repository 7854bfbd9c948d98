# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Several renderers in one process: closing one leaves the others intact."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.simulation.sensing.renderer import WarehouseRenderer
from smolrgpt_ros.simulation.warehouse import simulate_frame


def test_closing_a_renderer_leaves_the_others_alone():
    first, second = WarehouseRenderer(96, 54), WarehouseRenderer(64, 36)
    before = simulate_frame(920_001, "ceiling", 96, 54, renderer=first)
    simulate_frame(920_001, "ceiling", 64, 36, renderer=second)
    first_again = simulate_frame(920_001, "ceiling", 96, 54, renderer=first)
    second.close()
    with pytest.raises(RuntimeError, match="was closed"):
        simulate_frame(920_001, "ceiling", 64, 36, renderer=second)
    after = simulate_frame(920_001, "ceiling", 96, 54, renderer=first)
    for frame in (first_again.frame, after.frame):
        assert np.array_equal(frame.rgb, before.frame.rgb)
        assert frame.depth is not None and before.frame.depth is not None
        assert np.array_equal(frame.depth, before.frame.depth, equal_nan=True)
    first.close()
