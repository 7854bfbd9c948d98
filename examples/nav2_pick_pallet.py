#!/usr/bin/env python3
# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Asks which pallet the empty transporter should pick, and drives there with Nav2.

Where the answer is hidden or cut by the picture's edge, it drives to the view that the answer
suggests first, and looks again.

    python3 examples/nav2_pick_pallet.py --robot-frame base_link --stand-off 1.5

Needs a running ``spatial_query`` node, Nav2, and TF from the map to the camera and to the robot.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from geometry_msgs.msg import PointStamped, PoseStamped

from smolrgpt_ros.client.reply import SpatialReply
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.scene.status import QueryError, Status

#: Failures that may pass by themselves.
PASSING = {
    Status.NOT_READY,
    Status.NO_FRAME,
    Status.STALE_FRAME,
    Status.TF_FAILED,
    Status.BUSY,
    Status.TIMEOUT,
}


class PickError(RuntimeError):
    """Nothing to drive to; the message says why.

    Args:
        message: for people.
        view: from where the question could be answered; ``None`` where none is suggested.
    """

    def __init__(self, message: str, view: PoseStamped | None = None) -> None:
        super().__init__(message)
        self.view = view


def choose(ask: Callable[[], SpatialReply], looks: int, pause_s: float = 0.5) -> SpatialReply:
    """Ask until two looks in a row measure the same choice.

    The choice is the measured one: a planner moves a machine on what was measured, not on what a
    model wrote. Disagreement of the model is told, for a person to look at.

    Args:
        ask: asks the question once.
        looks: how often to ask at most, 2 or more.
        pause_s: between two looks, seconds.

    Raises:
        PickError: if no choice was measured, or it never stayed the same.
        QueryError: a failure that will not pass.
    """
    last: Any = None
    why, view = "", None
    for look in range(looks):
        if look:
            time.sleep(pause_s)
        reply = ask()
        view = reply.suggested_view or view
        if not reply.ok and reply.status not in PASSING:
            reply.raise_for_status()
        if not reply.ok:
            last, why = None, f"{reply.status.name}: {reply.message}"
        elif reply.kind != "choice":
            raise PickError(f"the question asks for {reply.kind}, not for a choice of one region")
        elif reply.measured is None:
            last, why = None, f"nothing measured: {reply.answer.measured.reason}"
        elif reply.measured == last:
            if reply.agree is False:
                print(f"pick: the model says otherwise: {reply.text}", file=sys.stderr)
            return reply
        else:
            last, why = reply.measured, f"the measured choice changed to region {reply.measured}"
    message = f"no choice that two looks agree on, after {looks} looks; the last: {why}"
    raise PickError(message, view)


def look_around(
    choose_here: Callable[[], SpatialReply], go_to: Callable[[PoseStamped], None], moves: int
) -> SpatialReply:
    """Choose; where the answer is not given in full, drive to the view it suggests, look again.

    Args:
        choose_here: chooses from where the robot stands, see :func:`choose`.
        go_to: drives there.
        moves: how often to drive to another view at most.

    Raises:
        PickError, QueryError: where there is no choice from the last view either.
    """
    for left in range(moves, -1, -1):
        try:
            reply = choose_here()
            complete = reply.answer is not None and reply.answer.complete
            view = None if complete else reply.suggested_view
            if view is None or not left:
                return reply
        except PickError as error:
            if error.view is None or not left:
                raise
            reply, view = SpatialReply(Status.OK), error.view
        for sentence in reply.hidden:
            print(f"pick: {sentence}")
        p = view.pose.position
        print(f"pick: looks again from ({p.x:.2f}, {p.y:.2f})")
        go_to(view)
    raise AssertionError("the last look returns or raises")


def floor_pose(view: PoseStamped) -> PoseStamped:
    """The goal of a robot whose camera is above its middle: a suggested view, on the floor."""
    goal = PoseStamped(header=view.header, pose=view.pose)
    goal.pose.position.z = 0.0
    return goal


def goal_pose(target: PointStamped, start: tuple[float, float], stand_off_m: float) -> PoseStamped:
    """The pose on the floor from which a robot faces a target.

    Args:
        target: where to go, in a frame whose z is up (REP-105).
        start: x, y from where the robot comes, metres.
        stand_off_m: distance to the target's centre at which to stop, metres.

    Raises:
        PickError: if the robot already stands nearer than that.
    """
    dx, dy = target.point.x - start[0], target.point.y - start[1]
    distance = math.hypot(dx, dy)
    if distance < stand_off_m:
        raise PickError(
            f"the robot is {distance:.2f} m from the target, nearer than --stand-off {stand_off_m}"
        )
    yaw = math.atan2(dy, dx)
    pose = PoseStamped(header=target.header)
    pose.pose.position.x = target.point.x - stand_off_m * dx / distance
    pose.pose.position.y = target.point.y - stand_off_m * dy / distance
    pose.pose.orientation.z = math.sin(yaw / 2)
    pose.pose.orientation.w = math.cos(yaw / 2)
    return pose


