# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether depth and calibration fit what is known of objects, and else what may be wrong.

Depth in another unit and the calibration of another camera change how large everything looks, and
how high the camera hangs. Depth that is not registered lies beside the masks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane, roll_of
from smolrgpt_ros.scene.region import Region

#: Square root of the area that an object of a class shows to a camera, about, metres.
_LOOKS = {"pallet": 1.0, "transporter": 0.65, "shelf": 2.3}
#: Times its usual size that the middle object of a frame may look; on simulated frames of both
#: camera families it is 0.6 to 1.25. First for a caveat, then for an answer, of two objects or
#: more; a single one may be of an unusual kind.
_SIZES_USUAL, _SIZES_POSSIBLE, _SIZE_POSSIBLE_ALONE = (0.5, 1.6), (0.4, 2.0), (0.2, 4.0)
#: Metres above the floor at which cameras hang.
_HEIGHTS_POSSIBLE = (0.05, 25.0)
#: Times too large, from and to, and the step of cameras whose depth is not in millimetres.
_STEPS = (
    (2.8, 7.0, "0.25 or 0.2 mm (depth.unit 0.00025 or 0.0002)"),
    (7.0, 14.0, "0.1 mm (depth.unit 0.0001)"),
)
_OTHER_CAUSES = (
    "is camera_info that of another camera or image size, or depth in another unit (depth.unit: "
    "metres per step)?"
)
#: Metres of height up to which a pixel is floor, and the share of such pixels of standing objects
#: from which depth lies beside the masks; it is up to 0.13 where it does not.
_FLOOR_BAND, _MOST_FLOOR = 0.05, 0.35
_BORDER = 3  # pixels from the image's border within which a region may be cut
_PIXELS_A_SIDE = 12  # of a region's box that are looked at
_FEWEST_PIXELS = 10
#: Degrees of roll from which a floor may as well be a wall beside an upright camera.
_MOST_ROLL_DEG = 45.0


@dataclass(frozen=True)
class Plausibility:
    """What speaks against the depth of a frame.

    Args:
        reason: why nothing is measured, a clause; empty where it can be.
        caveat: what may be wrong, a sentence; empty where nothing seems to be.
        unsure: why what is measured is not to be acted on, a clause; empty where it is.
    """

    reason: str = ""
    caveat: str = ""
    unsure: str = ""


def plausibility_of(
    frame: RgbdFrame, regions: Sequence[Region], plane: Plane | None
) -> Plausibility:
    """Judges depth and calibration of a frame, and the floor.

    Args:
        frame: with depth and intrinsics; depth without scale is not judged.
        regions: every region in view.
        plane: the floor, where one is in view.
    """
    judged = _judged(frame, regions, plane)
    return replace(judged, unsure=_unsure_floor(frame, plane))


def _unsure_floor(frame: RgbdFrame, plane: Plane | None) -> str:
    """Why a plane may be no floor: a wall seen obliquely is the floor of a camera on its side."""
    if plane is None or frame.up is not None:
        return ""
    roll = roll_of(plane.up.tolist())
    if roll is None or abs(roll) <= _MOST_ROLL_DEG:
        return ""
    return (
        f"what was taken for the floor is a wall, or the camera is rolled {abs(roll):.0f} degrees: "
        "say which way is up (gravity_frame, gravity_imu_topic, gravity_up)"
    )


def _judged(frame: RgbdFrame, regions: Sequence[Region], plane: Plane | None) -> Plausibility:
    if not frame.metric:
        return Plausibility()
    seen = [s for region in regions if (s := _Seen.of(frame, region)) is not None]
    sized = [s for s in seen if s.whole]
    caveat = ""
    if sized:
        ratio = float(np.median([s.size / _LOOKS[s.label] for s in sized]))
        labels = ", ".join(sorted({s.label for s in sized}))
        text = f"the size of what is in view ({labels}) is {ratio:.2g} times the usual"
        possible = _SIZES_POSSIBLE if len(sized) > 1 else _SIZE_POSSIBLE_ALONE
        if not possible[0] <= ratio <= possible[1]:
            return Plausibility(f"{text}: {_cause(ratio)}")
        if len(sized) > 1 and not _SIZES_USUAL[0] <= ratio <= _SIZES_USUAL[1]:
            caveat = f"{text[0].upper()}{text[1:]}: {_cause(ratio)}"
    low, high = _HEIGHTS_POSSIBLE
    if plane is not None and not low <= plane.offset <= high:
        return Plausibility(
            f"the camera would be {plane.offset:.3g} m above the floor, expected {low:g} to "
            f"{high:g} m: {_OTHER_CAUSES}"
        )
    if caveat:
        return Plausibility(caveat=caveat)
    if plane is not None and len(seen) > 1:
        floor = float(np.median([s.floor_share(plane) for s in seen]))
        if floor > _MOST_FLOOR:
            return Plausibility(
                caveat=f"Of what the masks of standing objects cover, depth has {floor:.0%} as "
                "floor: is depth registered to the colour image (depth/image_raw, "
                "depth.assume_registered)?"
            )
    return Plausibility()


def _cause(ratio: float) -> str:
    """What makes things so many times too large."""
    for low, high, step in _STEPS:
        if low <= ratio < high:
            return (
                f"is depth in steps of {step}, or camera_info that of another camera or image size?"
            )
    if not 0.01 < ratio < 100.0:
        return "is depth in another unit (depth.unit: metres per step)?"
    return _OTHER_CAUSES


@dataclass(frozen=True, eq=False)
class _Seen:
    """What shows of a standing object of a known class.

    Args:
        label: its class.
        whole: whether it keeps clear of the image's border.
        size: square root of the area that it shows, metres.
        points: some of its surface, shape ``(N, 3)``, optical frame.
    """

    label: str
    whole: bool
    size: float
    points: NDArray[np.float64]

    @classmethod
    def of(cls, frame: RgbdFrame, region: Region) -> _Seen | None:
        """``None`` for an object of another class, or of which too little has depth."""
        depth, camera = frame.depth, frame.intrinsics
        assert depth is not None and camera is not None
        if region.label not in _LOOKS or region.box is None:
            return None
        x0, y0, x1, y1 = region.box
        step = max(1, min(x1 - x0, y1 - y0) // _PIXELS_A_SIDE)
        rows, columns = np.nonzero(region.boxed.patch[::step, ::step])
        rows, columns = rows * step + y0, columns * step + x0
        pixels = len(rows) * step**2
        z = depth[rows, columns].astype(np.float64)
        known = np.isfinite(z) & (z > 0)
        if np.count_nonzero(known) < _FEWEST_PIXELS:
            return None
        points = rays(camera, columns[known], rows[known]) * z[known, None]
        size = np.sqrt(pixels / (camera.fx * camera.fy)) * float(np.median(z[known]))
        right, lower = camera.width - _BORDER, camera.height - _BORDER
        whole = x0 >= _BORDER and y0 >= _BORDER and x1 <= right and y1 <= lower
        return cls(region.label, whole, float(size), points)

    def floor_share(self, plane: Plane) -> float:
        """Share of its surface that is floor."""
        heights = self.points @ plane.up + plane.offset
        return float(np.mean(heights < _FLOOR_BAND))
