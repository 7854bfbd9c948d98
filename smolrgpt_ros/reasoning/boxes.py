"""Upright boxes around what is seen of an object, completed where it is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .sizes import SizePrior

_ANGLES = np.radians(np.arange(0.0, 90.0, 2.5))
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_NORMALS = np.stack([-np.sin(_ANGLES), np.cos(_ANGLES)])
_ENDLESS, _SEEN = 10.0, -1.0
_HEM = 0.15  # metres: what is hidden behind an object is at least this high


@dataclass(frozen=True, eq=False)
class Footprint:
    """An oriented rectangle on the floor, in the floor frame ``(right, ahead)``.

    Args:
        centre: shape ``(2,)``, metres.
        axes: rows are the directions of length and width, shape ``(2, 2)``.
        size: length and width, metres.
        sigma: standard deviation of the centre along the two axes, metres.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    size: tuple[float, float]
    sigma: tuple[float, float]

    def depth_of(self, point: NDArray[np.float64]) -> float:
        """How far a point lies inside, metres; negative outside."""
        local = np.abs(self.axes @ (point - self.centre))
        return float(min(self.size[0] / 2 - local[0], self.size[1] / 2 - local[1]))

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Of the centre, shape ``(2, 2)``."""
        return self.axes.T @ np.diag(np.square(self.sigma)) @ self.axes


@dataclass(frozen=True, eq=False)
class Outline:
    """The contour of a mask, brought to the floor frame.

    Args:
        spots: shape ``(M, 2)``, ``(right, ahead)``, metres.
        heights: above the floor, metres, shape ``(M,)``.
        cut: whether the object goes on behind what ends it there: the image border or something
            nearer; shape ``(M,)``.
        border: the part of ``cut`` that is the image border.
    """

    spots: NDArray[np.float64]
    heights: NDArray[np.float64]
    cut: NDArray[np.bool_]
    border: NDArray[np.bool_]


def fit_footprint(
    points: NDArray[np.float64],
    outline: Outline,
    prior: SizePrior | None,
    grain: float,
    camera_height: float,
    blur: float = 0.0,
) -> Footprint:
    """The rectangle around points seen from above the origin of the floor frame.

    Both ends of an extent are taken as seen unless the outline is cut there or the object hides
    its own far end; only then it is completed to the class's typical size.

    Args:
        points: seen surface points, shape ``(N, 2)``, ``(right, ahead)``, N >= 3.
        outline: tells which ends are cut.
        prior: of the class, ``None`` where unknown.
        grain: distance of neighbouring pixels on the object, metres.
        camera_height: above the floor, metres.
        blur: standard deviation of the points along the line of sight, metres.
    """
    hull = cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    angle = _orientation(hull, points)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    extent = np.ptp(hull @ axes.T, axis=0)
    if _turned(extent, prior):
        axes = np.array([axes[1], -axes[0]])
    local = hull @ axes.T
    if blur > 0.01 and (prior is None or not prior.flat):
        # The outermost of many noisy points lies outside; a quantile does not.
        low, high = np.quantile(points @ axes.T, (0.015, 0.985), axis=0)
    else:
        low, high = local.min(axis=0) - grain / 2, local.max(axis=0) + grain / 2
    rim = outline.spots @ axes.T
    sigma = [0.0, 0.0]
    for axis in (0, 1):
        seen = high[axis] - low[axis]
        sigma[axis] = 0.01 + 0.3 * grain + 0.5 * blur
        if prior is None:
            sigma[axis] += 0.1 * seen
            continue
        want = (prior.long, prior.short)[axis]
        missing = want - seen
        if missing < prior.spread:
            continue
        if prior.flat:
            inner = (rim[:, 1 - axis] > low[1 - axis] + 0.2) & (
                rim[:, 1 - axis] < high[1 - axis] - 0.2
            )
            ends = [
                _hidden_edge(rim[:, axis], outline, inner, edge, sign)
                for edge, sign in ((low[axis], -1.0), (high[axis], 1.0))
            ]
        else:
            ends = [
                _hidden_end(rim[:, axis], outline, edge, outward, camera_height)
                for edge, outward in ((low[axis], -axes[axis]), (high[axis], axes[axis]))
            ]
        if ends == [_SEEN, _SEEN]:
            continue
        ends = [max(end, 0.0) for end in ends]
        if sum(ends) <= 0:
            if missing < 3 * prior.spread:
                sigma[axis] += 0.1 * missing
                continue
            # Far too small for its class: tape is lost where its outline is cut, what
            # stands on the floor most likely on its far side.
            toward = hull.mean(axis=0)
            if prior.flat:
                lost = outline.spots[outline.cut]
                if not len(lost):
                    continue
                toward = lost.mean(axis=0) - toward
            sigma[axis] += 0.2 * missing
            ahead = float(axes[axis] @ toward)
            ends = [_ENDLESS, 0.0] if ahead < 0 else [0.0, _ENDLESS]
        added = min(missing, sum(ends))
        shares = np.minimum(ends, added)
        shares *= added / shares.sum()
        low[axis] -= shares[0]
        high[axis] += shares[1]
        # The added length is uncertain by the spread of the class; half of it moves the centre.
        sigma[axis] += prior.spread / 2 + 0.1 * added + 0.5 * float(shares.min())
    centre = axes.T @ ((low + high) / 2)
    size = high - low
    return Footprint(centre, axes, (float(size[0]), float(size[1])), (sigma[0], sigma[1]))


def _hidden_end(
    rim: NDArray[np.float64],
    outline: Outline,
    edge: float,
    outward: NDArray[np.float64],
    camera_height: float,
) -> float:
    """How far the object may go on beyond what is seen of one end, metres; 0 where it cannot.

    Args:
        rim: outline along the axis.
        edge: where the seen part ends on it.
        outward: unit direction out of that end.
    """
    sign = 1.0 if float(rim.mean()) < edge else -1.0
    near = (edge - rim) * sign < 0.12 * float(np.ptp(rim)) + 0.05
    if near.sum() < 3:
        return 0.0
    hidden = float(outline.cut[near].mean()) > 0.5
    spots = outline.spots[near]
    distance = float(np.linalg.norm(spots.mean(axis=0)))
    away = float(outward @ spots.mean(axis=0)) / max(distance, 1e-6)
    if away < -0.5:
        return 0.0  # faces the camera: what hides its foot does not hide its top
    if hidden:
        return _ENDLESS
    if away < 0.3:
        return 0.0
    # An object hides what is behind it, down to where the ray over its edge comes low again.
    height = float(np.quantile(outline.heights[near], 0.5))
    if height <= _HEM:
        return 0.0
    if height >= camera_height - 0.05:
        return _ENDLESS
    return distance * ((camera_height - _HEM) / (camera_height - height) - 1.0)


def _hidden_edge(
    rim: NDArray[np.float64],
    outline: Outline,
    inner: NDArray[np.bool_],
    edge: float,
    sign: float,
) -> float:
    """How far a rectangle of tape may go on beyond what is seen of one end, metres, or ``_SEEN``.

    Args:
        rim: outline along the axis.
        inner: which outline points lie clear of the two long sides.
        edge: where the seen part ends.
        sign: 1 where the end is the upper one, else -1.
    """
    beyond = (rim - edge) * sign
    at_edge = inner & (np.abs(beyond) < 0.15)
    if (at_edge & ~outline.cut).sum() >= 2:
        return _SEEN  # a little of the end itself is enough
    if (inner & outline.border & (beyond > -0.3)).any():
        return _ENDLESS
    # Hidden below what stands on it: the mask still shows how far it reaches at most.
    past = beyond[outline.cut & (beyond > 0)]
    return float(past.max()) if past.size else 0.0


def _orientation(hull: NDArray[np.float64], points: NDArray[np.float64]) -> float:
    """Angle of the rectangle: small area, and points close to its sides."""
    u, v = hull @ _DIRECTIONS, hull @ _NORMALS
    u_low, u_high, v_low, v_high = u.min(0), u.max(0), v.min(0), v.max(0)
    area = (u_high - u_low) * (v_high - v_low)
    few = points[:: max(1, len(points) // 160)]
    pu, pv = few @ _DIRECTIONS, few @ _NORMALS
    side = np.minimum(np.minimum(pu - u_low, u_high - pu), np.minimum(pv - v_low, v_high - pv))
    on_side = (side < 0.06).mean(axis=0)
    return float(_ANGLES[int(np.argmin(area * (1.0 - 0.3 * on_side)))])


def _turned(seen: NDArray[np.float64], prior: SizePrior | None) -> bool:
    """Whether the second axis is the long one: the assignment that the sizes fit better."""
    if prior is None:
        return bool(seen[1] > seen[0])
    want = np.array([prior.long, prior.short])

    def misfit(size: NDArray[np.float64]) -> float:
        too_long = np.maximum(size - want, 0.0)
        too_short = np.maximum(want - size, 0.0)
        return float((4 * too_long + too_short).sum())

    return misfit(seen[::-1]) < misfit(seen)
