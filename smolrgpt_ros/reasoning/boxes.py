"""Upright boxes around what is seen of an object, completed where it is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .sizes import SizePrior

_ANGLES = np.radians(np.arange(0.0, 90.0, 2.0))


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


def fit_footprint(
    points: NDArray[np.float64],
    hidden: NDArray[np.float64],
    prior: SizePrior | None,
    grain: float,
) -> Footprint:
    """The rectangle around points seen from the origin of the floor frame.

    Args:
        points: seen surface points, shape ``(N, 2)``, ``(right, ahead)``, N >= 3.
        hidden: places where the outline is cut (by an occluder or the image border), ``(M, 2)``.
        prior: of the class, ``None`` where unknown.
        grain: distance of neighbouring pixels on the object, metres.
    """
    hull = cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    angle = _orientation(hull, points, prior)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    local = hull @ axes.T
    low, high = local.min(axis=0), local.max(axis=0)
    if prior is not None and _turned(high - low, prior):
        axes = np.array([axes[1], -axes[0]])
        local = hull @ axes.T
        low, high = local.min(axis=0), local.max(axis=0)
    cut = hidden @ axes.T if len(hidden) else np.zeros((0, 2))
    expected = (prior.long, prior.short) if prior is not None else (None, None)
    spread = prior.spread if prior is not None else 0.3
    sigma = []
    for axis in (0, 1):
        seen = high[axis] - low[axis]
        want = expected[axis]
        extra = 0.0
        doubt = 0.25 * grain + 0.01
        if want is not None and seen < want - 1.5 * spread:
            extra = want - seen
            near_low, near_high = _cut_ends(cut[:, axis], low[axis], high[axis])
            towards_camera = -(axes[axis] @ (hull.mean(axis=0)))  # > 0: high end is the near one
            if near_low == near_high:
                # Nothing tells which end is hidden: an object hides its own far side.
                slant = abs(towards_camera) / max(np.linalg.norm(hull.mean(axis=0)), 1e-6)
                if near_low or slant < 0.2:
                    share = 0.5
                else:
                    share = 1.0 if towards_camera > 0 else 0.0
            else:
                share = 1.0 if near_low else 0.0
            low[axis] -= share * extra
            high[axis] += (1 - share) * extra
            doubt += 0.15 * extra + spread / 2
        sigma.append(float(doubt))
    centre = axes.T @ ((low + high) / 2)
    size = high - low
    return Footprint(centre, axes, (float(size[0]), float(size[1])), (sigma[0], sigma[1]))


def _orientation(
    hull: NDArray[np.float64], points: NDArray[np.float64], prior: SizePrior | None
) -> float:
    """Angle of the rectangle: small area, and points close to its sides."""
    directions = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])  # (2, A)
    normals = np.stack([-np.sin(_ANGLES), np.cos(_ANGLES)])
    u, v = hull @ directions, hull @ normals
    u_low, u_high, v_low, v_high = u.min(0), u.max(0), v.min(0), v.max(0)
    area = (u_high - u_low) * (v_high - v_low)
    pu, pv = points @ directions, points @ normals
    side = np.minimum(np.minimum(pu - u_low, u_high - pu), np.minimum(pv - v_low, v_high - pv))
    on_side = (side < 0.06).mean(axis=0)
    return float(_ANGLES[int(np.argmin(area * (1.0 - 0.3 * on_side)))])


def _turned(seen: NDArray[np.float64], prior: SizePrior) -> bool:
    """Whether the second axis is the long one: the assignment that the sizes fit better."""
    want = np.array([prior.long, prior.short])

    def misfit(size: NDArray[np.float64]) -> float:
        too_long = np.maximum(size - want, 0.0)
        too_short = np.maximum(want - size, 0.0)
        return float((4 * too_long + too_short).sum())

    return misfit(seen[::-1]) < misfit(seen)


def _cut_ends(cut: NDArray[np.float64], low: float, high: float) -> tuple[bool, bool]:
    """Which ends of an axis the outline is cut at."""
    margin = 0.15 * (high - low) + 0.05
    at_low, at_high = int((cut < low + margin).sum()), int((cut > high - margin).sum())
    most = max(at_low, at_high, 1)
    return at_low >= 3 and at_low > 0.5 * most, at_high >= 3 and at_high > 0.5 * most
