# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The state of a camera's inputs, and the errors of a query without a usable frame. Free of ROS."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from smolrgpt_ros.scene.status import QueryError, Status

#: Share of images that do not arrive, above which answers and diagnostics say so.
MOST_LOST = 0.3
#: An image that takes this long is not coming back, seconds.
_HANGING_S = 10.0
#: Seconds after the last image from which a camera is silent, however young a client wants frames.
_SILENT_S = 1.0
_HOSTS = "images get lost on their way: docs/hosts.md"


@dataclass(frozen=True)
class InputState:
    """Messages received so far.

    Args:
        rgb, depth, info, paired: messages received, and pairs made of them.
        rgb_age_s, depth_age_s: since the last message of each; infinite where none came.
        slop_s: largest difference of the stamps of a pair.
        use_depth: whether frames are pairs of colour and depth.
        topics: resolved names by ``"rgb"``, ``"depth"``, ``"info"``, ``"regions"``.
        mismatches: by the same names, the QoS mismatch that keeps messages from arriving.
        publishers: by the same names, how many publish the topic.
        busy_s: seconds that the image at hand has been looked at so far.
        several: a sentence where several have published one topic for a while; else empty.
        errors, jumps: images whose pairing failed by an exception, and how often stamps jumped
            back.
        lost: share of the last images that did not arrive, see ``perception.image_loss``.
        waits_for_regions: whether pairs wait for regions that another node does not publish.
        regions_gap_s: from the stamp of the newest of another node's results to the nearest image,
            seconds; NaN where none came, or no image was there.
        regions_slop_s: largest allowed one.
        failure: why the newest input gave no frame; ``None`` if it did.
        unplaced: why memory's fixed frame was not related to the camera at the newest frame; empty
            where it was, or nothing is remembered.
    """

    rgb: int = 0
    depth: int = 0
    info: int = 0
    paired: int = 0
    rgb_age_s: float = float("inf")
    depth_age_s: float = float("inf")
    slop_s: float = 0.0
    use_depth: bool = True
    topics: dict[str, str] = field(default_factory=dict)
    mismatches: dict[str, str] = field(default_factory=dict)
    publishers: dict[str, int] = field(default_factory=dict)
    busy_s: float = 0.0
    several: str = ""
    errors: int = 0
    jumps: int = 0
    lost: float = 0.0
    waits_for_regions: bool = False
    regions_gap_s: float = float("nan")
    regions_slop_s: float = 0.0
    failure: QueryError | None = None
    unplaced: str = ""

    def topic(self, name: str) -> str:
        return self.topics.get(
            name, {"info": "rgb/camera_info", "regions": "regions"}.get(name, f"{name}/image_raw")
        )


def what_is_lost(inputs: InputState) -> str:
    """A sentence where a camera's images arrive in pieces; empty where they arrive."""
    if inputs.lost <= MOST_LOST:
        return ""
    topics = " or ".join(
        inputs.topic(n) for n in (["rgb", "depth"] if inputs.use_depth else ["rgb"])
    )
    return f"{_HOSTS} ({inputs.lost:.0%} of the last ones on {topics} did not arrive)"


def what_hangs(inputs: InputState) -> str:
    """A sentence where the detector does not return; empty otherwise."""
    if inputs.busy_s < _HANGING_S:
        return ""
    return (
        f"the detector has not returned from an image for {inputs.busy_s:.0f} s; unless other "
        "programs keep the processor busy, deactivate and activate the node (lifecycle), or "
        "restart it"
    )


def several_publishers(inputs: InputState) -> str:
    """A sentence where several publish one topic of a camera; empty otherwise."""
    for name in ("rgb", "depth", "info"):
        if (count := inputs.publishers.get(name, 0)) > 1:
            return (
                f"{count} nodes publish {inputs.topic(name)}: what they send cannot be told apart, "
                "and colour, depth and calibration of different cameras may have been combined; "
                "end one of them, or remap its topics"
            )
    return ""


def no_calibration(topic: str) -> str:
    """Why nothing is measured where no calibration has come, a clause."""
    return (
        f"no calibration has come on {topic}: does it need a remap, or is it published once "
        "(then set qos.camera_info to latched)?"
    )