def robot_position(map_frame: str, robot_frame: str, timeout_s: float) -> tuple[float, float]:
    """x, y of the robot in the map, metres, from TF.

    Raises:
        PickError: naming both frames, if TF does not know in time.
    """
    import tf2_ros
    from rclpy.time import Time

    node = rclpy.create_node("pick_pallet_tf")
    buffer = tf2_ros.Buffer()
    # Not with a thread of its own: the listener would leave its executor running behind.
    listener = tf2_ros.TransformListener(buffer, node, spin_thread=False)
    try:
        end = time.monotonic() + timeout_s
        while not buffer.can_transform(map_frame, robot_frame, Time()) and time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.1)
        found = buffer.lookup_transform(map_frame, robot_frame, Time())
    except tf2_ros.TransformException as error:
        raise PickError(
            f"no transform from {robot_frame!r} to {map_frame!r} within {timeout_s} s: {error}"
        ) from error
    finally:
        listener.unregister()
        node.destroy_node()
    return found.transform.translation.x, found.transform.translation.y


def drive(navigator: Any, pose: PoseStamped, timeout_s: float) -> None:
    """Drive to a pose.

    Args:
        navigator: ``nav2_simple_commander.robot_navigator.BasicNavigator``.
        pose: in the map.
        timeout_s: after which the goal is cancelled, seconds.

    Raises:
        PickError: if Nav2 refuses the goal, does not get there, or takes longer.
    """
    if not navigator.goToPose(pose):
        raise PickError("Nav2 refused the goal; see the log of bt_navigator")
    end = time.monotonic() + timeout_s
    while not navigator.isTaskComplete():
        if time.monotonic() > end:
            navigator.cancelTask()
            raise PickError(f"not there after {timeout_s:.0f} s: the goal was cancelled")
    result = navigator.getResult()
    if result.name != "SUCCEEDED":
        raise PickError(f"Nav2 did not get there: {result.name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit code: 0 when the robot stands at the pallet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--question", default="Which pallet should the empty transporter pick?")
    parser.add_argument("--service", default="spatial_query", help="of the spatial_query node")
    parser.add_argument("--map-frame", default="map")
    parser.add_argument("--robot-frame", default="base_link")
    parser.add_argument("--stand-off", type=float, default=1.5, help="metres to stop before it")
    parser.add_argument("--looks", type=int, default=5, help="how often to ask at most")
    parser.add_argument("--moves", type=int, default=1, help="other views to drive to at most")
    parser.add_argument("--answer-timeout", type=float, default=10.0, help="seconds for an answer")
    parser.add_argument("--drive-timeout", type=float, default=300.0, help="seconds to get there")
    options = parser.parse_args(arguments)
    from nav2_simple_commander.robot_navigator import BasicNavigator

    rclpy.init()
    navigator = BasicNavigator()
    try:
        with SpatialClient(options.service) as client:

            def ask() -> SpatialReply:
                return client.ask(
                    options.question,
                    target_frame=options.map_frame,
                    timeout_s=options.answer_timeout,
                )

            def go_to(view: PoseStamped) -> None:
                goal = floor_pose(view)
                goal.header.stamp = navigator.get_clock().now().to_msg()
                drive(navigator, goal, options.drive_timeout)

            reply = look_around(lambda: choose(ask, options.looks), go_to, options.moves)
        pallet = reply.region(int(reply.measured))
        target = reply.position(pallet.id)
        print(f"pick: {pallet.label} {pallet.id} at ({target.point.x:.2f}, {target.point.y:.2f})")
        start = robot_position(options.map_frame, options.robot_frame, 5.0)
        pose = goal_pose(target, start, options.stand_off)
        # The map does not move; a stamp of the past would only make TF look back for it.
        pose.header.stamp = navigator.get_clock().now().to_msg()
        drive(navigator, pose, options.drive_timeout)
    except (PickError, QueryError, ValueError) as error:
        print(f"pick: {error}", file=sys.stderr)
        return 1
    finally:
        navigator.destroy_node()
        rclpy.try_shutdown()
    print("pick: there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
