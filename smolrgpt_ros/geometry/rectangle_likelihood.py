"""How well rectangles on the floor explain the evidence, and how to improve them.

All functions work on R rectangles at once and S tries of each: values have shape ``(R, S, 5)``.
Slopes are taken in the axes of each rectangle: along its long side, along its short side, turning,
longer, wider.
"""

from __future__ import annotations

import numpy as np

from .observations import Array, Floats, Pack, Points

CX, CY, YAW, LONG, SHORT = range(5)
Terms = tuple[Array, Array, Array]  # normal matrices, gradients, costs
_SPREAD = 0.8  # metres over which points anywhere inside are spread
_STRAY = 1e-5  # density of points that belong to something else, 1/metres
_ONE = np.float32(1)
_LOGISTIC = 0.551  # scale of a logistic distribution with the standard deviation 1


class Tries:
    """Rectangles of values ``(R, S, 5)``: axes, and which of their sides face the camera."""

    def __init__(self, values: Array) -> None:
        yaw = values[..., YAW]
        self.centre = values[..., :2]
        self.sides = values[..., LONG:]
        self.half = 0.5 * self.sides
        rows, count = yaw.shape
        axes = np.empty((rows, 2, count, 2))
        axes[:, 0, :, 0] = axes[:, 1, :, 1] = np.cos(yaw)
        axes[:, 0, :, 1] = np.sin(yaw)
        axes[:, 1, :, 0] = -axes[:, 0, :, 1]
        self.a, self.b = axes[:, 0], axes[:, 1]
        along = (axes * self.centre[:, None]).sum(axis=-1)  # (R, 2, S)
        #: which of two opposite sides is the nearer one, ``(R, 2, S)``
        self.toward = np.where(along > 0, -1.0, 1.0)
        half = self.half.swapaxes(-1, -2)
        faces = np.abs(along) > half  # whether it can be seen from here at all
        # Lines whose product with (x, y, 1) are coordinates that grow towards the camera.
        lines = np.empty((rows, 2, count, 3), np.float32)
        np.multiply(axes, self.toward[..., None], out=lines[..., :2], casting="same_kind")
        np.multiply(along, -self.toward, out=lines[..., 2], casting="same_kind")
        self._lines: Floats = lines.reshape(rows, 2 * count, 3)
        narrow = half.astype(np.float32)[..., None]
        self.half_u, self.half_v = narrow[:, 0], narrow[:, 1]
        self.face_u, self.face_v = faces[:, 0, :, None], faces[:, 1, :, None]
        shield = narrow * faces[..., None]
        self.shield_u, self.shield_v = shield[:, 0], shield[:, 1]

    def local(self, points: Points, blur: float) -> tuple[Floats, Floats, Floats, Floats]:
        """Coordinates ``(R, S, N)`` along both axes, towards the camera, and their precisions.

        A precision is the inverse of a standard deviation.
        """
        count = self.centre.shape[1]
        both = self._lines @ points.spots
        more = np.float32(blur * blur)
        variance = self._lines[:, :count, :2] @ points.sight
        np.square(variance, out=variance)
        variance *= points.stretch
        variance += points.across + more
        other = points.both + 2 * more - variance
        np.sqrt(variance, out=variance)
        np.sqrt(other, out=other)
        return both[:, :count], both[:, count:], _ONE / variance, _ONE / other

    def summed(self, slopes: Floats, weight: Floats, pull: Floats) -> tuple[Array, Array]:
        """Normal matrices and gradients of distances beyond sides.

        Args:
            slopes: of the distances, shape ``(R, S, 5, N)``, without the factors of ``scale``.
            weight, pull: second and first derivatives of the cost, shape ``(R, S, N)``.
        """
        scale = np.full((*self.centre.shape[:2], 5), -0.5)
        scale[..., :2] = -self.toward.swapaxes(-1, -2)
        scale[..., YAW] = self.toward[:, 0] * self.toward[:, 1]
        normal = (slopes * weight[:, :, None]) @ slopes.swapaxes(-1, -2)
        gradient = (slopes @ pull[..., None])[..., 0]
        scaled: Array = normal * scale[..., None] * scale[..., None, :]
        return scaled, np.asarray(gradient * scale, np.float64)


def linearised(tries: Tries, pack: Pack, blur: float) -> Terms:
    """Normal matrices ``(R, S, 5, 5)``, gradients ``(R, S, 5)`` and costs ``(R, S)``.

    With a ``blur`` every point is less sure by so many metres: a fit finds its way from farther.
    """
    normal, gradient, cost = _on_sides(tries, pack.inside, blur)
    parts = [_prior(tries, pack)]
    if len(pack.free):
        parts.append(_outside(tries, pack.free, blur))
    if pack.tangents.shape[2]:
        parts.append(_touching(tries, pack))
    if pack.seated:
        parts.append(_seated(tries, pack))
    for more_normal, more_gradient, more_cost in parts:
        normal += more_normal
        gradient += more_gradient
        cost += more_cost
    return normal, gradient, cost


