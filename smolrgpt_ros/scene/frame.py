# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One synchronized RGB-D frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .camera import CameraIntrinsics
from .depth import within_range
from .floor_fit import fit_ground_plane
from .plane import Plane
from .tolerances import Tolerances

Direction = tuple[float, float, float]
"""A unit vector in the optical frame."""


@dataclass(frozen=True, eq=False)
class RgbdFrame:
    """An immutable RGB-D frame; every query works on exactly one.

    Args:
        rgb: shape ``(H, W, 3)``, uint8, RGB order.
        depth: shape ``(H, W)``, float32, metres along the optical axis (REP-118), NaN where the
            sensor gave nothing; ``None`` for a camera without depth. Registered to ``rgb``. What
            lies at the end of the sensor's range becomes NaN as well.
        intrinsics: the colour camera's; ``None`` where no usable calibration arrived.
        stamp_ns: acquisition time, nanoseconds.
        frame_id: optical frame of the colour camera.
        metric: whether depth is in metres; ``False`` where its scale is only estimated.
        tolerances: how far calibration, registration and masks may be off.
        up: against gravity, where something besides the picture knows it.
        notes: what was assumed to make the frame of its input, one sentence each; every answer
            carries them.
        uncalibrated: why there are no intrinsics, a clause, where there are none.

    Raises:
        ValueError: on a wrong shape, dtype, or sizes that disagree.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32] | None
    intrinsics: CameraIntrinsics | None
    stamp_ns: int = 0
    frame_id: str = ""
    metric: bool = True
    tolerances: Tolerances = field(default_factory=Tolerances)
    up: Direction | None = None
    notes: tuple[str, ...] = ()
    uncalibrated: str = "the camera is not calibrated"

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(
                f"rgb must be (H, W, 3) uint8, found {self.rgb.shape} {self.rgb.dtype}"
            )
        size = self.rgb.shape[:2]
        if self.depth is not None and (self.depth.shape != size or self.depth.dtype != np.float32):
            raise ValueError(
                f"depth must be {size} float32 metres like rgb, "
                f"found {self.depth.shape} {self.depth.dtype}"
            )
        if self.intrinsics is not None and (
            (self.intrinsics.height, self.intrinsics.width) != size
        ):
            raise ValueError(
                f"intrinsics are for {self.intrinsics.width}x{self.intrinsics.height}, "
                f"the image is {size[1]}x{size[0]}"
            )
        if self.up is not None and not abs(np.linalg.norm(self.up) - 1.0) < 1e-3:
            raise ValueError(f"up must be a unit vector, found {self.up}")
        if self.depth is not None:
            object.__setattr__(self, "depth", within_range(self.depth, self.up))
        for array in (self.rgb, self.depth):
            if array is not None:
                array.setflags(write=False)

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @cached_property
    def floor(self) -> Plane | None:
        """The floor by depth alone, whatever stands on it; ``None`` where depth is not in metres.

        Fitted once: a detector and what is made of its masks take it.
        """
        return fit_ground_plane(self.depth if self.metric else None, self.intrinsics, up=self.up)
