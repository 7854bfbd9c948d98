"""The ``spatial_query`` lifecycle node: camera topics in, answers to spatial questions out."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import Header, String

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.srv import SpatialQuery

from ..detection.detector import RegionDetector
from ..reasoning.reasoner import SpatialReasoner
from ..ros.diagnostics import (
    ERROR,
    Health,
    compute_healths,
    diagnostic_array,
    input_health,
    query_health,
)
from ..ros.frame_builder import FrameMessages, build_frame
from ..ros.frame_history import FrameHistory, SeenFrame
from ..ros.inputs import InputState
from ..ros.logs import NodeLogHandler, forward_logs, stop_forwarding
from ..ros.messages import query_of
from ..ros.pairing import FramePairing
from ..ros.parameters import ParameterError, check_changes, declare
from ..ros.perception import PerceptionWorker
from ..ros.qos import profile, service_profile
from ..ros.query import Query, QueryResult
from ..ros.query_desk import QueryDesk
from ..ros.replies import Reply, reply_of
from ..ros.settings import SPECS, Settings
from ..ros.transforms import Transforms
from ..scene.frame import RgbdFrame
from ..scene.status import Status
from .feedback import GoalFeedback
from .loading import apply_settings, load_detector, load_engine
from .outputs import Outputs

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


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
        engine_loader: Callable[[Settings], Any] = load_engine,
        **options: Any,
    ) -> None:
        # Before anything can fail: a half-made node is destroyed too.
        self._not_ready = "the node is not configured yet"
        self._detector: RegionDetector | None = None
        self._engine: Any = None
        self._reasoner: SpatialReasoner | None = None
        self._desk: QueryDesk | None = None
        self._pairing: FramePairing | None = None
        self._worker: PerceptionWorker[FrameMessages] | None = None
        self._transforms: Transforms | None = None
        self._last_latency_s = float("nan")
        self._log_handler: NodeLogHandler | None = None
        self._action: ActionServer | None = None
        super().__init__("spatial_query", **options)
        self._load_detector, self._load_engine = detector_loader, engine_loader
        self._settings = Settings.from_values(declare(self, SPECS))
        self.add_on_set_parameters_callback(self._check_parameters)
        self.add_post_set_parameters_callback(self._apply_parameters)
        self._log_handler = forward_logs(self.get_logger())

        parallel = ReentrantCallbackGroup()
        self._input_group = MutuallyExclusiveCallbackGroup()
        self._outputs = Outputs(self)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        # Steady: with use_sim_time and no /clock the node's own time stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(
            1.0, self._publish_diagnostics, MutuallyExclusiveCallbackGroup(), clock=steady
        )
        self.create_service(
            SpatialQuery,
            "spatial_query",
            self._serve,
            qos_profile=service_profile(),
            callback_group=parallel,
        )
        self._action = ActionServer(
            self,
            SpatialQueryAction,
            "spatial_query",
            self._execute,
            callback_group=parallel,
            goal_service_qos_profile=service_profile(),
            result_service_qos_profile=service_profile(),
            cancel_callback=lambda goal: CancelResponse.ACCEPT,
        )
        self.create_subscription(
            String, "~/question", self._hear, profile("reliable"), callback_group=parallel
        )
        if self._settings["autostart"]:
            self._start_timer = self.create_timer(0.0, self._autostart, parallel, clock=steady)

    # -- lifecycle --------------------------------------------------------------------------

    def _autostart(self) -> None:
        self._start_timer.cancel()
        if self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._not_ready = "the model is being loaded; ask again in a few seconds"
        try:
            start = time.monotonic()
            self._detector = self._load_detector(self._settings)
            self._engine = self._load_engine(self._settings)
            self._reasoner = SpatialReasoner(self._engine)
        except Exception as error:  # rclpy would swallow it
            return self._refuse("configured", error)
        finder = f"{self._detector.name} on {self._detector.device}" if self._detector else "none"
        self.get_logger().info(
            f"model {self._engine.name} on {self._engine.device} ({self._engine.dtype}), "
            f"detector {finder}, loaded in {time.monotonic() - start:.1f} s"
        )
        self._not_ready = "the node is configured but not active; activate it (lifecycle)"
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            self._start()
        except Exception as error:
            self._stop()
            return self._refuse("activated", error)
        self.get_logger().info("ready for questions on spatial_query")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._stop()
        self._outputs.clear()
        self._not_ready = "the node was deactivated; activate it again (lifecycle)"
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        self._not_ready = "the node was shut down"
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._unload()
        return SUCCESS

    def destroy_node(self) -> None:
        self._unload()
        if self._action is not None:
            self._action.destroy()
            self._action = None
        if self._log_handler is not None:
            stop_forwarding(self._log_handler)
        super().destroy_node()

    def _refuse(self, what: str, error: Exception) -> TransitionCallbackReturn:
        self._not_ready = f"the node cannot be {what}: {error}"
        self.get_logger().error(f"{self._not_ready}\n{traceback.format_exc()}")
        return FAILURE

    def _start(self) -> None:
        settings = self._settings
        history = FrameHistory(settings["history_size"])
        self._transforms = Transforms(self)
        self._worker = PerceptionWorker(
            self._build,
            self._detector,
            history,
            on_seen=self._show,
            tracker=lambda: self._settings.tracker,
            min_period_s=lambda: 1.0 / self._settings["detector_max_rate"],
        )
        self._pairing = FramePairing(
            self,
            settings.pairing,
            self._worker.offer,
            self._input_group,
        )
        assert self._reasoner is not None
        self._desk = QueryDesk(
            self._reasoner,
            history,
            inputs=self._input_state,
            clock_ns=lambda: self.get_clock().now().nanoseconds,
            limits=lambda: self._settings.limits,
            prepare=self._look_up,
        )
        self._worker.start()

    def _stop(self) -> None:
        self._desk = None
        if self._pairing is not None:
            self._pairing.close()
            self._pairing = None
        if self._worker is not None:
            if not self._worker.stop():
                self.get_logger().error("the detector does not end; its thread is left behind")
            self._worker = None
        if self._transforms is not None:
            self._transforms.close()
            self._transforms = None

    def _unload(self) -> None:
        self._stop()
        close = getattr(self._engine, "close", None)
        if close is not None:
            close()
        self._detector = self._engine = self._reasoner = None
        self._not_ready = "the node is not configured"

    # -- parameters -------------------------------------------------------------------------

    def _check_parameters(self, changes: Sequence[Any]) -> Any:
        values, result = check_changes(SPECS, self._settings.values, changes)
        if result.successful:
            try:
                Settings.from_values(values)
            except ValueError as error:
                result.successful, result.reason = False, str(error)
        return result

    def _apply_parameters(self, changes: Sequence[Any]) -> None:
        values, _ = check_changes(SPECS, self._settings.values, changes)
        self._settings = Settings.from_values(values)
        apply_settings(self._detector, self._settings)

    # -- inputs -----------------------------------------------------------------------------

    def _build(self, messages: FrameMessages) -> RgbdFrame:
        return build_frame(messages, assume_registered=self._settings["depth_assume_registered"])

    def _input_state(self) -> InputState:
        pairing, worker = self._pairing, self._worker
        if pairing is None or worker is None:
            return InputState()
        return pairing.state(worker.failure)

    def _show(self, seen: SeenFrame) -> None:
        try:
            self._outputs.frame(seen, self._settings)
        except Exception:
            # Publishers fail once the process was told to end; nobody listens any more.
            if self.context.ok():
                raise

    def _look_up(self, frame: RgbdFrame, target: str, left_s: float) -> Any:
        transforms = self._transforms
        if not target or transforms is None:
            return None
        timeout_s = min(self._settings["tf_timeout"], left_s)
        return transforms.look_up(target, frame.frame_id, frame.stamp_ns, timeout_s)

    # -- queries ----------------------------------------------------------------------------

    def _serve(self, request: Any, response: Any) -> Any:
        return self._ask(self._query(request)).write_to(response)

    def _execute(self, goal: Any) -> Any:
        feedback = GoalFeedback(goal)
        reply = self._ask(
            self._query(goal.request),
            on_text=feedback.text,
            on_stage=feedback.stage,
            cancelled=lambda: goal.is_cancel_requested,
        )
        message = reply.write_to(SpatialQueryAction.Result())
        if reply.result.canceled:
            message.status = SpatialQueryAction.Result.STATUS_CANCELED
            goal.canceled()
        elif reply.ok:
            goal.succeed()
        else:
            goal.abort()
        return message

    def _hear(self, message: String) -> None:
        reply = self._ask(Query(message.data, target_frame=self._settings["target_frame"]))
        if reply.ok:
            self.get_logger().info(f"{message.data!r}: {reply.answer.text}")
        else:
            status = reply.result.status.name
            self.get_logger().warning(f"{message.data!r}: {status}: {reply.message}")

    def _query(self, request: Any) -> Query:
        return query_of(request, self._settings["target_frame"])

    def _ask(self, query: Query, **callbacks: Any) -> Reply:
        """The reply to a query; an answer is published before it returns."""
        desk = self._desk
        if desk is None:
            return reply_of(QueryResult(Status.NOT_READY, self._not_ready))
        reply = reply_of(desk.ask(query, **callbacks))
        if reply.ok:
            self._last_latency_s = reply.result.latency_s
            self._outputs.answer(reply)
        return reply

    # -- diagnostics ------------------------------------------------------------------------

    def _publish_diagnostics(self) -> None:
        worker, desk = self._worker, self._desk
        if desk is None or worker is None:
            healths = [Health("query", ERROR, self._not_ready)]
        else:
            healths = [
                query_health(desk.pending, self._last_latency_s),
                input_health(self._input_state(), worker.counters, self._settings["query_max_age"]),
            ]
            healths += compute_healths(
                self._settings["device"],
                ("detector", self._detector, worker.counters.detect_s),
                ("model", self._engine, self._last_latency_s),
            )
        header = Header(stamp=self.get_clock().now().to_msg())
        self._diagnostics.publish(diagnostic_array(header, self.get_name(), healths))


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop; the process's exit code."""
    rclpy.init(args=args)
    try:
        node = SpatialQueryNode()
    except (ParameterError, ValueError) as error:
        print(f"spatial_query: {error}", file=sys.stderr)
        rclpy.try_shutdown()
        return 2
    # Each pending query holds a thread while it waits; the inputs need theirs beside them.
    executor = MultiThreadedExecutor(num_threads=node._settings.limits.max_pending + 6)
    executor.add_node(node)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        executor.shutdown(timeout_sec=2.0)
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
