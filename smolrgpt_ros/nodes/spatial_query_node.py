# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The ``spatial_query`` lifecycle node: camera topics in, answers to spatial questions out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.executors import MultiThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_msgs.msg import Header, String

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.detection.detector import DetectorError, RegionDetector
from smolrgpt_ros.geometry.warm_up import compile_loops
from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.perception.memory.object_memory import ObjectMemory
from smolrgpt_ros.query.health import QueryStatistics
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.ros.convert.messages import request_of
from smolrgpt_ros.ros.convert.replies import Reply, reply_of
from smolrgpt_ros.ros.diagnostics import diagnostic_array
from smolrgpt_ros.ros.logs import NodeLogHandler, forward_logs, stop_forwarding
from smolrgpt_ros.ros.params.parameters import (
    ParameterError,
    check_changes,
    declare,
    unknown_parameters,
)
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.qos import profile, service_profile
from smolrgpt_ros.ros.tf import Transforms
from smolrgpt_ros.runtime.process import trim_heap
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery

from .camera_pipeline import CameraPipeline
from .goals import QueryGoals
from .health import node_healths, not_ready_healths
from .loading import labels_without_synonyms, load_detector, load_engine, load_readers
from .models import Models
from .outputs import CameraOutputs
from .process_memory import left_out, unmap_libraries
from .program import end_process
from .question_services import QuestionServices
from .running import logged, run
from .timed_engine import LoadedEngine
from .vision_outputs import LabelOutput
from .watch_goals import WatchGoals

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE
#: Time between two returns of free memory to the system, seconds: working memory of a detection
#: lies between images that are kept, where glibc keeps it.
_TRIM_S = 2.0


