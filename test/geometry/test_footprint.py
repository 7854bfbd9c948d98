# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Footprints and boxes, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.centre_errors import CentreErrors
from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.observations import VerticalExtent
from smolrgpt_ros.geometry.rectangle_fit import RectangleFit
from smolrgpt_ros.geometry.size_priors import SIZES, is_flat
from smolrgpt_ros.scene.plane import Plane

NONE = np.zeros((0, 2))


def footprint(yaw_deg: float = 30.0) -> Footprint:
    """Centre (1, 6), 2 m by 0.8 m, see :func:`fitted`."""
    values = np.array([1.0, 6.0, math.radians(yaw_deg), 2.0, 0.8])
    return Footprint.of(fitted(values), CentreErrors(shape=(0.03, 0.03)))


def fitted(values: np.ndarray) -> RectangleFit:
    """Deviations 0.1 and 0.2 m of the centre's right and ahead, 0.05 and 0.04 m of the sides."""
    return RectangleFit(values, np.diag([0.01, 0.04]), np.array([0.0025, 0.0016]))


def test_a_fit_becomes_a_footprint_with_shared_errors() -> None:
    found = footprint()
    assert found.centre.tolist() == [1.0, 6.0] and found.size == (2.0, 0.8)
    assert found.axes == pytest.approx(np.array([[math.sqrt(0.75), 0.5], [-0.5, math.sqrt(0.75)]]))
    assert found.covariance == pytest.approx(np.diag([2.0 * 0.01 + 9e-4, 2.0 * 0.04 + 9e-4]))
    assert found.size_sigma == pytest.approx(
        (math.sqrt(2.0 * 0.0025 + 9e-4), math.sqrt(2.0 * 0.0016 + 9e-4))
    )


def test_an_unlikely_side_makes_place_and_size_as_unsure() -> None:
    found = Footprint.of(fitted(np.array([1.0, 6.0, 0.5, 2.0, 0.8])), CentreErrors(), unlikely=0.7)
    assert found.covariance == pytest.approx(np.diag([0.02 + 0.49, 0.08 + 0.49]))
    assert found.size_sigma == pytest.approx((math.sqrt(0.005 + 0.49), math.sqrt(0.0032 + 0.49)))


def test_deviations_along_and_across_the_footprint() -> None:
    """Turned by 90 degrees, its length runs ahead."""
    along, across = footprint(90.0).sigma
    assert along == pytest.approx(math.sqrt(2.0 * 0.04 + 9e-4))
    assert across == pytest.approx(math.sqrt(2.0 * 0.01 + 9e-4))


@pytest.mark.parametrize(
    ("offset", "depth"),
    [
        ((0.0, 0.0), 0.4),
        ((0.9, 0.1), 0.1),  # 0.1 m from a short side, 0.3 m from a long one
        ((-0.5, -0.35), 0.05),
        ((1.2, 0.0), -0.2),
        ((1.2, 0.7), -0.3),
    ],
)
def test_depth_of_a_point_in_its_axes(offset: tuple[float, float], depth: float) -> None:
    found = footprint()
    point = found.centre + np.array(offset) @ found.axes
    assert found.depth_of(point) == pytest.approx(depth)


def test_a_box_on_the_floor_in_the_optical_frame() -> None:
    """A level camera 2 m up: right, ahead and height are x, z and 2 - y."""
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    found = ObjectEstimate.on_floor(
        "pallet",
        plane,
        footprint(),
        VerticalExtent(0.2, 0.8, 0.03, 0.04, seen_top=0.7),
        (None, 0.5),
        np.zeros((5, 3)),
        valid_ratio=0.9,
    )
    assert found.centre == pytest.approx(np.array([1.0, 1.5, 6.0]))
    assert found.size == pytest.approx((2.0, 0.8, 0.6))
    # The middle of heights that are off by 3 and 4 cm is off by 2.5 cm, the height by 5 cm.
    assert np.diag(found.covariance) == pytest.approx(
        [2.0 * 0.01 + 9e-4, 0.025**2, 2.0 * 0.04 + 9e-4]
    )
    assert found.height_sigma == pytest.approx(0.05)
    assert found.seen == (None, 0.5, pytest.approx(0.5))
    assert found.rides
    low = ObjectEstimate.on_floor(
        "pallet", plane, footprint(), VerticalExtent(0.0, 0.8), (None, None), np.zeros((5, 3)), 1.0
    )
    assert not low.rides


