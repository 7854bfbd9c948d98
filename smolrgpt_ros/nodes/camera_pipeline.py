# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One camera of the query node: from its topics to seen frames and what is published of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rclpy.lifecycle import LifecycleNode

from smolrgpt_ros.detection.detector import Detections, RegionDetector
from smolrgpt_ros.perception.memory.object_memory import ObjectMemory
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.perception.stamp_join import JoinCounters
from smolrgpt_ros.perception.worker import PerceptionWorker
from smolrgpt_ros.query.frame_choice import CameraView
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.query.input_state import (
    InputState,
    SilenceWatch,
    several_publishers,
    what_is_missing,
    why_refused,
)
from smolrgpt_ros.ros.convert.camera_info import names_rectified
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages, build_frame, external_regions
from smolrgpt_ros.ros.inputs.gravity import Gravity
from smolrgpt_ros.ros.inputs.input_thread import InputThread
from smolrgpt_ros.ros.inputs.pairing import FramePairing
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.tf import NEWEST, Transforms
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose

from .camera_placement import CameraPlacement
from .external_results import ExternalResults
from .outputs import CameraOutputs

#: After this long without regions, clients are answered that none arrive; seconds.
_REGIONS_LATE_S = 2.0
#: A publisher that was killed is counted for some seconds more.
_SEVERAL_S = 30.0