class SpatialQueryNode(LifecycleNode):
    """Answers ``SpatialQuery`` requests about the camera's newest frame.

    Args:
        detector_loader, engine_loader: make the detector and the engine of the settings when the
            node is configured; replaced in tests.
        options: of ``rclpy.node.Node``.
    """

    def __init__(
        self,
        *,
        detector_loader: Callable[[Settings], RegionDetector | None] = load_detector,
        engine_loader: Callable[[Settings], LoadedEngine | None] = load_engine,
        **options: Any,
    ) -> None:
        # Before anything can fail: a half-made node is destroyed too.
        self._not_ready = "the node is not configured yet"
        self._models = Models(detector_loader, engine_loader)
        self._questions: QuestionServices | None = None
        self._reader: TwoReaders | None = None
        self._cameras: dict[str, CameraPipeline] = {}
        self._transforms: Transforms | None = None
        self._statistics = QueryStatistics()
        self._log_handler: NodeLogHandler | None = None
        self._goals: tuple[QueryGoals | WatchGoals, ...] = ()
        super().__init__("spatial_query", **options)
        self._settings = Settings.from_values(declare(self, QUERY_SPECS))
        for name in unknown_parameters(self, QUERY_SPECS):
            self.get_logger().warning(f"there is no parameter {name!r}: its value is not used")
        self.add_on_set_parameters_callback(self._check_parameters)
        self.add_post_set_parameters_callback(self._apply_parameters)
        self._log_handler = forward_logs(self.get_logger())

        parallel, reliable = ReentrantCallbackGroup(), profile("reliable")
        self._outputs = {name: CameraOutputs(self, name) for name in self._settings.cameras}
        self._labels = LabelOutput(self)
        self._answers = self.create_lifecycle_publisher(SpatialAnswer, "~/answers", reliable)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        # Steady: with use_sim_time and no /clock the node's own time stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(
            1.0, self._publish_diagnostics, MutuallyExclusiveCallbackGroup(), clock=steady
        )
        self.create_timer(_TRIM_S, trim_heap, MutuallyExclusiveCallbackGroup(), clock=steady)
        self.create_service(
            SpatialQuery,
            "spatial_query",
            self._serve,
            qos_profile=service_profile(),
            callback_group=parallel,
        )
        watches = WatchGoals(
            self,
            parallel,
            lambda: None if (services := self._questions) is None else services.watches,
            lambda: self._not_ready,
            lambda: self._settings.target_frame,
            self._publish_answer,
        )
        self._goals = (QueryGoals(self, parallel, self._ask), watches)
        ask = self._ask_from_topic
        self.create_subscription(String, "~/question", ask, reliable, callback_group=parallel)
        if self._settings.autostart:
            self._start_timer = self.create_timer(0.0, self._autostart, parallel, clock=steady)

    # -- lifecycle --------------------------------------------------------------------------

    def _autostart(self) -> None:
        self._start_timer.cancel()
        if self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            self._load()
        except Exception as error:  # rclpy would swallow it
            return self._refuse("configured", error)
        self._not_ready = "the node is configured but not active; activate it (lifecycle)"
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            if not self._models.loaded:  # deactivating frees a GPU, and what does not return
                self._load()
            self._start()
        except Exception as error:
            self._stop()
            return self._refuse("activated", error)
        self.get_logger().info("ready for questions on spatial_query")
        return super().on_activate(state)

    @logged
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        if not self._stop() or self._models.on_gpu:
            self._models.unload()
        self._not_ready = "the node was deactivated; activate it again (lifecycle)"
        return super().on_deactivate(state)

    @logged
    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        return super().on_cleanup(state)

    @logged
    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        self._not_ready = "the node was shut down"
        return super().on_shutdown(state)

    @logged
    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        return SUCCESS

    def destroy_node(self) -> None:
        try:
            self._unload()
        except Exception:  # the rest of the node is destroyed all the same
            self.get_logger().error(f"unloading failed:\n{traceback.format_exc()}")
        goals, self._goals = self._goals, ()
        for server in goals:
            server.destroy()
        if self._log_handler is not None:
            stop_forwarding(self._log_handler)
        super().destroy_node()

    def _refuse(self, what: str, error: Exception) -> TransitionCallbackReturn:
        self._not_ready = f"the node cannot be {what}: {error}"
        if self.context.ok():  # an ending process cannot do what it was asked to
            self.get_logger().error(f"{self._not_ready}\n{traceback.format_exc()}")
        return FAILURE

    def _load(self) -> None:
        self._not_ready = "the model is being loaded; ask again in a few seconds"
        # Not at the first question: the dictionary takes half a second, compiling the fit several.
        self._reader = load_readers(self._settings, lambda: self._models.labels)
        with left_out("scipy"):  # numba imports it, for functions that are not used
            compile_loops()
        self.get_logger().info(self._models.load(self._settings))
        if not self._models.on_gpu:
            unmap_libraries()
        if sentence := labels_without_synonyms(self._models.labels, self._reader):
            self.get_logger().info(sentence)

    def _start(self) -> None:
        self._labels.publish(self._models.labels, self._settings.detector.confidence)
        self._transforms = Transforms(self)
        memory = ObjectMemory(lambda: self._settings.memory)
        for name in self._settings.cameras:
            self._cameras[name] = CameraPipeline(
                self,
                name,
                lambda: self._settings,
                self._models.detector,
                self._transforms,
                self._outputs[name],
                memory,
                self._on_frame,
            )
        self._questions = QuestionServices(
            self._models.engine,
            self._reader,
            self._cameras,
            self._transforms,
            lambda: self._settings,
            lambda: self.get_clock().now().nanoseconds,
        )
        for camera in self._cameras.values():
            camera.start()

    def _stop(self) -> bool:
        """End what an active node runs; False where the detector or the model does not return."""
        ended = True
        if (services := self._questions) is not None:
            ended = services.close("the node was deactivated while the query was being answered")
        self._questions = None
        cameras, self._cameras = self._cameras, {}
        if not all([camera.stop() for camera in cameras.values()]):
            ended = False
            self.get_logger().error("the detector does not end; its thread is abandoned")
        if self._transforms is not None:
            self._transforms.close()
            self._transforms = None
        return ended

    def _unload(self) -> None:
        self._stop()
        self._models.unload()
        self._reader, self._not_ready = None, "the node is not configured"

    # -- parameters -------------------------------------------------------------------------

    def _check_parameters(self, changes: Sequence[Parameter]) -> SetParametersResult:
        values, result = check_changes(QUERY_SPECS, self._settings.values, changes)
        try:
            self._models.check(self._settings, Settings.from_values(values))
        except (ValueError, DetectorError) as error:
            result.successful, result.reason = False, str(error)
        return result

    def _apply_parameters(self, changes: Sequence[Parameter]) -> None:
        values, _ = check_changes(QUERY_SPECS, self._settings.values, changes)
        self._settings = Settings.from_values(values)
        self._models.apply(self._settings)
        self._labels.publish(self._models.labels, self._settings.detector.confidence)
        if (services := self._questions) is not None:
            services.apply(self._settings)

    # -- queries ----------------------------------------------------------------------------

    def _on_frame(self, camera: str, stamp_ns: int) -> None:
        if (services := self._questions) is not None:
            services.watches.offer(camera, stamp_ns)

    def _serve(
        self, request: SpatialQuery.Request, response: SpatialQuery.Response
    ) -> SpatialQuery.Response:
        return self._ask(request).write_to(response)

    def _ask_from_topic(self, message: String) -> None:
        camera = self._settings.cameras[0]  # a question from a topic names none
        reply = self._ask(SpatialQuery.Request(question=message.data, camera=camera))
        if reply.view is not None:
            text = reply.answer.measured.text or reply.view.text
            self.get_logger().info(f"{message.data!r:.300}: {text}")
        else:
            text = f"{message.data!r:.300}: {reply.result.status.name}: {reply.message}"
            self.get_logger().warning(text, throttle_duration_sec=1.0)

    def _ask(
        self, request: SpatialQuery.Request | SpatialQueryAction.Goal, **callbacks: Any
    ) -> Reply:
        """The reply to a request; an answer is published before it returns. Never raises."""
        if (services := self._questions) is None:
            return reply_of(QueryResult(Status.NOT_READY, self._not_ready))
        try:
            query = request_of(request, self._settings.target_frame)
            reply = reply_of(services.queries.ask(query, **callbacks))
        except Exception as error:
            self.get_logger().error(f"a reply failed:\n{traceback.format_exc()}")
            what = f"the reply could not be written: {type(error).__name__}: {error}"
            reply = reply_of(QueryResult(Status.MODEL_ERROR, what))
        self._statistics.add(reply.result)
        if reply.ok:
            self._publish_answer(reply)
        return reply

    def _publish_answer(self, reply: Reply) -> None:
        try:
            if self._answers.get_subscription_count() > 0:
                self._answers.publish(reply.answer)
            self._outputs[reply.result.camera].answer(reply)
        except Exception:
            # The client gets its answer all the same. An ending process cannot publish.
            if self.context.ok():
                self.get_logger().error(f"publishing failed:\n{traceback.format_exc()}")

    # -- diagnostics ------------------------------------------------------------------------

    def _publish_diagnostics(self) -> None:
        services, now = self._questions, self.get_clock().now()
        if services is None or not (cameras := list(self._cameras.values())):
            healths = not_ready_healths(self._not_ready)
        else:
            for camera in cameras:
                camera.log_silence(now.nanoseconds)
            settings, statistics, models = self._settings, self._statistics, self._models
            healths = node_healths(settings, services, statistics, cameras, models, now.nanoseconds)
        header, name = Header(stamp=now.to_msg()), self.get_fully_qualified_name()
        self._diagnostics.publish(diagnostic_array(header, name, healths))


def make_executor(node: SpatialQueryNode) -> MultiThreadedExecutor:
    """An executor with a thread for each query and watch, and five for the other callbacks."""
    limits, watch = node._settings.limits, node._settings.watch_limits
    return MultiThreadedExecutor(num_threads=limits.max_pending + watch.max_watches + 5)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until the process is asked to end; the process's exit code."""
    refusals = (ParameterError, ValueError)
    return run("spatial_query", SpatialQueryNode, make_executor, args, refusals=refusals)


if __name__ == "__main__":
    end_process(main())