def what_is_missing(inputs: InputState) -> str:
    """A sentence where frames come, and what is needed to measure does not, or not from one camera
    alone; empty otherwise."""
    if inputs.several:
        return inputs.several
    if lost := what_is_lost(inputs):
        return lost
    if inputs.info or not inputs.use_depth:
        return ""
    return inputs.mismatches.get("info", no_calibration(inputs.topic("info")))


def what_failed(inputs: InputState, max_age_s: float) -> QueryError | None:
    """Why the newest input gave no frame; ``None`` if it did, or no images come any more."""
    silent_s = max(inputs.rgb_age_s, inputs.depth_age_s if inputs.use_depth else 0.0)
    return inputs.failure if silent_s <= max(max_age_s, _SILENT_S) else None


def why_refused(
    inputs: Callable[[], InputState], age_s: float, max_age_s: float
) -> QueryError | None:
    """What a client that asks for the newest frame is told now; ``None`` where it is answered.

    Args:
        inputs: called for the state of the camera's inputs, where it is not answered.
        age_s: of the newest frame, negative where its stamp is ahead; NaN without a frame.
        max_age_s: largest allowed one, either way.
    """
    if math.isnan(age_s):
        return why_no_frame(inputs(), max_age_s)
    if age_s > max_age_s:
        return why_stale(inputs(), age_s, max_age_s)
    if age_s < -max_age_s:
        # It would not become stale for hours after the camera stops.
        return QueryError(
            Status.STALE_FRAME,
            f"the newest frame is stamped {-age_s:.2f} s in the future of this node's clock, "
            f"allowed are {max_age_s:.2f} s; synchronize the clocks, or check use_sim_time",
        )
    return None


def why_no_frame(inputs: InputState, max_age_s: float) -> QueryError:
    """The error of a query that finds no frame.

    Args:
        inputs: of the camera.
        max_age_s: a camera is taken for stopped where its last image is older.
    """
    if hangs := what_hangs(inputs):
        return QueryError(Status.NO_FRAME, hangs)
    if failure := what_failed(inputs, max_age_s):
        return failure
    if inputs.rgb == 0:
        if "rgb" in inputs.mismatches:
            return QueryError(Status.NO_FRAME, inputs.mismatches["rgb"])
        return QueryError(Status.NO_FRAME, _none_yet(inputs, "rgb"))
    if inputs.use_depth and (inputs.depth == 0 or _depth_stopped(inputs, max_age_s)):
        return no_depth(inputs)
    if lost := what_is_lost(inputs):
        return QueryError(Status.NO_FRAME, lost)
    if inputs.use_depth and inputs.paired == 0:
        return QueryError(
            Status.NO_FRAME,
            f"{inputs.rgb} colour and {inputs.depth} depth images came, but no two stamps are "
            f"within {inputs.slop_s:.3f} s; raise sync.slop, or synchronize the camera's clocks; "
            f"or {_HOSTS}",
        )
    if inputs.waits_for_regions:
        return QueryError(Status.NO_FRAME, _no_regions(inputs))
    if inputs.failure is not None:
        return QueryError(Status.NO_FRAME, f"{_last_came(inputs)}: {_camera_stopped(inputs)}")
    return QueryError(
        Status.NO_FRAME, "the first image is still being looked at; ask again in a moment"
    )


def why_stale(inputs: InputState, age_s: float, max_age_s: float) -> QueryError:
    """The error of a query whose newest frame is too old."""
    if hangs := what_hangs(inputs):
        return QueryError(Status.STALE_FRAME, f"the newest frame is {age_s:.2f} s old: {hangs}")
    if failure := what_failed(inputs, max_age_s):
        return failure
    if inputs.use_depth and _depth_stopped(inputs, max_age_s):
        return no_depth(inputs)
    if inputs.waits_for_regions and inputs.rgb_age_s < max_age_s:
        return QueryError(
            Status.STALE_FRAME, f"the newest frame is {age_s:.2f} s old: {_no_regions(inputs)}"
        )
    if lost := what_is_lost(inputs):
        old = f"the newest frame is {age_s:.2f} s old, allowed are {max_age_s:.2f} s"
        return QueryError(Status.STALE_FRAME, f"{old}: {lost}")
    if inputs.rgb_age_s < max_age_s:
        why = (
            "this machine is too slow for the images' rate (lower it, or raise query.max_age), or "
            "their stamps are not of this node's clock (use_sim_time)"
        )
    else:
        why = _camera_stopped(inputs)
    return QueryError(
        Status.STALE_FRAME,
        f"the newest frame is {age_s:.2f} s old, allowed are {max_age_s:.2f} s; "
        f"{_last_came(inputs)}: {why}",
    )