def cost_of(values: Array, pack: Pack, blur: float = 0.0) -> Array:
    """Negative logarithms of probabilities, ``(R, S)``, up to a constant of each rectangle."""
    tries = Tries(values)
    inside = pack.inside
    _, over, precision, held = _beyond(tries, inside, blur)
    value = _density(over, precision, held, inside)[0]
    total = -(np.log(value) * inside.weight).sum(axis=-1, dtype=np.float64)
    total += 0.5 * np.square((tries.sides - pack.sides[:, None]) * pack.stiff[:, None, None]).sum(
        -1
    )
    if len(pack.free):
        total += _outside_ratio(tries, pack.free, blur)[-1]
    if pack.tangents.shape[2]:
        total += _touching(tries, pack)[2]
    if pack.seated:
        total += _seated(tries, pack)[2]
    return total


def turned(tries: Tries, local: Array) -> Array:
    """Changes ``(R, S, 5)`` in the rectangles' axes as changes of their values."""
    moved = local[..., :1] * tries.a + local[..., 1:2] * tries.b
    return np.concatenate([moved, local[..., 2:]], axis=-1)


def _on_sides(tries: Tries, points: Points, blur: float) -> Terms:
    """Points inside the rectangle, a share of them on its sides or a little behind them.

    Those of the surface lie on sides that face the camera; beyond another they are only outside.
    """
    sided, over, precision, held = _beyond(tries, points, blur)
    value, push, bend = _density(over, precision, held, points)
    push /= value
    square = np.square(push)
    bend /= value
    curvature = np.maximum(square - bend, 0.1 * square)
    curvature += np.float32(1e-3)
    curvature *= points.weight
    push *= points.weight
    cost = -(np.log(value) * points.weight).sum(axis=-1, dtype=np.float64)
    return (*tries.summed(_slopes(*sided), curvature, push), cost)


Sided = tuple[Floats, Floats, Floats, Floats, Floats]


def _beyond(tries: Tries, points: Points, blur: float) -> tuple[Sided, Floats, Floats, Floats]:
    """How far points are beyond the side they belong to.

    Selections are made by arithmetic: branches on data that has no order are slow.

    Returns:
        Coordinates, on which side of the middle, and 1 for the sides that end the long axis; then
        the distances beyond the side, their precisions, and how probably such a point is on it.
    """
    u, v, fine_u, fine_v = tries.local(points, blur)
    # A surface point inside belongs to the near one of two sides, if that one can be seen.
    sign_u = np.copysign(_ONE, u + points.nearness * tries.shield_u)
    sign_v = np.copysign(_ONE, v + points.nearness * tries.shield_v)
    over_u, over_v = sign_u * u, sign_v * v
    over_u -= tries.half_u
    over_v -= tries.half_v
    held_u = (tries.face_u & (sign_u > 0)) | points.anywhere
    held_v = (tries.face_v & (sign_v > 0)) | points.anywhere
    decided = (held_u & held_v) | (over_u > 0) | (over_v > 0)
    first = held_u ^ (decided & (held_u ^ (over_u * fine_u > over_v * fine_v)))
    held = points.share * (held_v ^ (first & (held_u ^ held_v)))
    along = first.astype(np.float32)
    over = _either(along, over_u, over_v)
    precision = _either(along, fine_u, fine_v)
    return (u, v, sign_u, sign_v, along), over, precision, held


def _either(share: Floats, one: Floats, other: Floats) -> Floats:
    """``one`` where the share is 1, ``other`` where it is 0."""
    mixed = one - other
    mixed *= share
    mixed += other
    return mixed


def _density(
    over: Floats, precision: Floats, held: Floats, points: Points
) -> tuple[Floats, Floats, Floats]:
    """Densities of distances beyond a side, with minus their first and their second derivatives.

    A share of the points lies up to a recess behind the side, the rest anywhere farther inside, a
    few anywhere. Errors are logistic: as a Gaussian's, with tails that forgive.
    """
    rate = precision * np.float32(1 / _LOGISTIC)
    scaled = over * rate
    side = _falling(scaled)
    deep = _falling(scaled + points.recess * rate)
    on_side = held * points.per_recess
    every = (1 - held) * np.float32(1 / _SPREAD)
    every += on_side
    value = every * side
    value -= on_side * deep
    value += np.float32(_STRAY)
    on_side *= deep * (1 - deep) * rate
    every *= side * (1 - side) * rate
    slope = every - on_side
    every *= 1 - 2 * side
    on_side *= 1 - 2 * deep
    every -= on_side
    every *= rate
    return value, slope, every


def _falling(x: Floats) -> Floats:
    """The logistic function of ``-x``: exact where it is small."""
    with np.errstate(over="ignore"):
        fall = np.exp(x)
    fall += 1
    return np.reciprocal(fall, out=fall)


