# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights of a pallet whose vehicle is hardly seen, so that it was fitted as if on the floor."""

from __future__ import annotations

import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import Dimension, HowMuch, Ids, Size
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.simulation.warehouse import simulate_frame

# Of the scene with this seed: vehicle 5, a quarter in view, 0.23 m high, with pallet 6 of 1.146 m.
SEED, PALLET, DECK, HEIGHT = 4021, 6, 0.23, 1.146


@pytest.mark.parametrize(
    ("dimension", "truth"),
    [
        (Dimension.HEIGHT, HEIGHT),
        (Dimension.ELEVATION, DECK),
        (Dimension.TOP, DECK + HEIGHT),
    ],
)
def test_a_pallet_on_a_vehicle_that_is_hardly_seen(dimension: Dimension, truth: float) -> None:
    try:
        shot = simulate_frame(SEED, "ceiling", 640, 480)
    except RuntimeError as error:
        pytest.skip(f"this host cannot render: {error}")
    geometry = FrameGeometry(shot.frame, shot.regions)
    assert not geometry.estimate(PALLET).rides  # type: ignore[union-attr]
    found = evaluate(HowMuch(Size(Ids((PALLET,)), dimension)), geometry)
    assert isinstance(found.value, float) and found.std is not None
    assert abs(found.value - truth) < min(2 * found.std, 0.25)
