# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values of this package to its messages, and requests to values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import PoseStamped
from numpy.typing import NDArray
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header

from smolrgpt_ros import msg as interfaces
from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.geometry.region_poses import RegionPose
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.query.request import ClientRegion, QueryRequest
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle, encode_rle
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.srv import SpatialQuery

from .answer_values import KIND_CODES
from .poses import point_message, pose_message, vector_message
from .time import duration_of, nanoseconds, seconds, time_of

NAN = float("nan")

_AGREEMENT = {
    None: interfaces.SpatialAnswer.AGREEMENT_NOT_COMPARABLE,
    True: interfaces.SpatialAnswer.AGREEMENT_AGREE,
    False: interfaces.SpatialAnswer.AGREEMENT_DISAGREE,
}


def header_of(frame: RgbdFrame) -> Header:
    """The header of the colour image a frame was made of."""
    return Header(stamp=time_of(frame.stamp_ns), frame_id=frame.frame_id)


def request_region(region: Region) -> interfaces.Region:
    """``msg/Region`` of a client's own region, for a request."""
    message = interfaces.Region(id=region.id, label=region.label)
    _write_mask(message, region)
    return message


def region_message(region: Region, pose: RegionPose) -> interfaces.Region:
    """``msg/Region`` of a region and the pose of its object."""
    message = interfaces.Region(
        id=region.id,
        label=region.label,
        score=region.score,
        seen_age=duration_of(region.seen_age_s),
        position=point_message(pose.position or (NAN,) * 3),
        position_frame_id=pose.frame_id if pose.position is not None else "",
        size=vector_message(pose.size or (NAN,) * 3),
        depth_valid_ratio=pose.depth_valid_ratio,
    )
    _write_mask(message, region)
    return message


def _write_mask(message: interfaces.Region, region: Region) -> None:
    box = region.box
    if box is not None:
        x0, y0, x1, y1 = box
        message.box = RegionOfInterest(x_offset=x0, y_offset=y0, width=x1 - x0, height=y1 - y0)
    message.mask_rle = str(encode_rle(region.boxed)["counts"])
    message.mask_height, message.mask_width = region.boxed.shape


def mask_of(message: interfaces.Region) -> NDArray[np.bool_]:
    """The mask of a region's message, shape (H, W).

    Raises:
        ValueError: if it cannot be read.
    """
    size = [message.mask_height, message.mask_width]
    return decode_rle({"size": size, "counts": message.mask_rle})


def region_of(message: interfaces.Region) -> Region:
    """The region of a message.

    Raises:
        ValueError: if its mask cannot be read.
    """
    age_s = seconds(message.seen_age)
    return Region(message.id, message.label, mask_of(message), message.score, age_s)


def region_array(
    frame: RgbdFrame, regions: Sequence[Region], poses: Sequence[RegionPose]
) -> interfaces.RegionArray:
    """``msg/RegionArray`` of a frame."""
    return interfaces.RegionArray(
        header=header_of(frame),
        height=frame.height,
        width=frame.width,
        regions=[region_message(r, p) for r, p in zip(regions, poses, strict=True)],
    )


def request_of(
    request: SpatialQuery.Request | SpatialQueryAction.Goal, target_frame: str = ""
) -> QueryRequest:
    """The values of a service request or an action goal; they have the same fields.

    Args:
        request: the message.
        target_frame: default, where the request names none.
    """
    return QueryRequest(
        question=request.question,
        region_ids=tuple(int(i) for i in request.region_ids),
        regions=tuple(client_region(region) for region in request.regions),
        stamp_ns=nanoseconds(request.stamp),
        max_age_s=seconds(request.max_age) or None,
        timeout_s=seconds(request.timeout) or None,
        target_frame=request.target_frame or target_frame,
        camera=request.camera,
    )