class CameraPipeline:
    """From a camera's topics to seen frames; lives from activation to deactivation.

    Args:
        node: subscribes.
        name: of the camera; empty for the only one.
        settings: called for the parameters, which may change.
        detector: shared by all cameras; ``None`` where regions come from somewhere else.
        transforms: for depth of another camera.
        outputs: of this camera.
        memory: of what all cameras have seen.
        on_frame: called with the camera's name and the stamp of each frame that can be asked about.
    """

    def __init__(
        self,
        node: LifecycleNode,
        name: str,
        settings: Callable[[], Settings],
        detector: RegionDetector | None,
        transforms: Transforms,
        outputs: CameraOutputs,
        memory: ObjectMemory,
        on_frame: Callable[[str, int], None],
    ) -> None:
        self.name = name
        self._node = node
        self._settings = settings
        self._transforms = transforms
        self._outputs = outputs
        self._memory = memory
        self._on_frame = on_frame
        self._placement = CameraPlacement(
            partial(transforms.look_up, otherwise="leave memory.frame empty")
        )
        self._last_offer = time.monotonic()
        self._silence, self._forgetting = SilenceWatch(), SilenceWatch()
        self._several_since = float("inf")
        self._several = ""
        now = settings()
        prefix = f"{name}/" if name else ""
        self.history = FrameHistory(now.history_size)
        self.worker: PerceptionWorker[FrameMessages] = PerceptionWorker(
            self._build,
            detector,
            self._on_seen,
            tracker=lambda: settings().tracker,
            masks=lambda: settings().masks,
            min_period_s=lambda: 1.0 / settings().detector_max_rate,
            pose_of=self._placed,
            remember=self._remember,
            external_regions=external_regions,
            external_detections=self._external_detections,
        )
        self._thread = InputThread(node.context, f"inputs {name}".strip())
        group = self._thread.group
        self._external: ExternalResults | None = None
        on_pair: Callable[[FrameMessages], None] = self._offer
        if now.detector_backend == "topic":
            self._external = ExternalResults(node, prefix, settings, self._offer, group)
            on_pair = self._external.add_image
        self.pairing = FramePairing(node, now.pairing, on_pair, group, prefix)
        self._gravity = Gravity(
            node,
            lambda: settings().gravity_frame,
            prefix + now.gravity_imu_topic if now.gravity_imu_topic else "",
            lambda: settings().gravity_up,
            lambda target, source, otherwise: transforms.look_up(
                target, source, NEWEST, 0.0, otherwise
            ),
            group,
        )
        self._rectified = names_rectified(self.pairing.topics["rgb"])

    def start(self) -> None:
        """Process frames from now on."""
        self.worker.start()
        own = () if self._external is None else self._external.subscriptions
        self._thread.start((*self.pairing.subscriptions, *self._gravity.subscriptions, *own))

    def stop(self) -> bool:
        """Unsubscribe and end the threads; False if the detector does not end."""
        self._thread.stop()
        self.pairing.close()
        self._gravity.close()
        if self._external is not None:
            self._external.close()
        ended = self.worker.stop()
        self._outputs.clear()
        return ended

    @property
    def view(self) -> CameraView:
        """The camera as queries see it."""
        return CameraView(self.history, self.state)

    def state(self) -> InputState:
        """The state of the inputs."""
        state = self.pairing.state(self.worker.failure)
        unplaced = self._placement.unplaced
        state = replace(state, several=self._several, busy_s=self.worker.busy_s, unplaced=unplaced)
        if self._external is None:
            return state
        late = time.monotonic() - self._last_offer > _REGIONS_LATE_S
        return self._external.described_in(state, late)

    @property
    def join_counters(self) -> JoinCounters | None:
        """Of images and another node's results; ``None`` where a detector runs here."""
        return None if self._external is None else self._external.counters

    def log_silence(self, now_ns: int) -> None:
        """Log why no frame, or only some, have come for a while, or objects are not remembered; to
        be called every second.

        Args:
            now_ns: the node's clock.
        """
        self._look_for_several()
        state, (_, age_s) = self.state(), self.history.newest_at(now_ns)
        refusal = why_refused(lambda: state, age_s, self._settings().limits.max_age_s)
        fault = what_is_missing(state) if refusal is None else refusal.message
        if unplaced := state.unplaced:
            unplaced = f"objects are not remembered: {unplaced}"
        for watch, text in ((self._silence, fault), (self._forgetting, unplaced)):
            if sentence := watch.to_log(text, time.monotonic()):
                camera = f"camera {self.name}: " if self.name else ""
                self._node.get_logger().warning(f"{camera}{sentence}")

    def _look_for_several(self) -> None:
        several, now = several_publishers(self.state()), time.monotonic()
        self._several_since = min(self._several_since, now) if several else float("inf")
        self._several = several if now - self._several_since >= _SEVERAL_S else ""

    def _offer(self, messages: FrameMessages) -> None:
        self._last_offer = time.monotonic()
        self.worker.offer(messages)

    def _external_detections(self, messages: FrameMessages, frame: RgbdFrame) -> Detections | None:
        return None if self._external is None else self._external.detections(messages, frame)

    def _build(self, messages: FrameMessages) -> RgbdFrame:
        settings = self._settings()
        frame = build_frame(
            messages,
            info_topic=self.pairing.topics["info"],
            rectified=settings.camera_info_rectified or self._rectified,
            depth_unit=settings.depth_unit,
            assume_registered=settings.depth_assume_registered,
            pose_of=self._pose_of if settings.depth_reproject else None,
        )
        notes = (*frame.notes, self._several) if self._several else frame.notes
        if self._external is not None and (note := self._external.note(messages)):
            notes = (*notes, note)
        up, tolerances = self._gravity.up(frame), settings.tolerances
        return replace(frame, up=up, tolerances=tolerances, notes=notes)

    def _pose_of(self, target: str, source: str, stamp_ns: int) -> Pose:
        wait_s = self._settings().tf_timeout
        return self._transforms.look_up(target, source, stamp_ns, wait_s, "use registered depth")

    def _placed(self, frame: RgbdFrame) -> Pose | None:
        """Of the camera in memory's fixed frame; ``None`` where there is no memory, or TF does not
        know it."""
        settings = self._settings()
        fixed = "" if settings.memory.use == "off" else settings.memory_frame
        return self._placement.pose(frame, fixed, settings.tf_timeout)

    def _remember(self, seen: SeenFrame, pose: Pose | None) -> SeenFrame:
        """What the frame shows, with what is remembered."""
        return self._memory.observe(seen, pose, self.name)

    def _on_seen(self, seen: SeenFrame) -> None:
        self.history.add(seen)
        self._on_frame(self.name, seen.frame.stamp_ns)
        try:
            self._outputs.frame(seen, self._settings())
        except Exception:
            # Publishers fail once the process is ending.
            if self._node.context.ok():
                raise
