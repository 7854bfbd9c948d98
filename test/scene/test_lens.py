# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Lens models by hand, against OpenCV's own projection, and what is refused."""

import cv2
import numpy as np
import pytest

from smolrgpt_ros.scene.lens import Lens


def test_an_equidistant_lens_by_hand():
    # Without coefficients the angle is the radius: 45 degrees are pi / 4.
    lens = Lens.named("equidistant", [0.0] * 4)
    assert lens is not None and lens.fisheye
    straight = lens.undistorted(np.array([[np.pi / 4, 0.0], [0.0, -np.pi / 6], [0.0, 0.0]]))
    np.testing.assert_allclose(straight, [[1.0, 0.0], [0.0, -np.tan(np.pi / 6)], [0, 0]], atol=1e-6)
    assert np.isnan(lens.undistorted(np.array([[2.0, 0.3]]))).all()  # behind the camera


def test_a_barrel_by_hand():
    lens = Lens.named("plumb_bob", [-0.2, 0.0, 0.0, 0.0, 0.0])
    assert lens == Lens(False, (-0.2, 0.0, 0.0, 0.0))
    # 0.5 (1 - 0.2 0.25) = 0.475
    np.testing.assert_allclose(lens.distorted(np.array([[0.5, 0.0]])), [[0.475, 0.0]])
    np.testing.assert_allclose(lens.undistorted(np.array([[0.475, 0.0]])), [[0.5, 0.0]], atol=1e-6)


@pytest.mark.parametrize(
    ("model", "d"),
    [
        ("plumb_bob", [-0.3, 0.1, 0.001, -0.002, 0.01]),
        ("rational_polynomial", [0.6, -2.5, 0.0006, -0.0001, 1.4, 0.45, -2.3, 1.35]),
        ("Brown Conrady", [0.15, -0.5, -0.0008, 0.0004, 0.44]),
        ("equidistant", [-0.01, 0.04, -0.03, 0.006]),
        ("Kannala Brandt4", [0.01, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_rays_of_projected_points_are_theirs(model, d):
    lens = Lens.named(model, d)
    assert lens is not None
    straight = np.random.default_rng(2).uniform(-0.55, 0.55, (40, 2))
    points = np.column_stack([straight, np.ones(40)])[:, None] * 3.0
    none, one = np.zeros(3), np.eye(3)
    if lens.fisheye:
        pixels, _ = cv2.fisheye.projectPoints(points, none, none, one, np.array(d[:4]))
    else:
        pixels, _ = cv2.projectPoints(points, none, none, one, np.array(d))
    bent = np.array(pixels.reshape(-1, 2), np.float64)
    np.testing.assert_allclose(lens.undistorted(bent), straight, atol=2e-5)
    np.testing.assert_allclose(lens.distorted(straight), bent, atol=1e-9)


def test_no_distortion_is_no_lens():
    assert Lens.named("plumb_bob", []) is None
    assert Lens.named("plumb_bob", [0.0] * 5) is None
    assert Lens.named("inverse_brown_conrady", [0.0] * 5) is None
    assert Lens.named("", []) is None


@pytest.mark.parametrize(
    ("model", "d", "match"),
    [
        ("inverse_brown_conrady", [0.1], "'inverse_brown_conrady' cannot be undone.*rectified"),
        ("thin_prism_fisheye", [0.1] * 8, "'thin_prism_fisheye' cannot be undone"),
        ("equidistant", [0.1] * 5, "has 5 coefficients.*expected 4"),
        ("plumb_bob", [0.1] * 15, "has 15 coefficients"),
        ("plumb_bob", [float("nan")], "finite"),
    ],
)
def test_what_cannot_be_undone_is_refused_by_name(model, d, match):
    with pytest.raises(ValueError, match=match):
        Lens.named(model, d)
