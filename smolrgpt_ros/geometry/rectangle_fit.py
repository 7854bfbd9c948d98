"""Fits rectangles on the floor to what a camera shows of their sides, rims and surroundings.

A fit is a maximum a posteriori estimate by Gauss-Newton steps; several starts run side by side and
the most probable end wins. The curvature there gives the covariance: what is hidden is as uncertain
as the typical size of the class leaves it. All rectangles of a frame are fitted at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .observations import Array, Evidence, Pack, Seat
from .rectangle_likelihood import LONG, SHORT, YAW, Terms, Tries, cost_of, linearised, turned

_FIRST_BLUR = 0.24  # metres, to choose among many starts
# Metres by which points are blurred, and how many rectangles are kept.
_COARSE_TO_FINE = ((0.12, 6), (0.08, 4), (0.04, 4))
_COARSE_POINTS, _FINE_POINTS = 30, 80  # of each sort
_FOLLOWED_EVERY = 2  # of the fine points
_UNSURE_SEAT = (0.4, 0.4)  # metres
_TRUST = 0.4  # share of a difference of costs that is believed
_STILL = 0.02  # of a cost: smaller gains change nothing
_LAST_BLUR = 0.01  # metres
_FINE_ROUNDS = 7
_LOOSE = 0.06  # metres: a direction less sure than this is followed as far as it goes
_STEPS = 21
_MOST_STARTS = 8
_SAME = 0.02  # metres between centres of what is one rectangle
_ANOTHER = 0.04  # metres between rectangles that are not the same
_LARGEST_STEP = np.array([0.3, 0.3, 0.2, 0.25, 0.25])


@dataclass(frozen=True, eq=False)
class Fit:
    """The best rectangle.

    Args:
        values: centre x, y, angle of the long side (radians), long and short side; shape ``(5,)``.
        covariance: of them, shape ``(5, 5)``.
        cost: negative logarithm of its probability, up to a constant; comparable between fits to
            the same evidence.
    """

    values: Array
    covariance: Array
    cost: float


def fit_rectangles(
    starts: Sequence[Array],
    evidence: Sequence[Evidence],
    carried: Mapping[int, int] | None = None,
) -> list[Fit]:
    """The most probable rectangle of each evidence.

    Args:
        starts: of each rectangle, shape ``(K, 5)``, see :class:`Fit`.
        evidence: of each rectangle; surface, rim or covered points must not all be empty.
        carried: which other of the rectangles stands on one and tells where its centre is.
    """
    if not evidence:
        return []
    carried = carried or {}
    values = _started(starts, evidence)
    pack = Pack(evidence, _COARSE_POINTS)
    for vehicle, load in carried.items():
        pack.sit(vehicle, values[load, 0, :2], _UNSURE_SEAT)
    for blur, kept in _COARSE_TO_FINE:
        values, normal, cost = _stepped(values, pack, blur)
        values = _distinct(values, cost, kept)
    pack = Pack(evidence, _FINE_POINTS)
    for vehicle, load in carried.items():
        pack.sit(vehicle, *_seat(values[load, 0], normal[load, 0]))
    values, normal, cost = _settled(_stepped(values, pack, _LAST_BLUR)[0], pack)
    covariance = _in_values(Tries(values), _inverse(normal))
    _follow(values, covariance, pack)
    return _weighed(values, covariance, cost)


def _settled(values: Array, pack: Pack) -> Terms:
    """Rectangles where their costs are least nearby; normal matrices and costs there.

    Steps that raise the cost are taken back and tried again, shorter (Levenberg, Marquardt).
    """
    normal, gradient, cost = linearised(Tries(values), pack, 0.0)
    damping = np.full(cost.shape, 1e-3)
    moving, diagonal = np.arange(len(values)), np.arange(5)
    for _ in range(_FINE_ROUNDS):
        stiff = normal[moving]
        stiff[..., diagonal, diagonal] *= 1 + damping[moving][..., None]
        tried = _moved(Tries(values[moving]), stiff, gradient[moving], values[moving])
        there = linearised(Tries(tried), pack, 0.0)
        gained = cost[moving] - there[2]
        better = gained > 0
        damping[moving] *= np.where(better, 0.2, 10.0)
        np.maximum(damping, np.where(damping > 5e-3, 0.3, 0.0), out=damping)
        rows, tries = np.nonzero(better)
        whose = moving[rows], tries
        values[whose], cost[whose] = tried[rows, tries], there[2][rows, tries]
        normal[whose], gradient[whose] = there[0][rows, tries], there[1][rows, tries]
        # A rectangle whose every try is where it was is left alone from now on.
        still = (np.abs(gained) < _STILL).all(axis=1)
        if still.all():
            break
        if still.any():
            pack = pack.part(np.flatnonzero(~still), 1)
            moving = moving[~still]
    return values, normal, cost


def _seat(load: Array, normal: Array) -> Seat:
    """Where a load says that the centre of what carries it is."""
    covariance = _inverse(normal)
    return load[:2], seat_sigma(float(np.sqrt(covariance[0, 0])), float(np.sqrt(covariance[1, 1])))


def seat_sigma(along: float, across: float) -> tuple[float, float]:
    """How surely a load tells the centre of its vehicle: standard deviations of it, metres.

    Args:
        along, across: those of the load's own centre, metres.
    """
    return 0.2 + along, 0.03 + across


def _started(starts: Sequence[Array], evidence: Sequence[Evidence]) -> Array:
    """As many starts for each rectangle, ``(R, S, 5)``: the best of many, or few repeated."""
    chosen = list(starts)
    many = [i for i, of_one in enumerate(starts) if len(of_one) > _MOST_STARTS]
    if many:
        most = max(len(starts[i]) for i in many)
        values = np.stack([starts[i][np.arange(most) % len(starts[i])] for i in many])
        cost = cost_of(values, Pack([evidence[i] for i in many], _COARSE_POINTS), _FIRST_BLUR)
        for row, i in enumerate(many):
            best = np.argsort(cost[row, : len(starts[i])])[:_MOST_STARTS]
            chosen[i] = starts[i][best]
    most = max(len(of_one) for of_one in chosen)
    return np.stack([of_one[np.arange(most) % len(of_one)] for of_one in chosen])


def _distinct(values: Array, cost: Array, count: int) -> Array:
    """The best rectangle, the best of those that are another, and so on: ``(R, count, 5)``."""
    if values.shape[1] <= count:
        return values
    rows = np.arange(len(values))
    cost, shapes = cost.copy(), _shapes(values)
    chosen = []
    while True:
        best = np.argmin(cost, axis=1)
        chosen.append(best)
        if len(chosen) == count:
            return values[rows[:, None], np.stack(chosen, axis=1)]
        apart = np.abs(shapes - shapes[rows, best][:, None]).max(axis=-1)
        # Where nothing else is left, the same ones are taken again.
        cost += np.where(apart < _ANOTHER, 1e6, 0.0)


def _shapes(values: Array) -> Array:
    """What tells rectangles apart, metres: centres, and how they lie if they are no squares."""
    lies = (0.5 * (values[..., LONG] - values[..., SHORT]))[..., None]
    double = 2 * values[..., YAW, None]
    return np.concatenate([values[..., :2], lies * np.cos(double), lies * np.sin(double)], axis=-1)


def _stepped(values: Array, pack: Pack, blur: float) -> Terms:
    """Rectangles after one Gauss-Newton step; normal matrices and costs before it."""
    tries = Tries(values)
    normal, gradient, cost = linearised(tries, pack, blur)
    return _moved(tries, normal, gradient, values), normal, cost


def _moved(tries: Tries, normal: Array, gradient: Array, values: Array) -> Array:
    """Values after a step towards where the gradient vanishes, if that is not too far."""
    local = np.linalg.solve(normal + 1e-3 * np.eye(5), -gradient[..., None])[..., 0]
    step = turned(tries, np.asarray(local, np.float64))
    step /= np.maximum(1.0, np.abs(step / _LARGEST_STEP).max(axis=-1))[..., None]
    step += values
    np.maximum(step[..., LONG:], 0.1, out=step[..., LONG:])
    return step


def _inverse(normal: Array) -> Array:
    return np.asarray(np.linalg.inv(normal + 0.1 * np.eye(5)), np.float64)


def _in_values(tries: Tries, local: Array) -> Array:
    """Covariances in the rectangles' axes as those of their values."""
    turn = np.zeros((*local.shape[:2], 5, 5))
    turn[..., :2, 0], turn[..., :2, 1] = tries.a, tries.b
    turn[..., YAW:, YAW:] = np.eye(3)
    return turn @ local @ turn.swapaxes(-1, -2)