def test_sides_that_the_border_cuts_are_what_is_seen_of_them() -> None:
    found = footprint(0.0)  # 2 m to the right, 0.8 m ahead, around (1, 6)
    rim = np.array([[x, y] for x in np.linspace(0.0, 1.2, 101) for y in (5.6, 6.4)])
    border, usual = np.array([[1.3, 5.7], [1.3, 6.2]]), (2.4, 1.0)
    assert found.seen_sides(rim, border, NONE, usual) == (pytest.approx(1.3, abs=0.03), None)
    assert found.seen_sides(rim, NONE, NONE, usual) == (None, None)
    # Of a usual size, what something nearer hides is as long as its class.
    assert found.seen_sides(rim, NONE, border, usual) == (None, None)
    # The border cuts the top alone: the object's own rim goes on as far.
    assert found.seen_sides(rim, np.array([[0.0, 6.0], [1.2, 6.0]]), NONE, usual) == (None, None)


@pytest.mark.parametrize("by_border", [True, False])
@pytest.mark.parametrize("usual", [(0.0, 0.0), (1.7, 1.0)])
def test_what_no_class_knows_is_a_bound_though_all_of_the_fit_is_seen(
    by_border: bool, usual: tuple[float, float]
) -> None:
    """The fit ends where the 2 m end that are seen, whatever goes on there."""
    found = footprint(0.0)
    rim = np.array([[x, y] for x in np.linspace(0.0, 1.92, 101) for y in (5.6, 6.4)])
    # 3 cm beyond the own rim, of which a few places are as near to the end.
    cut = np.array([[1.95, y] for y in np.linspace(5.6, 6.4, 41)])

    def seen_sides(cut: np.ndarray) -> tuple[float | None, float | None]:
        border, behind = (cut, NONE) if by_border else (NONE, cut)
        return found.seen_sides(rim, border, behind, usual)

    assert seen_sides(cut) == (pytest.approx(1.95, abs=0.03), None)
    # What is seen beyond the fitted side may be something else's.
    assert seen_sides(cut + np.array([0.5, 0.0])) == (2.0, None)
    # Cut near the middle, its ends are seen.
    assert seen_sides(cut - np.array([0.8, 0.0])) == (None, None)


def test_the_middle_of_what_goes_on_unseen_is_as_unsure_as_that() -> None:
    found = footprint(0.0)
    unsure = found.with_unseen((None, 0.3), 1.5)
    assert unsure.covariance - found.covariance == pytest.approx(np.diag([0.0, 2.25]))
    length, width = found.size_sigma
    assert unsure.size_sigma == pytest.approx((length, math.hypot(width, 3.0)))


@pytest.mark.parametrize(
    ("label", "behind", "unsure"),
    [
        ("transporter", 0.125 * (1.44 + 0.85), 0.125 * (1.44 + 0.85)),
        # Of no known class half of what is seen, 0.384 m high between the quantiles.
        ("box", 0.0, 0.192),
    ],
)
def test_without_a_floor_the_centre_is_behind_the_surface(
    label: str, behind: float, unsure: float
) -> None:
    points = np.array([[0.9, 0.0, 3.9], [1.1, 0.2, 4.1], [1.0, -0.2, 4.0]])
    found = ObjectEstimate.without_floor(label, points, valid_ratio=0.5)
    distance = math.sqrt(17.0)
    assert found.centre == pytest.approx(np.array([1.0, 0.0, 4.0]) * (1 + behind / distance))
    assert found.covariance == pytest.approx(np.eye(3) * (0.1 + unsure) ** 2)
    assert np.isnan(found.size).all() and found.footprint is None and not found.rides


def test_only_tape_is_flat() -> None:
    assert [label for label in SIZES if is_flat(label)] == ["buffer"]
    assert not is_flat("box")
    assert SIZES["pallet"].behind_surface == pytest.approx(0.3)
