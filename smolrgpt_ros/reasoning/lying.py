"""Rectangles of tape on the floor, from the rim of their masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..scene.frame import CameraIntrinsics, RgbdFrame
from ..scene.geometry import Plane, rays
from .boxes import Footprint
from .evidence import Evidence, Spots
from .rectangles import fit_rectangle
from .seeing import Box, at_border, rim_pixels
from .sizes import SizePrior

_FARTHEST = 30.0  # metres of depth beyond which the floor is not followed
_TILT = 3e-4  # radians by which the floor may be tilted
_COLUMNS = 32  # of the grid of floor points
_ANGLES = 36
_PIXEL = 0.5  # pixels by which a mask's edge may be off


def fit_lying(
    frame: RgbdFrame,
    mask: NDArray[np.bool_],
    box: Box,
    plane: Plane,
    prior: SizePrior,
    noise: float = 0.0,
) -> Footprint | None:
    """The rectangle whose picture the mask is; ``None`` where too little of its rim is floor.

    The rim is brought to the floor by its rays alone, so depth noise does not touch it. What stands
    on the rectangle may reach over its rim: only where depth is that of the floor is the rim that
    of the tape; elsewhere the rectangle is merely not beyond it.

    Args:
        frame: with depth and intrinsics.
        mask, box: the region.
        plane: the floor.
        prior: of the class.
        noise: spread of a pixel's depth over depth squared, 1/metres.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows, dx, dy = rim_pixels(mask, box)
    directions = rays(camera, columns + 0.5 * dx, rows + 0.5 * dy)
    local = directions @ plane.axes.T
    falls = local[:, 2] < -plane.offset / _FARTHEST
    columns, rows, local = columns[falls], rows[falls], local[falls]
    border = at_border(frame, columns, rows)
    reach = -plane.offset / local[:, 2]
    xy = local[:, :2] * reach[:, None]
    z = depth[rows, columns].astype(np.float64)
    height = plane.offset * (1.0 - z / reach)
    with np.errstate(invalid="ignore"):
        band = 0.03 + 2 * plane.residual + 3 * noise * z * plane.offset
        floor = (np.abs(height) < np.minimum(band, 0.15)) & ~border
    if floor.sum() < 8:
        return None
    hidden = ~floor & ~border
    inner, outer = _grid(frame, mask, plane, xy[~hidden])
    evidence = Evidence(
        surface=Spots.none(),
        rim=_spots(xy[floor], plane, camera, share=0.95),
        covered=_spots(np.concatenate([xy[border], inner]), plane, camera),
        free=_spots(np.concatenate([xy[hidden], outer]), plane, camera),
        tangents=np.zeros((0, 2)),
        tangent_sigma=np.zeros(0),
        sides=(prior.long, prior.short),
        spread=prior.spread,
        effort=60.0,
    )
    starts = _starts(xy[floor], inner, xy[border], prior)
    return Footprint.of(fit_rectangle(starts, evidence), 0.01)


def _spots(
    xy: NDArray[np.float64], plane: Plane, camera: CameraIntrinsics, share: float = 0.0
) -> Spots:
    """Floor points of pixels, with what a pixel and the tilt of the floor are worth there."""
    reach = np.sqrt(np.square(xy).sum(axis=1) + plane.offset**2)
    pixel = _PIXEL / camera.fx
    along = (pixel + _TILT) * np.square(reach) / plane.offset + 0.008
    return Spots(xy, along, pixel * reach + 0.008, share=share)


def _grid(
    frame: RgbdFrame, mask: NDArray[np.bool_], plane: Plane, near: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Floor points of a coarse grid of pixels: on bare floor in the mask, and outside it."""
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    step = max(4, frame.width // _COLUMNS)
    rows, columns = (i.ravel() for i in np.mgrid[step // 2 : frame.height : step,
                                                 step // 2 : frame.width : step])  # fmt: skip
    local = rays(camera, columns, rows) @ plane.axes.T
    falls = local[:, 2] < -plane.offset / _FARTHEST
    rows, columns, local = rows[falls], columns[falls], local[falls]
    reach = -plane.offset / local[:, 2]
    xy = local[:, :2] * reach[:, None]
    inside = mask[rows, columns]
    with np.errstate(invalid="ignore"):
        bare = np.abs(depth[rows, columns] / reach - 1) < 0.03
    around = ((xy > near.min(axis=0) - 1) & (xy < near.max(axis=0) + 1)).all(axis=1)
    return xy[inside & bare], xy[~inside & around]


def _starts(
    ends: NDArray[np.float64],
    inner: NDArray[np.float64],
    goes_on: NDArray[np.float64],
    prior: SizePrior,
) -> NDArray[np.float64]:
    """Rectangles around points at all angles, shape ``(K, 5)``; typical sizes beyond the picture.

    Args:
        ends: where the rectangle ends, shape ``(N, 2)``.
        inner: what lies inside it, shape ``(I, 2)``.
        goes_on: where the picture ends, shape ``(M, 2)``.
        prior: of the class.
    """
    yaws = np.arange(_ANGLES) * np.pi / _ANGLES
    axes = np.stack([[np.cos(yaws), np.sin(yaws)], [-np.sin(yaws), np.cos(yaws)]])
    seen = np.einsum("aik,ni->kan", axes, ends)  # angle, axis, point
    low, high = np.quantile(seen, (0.02, 0.98), axis=2)
    if len(inner):
        held = np.einsum("aik,ni->kan", axes, inner)
        low, high = np.minimum(low, held.min(axis=2)), np.maximum(high, held.max(axis=2))
    if len(goes_on):
        past = np.einsum("aik,ni->kan", axes, goes_on)
        rest = np.maximum(np.array([prior.long, prior.short]) - (high - low), 0.0)
        margin = 0.1 * (high - low)
        below, above = past.min(axis=2) < low + margin, past.max(axis=2) > high - margin
        rest /= np.maximum(below.astype(float) + above, 1.0)
        low, high = low - rest * below, high + rest * above
    middle = np.einsum("aik,ka->ki", axes, (low + high) / 2)
    sides = np.clip(high - low, 0.5 * prior.short, 1.2 * prior.long)
    return np.column_stack([middle, yaws, sides])
