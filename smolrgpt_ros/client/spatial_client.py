# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Asking a running ``spatial_query`` node from Python: from scripts, callbacks and coroutines.

    with SpatialClient() as client:
        reply = client.ask("How far is the leftmost pallet from the transporter?")
        print(reply.measured, reply.text)

The client has a node, an executor and a thread of its own. A question can therefore be asked in a
callback, also of a single-threaded executor, where waiting for a client of the same executor would
never end.
"""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import rclpy
from rclpy.exceptions import NameValidationException
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future as RosFuture

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.action import WatchQuestion
from smolrgpt_ros.query.watch.condition import Condition
from smolrgpt_ros.ros.convert.time import duration_of
from smolrgpt_ros.ros.qos import profile, service_profile
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery

from .action_calls import GRACE_S, ActionCalls, NoResultError
from .reply import SpatialReply
from .request_fields import OwnRegion, checked_timeout, request_fields
from .waiting import done_by, spin, wait_for
from .watch_reply import WatchEvaluation, WatchReply, watch_goal

Message = TypeVar("Message")


class SpatialClient:
    """Asks questions; thread-safe. Close it, or use it in a ``with``.

    Every method's ``options`` are those of :meth:`ask`.

    Args:
        service: name of service and action, relative to the namespace.
        node: take context and namespace of this node; without one, the default context, which
            ``rclpy.init()`` must have made.
        max_pending: questions asked at the same time by :meth:`submit` and its like; more wait.

    Raises:
        RuntimeError: if ROS is not initialized.
    """

    def __init__(
        self, service: str = "spatial_query", *, node: Node | None = None, max_pending: int = 8
    ) -> None:
        context = node.context if node is not None else rclpy.get_default_context()
        if not context.ok():
            raise RuntimeError("ROS is not initialized: call rclpy.init() before SpatialClient()")
        self._node = Node(
            # Unique: a graph does not tell nodes of one name apart. No service: SROS 2 refuses it.
            f"spatial_client_{uuid.uuid4().hex[:8]}",
            namespace=node.get_namespace() if node is not None else None,
            context=context,
            enable_rosout=False,
            start_parameter_services=False,
            parameter_overrides=[Parameter("start_type_description_service", value=False)],
        )
        self._service = str(self._node.resolve_service_name(service))
        self._client = self._node.create_client(
            SpatialQuery, service, qos_profile=service_profile()
        )
        self._closed = threading.Event()
        self._queries = ActionCalls(self._node, SpatialQueryAction, service, self._ended)
        self._watches = ActionCalls(self._node, WatchQuestion, f"{service}/watch", self._ended)
        self._pool = ThreadPoolExecutor(max_pending, thread_name_prefix="spatial_client")
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self._node)
        self._thread = threading.Thread(
            target=spin, args=(self._executor,), name="spatial_client", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> SpatialClient:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the graph; pending questions end with NOT_READY. May be called twice."""
        if self._closed.is_set():
            return
        self._closed.set()
        for actions in (self._queries, self._watches):
            actions.cancel_all()
        self._pool.shutdown(cancel_futures=True)
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(5.0)
        for actions in (self._queries, self._watches):
            actions.destroy()
        self._node.destroy_node()

    @property
    def service(self) -> str:
        """Full name of the service asked."""
        return self._service

    def wait_ready(self, timeout_s: float) -> SpatialReply:
        """Wait until the node answers, by asking an empty question, which is refused at once.

        Returns:
            An OK reply without an answer, or NOT_READY with the reason.
        """
        end = time.monotonic() + timeout_s
        while True:
            left_s = max(end - time.monotonic(), 0.0)
            reply = self._call(SpatialQuery.Request(), min(left_s, 5.0))
            if reply.status not in (Status.NOT_READY, Status.TIMEOUT):
                return SpatialReply(Status.OK)
            if time.monotonic() + 0.2 > end or self._ended():
                return SpatialReply(Status.NOT_READY, reply.message)
            time.sleep(0.2)

    def ask(
        self,
        question: str,
        *,
        region_ids: Sequence[int] = (),
        regions: Sequence[OwnRegion] = (),
        stamp_ns: int = 0,
        max_age_s: float = 0.0,
        timeout_s: float = 30.0,
        target_frame: str = "",
        camera: str = "",
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> SpatialReply:
        """Ask and wait for the reply: at most ``timeout_s`` and :data:`GRACE_S`. Never raises for
        failures in the graph; see :class:`SpatialReply`.

        Args:
            question: in English; ``srv/SpatialQuery`` explains this and the next fields.
            region_ids: regions the question is about.
            regions: own ones instead of the detector's: ``scene.region.Region``, made of a mask by
                ``Region.from_mask(array, label)``, or ``msg/Region``.
            stamp_ns: of the image to ask about, nanoseconds; 0: the newest.
            max_age_s: oldest image allowed; 0: the node's parameter.
            timeout_s: for finding the node and for its answer together, seconds, above 0.
            target_frame: of the positions in the reply; empty: the camera's optical frame.
            camera: name, on a node with several cameras.
            on_text: called on another thread with the text so far; what it raises is raised here.
            cancelled: polled; the question is cancelled soon after it returns True.

        Raises:
            TypeError: for an argument that cannot be sent, naming it and what it takes.
            ValueError: if ``timeout_s`` is not above 0, or a number does not fit its field.
        """
        checked_timeout(timeout_s)
        fields = request_fields(
            question, region_ids, regions, stamp_ns, max_age_s, target_frame, camera
        )
        if on_text is None and cancelled is None:
            return self._call(SpatialQuery.Request(**fields), timeout_s)
        return self._run(
            SpatialQueryAction.Goal(**fields),
            timeout_s,
            on_text or (lambda text: None),
            cancelled or (lambda: False),
        )

    def watch(
        self,
        question: str,
        until: Condition | str,
        *,
        timeout_s: float = 60.0,
        camera: str = "",
        target_frame: str = "",
        continuous: bool = False,
        ask_model: bool = False,
        accept_incomplete: bool = False,
        max_rate_hz: float = 0.0,
        on_evaluation: Callable[[WatchEvaluation], None] = lambda evaluation: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> WatchReply:
        """Wait until a condition on the answer of a question holds; the node evaluates each frame.

        Never raises for failures in the graph; see :class:`WatchReply`.

        Args:
            question: in English; ``action/WatchQuestion`` explains this and the next fields.
            until: a condition, or its words, such as "below 2 m" or "yes for 2 s".
            timeout_s: for finding the node and for watching together, seconds, above 0.
            camera: name, on a node with several cameras.
            target_frame: of positions in the reply.
            continuous: go on after an event; the reply comes when it is cancelled or time is over.
            ask_model: ask the model with each frame; without, answers are measured only.
            accept_incomplete: count answers from which something may be missing.
            max_rate_hz: most evaluations in a second; 0: the node's.
            on_evaluation: called after each, on another thread; what it raises is raised here.
            cancelled: polled; the watch is cancelled soon after it returns True.

        Raises:
            TypeError: for an argument that cannot be sent.
            ValueError: for words that are no condition, and if ``timeout_s`` is not above 0.
        """
        end = time.monotonic() + checked_timeout(timeout_s)
        goal = watch_goal(question, until, camera, target_frame, max_rate_hz)
        goal.continuous, goal.ask_model = bool(continuous), bool(ask_model)
        goal.accept_incomplete = bool(accept_incomplete)

        def on_feedback(feedback: WatchQuestion.Feedback) -> None:
            on_evaluation(WatchEvaluation.of(feedback))

        try:
            return WatchReply.of(self._watches.run(goal, end, on_feedback, cancelled))
        except NoResultError as error:
            reply = self._no_result(error, timeout_s)
            return WatchReply(reply.status, reply.message, canceled=reply.canceled)

    def submit(self, question: str, **options: Any) -> Future[SpatialReply]:
        """Ask on another thread; the reply comes as a ``concurrent.futures.Future``."""
        return self._pool.submit(self.ask, question, **options)

    async def ask_async(self, question: str, **options: Any) -> SpatialReply:
        """:meth:`ask` for asyncio."""
        return await asyncio.wrap_future(self.submit(question, **options))

    def future(self, executor: Executor, question: str, **options: Any) -> RosFuture:
        """:meth:`ask` for coroutines that an rclpy executor runs.

        ``reply = await client.future(self.executor, "…")`` in a callback of a node lets the
        executor do other work meanwhile.

        Args:
            executor: runs the coroutine.

        Returns:
            ``rclpy.task.Future`` of a :class:`SpatialReply`.
        """
        waiting = executor.create_future()

        def hand_over(done: Future[SpatialReply]) -> None:
            error = None if done.cancelled() else done.exception()
            if isinstance(error, Exception):
                waiting.set_exception(error)
            else:
                waiting.set_result(_CLOSED if done.cancelled() else done.result())
            executor.wake()

        self.submit(question, **options).add_done_callback(hand_over)
        return waiting

    def next_message(
        self, message_type: type[Message], topic: str, timeout_s: float, quality: str = "reliable"
    ) -> Message | None:
        """The next message of a topic; ``None`` where none came in time.

        Args:
            topic: relative to the namespace.
            timeout_s: longest wait, seconds.
            quality: of service, a name of ``ros.qos.PRESETS``.

        Raises:
            ValueError: for what is no name of a topic.
        """
        if self._ended():
            return None
        end, arrived = time.monotonic() + timeout_s, Future[Message]()

        def take(message: Message) -> None:
            if not arrived.done():
                arrived.set_result(message)

        node, qos = self._node, profile(quality)
        try:
            subscription = node.create_subscription(message_type, topic, take, qos)
        except NameValidationException as error:
            raise ValueError(f"{topic!r} is no name of a topic") from error
        try:
            return arrived.result() if done_by(arrived, end, self._ended) else None
        finally:
            node.destroy_subscription(subscription)

    # -- on the caller's thread -------------------------------------------------------------

    def _ended(self) -> bool:
        return self._closed.is_set() or not self._node.context.ok()

    def _call(self, request: SpatialQuery.Request, timeout_s: float) -> SpatialReply:
        end = time.monotonic() + timeout_s
        if not wait_for(self._client.service_is_ready, end, self._ended):
            return self._unanswered(Status.NOT_READY, timeout_s)
        request.timeout = duration_of(max(end - time.monotonic(), 0.001))
        future = self._client.call_async(request)
        if not done_by(future, end + GRACE_S, self._ended):
            self._client.remove_pending_request(future)
            return self._unanswered(Status.TIMEOUT, timeout_s)
        return SpatialReply.of(future.result())

    def _run(
        self,
        goal: SpatialQueryAction.Goal,
        timeout_s: float,
        on_text: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> SpatialReply:
        def on_feedback(feedback: SpatialQueryAction.Feedback) -> None:
            if feedback.partial_text:
                on_text(feedback.partial_text)

        end = time.monotonic() + timeout_s
        try:
            return SpatialReply.of(self._queries.run(goal, end, on_feedback, cancelled))
        except NoResultError as error:
            return self._no_result(error, timeout_s)

    def _no_result(self, error: NoResultError, timeout_s: float) -> SpatialReply:
        return _CANCELED if error.canceled else self._unanswered(error.status, timeout_s)

    def _unanswered(self, status: Status, timeout_s: float) -> SpatialReply:
        if self._ended():
            return _CLOSED
        messages = {
            Status.BUSY: f"{self.service} does not accept the goal; ask again",
            Status.NOT_READY: f"no server of {self.service} after {timeout_s:.1f} s; start the "
            "spatial_query node, or check its namespace and ROS_DOMAIN_ID",
            Status.TIMEOUT: f"{self.service} did not respond within {timeout_s:.1f} s; allow more "
            "time (timeout_s), or check whether its node still runs",
        }
        return SpatialReply(status, messages[status])


_CLOSED = SpatialReply(Status.NOT_READY, "the client or rclpy was shut down before the answer came")
_CANCELED = SpatialReply(Status.TIMEOUT, "the client took the question back", canceled=True)
