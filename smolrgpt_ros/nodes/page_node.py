# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The ``page`` node: a page in the browser that shows what a query node sees and asks it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image
from visualization_msgs.msg import MarkerArray

from smolrgpt_ros.client.reply import SpatialReply
from smolrgpt_ros.client.reply_record import record_of
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.page.board import Board
from smolrgpt_ros.page.pictures import answer_picture, live_picture
from smolrgpt_ros.page.state import (
    PageState,
    with_answer,
    with_lamps,
    with_marks,
    with_objects,
    with_picture,
    with_question,
)
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.ros.convert.answer_values import view_of_message
from smolrgpt_ros.ros.convert.images import ImageError
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.params.page_parameters import PAGE_SPECS
from smolrgpt_ros.ros.params.parameters import ParameterError, declare
from smolrgpt_ros.ros.qos import newest_profile, profile

from .page_messages import lamps_of, lines_of, objects_of, outlines_of
from .page_pictures import PageFrame, PageFrames
from .program import end_process
from .running import run

if TYPE_CHECKING:
    from smolrgpt_ros.page.server import PageServer

#: Questions of all pages that wait for their answers; more are refused.
MOST_ASKING = 4


class PageError(RuntimeError):
    """The node cannot start; the message names what to install or to set."""


class PageNode(Node):
    """Subscribes while a browser shows the page, and sends the questions of all browsers.

    Args:
        options: of ``rclpy.node.Node``.
    """

    def __init__(self, **options: Any) -> None:
        # Before anything can fail: a half-made node is destroyed too.
        self._server: PageServer | None = None
        self._client: SpatialClient | None = None
        super().__init__("page", **options)
        values = declare(self, PAGE_SPECS)
        self._values = values
        self._camera = str(values["camera"])
        self._client = SpatialClient(values["service"], node=self, max_pending=MOST_ASKING)
        self._query = self._client.service
        self._board = Board(PageState(node=self._query))
        self._frames = PageFrames()
        self._drawn_at = 0.0
        self._view: AnswerView | None = None
        self._asking = threading.Lock()
        self._subscribed: tuple[Subscription, ...] = ()
        try:
            from smolrgpt_ros.page.server import PageServer, PageServerError
        except ImportError as error:
            raise PageError(
                f"the page is served by the package nicegui ({error}): "
                "python3 -m pip install 'nicegui>=3.18,<4'"
            ) from error
        try:
            self._server = PageServer(
                self._board,
                self._ask,
                host=values["host"],
                port=values["port"],
                origins=tuple(values["origins"]),
                token=values["token"],
                clients=values["max_clients"],
            )
        except PageServerError as error:
            raise PageError(str(error)) from error
        # Steady: with use_sim_time and no /clock the node's own time stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(0.2, self._follow_audience, clock=steady)
        self.get_logger().info(f"open {self._server.address}")

    @property
    def port(self) -> int:
        """The port that is served."""
        assert self._server is not None
        return self._server.port

    @property
    def board(self) -> Board:
        """What the page shows."""
        return self._board

    def destroy_node(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._client is not None:
            self._client.close()
            self._client = None
        super().destroy_node()

    # --- on the executor's thread ---

    def _follow_audience(self) -> None:
        """Subscribe while a browser shows the page: nothing is drawn or sent without need."""
        watched = bool(self._board.displays)
        if watched and not self._subscribed:
            self._subscribed = self._subscribe()
        elif not watched and self._subscribed:
            for subscription in self._subscribed:
                self.destroy_subscription(subscription)
            self._subscribed = ()
            self._frames.clear()

    def _subscribe(self) -> tuple[Subscription, ...]:
        prefix = f"{self._camera}/" if self._camera else ""
        compressed = self._values["picture_transport"] == "compressed"
        kind, suffix = (CompressedImage, "/compressed") if compressed else (Image, "")
        return (
            self.create_subscription(
                kind,
                self.resolve_topic_name(f"{prefix}rgb/image_raw") + suffix,
                self._frames.add_image,
                profile(self._values["picture_qos"]),
            ),
            self.create_subscription(
                RegionArray, f"{self._query}/{prefix}regions", self._on_regions, profile("reliable")
            ),
            self.create_subscription(
                MarkerArray, f"{self._query}/{prefix}markers", self._on_markers, newest_profile()
            ),
            self.create_subscription(
                DiagnosticArray, "/diagnostics", self._on_diagnostics, profile("reliable")
            ),
        )

    def _on_regions(self, array: RegionArray) -> None:
        try:
            objects = objects_of(array)
        except ValueError as error:
            self.get_logger().warning(f"a mask cannot be shown: {error}")
            return
        self._board.change(
            partial(with_objects, frame_id=str(array.header.frame_id), objects=objects)
        )
        regions = tuple(item.region for item in objects)
        frame = self._frames.add_regions(nanoseconds(array.header.stamp), regions)
        now = time.monotonic()
        displays = self._board.displays
        early = now - self._drawn_at < 1.0 / self._values["picture_max_rate"]
        if frame is None or early or not displays:
            return
        self._drawn_at = now
        if (rgb := self._pixels(frame)) is not None:
            view = self._view
            self._board.show({d: live_picture(rgb, regions, view, d) for d in displays})
            self._board.change(partial(with_picture, width=rgb.shape[1], at=now))

    def _pixels(self, frame: PageFrame) -> NDArray[np.uint8] | None:
        """A frame's picture; ``None``, and a line in the log, where it cannot be read."""
        try:
            return frame.rgb()
        except ImageError as error:
            self.get_logger().warning(f"a picture cannot be shown: {error}")
            return None

    def _on_markers(self, markers: MarkerArray) -> None:
        outlines, lines = outlines_of(markers), lines_of(markers)
        self._board.change(partial(with_marks, outlines=outlines, lines=lines))

    def _on_diagnostics(self, array: DiagnosticArray) -> None:
        lamps = lamps_of(array, self._query)
        if lamps:
            self._board.change(partial(with_lamps, lamps=lamps, at=time.monotonic()))

    # --- on the server's thread ---

    async def _ask(self, question: str) -> str:
        """Send a question; why it was not sent, or nothing."""
        assert self._client is not None
        with self._asking:
            if len(self._board.state.asking) >= MOST_ASKING:
                return f"{MOST_ASKING} questions wait for their answers; ask again in a moment"
            self._board.change(partial(with_question, question=question))
        self._frames.keep_for_answer()
        timeout_s = self._values["timeout"]
        sent = self._client.submit(question, timeout_s=timeout_s, camera=self._camera)
        sent.add_done_callback(partial(self._answered, question))
        return ""

    # --- on a client's thread ---

    def _answered(self, question: str, done: Future[SpatialReply]) -> None:
        if done.cancelled():
            return
        reply = done.result()
        view = None if reply.answer is None else view_of_message(reply.answer, reply.regions)
        picture = b""
        if view is not None and reply.answer is not None:
            frame = self._frames.of_stamp(nanoseconds(reply.answer.header.stamp))
            if frame is not None and (rgb := self._pixels(frame)) is not None:
                picture = answer_picture(rgb, frame.regions, view)
            self._view = view
        record = record_of(question, reply)
        strong = frozenset() if view is None else frozenset(view.roles.answer)
        clock = time.strftime("%H:%M:%S")
        self._board.answer(
            partial(
                with_answer, record=record, strong=strong, clock=clock, has_picture=bool(picture)
            ),
            picture,
        )


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until the process is asked to end; the process's exit code."""
    return run(
        "page",
        PageNode,
        lambda node: SingleThreadedExecutor(),
        args,
        refusals=(ParameterError, PageError),
    )


if __name__ == "__main__":
    end_process(main())
