"""From the messages of one moment to one :class:`RgbdFrame`, or to the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

from sensor_msgs.msg import CameraInfo, Image

from ..scene.frame import RgbdFrame
from ..scene.status import QueryError, Status
from .camera_info import CameraInfoError, intrinsics_from
from .images import ImageError, decode_color, decode_depth
from .stamps import nanoseconds


@dataclass(frozen=True, eq=False)
class FrameMessages:
    """What the inputs said about one moment.

    Args:
        rgb: the colour image.
        depth: the depth image paired with it; ``None`` where depth is not used.
        info: the colour camera's calibration; ``None`` where none came.
    """

    rgb: Image
    depth: Image | None
    info: CameraInfo | None


def build_frame(messages: FrameMessages, *, assume_registered: bool = False) -> RgbdFrame:
    """Decode and check the messages of one moment.

    Args:
        messages: colour, depth and calibration.
        assume_registered: trust depth in another frame_id to be registered to colour all the same.

    Raises:
        QueryError: NO_FRAME if the colour image or its calibration cannot be used, NO_DEPTH if the
            depth image cannot be read, UNREGISTERED_DEPTH if it is not aligned with colour.
    """
    rgb_message, depth_message = messages.rgb, messages.depth
    frame_id = rgb_message.header.frame_id
    try:
        rgb = decode_color(rgb_message)
    except ImageError as error:
        raise QueryError(Status.NO_FRAME, f"the colour image cannot be read: {error}") from error
    height, width = rgb.shape[:2]

    intrinsics = None
    if messages.info is not None:
        try:
            intrinsics = intrinsics_from(messages.info, width, height)
        except CameraInfoError as error:
            raise QueryError(
                Status.NO_FRAME, f"{error}; remap rgb/camera_info to the colour camera's own topic"
            ) from error

    depth = None
    if depth_message is not None:
        if (depth_message.width, depth_message.height) != (width, height):
            raise QueryError(
                Status.UNREGISTERED_DEPTH,
                f"depth is {depth_message.width}x{depth_message.height} pixels, colour is "
                f"{width}x{height}; remap depth/image_raw to depth that is registered to colour",
            )
        if depth_message.header.frame_id != frame_id and not assume_registered:
            raise QueryError(
                Status.UNREGISTERED_DEPTH,
                f"depth is in frame {depth_message.header.frame_id!r}, colour in {frame_id!r}; "
                "remap depth/image_raw to depth that is registered to colour, or set "
                "depth.assume_registered if it is",
            )
        try:
            depth = decode_depth(depth_message)
        except ImageError as error:
            raise QueryError(Status.NO_DEPTH, f"the depth image cannot be read: {error}") from error
    return RgbdFrame(
        rgb=rgb,
        depth=depth,
        intrinsics=intrinsics,
        stamp_ns=nanoseconds(rgb_message.header.stamp),
        frame_id=frame_id,
    )
