# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Signs by hand: what stands in what, carries what, and is next to what; less than 0 if it is."""

import math

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import ALONG_DEGREES, FEATURE_COUNT, FLOOR, UP
from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES, SIGNS, quantities
from smolrgpt_ros.scene.plane import Plane

HOLDS, NOT = 4.0, -4.0
"""Log-odds of a state; a sign of them is 2.5 tanh 2."""
SURE = 2.5 * math.tanh(2.0)
LEVEL = (0.0, -1.0, 0.0)
CAMERA_M = 3.0
"""Of the camera, above the floor."""


def thing(at, size, loaded=NOT, carried=NOT):
    """Box by its centre (right, ahead, height) and size along the same axes, and its states."""
    return at, size, (loaded, carried)


def found_of(*things, up=LEVEL):
    raw = torch.zeros(len(things), FEATURE_COUNT)
    raw[:, UP], raw[:, FLOOR] = torch.tensor(up), 1
    plane = Plane(np.array(up), CAMERA_M)
    centres = plane.to_optical(np.array([at for at, _, _ in things]))
    sizes = [(size[2], size[0], max(size[:2]), size[0]) for _, size, _ in things]
    angles = [math.radians(degrees) for degrees in ALONG_DEGREES]
    reaches = [
        [abs(math.cos(a)) * size[0] / 2 + abs(math.sin(a)) * size[1] / 2 for a in angles]
        for _, size, _ in things
    ]
    parts = (centres, sizes, reaches, [states for _, _, states in things])
    found = Estimates(*(torch.tensor(np.array(part), dtype=torch.float32) for part in parts))
    return dict(zip(QUANTITIES, quantities(raw, found), strict=True))


# Three metres wide, two deep.
PLACE = thing((1.0, 6.5, 0.0), (3.0, 2.0, 0.0))


def pallet(right, ahead, height=0.5, **states):
    return thing((right, ahead, height), (0.8, 1.2, 1.0), **states)


@pytest.mark.parametrize(
    ("standing", "sign"),
    [
        # Half a metre from the place's far or near edge, a metre from its sides: 0.5 by 0.25.
        (pallet(1.5, 6.0), -2.5 * math.tanh(2.0)),
        (pallet(0.5, 7.0), -2.5 * math.tanh(2.0)),
        # A tenth of a metre within the right edge, and as far outside of it and the near one.
        (pallet(2.4, 6.2), -2.5 * math.tanh(0.4)),
        (pallet(2.6, 6.2), 2.5 * math.tanh(0.4)),
        (pallet(1.5, 5.4), 2.5 * math.tanh(0.4)),
        # What is carried is in no place, whatever is below.
        (pallet(1.5, 6.0, 0.8, carried=HOLDS), SURE),
        (pallet(1.5, 6.0, 0.8, carried=0.0), 0.0),
    ],
)
def test_inside_is_where_a_centre_is_within_the_outline_of_a_place(standing, sign):
    found = found_of(PLACE, standing)["inside"]
    assert float(found[0, 1]) == pytest.approx(sign, abs=1e-4)
    # The place's centre is half a metre or more from the pallet's, which is 0.8 m wide; and
    # nothing is in itself.
    assert float(found[1, 0]) > 0
    assert found.diagonal().tolist() == pytest.approx([2.5, 2.5])


def test_a_turned_place_holds_what_is_within_its_turned_outline():
    # A square of 2 m that stands on its corner: it reaches 1.41 m to the right, and 1 m towards
    # 45 degrees; a thing 0.9 m to the right and as far ahead is 1.27 m along those.
    raw = torch.zeros(3, FEATURE_COUNT)
    angles = np.radians(ALONG_DEGREES) - np.pi / 4
    turned = np.abs(np.cos(angles)) + np.abs(np.sin(angles))
    parts = (
        torch.tensor([[0.0, 1.0, 6.0], [0.9, 1.0, 6.9], [1.2, 1.0, 6.0]]),
        torch.zeros(3, 4),
        torch.tensor(np.stack([turned, 0 * turned, 0 * turned]), dtype=torch.float32),
        torch.full((3, 2), NOT),
    )
    inside = quantities(raw, Estimates(*parts))[QUANTITIES.index("inside")]
    assert float(inside[0, 1]) == pytest.approx(2.5 * math.tanh((1.8 * 0.5**0.5 - 1) / 0.25))
    # 1.2 m to the right: 0.85 m along the diagonals, 0.15 m from the edge.
    assert float(inside[0, 2]) == pytest.approx(-2.5 * math.tanh((1 - 1.2 * 0.5**0.5) / 0.25))


