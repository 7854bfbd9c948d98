# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values that the loops of the likelihood work with: points, rectangles and their sides.

Stored machine code keeps their order until ``likelihood_loops`` changes too: ``scene.compiled``.
"""

from __future__ import annotations

from typing import NamedTuple

#: Values of a rectangle: centre, angle of the long side (radians), long and short side; metres.
CX, CY, YAW, LONG, SHORT = range(5)

#: Groups of points, see ``Observations``. Those on a side are, of the surface and the foot, on one
#: that faces the camera; of the rim and the covered ones on any. Free ones are not inside.
SURFACE, FOOT, RIM, COVERED, FREE = range(5)


class Point(NamedTuple):
    """A point on the floor.

    Args:
        x, y: right and ahead, metres.
        sight_x, sight_y: unit vector along the line of sight.
        across: variance across the line of sight, square metres.
        stretch: variance along it less that across.
        on_side: probability that such a point lies on a side.
        recess: how far behind its side it then lies at most, metres.
    """

    x: float
    y: float
    sight_x: float
    sight_y: float
    across: float
    stretch: float
    on_side: float
    recess: float


class Tangent(NamedTuple):
    """A vertical plane through the camera that touches an object.

    Args:
        x, y: its unit normal, out of the object.
        sigma: its standard deviation, radians.
    """

    x: float
    y: float
    sigma: float


class Prior(NamedTuple):
    """What is known of a rectangle before measuring.

    Args:
        long, short: its sides, metres.
        side_precision: inverse of their standard deviation, 1/metres.
        x, y: its centre, metres.
        along, across: inverse standard deviations of that along the long and the short side,
            1/metres; 0 where nothing is known of it.
    """

    long: float
    short: float
    side_precision: float
    x: float
    y: float
    along: float
    across: float


class Rectangle(NamedTuple):
    """A rectangle on the floor, its parts named as in ``rectangle_likelihood``.

    Args:
        x, y: centre, metres.
        a_x, a_y: unit vector along the long side; the short side's is ``(-a_y, a_x)``.
        half_u, half_v: half sides, metres.
        t_u, t_v: -1 or 1, so that ``t_u a`` points to the camera's side.
        seen_u, seen_v: whether the nearer of the two sides that end an axis faces the camera. From
            before the other axis neither does.
    """

    x: float
    y: float
    a_x: float
    a_y: float
    half_u: float
    half_v: float
    t_u: float
    t_v: float
    seen_u: bool
    seen_v: bool


class Side(NamedTuple):
    """The side of a rectangle that a point belongs to.

    Args:
        axis: 0 where it ends the long axis, 1 where it ends the short one.
        moving, turning: derivatives of ``d`` as the rectangle moves along the axis, and turns; as
            its side along the axis gets longer, it is -1/2.
        d: distance of the point beyond the side, metres.
        precision: inverse standard deviation of it, 1/metres.
        possible: whether such a point can lie on it at all.
    """

    axis: int
    moving: float
    turning: float
    d: float
    precision: float
    possible: bool
