"""What the query node publishes of frames and answers; nothing is computed that nobody hears."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from smolrgpt_ros.geometry.region_poses import glance, places_of
from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.query.frame_history import SeenFrame
from smolrgpt_ros.rendering.answer_drawing import caption_of, draw_answer
from smolrgpt_ros.rendering.drawing import draw_caption, draw_regions
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.messages import header_of, region_array
from smolrgpt_ros.ros.convert.replies import Reply
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.ros.view.markers import markers_of


@dataclass(frozen=True, eq=False)
class _Shown:
    """The answer that is shown, and when it came (steady clock, seconds)."""

    reply: Reply
    since: float


class CameraOutputs:
    """Publishes one camera's ``~/regions``, ``~/markers`` and ``~/annotated``.

    Called from the camera's perception thread and from query threads.

    Args:
        node: a lifecycle node; its publishers are silent while it is not active.
        camera: its name goes before the topics'; empty for the only one.
    """

    def __init__(self, node: Any, camera: str = "") -> None:
        reliable = profile("reliable")
        base = f"~/{camera}/" if camera else "~/"
        self._regions = node.create_lifecycle_publisher(RegionArray, f"{base}regions", reliable)
        self._markers = node.create_lifecycle_publisher(MarkerArray, f"{base}markers", reliable)
        self._annotated = node.create_lifecycle_publisher(
            Image, f"{base}annotated", profile("sensor_data")
        )
        self._lock = threading.Lock()
        self._shown: _Shown | None = None

    def frame(self, seen: SeenFrame, settings: Settings) -> None:
        """Publish the regions of a frame."""
        wanted = _heard(self._regions) or _heard(self._markers)
        if wanted:
            exact = settings["regions_exact"]
            places = places_of(seen.geometry) if exact else glance(seen.frame, seen.regions)
            array = region_array(seen.frame, seen.regions, places)
            if _heard(self._regions):
                self._regions.publish(array)
            if _heard(self._markers):
                shown = self._current(settings)
                self._markers.publish(
                    markers_of(
                        array,
                        shown.reply.answer if shown else None,
                        shown.reply.local_regions if shown else [],
                        settings["markers_lifetime"],
                    )
                )
        if _heard(self._annotated):
            self._annotate(_picture(seen, self._current(settings)), seen)

    def answer(self, reply: Reply) -> None:
        """Show the answer of a reply that is OK."""
        with self._lock:
            self._shown = _Shown(reply, time.monotonic())
        seen = reply.result.seen
        if _heard(self._annotated) and seen is not None:
            self._annotate(draw_answer(seen.frame.rgb, seen.regions, reply.result.answer), seen)

    def clear(self) -> None:
        """Show no answer any more."""
        with self._lock:
            self._shown = None

    def _current(self, settings: Settings) -> _Shown | None:
        with self._lock:
            shown = self._shown
        if shown is None or time.monotonic() - shown.since > settings["markers_answer_lifetime"]:
            return None
        return shown

    def _annotate(self, picture: Any, seen: SeenFrame) -> None:
        self._annotated.publish(encode_image(picture, "rgb8", header_of(seen.frame)))


def _picture(seen: SeenFrame, shown: _Shown | None) -> Any:
    """The annotated picture of a frame; the answer in it where its regions are in view."""
    if shown is None:
        return draw_regions(seen.frame.rgb, seen.regions)
    answer = shown.reply.result.answer
    # By id and class: the ids of a client's own regions may be those of other objects here.
    asked = {(region.id, region.label) for region in shown.reply.local_regions}
    if asked <= {(region.id, region.label) for region in seen.regions}:
        return draw_answer(seen.frame.rgb, seen.regions, answer)
    return draw_caption(draw_regions(seen.frame.rgb, seen.regions), caption_of(answer))


def _heard(publisher: Any) -> bool:
    return publisher.get_subscription_count() > 0