def test_there_is_no_distance_between_a_place_and_what_stands_in_it():
    found = found_of(PLACE, pallet(1.5, 6.0), pallet(2.6, 6.2), pallet(1.6, 6.1, 1.5))
    # 1.6 m to the right, 0.3 m nearer, 0.5 m up.
    outside = math.sqrt(1.6**2 + 0.3**2 + 0.5**2)
    # The upper pallet's centre is above the place, and it is not carried: it stands there as well.
    assert found["distance"][0].tolist() == pytest.approx(
        [math.sqrt(1.0 + 6.5**2 + 3.0**2), 0.0, outside, 0.0]
    )
    assert found["distance"][:, 0].tolist()[1:] == pytest.approx([0.0, outside, 0.0])
    # One above the other: within each other's outlines, but neither is a place.
    above = math.sqrt(0.1**2 + 0.1**2 + 1.0)
    assert float(found["inside"][1, 3]) < 0
    assert float(found["distance"][1, 3]) == float(found["distance"][3, 1]) == pytest.approx(above)
    # The other quantities do not know of it: 0.5 m to the right and 0.5 m nearer, 0.5 m up.
    assert float(found["ground"][0, 1]) == pytest.approx(0.5**0.5)
    assert float(found["rise"][0, 1]) == pytest.approx(0.5)


def test_what_is_carried_above_a_place_has_a_distance_to_it():
    found = found_of(PLACE, pallet(1.5, 6.0, 0.8, carried=HOLDS))
    assert float(found["distance"][0, 1]) == pytest.approx(math.sqrt(0.25 + 0.25 + 0.64))


@pytest.mark.parametrize(
    ("other", "sign"),
    [
        # 0.4 and 0.5 m are half their widths: 0.9 m and 1.1 m between them.
        (thing((1.8, 6.0, 0.3), (1.0, 1.0, 0.6)), -2.5 * math.tanh(0.4)),
        (thing((2.0, 6.0, 0.3), (1.0, 1.0, 0.6)), 2.5 * math.tanh(0.4)),
        # Ahead, 0.6 and 0.5 m are half their depths.
        (thing((0.0, 8.0, 0.3), (1.0, 1.0, 0.6)), -2.5 * math.tanh(0.4)),
        # Above: half of their heights are 0.5 and 0.3 m, and 1.1 m or 0.9 m are between them.
        (thing((0.1, 6.1, 2.4), (1.0, 1.0, 0.6)), 2.5 * math.tanh(0.4)),
        (thing((0.1, 6.1, 2.2), (1.0, 1.0, 0.6)), -2.5 * math.tanh(0.4)),
        # 0.3 m beside and 0.4 m above: half a metre.
        (thing((1.2, 6.0, 1.7), (1.0, 1.0, 0.6)), -2.5 * math.tanh(2.0)),
        # 0.6 m beside and 0.9 m above are more than a metre.
        (thing((1.5, 6.0, 2.2), (1.0, 1.0, 0.6)), 2.5 * math.tanh(4 * (1.17**0.5 - 1))),
    ],
)
def test_a_gap_is_from_outline_to_outline_in_all_three_directions(other, sign):
    found = found_of(pallet(0.0, 6.0), other)["gap"]
    assert found[0, 1].tolist() == pytest.approx(sign, abs=1e-4)
    assert found[1, 0].tolist() == pytest.approx(sign, abs=1e-4)
    assert bool((found.diagonal() > 0).all())  # nothing is next to itself