class SilenceWatch:
    """Chooses what is logged about a camera's inputs: lasting faults, each once.

    Args:
        patience_s: how long a fault lasts before it is logged.
    """

    def __init__(self, patience_s: float = 5.0) -> None:
        self._patience_s = patience_s
        self._since: float | None = None
        self._logged = ""

    def to_log(self, fault: str, now_s: float) -> str:
        """The sentence to log now; empty where there is none, or it was logged before.

        Args:
            fault: what clients are answered now; empty where frames arrive.
            now_s: any steady clock.
        """
        if not fault:
            self._since, self._logged = None, ""
            return ""
        if self._since is None:
            self._since = now_s
        # Ages and counts change all the time.
        plain = re.sub(r"\d+(\.\d+)?", "", fault)
        if now_s - self._since < self._patience_s or plain == self._logged:
            return ""
        self._logged = plain
        return fault


def no_depth(inputs: InputState) -> QueryError:
    """The error where colour arrives and depth does not."""
    if inputs.depth == 0 and "depth" in inputs.mismatches:
        return QueryError(Status.NO_DEPTH, inputs.mismatches["depth"])
    if inputs.depth == 0 and inputs.publishers.get("depth"):
        return QueryError(Status.NO_DEPTH, _none_yet(inputs, "depth"))
    since = (
        "none came yet" if inputs.depth == 0 else f"the last came {inputs.depth_age_s:.2f} s ago"
    )
    return QueryError(
        Status.NO_DEPTH,
        f"colour comes on {inputs.topic('rgb')}, but no depth on {inputs.topic('depth')} "
        f"({since}); remap depth/image_raw, check qos.depth, or set use_depth to false to be "
        "answered from colour alone",
    )


def _depth_stopped(inputs: InputState, max_age_s: float) -> bool:
    return inputs.rgb_age_s < max_age_s < inputs.depth_age_s


def _last_came(inputs: InputState) -> str:
    return f"the last image on {inputs.topic('rgb')} came {inputs.rgb_age_s:.2f} s ago"


def _camera_stopped(inputs: InputState) -> str:
    """What is asked where no images come any more, with why the last one gave no frame."""
    ask = "is the camera running?"
    return ask if inputs.failure is None else f"{ask} It gave no frame: {inputs.failure.message}"


def _none_yet(inputs: InputState, name: str) -> str:
    """Why no image has come on a topic."""
    none = f"no image has come on {inputs.topic(name)} yet"
    without = "; without depth, set use_depth to false" if name == "depth" else ""
    if count := inputs.publishers.get(name):
        publish = "a node publishes" if count == 1 else f"{count} nodes publish"
        return (
            f"{none}, though {publish} it: nothing is sent, or QoS and the parameter qos.{name} do "
            f"not fit, or {_HOSTS}{without}"
        )
    return (
        f"{none}; is the camera running, does the topic need a remap, and do the publisher's QoS "
        f"and the parameter qos.{name} fit?{without}"
    )


def _no_regions(inputs: InputState) -> str:
    if "regions" in inputs.mismatches:
        return inputs.mismatches["regions"]
    gap_s = inputs.regions_gap_s
    if abs(gap_s) > inputs.regions_slop_s:
        age = "older" if gap_s < 0 else "newer"
        return (
            f"what comes on {inputs.topic('regions')} has no image's stamp: the nearest image is "
            f"{abs(gap_s):.3f} s {age}, allowed are {inputs.regions_slop_s:.3f} s (detector.slop); "
            "does its node copy the image's stamp, and does it keep up with the camera?"
        )
    return (
        f"images come, but no regions for them on {inputs.topic('regions')}; is the node that "
        "finds them running, and does it see the same camera (equal stamps)?"
    )
