# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame as a view of its floor: colours of floor points, and where the floor is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, project, rays
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import BoxedMask
from smolrgpt_ros.scene.plane import Plane

Points = NDArray[np.float64]
"""``(..., 2)``, metres, right and ahead in the floor frame."""

#: Metres, and share of the distance, by which depth may be off the floor.
_OFF_FLOOR, _OFF_FLOOR_SHARE = 0.06, 0.04
#: Points nearer to the camera than this, along its axis, are in no picture.
_NEAREST = 0.1
#: Metres beyond everything.
_NO_FLOOR = 1e3
#: Weights of lightness and of the two colour axes (CIELAB): shadows are no marks.
_WEIGHTS = np.array([0.5, 1.0, 1.0], np.float32)
#: Columns of a picture of which every pixel is looked at.
_MOST_COLUMNS = 320
#: Columns of a table of colours that are looked up at once; OpenCV takes 32767 at most.
_COLUMNS = 1024


@dataclass(frozen=True, eq=False)
class FloorView:
    """The floor of a frame.

    Args:
        plane: of it.
        camera: of the frame.
        colours: ``(H, W, 3)`` float32, CIELAB, weighted.
        every: of so many rows and columns one is looked at below: all, of a picture up to 320 wide.
        in_sight: bool, which of these pixels show the floor itself.
        ground: ``(..., 2)`` where the rays of these pixels meet the floor; NaN above the horizon.
    """

    plane: Plane
    camera: CameraIntrinsics
    colours: NDArray[np.float32]
    every: int
    in_sight: NDArray[np.bool_]
    ground: Points

    @staticmethod
    def of(frame: RgbdFrame, standing: Sequence[NDArray[np.bool_]] = ()) -> FloorView | None:
        """A frame's; ``None`` without a floor, depth in metres or intrinsics.

        Args:
            standing: masks of what stands on the floor, ``(H, W)`` each.
        """
        depth, camera = frame.depth, frame.intrinsics
        if depth is None or camera is None or not frame.metric:
            return None
        objects = [BoxedMask.of(mask) for mask in standing]
        plane = fit_ground_plane(depth, camera, objects, up=frame.up)
        if plane is None:
            return None
        every = -(-frame.width // _MOST_COLUMNS)
        some = depth[::every, ::every]
        rows, columns = every * np.indices(some.shape).reshape(2, -1)
        meets = plane.meet(rays(camera, columns, rows))
        expected = meets[:, 2].reshape(some.shape)
        with np.errstate(invalid="ignore"):
            off = np.abs(some - expected)
            in_sight = off < _OFF_FLOOR + _OFF_FLOOR_SHARE * expected
        smooth = cv2.GaussianBlur(frame.rgb, (3, 3), 0.6)
        colours = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB).astype(np.float32) * _WEIGHTS
        ground = plane.to_floor(meets)[:, :2].reshape(*some.shape, 2)
        return FloorView(plane, camera, colours, every, in_sight, ground)

    @cached_property
    def ground_in_sight(self) -> Points:
        """Floor points of all pixels that show it, ``(N, 2)``."""
        found: Points = self.ground[self.in_sight]
        return found

    def floor_of(self, mask: NDArray[np.bool_]) -> Points:
        """Floor points of a mask ``(H, W)``, where the floor itself is in sight, ``(N, 2)``."""
        found: Points = self.ground[mask[:: self.every, :: self.every] & self.in_sight]
        return found

    def filled(self, beyond: NDArray[np.float64]) -> NDArray[np.bool_]:
        """The pixels of a part of the floor, hidden or not, ``(H, W)``.

        Args:
            beyond: metres that the points of ``ground`` are beyond it, negative inside.
        """
        # Beyond the horizon there is no floor: farther away than any part of it reaches.
        beyond = np.nan_to_num(beyond, nan=_NO_FLOOR).astype(np.float32)
        back = np.diag([1 / self.every, 1 / self.every, 1.0])[:2]
        whole = cv2.warpAffine(
            beyond,
            back,
            (self.camera.width, self.camera.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(whole <= 0)

    def pixels(self, points: Points) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Columns and rows of floor points, ``(..., 2)``, and which are in the picture."""
        flat = points.reshape(-1, 2)
        optical = self.plane.to_optical(np.column_stack([flat, np.zeros(len(flat))]))
        before = optical[:, 2] > _NEAREST
        optical[:, 2] = np.maximum(optical[:, 2], _NEAREST)
        u, v = project(self.camera, optical)
        inside = before & (u >= 0) & (u <= self.camera.width - 1)
        inside &= (v >= 0) & (v <= self.camera.height - 1)
        held = np.where(inside[:, None], np.stack([u, v], axis=1), 0).astype(np.float32)
        return held.reshape(points.shape), np.asarray(inside.reshape(points.shape[:-1]))

    def look(self, points: Points) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Colours of floor points, ``(..., 3)``, and where the floor is in sight."""
        pixels, inside = self.pixels(points)
        flat = pixels.reshape(-1, 2)
        if not len(flat):
            return np.zeros((*points.shape[:-1], 3), np.float32), inside
        spare = -len(flat) % _COLUMNS
        table = np.concatenate([flat, np.zeros((spare, 2), np.float32)]).reshape(-1, _COLUMNS, 2)
        columns, rows = (np.ascontiguousarray(table[..., axis]) for axis in (0, 1))
        found = cv2.remap(self.colours, columns, rows, cv2.INTER_LINEAR).reshape(-1, 3)
        colours = np.asarray(found[: len(flat)], np.float32).reshape(*points.shape[:-1], 3)
        nearest = np.rint(flat).astype(np.intp) // self.every
        seen = self.in_sight[nearest[:, 1], nearest[:, 0]].reshape(inside.shape)
        return colours, inside & seen

    def widths(self, points: Points, across: Points) -> NDArray[np.float64]:
        """Metres of floor that a pixel covers at points, ``(...)``, in a direction ``(2,)``.

        Far ahead a pixel covers much along the line of sight, and little across it.
        """
        distance = np.maximum(np.linalg.norm(points, axis=-1), 1e-6)
        along = np.abs(points @ across) / distance
        height = self.plane.offset
        deep = (distance**2 + height**2) / (height * self.camera.fy)
        wide: NDArray[np.float64] = deep * along + distance / self.camera.fx * (1 - along)
        return wide
