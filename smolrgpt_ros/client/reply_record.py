# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A reply of a running node as the record that the command line writes."""

from __future__ import annotations

from smolrgpt_ros.language.answers import known
from smolrgpt_ros.msg import Region, SpatialAnswer
from smolrgpt_ros.ros.convert.answer_values import kind_of
from smolrgpt_ros.ros.convert.poses import pose_of
from smolrgpt_ros.ros.convert.time import nanoseconds, seconds

from .answer_record import AnswerRecord, RegionPlace, ViewPlace, view_place
from .reply import SpatialReply

_POLICIES = {
    SpatialAnswer.POLICY_MODEL: "model",
    SpatialAnswer.POLICY_MEASURED: "measured",
    SpatialAnswer.POLICY_AGREE: "agree",
}


def record_of(question: str, reply: SpatialReply) -> AnswerRecord:
    """The record of a reply.

    Args:
        question: as asked.
        reply: to it.
    """
    answer = reply.answer
    if answer is None:
        return AnswerRecord(question, reply.status, reply.message)
    measured = answer.measured
    return AnswerRecord(
        question=question,
        status=reply.status,
        understood=reply.understood,
        kind=kind_of(answer),
        value=reply.measured,
        unit=measured.unit,
        std=known(measured.std),
        std_systematic=known(measured.std_systematic),
        lower_bound=bool(measured.lower_bound),
        lower_bounds=tuple(bool(bound) for bound in measured.lower_bounds),
        probability=reply.probability,
        region_ids=tuple(int(i) for i in measured.region_ids),
        values=tuple(measured.values),
        stds=tuple(measured.stds),
        answer=reply.measured_text,
        reason=measured.reason,
        text=reply.text,
        generated=reply.generated,
        confidence=known(answer.confidence),
        model=answer.model,
        device=answer.device,
        agreement=reply.agree,
        policy=_POLICIES.get(answer.policy, ""),
        trusted=reply.trusted,
        complete=bool(answer.complete),
        caveats=reply.caveats,
        hidden=reply.hidden,
        suggested_view=_view(reply),
        stamp_ns=nanoseconds(answer.header.stamp),
        latency_s=seconds(answer.latency),
        regions=tuple(_place(region) for region in reply.regions),
    )


def _view(reply: SpatialReply) -> ViewPlace | None:
    message = reply.suggested_view
    return None if message is None else view_place(pose_of(message))


def _place(region: Region) -> RegionPlace:
    frame, p = region.position_frame_id, region.position
    position = (float(p.x), float(p.y), float(p.z)) if frame else None
    return RegionPlace(int(region.id), region.label, position, frame)