def _outside(tries: Tries, points: Points, blur: float) -> Terms:
    """Points that the rectangle does not cover."""
    (u, v, along), precision, ratio, calm, cost = _outside_ratio(tries, points, blur)
    weight = points.weight * (ratio < 0) / calm
    weight *= precision
    slopes = _slopes(u, v, np.copysign(_ONE, u), np.copysign(_ONE, v), along)
    return (*tries.summed(slopes, weight * precision, weight * ratio), cost)


def _outside_ratio(
    tries: Tries, points: Points, blur: float
) -> tuple[tuple[Floats, Floats, Floats], Floats, Floats, Floats, Array]:
    u, v, fine_u, fine_v = tries.local(points, blur)
    over_u, over_v = np.abs(u) - tries.half_u, np.abs(v) - tries.half_v
    along = (over_u > over_v).astype(np.float32)
    precision = _either(along, fine_u, fine_v)
    ratio = np.minimum(np.maximum(over_u, over_v), 0) * precision
    # Masks may be wrong by more than their pixels: far inside counts no more than three sigma.
    calm = 1 + np.square(ratio) * np.float32(1 / 9)
    cost = 4.5 * (points.weight * np.log(calm)).sum(axis=-1, dtype=np.float64)
    return (u, v, along), precision, ratio, calm, cost


def _slopes(u: Floats, v: Floats, sign_u: Floats, sign_v: Floats, along: Floats) -> Floats:
    """Slopes ``(R, S, 5, N)`` of distances beyond sides, without what ``Tries.summed`` adds."""
    slopes = np.empty((*u.shape[:2], 5, u.shape[2]), np.float32)
    slopes[:, :, 3] = along
    np.subtract(1, along, out=slopes[:, :, 4])
    one = np.multiply(along, sign_u, out=slopes[:, :, 0])
    two = np.multiply(slopes[:, :, 4], sign_v, out=slopes[:, :, 1])
    np.subtract(one * v, two * u, out=slopes[:, :, 2])
    return slopes


def _prior(tries: Tries, pack: Pack) -> Terms:
    stiff = pack.stiff[:, None, None]
    off = (tries.sides - pack.sides[:, None]) * stiff
    gradient = np.zeros((*off.shape[:2], 5))
    gradient[..., LONG:] = off * stiff
    normal = np.zeros((*off.shape[:2], 5, 5))
    normal[..., LONG, LONG] = normal[..., SHORT, SHORT] = np.square(stiff[..., 0])
    return normal, gradient, 0.5 * np.square(off).sum(axis=-1)


def _touching(tries: Tries, pack: Pack) -> Terms:
    """The corner that reaches farthest beyond each tangent plane lies on it."""
    on_a, on_b = tries.a @ pack.tangents, tries.b @ pack.tangents
    half_a, half_b = tries.half[..., :1], tries.half[..., 1:]
    far_a, far_b = np.abs(on_a), np.abs(on_b)
    reach = tries.centre @ pack.tangents + far_a * half_a + far_b * half_b
    distance = np.sqrt(np.square(tries.centre).sum(axis=-1, keepdims=True))
    precision = np.square(1 / (pack.tangent_sigma * distance + 0.008))
    square = precision * np.square(reach) * (1 / 16)
    weight = precision / (1 + square)
    slopes = np.empty((*reach.shape[:2], 5, reach.shape[2]))
    slopes[..., 0, :], slopes[..., 1, :] = on_a, on_b
    # Turning the rectangle by d moves a to a + d b and b to b - d a.
    slopes[..., YAW, :] = np.sign(on_a) * on_b * half_a - np.sign(on_b) * on_a * half_b
    slopes[..., LONG, :], slopes[..., SHORT, :] = far_a / 2, far_b / 2
    normal = (slopes * weight[:, :, None]) @ slopes.swapaxes(-1, -2)
    gradient = (slopes @ (weight * reach)[..., None])[..., 0]
    return normal, gradient, 8 * np.log1p(square).sum(axis=-1)


def _seated(tries: Tries, pack: Pack) -> Terms:
    """The centre is near a known spot, less surely along the long side."""
    offset = tries.centre - pack.seat[:, None]
    u, v = (tries.a * offset).sum(axis=-1), (tries.b * offset).sum(axis=-1)
    stiff = pack.seat_stiff[:, None]
    slopes = np.zeros((*u.shape, 5, 2))
    slopes[..., 0, 0], slopes[..., YAW, 0] = stiff[..., 0], v * stiff[..., 0]
    slopes[..., 1, 1], slopes[..., YAW, 1] = stiff[..., 1], -u * stiff[..., 1]
    off = np.stack([u, v], axis=-1) * stiff
    return (
        slopes @ slopes.swapaxes(-1, -2),
        (slopes @ off[..., None])[..., 0],
        0.5 * np.square(off).sum(axis=-1),
    )
