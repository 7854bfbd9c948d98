# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Distances of points beyond the sides of rectangles, and their derivatives.

With u and v the coordinates of a point and h_u, h_v half sides (see ``rectangle_batch``), the
distance beyond one of the four sides is ``d = g_u u - h_u`` or ``d = g_v v - h_v``, negative
inside. g is 1 for the nearer of the two sides that end an axis, -1 for the farther one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fit_batch import Floats, PointBatch
from .observations import Array
from .rectangle_batch import LONG, SHORT, YAW, LocalPoints, RectangleBatch

Flags = NDArray[np.bool_]

_ONE = np.float32(1)


class SideDistances(NamedTuple):
    """One side for each point, and how far beyond it the point is; shape ``(R, S, N)`` each.

    Args:
        local: the points in the rectangles' coordinates.
        g_u, g_v: which of the two sides that end either axis, -1 or 1.
        on_u: 1 where the side ends the long axis, 0 where it ends the short one.
        d: distance beyond the side, metres.
        precision: inverse standard deviation of it, 1/metres.
    """

    local: LocalPoints
    g_u: Floats
    g_v: Floats
    on_u: Floats
    d: Floats
    precision: Floats


def containing_sides(
    local: LocalPoints, rectangles: RectangleBatch, points: PointBatch
) -> tuple[SideDistances, Flags]:
    """The side that each point may lie on; of several, the one that it is farthest beyond.

    A surface point was seen, so its side faces the camera: that is the nearer side of an axis, if
    the camera is beyond it. A surface point beyond the far side is outside, and is measured from
    there. Other points may lie on any side.

    Returns:
        The sides, and whether such a point can lie on its side at all.
    """
    u, v, precision_u, precision_v = local
    # Shifted by half a side, all points up to the far side are on the near side's half.
    shift_u = points.faces_camera * (rectangles.half_u * rectangles.seen_u)
    shift_v = points.faces_camera * (rectangles.half_v * rectangles.seen_v)
    g_u, g_v = np.copysign(_ONE, u + shift_u), np.copysign(_ONE, v + shift_v)
    d_u, d_v = g_u * u, g_v * v
    d_u -= rectangles.half_u
    d_v -= rectangles.half_v
    may_u = (rectangles.seen_u & (g_u > 0)) | points.any_side
    may_v = (rectangles.seen_v & (g_v > 0)) | points.any_side
    # Where both may, or the point is outside, distance decides, counted in standard deviations.
    by_distance = (may_u & may_v) | (d_u > 0) | (d_v > 0)
    is_on_u = _choose(by_distance, d_u * precision_u > d_v * precision_v, may_u)
    on_u = is_on_u.astype(np.float32)
    d, precision = _blend(on_u, d_u, d_v), _blend(on_u, precision_u, precision_v)
    may = _choose(is_on_u, may_u, may_v)
    return SideDistances(local, g_u, g_v, on_u, d, precision), may


def nearest_sides(local: LocalPoints, rectangles: RectangleBatch) -> SideDistances:
    """The side that each point is farthest beyond, or least far inside of, in metres."""
    d_u, d_v = np.abs(local.u) - rectangles.half_u, np.abs(local.v) - rectangles.half_v
    on_u = (d_u > d_v).astype(np.float32)
    return SideDistances(
        local,
        np.copysign(_ONE, local.u),
        np.copysign(_ONE, local.v),
        on_u,
        np.maximum(d_u, d_v),
        _blend(on_u, local.precision_u, local.precision_v),
    )


def jacobian(sides: SideDistances) -> Floats:
    """Derivatives of ``d`` by changes of the rectangle, ``(R, S, 5, N)``.

    The changes are: along a, along b, turning, longer, wider. Each is still to be multiplied with
    :func:`jacobian_scale`, which is the same for all points. Moving the rectangle by x along a
    changes u by ``-t_u x``; turning it by y changes u by ``t_u t_v v y`` and v by ``-t_u t_v u y``;
    a longer side moves each end by half.
    """
    local, on_u = sides.local, sides.on_u
    slopes = np.empty((*on_u.shape[:2], 5, on_u.shape[2]), np.float32)
    slopes[:, :, LONG] = on_u
    np.subtract(1, on_u, out=slopes[:, :, SHORT])
    by_u = np.multiply(on_u, sides.g_u, out=slopes[:, :, 0])
    by_v = np.multiply(slopes[:, :, SHORT], sides.g_v, out=slopes[:, :, 1])
    np.subtract(by_u * local.v, by_v * local.u, out=slopes[:, :, YAW])
    return slopes


def jacobian_scale(rectangles: RectangleBatch) -> Array:
    """Factors of :func:`jacobian`, shape ``(R, S, 5)``."""
    scale = np.full((*rectangles.centre.shape[:2], 5), -0.5)
    scale[..., :2] = -rectangles.toward.swapaxes(-1, -2)
    scale[..., YAW] = rectangles.toward[:, 0] * rectangles.toward[:, 1]
    return scale


# Choices by arithmetic: branches on data that has no order are slow.


def _choose(condition: Flags, one: Flags, other: Flags) -> Flags:
    """``one`` where the condition holds, ``other`` elsewhere."""
    chosen: Flags = other ^ (condition & (one ^ other))
    return chosen


def _blend(share: Floats, one: Floats, other: Floats) -> Floats:
    """``one`` where the share is 1, ``other`` where it is 0."""
    mixed = one - other
    mixed *= share
    mixed += other
    return mixed
