# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Truth about one frame: objects with their masks, sizes and places. Serialises to plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.pose import Pose


@dataclass(frozen=True)
class ObjectTruth:
    """One object of a frame. Coordinates in the camera's optical frame (REP-103), metres.

    Args:
        id: index among the frame's objects; also the ``Region`` id.
        label: pallet, transporter, shelf or buffer.
        centre: of its box, load included; of a buffer: middle of the rectangle on the floor.
        size: length, width, height of that box.
        yaw: radians about the world's up axis from the camera's horizontal viewing direction to
            the length axis, positive to the left.
        load: ``"empty"`` or ``"loaded"`` for pallets and transporters, else ``""``.
        carried_by: id of the transporter under a pallet, -1 for none.
        inside: ids of the buffers it stands in (its footprint's centre); a carried pallet stands in
            none, whatever is below its transporter.
        is_region: whether it is visible enough to be a region of the frame and asked about.
        visible_pixels: pixels it owns in the picture. visible_share: those over the pixels it
            would own alone in an endless picture, in [0, 1].
        centroid: mean ``(x, y)`` of the mask, pixels. box: ``(x0, y0, x1, y1)`` of the mask.
        area: pixels of the mask. rle: the mask; ``None`` where ``is_region`` is false.
    """

    id: int
    label: str
    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float
    load: str
    carried_by: int
    inside: tuple[int, ...]
    is_region: bool
    visible_pixels: int
    visible_share: float
    centroid: tuple[float, float] = (0.0, 0.0)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    area: int = 0
    rle: dict[str, Any] | None = None

    def mask(self) -> NDArray[np.bool_]:
        """The mask, ``(H, W)`` bool.

        Raises:
            ValueError: if the object is not a region of the frame.
        """
        if self.rle is None:
            raise ValueError(f"object {self.id} ({self.label}) is hardly visible and has no mask")
        return decode_rle(self.rle)


@dataclass(frozen=True)
class FrameTruth:
    """The truth about a frame: its camera and its objects.

    Args:
        world_to_optical: row-major rotation, 9 numbers. camera_position: in the world, z up.
    """

    seed: int
    family: str
    intrinsics: CameraIntrinsics
    camera_position: tuple[float, float, float]
    world_to_optical: tuple[float, ...]
    objects: tuple[ObjectTruth, ...]

    @property
    def width(self) -> int:
        return self.intrinsics.width

    @property
    def height(self) -> int:
        return self.intrinsics.height

    @property
    def camera_pose(self) -> Pose:
        """Of the optical frame in the world."""
        to_optical = np.reshape(self.world_to_optical, (3, 3))
        return Pose("world", to_optical.T, np.array(self.camera_position))

    @property
    def regions(self) -> tuple[ObjectTruth, ...]:
        """The objects that can be asked about."""
        return tuple(o for o in self.objects if o.is_region)

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and strings."""
        return {
            **vars(self),
            "intrinsics": vars(self.intrinsics).copy(),
            "objects": [vars(o).copy() for o in self.objects],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FrameTruth:
        """The inverse of ``to_json``.

        Raises:
            KeyError, TypeError: if fields are missing or unknown.
        """
        fields = dict(data)
        fields["intrinsics"] = CameraIntrinsics(**fields["intrinsics"])
        for name in ("camera_position", "world_to_optical"):
            fields[name] = tuple(fields[name])
        objects = []
        for item in fields["objects"]:
            values = dict(item)
            for name in ("centre", "size", "inside", "centroid", "box"):
                values[name] = tuple(values[name])
            objects.append(ObjectTruth(**values))
        fields["objects"] = tuple(objects)
        return cls(**fields)
