# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The topics of one camera: regions, markers, annotated images; computed for subscribers only."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from smolrgpt_ros.geometry.region_poses import region_poses
from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.rendering.answer_drawing import draw_answer
from smolrgpt_ros.rendering.drawing import draw_caption, draw_regions
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.messages import header_of, region_array
from smolrgpt_ros.ros.convert.replies import Reply
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.qos import newest_profile, profile
from smolrgpt_ros.ros.view.markers import DisplayedAnswer, markers_of
from smolrgpt_ros.ros.view.word_places import field_of_view

from .vision_outputs import vision_outputs


@dataclass(frozen=True, eq=False)
class _LatestAnswer:
    """The newest answer and its time of arrival.

    Args:
        answer: to be displayed.
        since: time of its arrival, steady clock, seconds.
    """

    answer: DisplayedAnswer
    since: float


class CameraOutputs:
    """Publishes one camera's ``~/regions``, ``~/markers`` and ``~/annotated``, and its detections
    as ``vision_msgs``.

    Called from the camera's perception thread and from query threads.

    Args:
        node: a lifecycle node; its publishers are silent while it is not active.
        camera: its name goes before the topics'; empty for the only one.
    """

    def __init__(self, node: LifecycleNode, camera: str = "") -> None:
        reliable = profile("reliable")
        base = f"~/{camera}/" if camera else "~/"
        self._regions = node.create_lifecycle_publisher(RegionArray, f"{base}regions", reliable)
        self._markers = node.create_lifecycle_publisher(
            MarkerArray, f"{base}markers", newest_profile()
        )
        self._annotated = node.create_lifecycle_publisher(
            Image, f"{base}annotated", profile("sensor_data")
        )
        self._vision = vision_outputs(node, base)
        self._lock = threading.Lock()
        self._displayed: _LatestAnswer | None = None
        #: The newest answer whose regions have been in view: it is one about detected regions.
        self._seen_answer: DisplayedAnswer | None = None

    def frame(self, seen: SeenFrame, settings: Settings) -> None:
        """Publish the regions of a frame."""
        answer = self._current(settings)
        if self._vision is not None:
            self._vision.frame(seen)
        if _has_subscribers(self._regions) or _has_subscribers(self._markers):
            poses = region_poses(seen.geometry)  # the fit that answers use
            array = region_array(seen.frame, seen.regions, poses)
            if _has_subscribers(self._regions):
                self._regions.publish(array)
            if _has_subscribers(self._markers):
                marked = self._still_in_view(seen, answer)
                outlines = {r.id: p.outline for r, p in zip(seen.regions, poses, strict=True)}
                lifetime_s = settings.markers_lifetime
                field = field_of_view(seen.frame.intrinsics)
                self._markers.publish(markers_of(array, lifetime_s, marked, outlines, field))
        if _has_subscribers(self._annotated):
            self._annotate(_picture(seen, answer), seen)

    def answer(self, reply: Reply) -> None:
        """Display the answer of a reply that is OK."""
        seen, view = reply.result.seen, reply.view
        if seen is None or view is None:
            return
        answer = DisplayedAnswer(view, reply.answer.header, reply.local_regions)
        with self._lock:
            self._displayed = _LatestAnswer(answer, time.monotonic())
        if _has_subscribers(self._annotated):
            self._annotate(draw_answer(seen.frame.rgb, seen.regions, view), seen)

    def clear(self) -> None:
        """Display no answer any more."""
        with self._lock:
            self._displayed = None

    def _current(self, settings: Settings) -> DisplayedAnswer | None:
        with self._lock:
            displayed = self._displayed
        if displayed is None:
            return None
        age_s = time.monotonic() - displayed.since
        return displayed.answer if age_s <= settings.markers_answer_lifetime else None

    def _still_in_view(
        self, seen: SeenFrame, answer: DisplayedAnswer | None
    ) -> DisplayedAnswer | None:
        """An answer whose regions are in view or never were: those of a client's own."""
        if answer is None or not answer.regions:
            return answer
        if _in_view(seen, answer):
            self._seen_answer = answer
            return answer
        return None if answer is self._seen_answer else answer

    def _annotate(self, picture: NDArray[np.uint8], seen: SeenFrame) -> None:
        self._annotated.publish(encode_image(picture, "rgb8", header_of(seen.frame)))


def _picture(seen: SeenFrame, answer: DisplayedAnswer | None) -> NDArray[np.uint8]:
    """The annotated picture of a frame; the answer in it where its regions are in view."""
    if answer is None:
        return draw_regions(seen.frame.rgb, seen.regions)
    if _in_view(seen, answer):
        return draw_answer(seen.frame.rgb, seen.regions, answer.view)
    return draw_caption(draw_regions(seen.frame.rgb, seen.regions), answer.view.captions)


def _in_view(seen: SeenFrame, answer: DisplayedAnswer) -> bool:
    """Whether a frame has all regions of an answer."""
    # By id and class: the ids of a client's own regions may be those of other objects here.
    asked = {(region.id, region.label) for region in answer.regions}
    return asked <= {(region.id, region.label) for region in seen.regions}


def _has_subscribers(publisher: Publisher) -> bool:
    return bool(publisher.get_subscription_count() > 0)