def test_what_holds_a_thing_is_not_next_to_it():
    carrier = thing((1.2, 5.0, 0.15), (0.9, 1.6, 0.3))
    load = pallet(1.3, 5.1, 0.8, carried=HOLDS)
    found = found_of(PLACE, pallet(1.5, 6.0), carrier, load)["gap"]
    assert float(found[0, 1]) == float(found[1, 0]) == pytest.approx(SURE)
    assert float(found[2, 3]) == float(found[3, 2]) == pytest.approx(SURE)
    assert float(found[0, 2]) < 0  # 1.5 m before its middle: beyond its edge, not in it
    assert float(found[1, 2]) < 0


@pytest.mark.parametrize(
    ("load", "sign"),
    [
        # Near the middle of the carrier, which is 0.9 m wide and 1.6 m long.
        (pallet(1.3, 5.1, 0.8, carried=HOLDS), -SURE),
        # 0.2 m beyond its right edge is less than the 0.3 m of a load that hangs over; 0.4 m is
        # more.
        (pallet(1.85, 5.0, 0.8, carried=HOLDS), -2.5 * math.tanh(0.4)),
        (pallet(2.05, 5.0, 0.8, carried=HOLDS), 2.5 * math.tanh(0.4)),
        (pallet(1.3, 5.1, 0.8, carried=NOT), SURE),
        (pallet(1.3, 5.1, 0.8, carried=1.0), -2.5 * math.tanh(0.5)),
        # Lower than the carrier by 0.1 m, twice of which counts.
        (pallet(1.3, 5.1, 0.05, carried=HOLDS), 2.5 * math.tanh(0.8)),
    ],
)
def test_resting_is_above_a_carrier_and_carried(load, sign):
    carrier = thing((1.2, 5.0, 0.15), (0.9, 1.6, 0.3))
    found = found_of(carrier, load)["resting"]
    assert float(found[0, 1]) == pytest.approx(sign, abs=1e-4)
    assert float(found[1, 0]) > 0  # the carrier is not carried itself
    assert found.diagonal().tolist() == pytest.approx([2.5, 2.5])


def test_a_place_carries_what_stands_in_it():
    found = found_of(PLACE, pallet(1.5, 6.0), pallet(1.5, 6.0, 0.8, carried=HOLDS))
    assert found["resting"][0, 1:].tolist() == pytest.approx([-2.5 * math.tanh(2.0), SURE])
    assert found["resting"][0].tolist() == found["inside"][0].tolist()


def test_cargo_and_lift_are_the_states_of_the_region_itself():
    found = found_of(
        pallet(1.5, 6.0, loaded=3.0, carried=-1.0), pallet(-2.0, 9.0, loaded=-2.0, carried=5.0)
    )
    cargo, lift = (
        [2.5 * math.tanh(n) for n in (-1.5, 1.0)],
        [2.5 * math.tanh(n) for n in (0.5, -2.5)],
    )
    assert found["cargo"].tolist() == [pytest.approx(cargo)] * 2
    assert found["lift"].tolist() == [pytest.approx(lift)] * 2
    assert not found["whether"].any()


def test_the_tilt_of_the_camera_changes_nothing():
    things = (
        PLACE,
        pallet(1.5, 6.0),
        pallet(2.6, 6.2, loaded=HOLDS),
        thing((-0.8, 5.0, 0.15), (0.9, 1.6, 0.3)),
        pallet(-0.7, 5.1, 0.8, carried=HOLDS),
    )
    level, tilted = found_of(*things), found_of(*things, up=(0.0, -0.8, -0.6))
    for name in (*SIGNS, "distance", "ground", "rise"):
        assert torch.allclose(level[name], tilted[name], atol=1e-4), name
    assert [name for name in SIGNS if not bool((level[name] < 0).any())] == ["whether"]
