# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The result of a query as messages, for the service, the action and the topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.region_poses import region_poses
from smolrgpt_ros.msg import Region as RegionMessage
from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.reasoning.answer_view import view_of
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery

from .messages import answer_message, empty_answer, header_of, region_message

Filled = TypeVar("Filled", SpatialQuery.Response, SpatialQueryAction.Result)


@dataclass(frozen=True, eq=False)
class Reply:
    """A finished query as messages.

    Args:
        result: of the query.
        answer: ``msg/SpatialAnswer``; empty unless the query is OK.
        regions: ``msg/Region`` behind the prompt's masks, positions in the frame asked for.
        local_regions: the same with positions in the camera's optical frame.
        message: for people: what went wrong, or warnings.
        view: the answer as pictures and markers show it; ``None`` unless the query is OK.
    """

    result: QueryResult
    answer: SpatialAnswer
    regions: list[RegionMessage]
    local_regions: list[RegionMessage]
    message: str
    view: AnswerView | None = None

    @property
    def ok(self) -> bool:
        return self.result.status is Status.OK

    def write_to(self, message: Filled) -> Filled:
        """Fill a service response or an action result; returns it."""
        message.status = int(self.result.status)
        message.message = self.message
        message.answer = self.answer
        message.regions = self.regions
        return message


def reply_of(result: QueryResult) -> Reply:
    """The messages of a result."""
    if result.status is not Status.OK or result.seen is None or result.answer is None:
        return Reply(result, empty_answer(), [], [], result.message)
    answer, frame = result.answer, result.seen.frame
    by_id = {region.id: region for region in result.seen.regions}
    prompted = [by_id[i] for i in answer.prompt_region_ids]
    geometry = result.seen.geometry
    local = _messages(geometry, prompted, None)
    moved = local if result.pose is None else _messages(geometry, prompted, result.pose)
    suggested = answer.suggested.pose(geometry, result.pose)
    message = answer_message(
        answer, header_of(frame), result.frame_age_s, result.latency_s, suggested
    )
    view = view_of(answer, prompted, geometry)
    return Reply(result, message, moved, local, " ".join(answer.notes), view)


def _messages(
    geometry: FrameGeometry, prompted: Sequence[Region], pose: Pose | None
) -> list[RegionMessage]:
    poses = region_poses(geometry, pose, [region.id for region in prompted])
    return [region_message(r, p) for r, p in zip(prompted, poses, strict=True)]
