# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The messages of one stamp to one :class:`RgbdFrame` and its regions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sensor_msgs.msg import CameraInfo

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.perception.registration import ColorView, DepthImage, PoseOf, register
from smolrgpt_ros.query.input_state import no_calibration
from smolrgpt_ros.scene.calibration import Calibration, CalibrationError
from smolrgpt_ros.scene.camera import CameraIntrinsics, within_lens
from smolrgpt_ros.scene.depth import unit_problem
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from ..convert.camera_info import calibration_of
from ..convert.compressed import ImageMessage, decode_any_color, decode_any_depth
from ..convert.images import ImageError
from ..convert.messages import client_region
from ..convert.time import nanoseconds

#: Regions that another node may find in an image.
_MOST_REGIONS = 256


@dataclass(frozen=True, eq=False)
class FrameMessages:
    """The input messages of one frame.

    Args:
        rgb: the colour image.
        depth: the depth image paired with it; ``None`` where depth is not used.
        info: the colour camera's calibration; ``None`` where none arrived.
        depth_info: the depth camera's; likewise.
        regions: of this image, where another node finds the regions.
        detections: ``vision_msgs/Detection2DArray`` of this image, where another node's boxes are.
    """

    rgb: ImageMessage
    depth: ImageMessage | None
    info: CameraInfo | None
    depth_info: CameraInfo | None = None
    regions: RegionArray | None = None
    detections: Any = None


def build_frame(
    messages: FrameMessages,
    *,
    info_topic: str = "rgb/camera_info",
    rectified: bool = False,
    depth_unit: float = 0.0,
    assume_registered: bool = False,
    pose_of: PoseOf | None = None,
) -> RgbdFrame:
    """Decode and check the messages of one frame.

    Args:
        messages: colour, depth and calibration.
        info_topic: where the colour camera's calibration comes from, for what is said of it.
        rectified: whether the colour images are rectified.
        depth_unit: metres of a step of the depth image; 0: as REP-118 says.
        assume_registered: trust depth in another frame_id to be registered to colour all the same.
        pose_of: looks up where the depth camera is, to reproject depth that is not registered;
            ``None``: such depth is refused.

    Raises:
        QueryError: NO_FRAME if the colour image or its calibration cannot be used, NO_DEPTH if the
            depth image cannot be read or is in another unit, UNREGISTERED_DEPTH if it is not
            aligned with colour.
    """
    header = messages.rgb.header
    try:
        rgb = decode_any_color(messages.rgb)
    except ImageError as error:
        raise QueryError(Status.NO_FRAME, f"the colour image cannot be read: {error}") from error
    height, width = rgb.shape[:2]
    calibration = None if messages.info is None else calibration_of(messages.info, rectified)
    intrinsics, note = _intrinsics(calibration, width, height, "rgb/camera_info", "colour")

    depth = None
    if messages.depth is not None:
        depth = register(
            _depth_image(messages.depth, messages.depth_info, depth_unit, assume_registered),
            ColorView(width, height, header.frame_id, intrinsics),
            assume=assume_registered,
            pose_of=pose_of,
        )
        if intrinsics is not None:
            depth = within_lens(depth, intrinsics)
    return RgbdFrame(
        rgb=rgb,
        depth=depth,
        intrinsics=intrinsics,
        stamp_ns=nanoseconds(header.stamp),
        frame_id=header.frame_id,
        notes=(note,) if note else (),
        uncalibrated=_why_uncalibrated(messages.info, info_topic),
    )


def _depth_image(
    message: ImageMessage, info: CameraInfo | None, unit: float, assumed: bool
) -> DepthImage:
    """The depth image as its camera sees it; without calibration where it is assumed registered."""
    try:
        values = decode_any_depth(message, unit)
    except ImageError as error:
        raise QueryError(Status.NO_DEPTH, f"the depth image cannot be read: {error}") from error
    if problem := unit_problem(values):
        raise QueryError(Status.NO_DEPTH, problem)
    intrinsics = _depth_intrinsics(info, values.shape, assumed)
    return DepthImage(
        values, message.header.frame_id, intrinsics, nanoseconds(message.header.stamp)
    )


def _why_uncalibrated(info: CameraInfo | None, topic: str) -> str:
    if info is not None:
        return f"the camera is not calibrated: K and P of {topic} are zero"
    return no_calibration(topic)


def external_regions(messages: FrameMessages, frame: RgbdFrame) -> tuple[Region, ...] | None:
    """The regions that another node found in an image; ``None`` where none are expected.

    Raises:
        QueryError: UNKNOWN_REGION if one of them does not fit the image, or there are too many.
    """
    array = messages.regions
    if array is None:
        return None
    if len(array.regions) > _MOST_REGIONS:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"{len(array.regions)} regions arrived on the regions topic, "
            f"allowed are {_MOST_REGIONS}",
        )
    regions = []
    for message in array.regions:
        region = client_region(message).in_frame(frame)
        regions.append(replace(region, score=float(message.score)))
    if len({region.id for region in regions}) != len(regions):
        raise QueryError(Status.UNKNOWN_REGION, "two regions of the regions topic have the same id")
    return tuple(regions)


def _intrinsics(
    calibration: Calibration | None, width: int, height: int, topic: str, what: str
) -> tuple[CameraIntrinsics | None, str]:
    """Intrinsics of an image, and what was assumed for them, one sentence."""
    if calibration is None:
        return None, ""
    try:
        camera = calibration.intrinsics(width, height)
        return camera, calibration.note(width, height) if camera is not None else ""
    except CalibrationError as error:
        raise QueryError(
            Status.NO_FRAME, f"{error}; remap {topic} to the {what} camera's own topic"
        ) from error


def _depth_intrinsics(
    info: CameraInfo | None, size: tuple[int, ...], assumed: bool
) -> CameraIntrinsics | None:
    """The depth camera's calibration; ignored where ``depth.assume_registered`` is set."""
    if assumed or info is None:
        return None
    try:
        height, width = size
        return _intrinsics(calibration_of(info), width, height, "depth/camera_info", "depth")[0]
    except QueryError as error:
        raise QueryError(Status.UNREGISTERED_DEPTH, error.message) from error
