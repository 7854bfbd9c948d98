"""Rectangles of tape on the floor, from the rim of their masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame
from smolrgpt_ros.scene.pinhole import rays
from smolrgpt_ros.scene.plane import Plane

from .depth_sampling import Flags, Floats, Masks, at_border, rim_pixels
from .observations import Evidence, Prospect, Spots
from .size_priors import SizePrior

_FARTHEST = 30.0  # metres of depth beyond which the floor is not followed
_TILT = 3e-4  # radians by which the floor may be tilted
_COLUMNS = 32  # of the grid of floor points
_ANGLES = 24
_PIXEL = 0.5  # pixels by which a mask's edge may be off
_NO_TANGENTS = np.zeros((0, 2)), np.zeros(0)
_FLOOR_ERROR = 0.002  # metres


def outlines_of(
    frame: RgbdFrame, masks: Masks, plane: Plane, priors: Sequence[SizePrior], noise: float = 0.0
) -> list[Prospect | None]:
    """What is known of the rectangles whose pictures masks are.

    The rim is brought to the floor by its rays alone, so depth noise does not touch it. What stands
    on the rectangle may reach over its rim: only where depth is that of the floor is the rim that
    of the tape; elsewhere the rectangle is merely not beyond it.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        plane: the floor.
        priors: of their classes.
        noise: spread of a pixel's depth over depth squared, 1/metres.

    Returns:
        ``None`` for a region of whose rim too little is floor.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows, dx, dy, owner = rim_pixels(masks)
    local = rays(camera, columns + 0.5 * dx, rows + 0.5 * dy) @ plane.axes.T
    falls = local[:, 2] < -plane.offset / _FARTHEST
    columns, rows, local, owner = columns[falls], rows[falls], local[falls], owner[falls]
    border = at_border(frame, columns, rows)
    reach = -plane.offset / local[:, 2]
    xy = local[:, :2] * reach[:, None]
    z = depth[rows, columns].astype(np.float64)
    height = plane.offset * (1.0 - z / reach)
    band = 0.03 + 2 * plane.residual + 3 * noise * z * plane.offset
    floor = (np.abs(height) < np.minimum(band, 0.15)) & ~border
    hidden = ~floor & ~border
    bounds, grid = masks.bounds(owner), _Grid(frame, plane)
    found: list[Prospect | None] = []
    for i, prior in enumerate(priors):
        part = slice(int(bounds[i]), int(bounds[i + 1]))
        here, ends, cut = xy[part], floor[part], border[part]
        if np.count_nonzero(ends) < 8:
            found.append(None)
            continue
        inner, outer = grid.around(masks.masks[i], here[~hidden[part]])
        evidence = Evidence(
            surface=Spots.none(),
            rim=_spots(here[ends], plane, camera, share=0.95),
            covered=_spots(np.concatenate([here[cut], inner]), plane, camera),
            free=_spots(np.concatenate([here[hidden[part]], outer]), plane, camera),
            tangents=_NO_TANGENTS[0],
            tangent_sigma=_NO_TANGENTS[1],
            sides=(prior.long, prior.short),
            spread=prior.spread,
            effort=60.0,
        )
        starts = _starts(here[ends], inner, here[cut], prior)
        found.append(Prospect(evidence, starts, (0.0, 0.0), _FLOOR_ERROR))
    return found


def _spots(xy: Floats, plane: Plane, camera: CameraIntrinsics, share: float = 0.0) -> Spots:
    """Floor points of pixels, with what a pixel and the tilt of the floor are worth there."""
    reach = np.sqrt(np.square(xy).sum(axis=1) + plane.offset**2)
    pixel = _PIXEL / camera.fx
    along = (pixel + _TILT) * np.square(reach) / plane.offset + 0.008
    return Spots.of(xy, along, pixel * reach + 0.008, share=share)


class _Grid:
    """Floor points of a coarse grid of pixels, and which of them are bare floor."""

    def __init__(self, frame: RgbdFrame, plane: Plane) -> None:
        depth, camera = frame.depth, frame.intrinsics
        assert depth is not None and camera is not None
        step = max(4, frame.width // _COLUMNS)
        rows, columns = (i.ravel() for i in np.mgrid[step // 2 : frame.height : step,
                                                     step // 2 : frame.width : step])  # fmt: skip
        local = rays(camera, columns, rows) @ plane.axes.T
        falls = local[:, 2] < -plane.offset / _FARTHEST
        rows, columns, local = rows[falls], columns[falls], local[falls]
        reach = -plane.offset / local[:, 2]
        self._place = rows, columns
        self._xy = local[:, :2] * reach[:, None]
        self._bare = np.abs(depth[rows, columns] / reach - 1) < 0.03

    def around(self, mask: Flags, near: Floats) -> tuple[Floats, Floats]:
        """Points of bare floor in a mask, and points outside it within a metre of others."""
        inside, xy = mask[self._place], self._xy
        close = ((xy > near.min(axis=0) - 1) & (xy < near.max(axis=0) + 1)).all(axis=1)
        return xy[inside & self._bare], xy[~inside & close]


def _starts(ends: Floats, inner: Floats, goes_on: Floats, prior: SizePrior) -> Floats:
    """Rectangles around points at all angles, shape ``(K, 5)``.

    What is missing of the typical size lies beyond the picture, or hidden at either end.

    Args:
        ends: where the rectangle ends, shape ``(N, 2)``.
        inner: what lies inside it, shape ``(I, 2)``.
        goes_on: where the picture ends, shape ``(M, 2)``.
        prior: of the class.
    """
    yaws = np.arange(_ANGLES) * np.pi / _ANGLES
    cos, sin = np.cos(yaws), np.sin(yaws)
    axes = np.stack([np.stack([cos, sin], axis=1), np.stack([-sin, cos], axis=1)], axis=1)
    flat: NDArray[np.float64] = axes.reshape(-1, 2)  # both axes of one angle after the other
    seen = np.sort(flat @ ends.T, axis=1)
    margin = int(0.02 * (len(ends) - 1) + 0.5)
    low, high = seen[:, margin], seen[:, -1 - margin]
    if len(inner):
        held = flat @ inner.T
        low, high = np.minimum(low, held.min(axis=1)), np.maximum(high, held.max(axis=1))
    rest = np.maximum(np.tile([prior.long, prior.short], _ANGLES) - (high - low), 0.0)
    below, above = np.zeros(len(flat)), np.zeros(len(flat))
    if len(goes_on):
        past, tenth = flat @ goes_on.T, 0.1 * (high - low)
        below = (past.min(axis=1) < low + tenth).astype(np.float64)
        above = (past.max(axis=1) > high - tenth).astype(np.float64)
    both = np.maximum(below + above, 1.0)
    found = []
    for behind in (None, 1.0, 0.0):
        under, over = below / both, above / both
        if behind is not None:
            under[::2], over[::2] = behind, 1.0 - behind
        ends_low, ends_high = low - rest * under, high + rest * over
        middle = np.einsum("kai,ka->ki", axes, ((ends_low + ends_high) / 2).reshape(-1, 2))
        sides = (ends_high - ends_low).reshape(-1, 2)
        sides = np.clip(sides, 0.5 * prior.short, 1.2 * prior.long)
        found.append(np.column_stack([middle, yaws, sides]))
    return np.concatenate(found)