def client_region(message: interfaces.Region) -> ClientRegion:
    """A region of a client's request."""
    box = message.box
    has_box = box.width > 0 and box.height > 0
    return ClientRegion(
        id=int(message.id),
        label=message.label,
        mask_rle=message.mask_rle,
        mask_size=(int(message.mask_height), int(message.mask_width)),
        box=(
            int(box.x_offset),
            int(box.y_offset),
            int(box.x_offset) + int(box.width),
            int(box.y_offset) + int(box.height),
        )
        if has_box
        else None,
    )


def empty_answer() -> interfaces.SpatialAnswer:
    """``msg/SpatialAnswer`` of a failed query: every number NaN, no value."""
    message = interfaces.SpatialAnswer(value=NAN, confidence=NAN, trusted_value=NAN)
    message.measured = interfaces.MeasuredValue(
        value=NAN, std=NAN, std_systematic=NAN, probability=NAN, depth_valid_ratio=NAN
    )
    return message


def answer_message(
    answer: SpatialAnswer,
    header: Header,
    frame_age_s: float,
    latency_s: float,
    view: Pose | None = None,
) -> interfaces.SpatialAnswer:
    """``msg/SpatialAnswer`` of a reasoner's answer.

    Args:
        answer: generated and measured.
        header: of the colour image asked about.
        frame_age_s: of that image when the query arrived.
        latency_s: from the query's arrival to now.
        view: that it suggests.
    """
    generated, trusted = number_or_nan(answer.value), number_or_nan(answer.trusted)
    return interfaces.SpatialAnswer(
        header=header,
        question=answer.question,
        understood=answer.understood,
        prompt=answer.prompt,
        prompt_region_ids=list(answer.prompt_region_ids),
        text=answer.text,
        kind=KIND_CODES[answer.kind],
        has_value=_has_number(answer.kind, generated),
        value=generated if _has_number(answer.kind, generated) else NAN,
        unit=answer.unit,
        normalized=answer.normalized,
        region_ids=list(answer.region_ids),
        confidence=answer.confidence,
        truncated=answer.truncated,
        measured=measured_message(answer),
        agreement=_AGREEMENT[answer.agreement],
        policy=int(getattr(interfaces.SpatialAnswer, f"POLICY_{answer.policy.upper()}")),
        trusted=answer.trusted_normalized,
        trusted_value=trusted if _has_number(answer.kind, trusted) else NAN,
        complete=answer.complete,
        hidden=list(answer.suggested.hidden),
        suggested_view=pose_message(view, header) if view is not None else PoseStamped(),
        caveats=list(answer.notes),
        vanished_region_ids=list(answer.vanished_region_ids),
        model=answer.model,
        device=answer.device,
        latency=duration_of(latency_s),
        frame_age=duration_of(frame_age_s),
    )


def measured_message(answer: SpatialAnswer) -> interfaces.MeasuredValue:
    """``msg/MeasuredValue`` of the measured answer."""
    measured = answer.measured
    value = number_or_nan(measured.value)
    return interfaces.MeasuredValue(
        has_value=measured.answered,
        text=answer.measured_text,
        value=value if _has_number(answer.kind, value) else NAN,
        unit=measured.unit,
        normalized=answer.measured_normalized,
        yes=measured.value is True,
        probability=number_or_nan(measured.probability),
        region_ids=list(measured.region_ids),
        values=list(measured.values),
        stds=list(measured.stds),
        std=number_or_nan(measured.std),
        std_systematic=number_or_nan(measured.std_systematic),
        lower_bound=measured.lower_bound,
        lower_bounds=list(measured.lower_bounds),
        depth_valid_ratio=number_or_nan(measured.valid_ratio),
        reason=measured.reason,
    )


def _has_number(kind: Kind, value: float) -> bool:
    """Whether the value of a kind is a quantity; a choice's is an id, which is none."""
    numbers = (Kind.COUNT, Kind.DIRECTION, Kind.SIZE, Kind.NUMBER)
    return (kind.is_length or kind in numbers) and math.isfinite(value)


def number_or_nan(value: object) -> float:
    """A number of a message: the value where it is one, NaN otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return NAN
    return float(value) if math.isfinite(value) else NAN
