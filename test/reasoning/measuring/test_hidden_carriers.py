# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers of a pallet whose vehicle is hardly seen, so that it was fitted as if on the floor."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.region_poses import outline_of, region_poses
from smolrgpt_ros.language.question import Dimension, HowMuch, Ids, Size
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.simulation.warehouse import simulate_frame

# Of the scene with this seed: vehicle 5, a quarter in view, 0.23 m high, with pallet 6, which is
# 1.146 m high on a footprint of 1.2 by 1.2 m.
SEED, PALLET, DECK, HEIGHT, AREA = 4021, 6, 0.23, 1.146, 1.44


@pytest.fixture(scope="module")
def geometry(can_render: None) -> FrameGeometry:
    shot = simulate_frame(SEED, "ceiling", 640, 480)
    return FrameGeometry(shot.frame, shot.regions)


@pytest.mark.parametrize(
    ("dimension", "truth"),
    [
        (Dimension.HEIGHT, HEIGHT),
        (Dimension.ELEVATION, DECK),
        (Dimension.TOP, DECK + HEIGHT),
        (Dimension.SIZE, AREA * HEIGHT),
    ],
)
def test_a_pallet_on_a_vehicle_that_is_hardly_seen(
    geometry: FrameGeometry, dimension: Dimension, truth: float
) -> None:
    found = evaluate(HowMuch(Size(Ids((PALLET,)), dimension)), geometry)
    assert isinstance(found.value, float) and found.std is not None
    # As if on the floor, height and volume were a fifth too large.
    assert abs(found.value - truth) < min(2 * found.std, 0.15 * truth + 0.1)


def test_its_box_is_shown_on_the_deck(geometry: FrameGeometry) -> None:
    found, plane = geometry.estimate(PALLET), geometry.plane
    assert isinstance(found, ObjectEstimate) and plane is not None and found.rides
    heights = plane.to_floor(outline_of(found, plane))[:, 2]
    assert heights.min() == pytest.approx(DECK)
    assert heights.max() == pytest.approx(DECK + HEIGHT, abs=0.1)
    (place,) = region_poses(geometry, region_ids=[PALLET])
    middle = plane.to_floor(np.array([place.position]))[0, 2]
    assert middle == pytest.approx(DECK + HEIGHT / 2, abs=0.05)
