"""One synchronized RGB-D frame and the pinhole camera that took it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .tolerances import Tolerances


@dataclass(frozen=True)
class CameraIntrinsics:
    """Pinhole intrinsics of a rectified image, in pixels.

    Pixel centres lie on whole numbers: the ray through column ``u`` and row ``v`` is
    ``((u - cx) / fx, (v - cy) / fy, 1)`` in the optical frame (REP-103: z forward, x right, y
    down).

    Raises:
        ValueError: if a focal length or a size is not positive, or a value is not finite.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f"image size must be positive, found {self.width}x{self.height}")
        values = (self.fx, self.fy, self.cx, self.cy)
        if not np.all(np.isfinite(values)) or self.fx <= 0 or self.fy <= 0:
            raise ValueError(
                "focal lengths must be positive and finite, "
                f"found fx={self.fx}, fy={self.fy}, cx={self.cx}, cy={self.cy}; "
                "is the camera calibrated (camera_info.k)?"
            )

    def scaled(self, width: int, height: int) -> CameraIntrinsics:
        """The same camera seen through an image resized to ``width`` x ``height``."""
        sx, sy = width / self.width, height / self.height
        return CameraIntrinsics(
            width=width,
            height=height,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
        )


@dataclass(frozen=True, eq=False)
class RgbdFrame:
    """An immutable RGB-D frame; every query works on exactly one.

    Args:
        rgb: shape ``(H, W, 3)``, uint8, RGB order.
        depth: shape ``(H, W)``, float32, metres along the optical axis (REP-118), NaN where the
            sensor gave nothing; ``None`` for a camera without depth. Registered to ``rgb``.
        intrinsics: the colour camera's; ``None`` where no usable calibration arrived.
        stamp_ns: acquisition time, nanoseconds.
        frame_id: optical frame of the colour camera.
        metric: whether depth is in metres; ``False`` where its scale is only estimated.
        tolerances: how far calibration, registration and masks may be off.

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
        for array in (self.rgb, self.depth):
            if array is not None:
                array.setflags(write=False)

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])