def _follow(values: Array, covariance: Array, pack: Pack) -> None:
    """Puts mean and spread along the least sure direction, where no curvature tells them.

    What is hidden may lie anywhere between bounds: the most probable rectangle touches one of them.
    """
    spreads, directions = np.linalg.eigh(covariance)
    loose = spreads[..., -1] > _LOOSE**2
    rows = np.flatnonzero(loose.any(axis=1))
    if not len(rows):
        return
    direction = directions[rows, :, :, -1]
    reach = np.linspace(-3.0, 3.0, _STEPS) * np.minimum(np.sqrt(spreads[rows, :, -1:]), 1.2)
    tried = values[rows, :, None] + reach[..., None] * direction[:, :, None]
    tried[..., LONG:] = np.maximum(tried[..., LONG:], 0.1)
    cost = cost_of(tried.reshape(len(rows), -1, 5), pack.part(rows, _FOLLOWED_EVERY))
    cost = cost.reshape(reach.shape)
    likely = np.exp(cost.min(axis=-1, keepdims=True) - cost)
    likely /= likely.sum(axis=-1, keepdims=True)
    mean = (likely * reach).sum(axis=-1)
    spread = (likely * np.square(reach - mean[..., None])).sum(axis=-1)
    more = np.where(loose[rows], spread - spreads[rows, :, -1], 0.0)
    covariance[rows] += more[..., None, None] * direction[..., None] * direction[..., None, :]
    values[rows] += np.where(loose[rows], mean, 0.0)[..., None] * direction


def _weighed(values: Array, covariance: Array, cost: Array) -> list[Fit]:
    """The best of several; the centres of others that are hardly less likely share in its own.

    Points that share their errors make costs differ too much, so differences are not taken whole.
    """
    best = np.argmin(cost, axis=1)[:, None]
    likely = np.exp(_TRUST * (np.take_along_axis(cost, best, axis=1) - cost))
    centres = values[..., :2]
    apart = np.abs(centres[:, :, None] - centres[:, None]).max(axis=-1)
    likely /= np.count_nonzero(apart < _SAME, axis=-1)  # ends of several starts
    likely /= likely.sum(axis=1, keepdims=True)
    middle = (likely[..., None] * centres).sum(axis=1)
    apart = centres - middle[:, None]
    spread = covariance[..., :2, :2] + apart[..., None] * apart[..., None, :]
    total = np.take_along_axis(covariance, best[..., None, None], axis=1)[:, 0]
    total[:, :2, :2] = (likely[..., None, None] * spread).sum(axis=1)
    chosen = np.take_along_axis(values, best[..., None], axis=1)[:, 0]
    chosen[:, :2] = middle
    costs = np.take_along_axis(cost, best, axis=1)[:, 0].tolist()
    return [Fit(*one) for one in zip(chosen, total, costs, strict=True)]
