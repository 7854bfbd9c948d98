# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``examples/nav2_pick_pallet.py``: its parts by hand, and the whole of it in the simulated
warehouse, with real nodes for camera, question and robot and stand-ins for Nav2's commander and TF.
"""

import importlib.util
import math
import sys
import threading
import time
from enum import Enum
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Point, PointStamped, PoseStamped, Quaternion, Vector3
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Header

from smolrgpt_ros.client.reply import SpatialReply
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.msg import MeasuredValue, SpatialAnswer
from smolrgpt_ros.nodes import warehouse_camera_node
from smolrgpt_ros.nodes.warehouse_camera_node import WarehouseCameraNode
from smolrgpt_ros.scene.rotations import quaternion_of
from smolrgpt_ros.scene.status import QueryError, Status

SCRIPT = Path(__file__).parents[2] / "examples" / "nav2_pick_pallet.py"
pytestmark = [
    pytest.mark.ros,
    pytest.mark.skipif(not SCRIPT.is_file(), reason="not run from the source tree"),
]


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("nav2_pick_pallet", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def at(x, y, z=0.5):
    return PointStamped(header=Header(frame_id="map"), point=Point(x=x, y=y, z=z))


def test_the_goal_is_before_the_target_and_faces_it(example):
    """From (1, 1) to (4, 5) is 3-4-5: at 4 m of the way, (3.4, 4.2), heading atan2(4, 3)."""
    pose = example.goal_pose(at(4.0, 5.0, z=0.7), (1.0, 1.0), 1.0)
    assert pose.header.frame_id == "map"
    p, q = pose.pose.position, pose.pose.orientation
    assert (p.x, p.y, p.z) == pytest.approx((3.4, 4.2, 0.0))
    assert 2 * math.atan2(q.z, q.w) == pytest.approx(math.atan2(4, 3))
    with pytest.raises(example.PickError, match=r"0\.50 m from the target"):
        example.goal_pose(at(1.5, 1.0), (1.0, 1.0), 1.0)


def choice(identity):
    measured = MeasuredValue(has_value=True, normalized="1", region_ids=[identity])
    kind = SpatialAnswer.KIND_CHOICE
    return SpatialReply(Status.OK, answer=SpatialAnswer(kind=kind, measured=measured))


def distance():
    measured = MeasuredValue(has_value=True, value=2.0, unit="m", normalized="2.00")
    kind = SpatialAnswer.KIND_DISTANCE
    return SpatialReply(Status.OK, answer=SpatialAnswer(kind=kind, measured=measured))


STALE = SpatialReply(Status.STALE_FRAME, "the newest frame is old")


@pytest.mark.parametrize(
    ("replies", "chosen"),
    [
        ([choice(3), choice(3)], 3),
        ([choice(3), choice(5), choice(5)], 5),
        ([STALE, choice(3), STALE, choice(4), choice(4)], 4),
    ],
)
def test_a_choice_is_taken_when_two_looks_agree(example, replies, chosen):
    left = iter(replies)
    assert example.choose(lambda: next(left), len(replies), 0.0).measured == chosen
    assert next(left, None) is None


@pytest.mark.parametrize(
    ("replies", "error", "words"),
    [
        ([choice(3), choice(5), choice(3)], "PickError", "changed to region 3"),
        ([choice(3), STALE, choice(3)], "PickError", "no choice that two looks"),
        ([STALE, STALE, STALE], "PickError", "STALE_FRAME: the newest frame is old"),
        ([distance()], "PickError", "asks for distance"),
        ([SpatialReply(Status.UNKNOWN_REGION, "no shelf")], "QueryError", "no shelf"),
    ],
)
def test_no_choice_is_an_error_with_the_reason(example, replies, error, words):
    left = iter(replies)
    kind = {"PickError": example.PickError, "QueryError": QueryError}[error]
    with pytest.raises(kind, match=words):
        example.choose(lambda: next(left), 3, 0.0)


def hidden_choice(view_x):
    reply = choice(3)
    assert reply.answer is not None
    reply.answer.hidden = ["Of buffer 1, 40% beyond the picture's right edge."]
    reply.answer.suggested_view.header.frame_id = "map"
    reply.answer.suggested_view.pose.position = Point(x=view_x, z=1.2)
    return reply


def whole_choice(identity):
    reply = choice(identity)
    assert reply.answer is not None
    reply.answer.complete = True
    return reply


def test_it_looks_again_from_the_suggested_view(example, capsys):
    replies = iter([hidden_choice(2.0), whole_choice(5)])
    goals: list[Any] = []
    found = example.look_around(lambda: next(replies), goals.append, 1)
    assert found.measured == 5 and [goal.pose.position.x for goal in goals] == [2.0]
    assert "40% beyond the picture's right edge" in capsys.readouterr().out
    assert example.floor_pose(goals[0]).pose.position.z == 0.0


def test_it_drives_to_no_more_views_than_it_may(example):
    goals: list[Any] = []
    found = example.look_around(lambda: hidden_choice(2.0), goals.append, 1)
    assert found.measured == 3 and len(goals) == 1

    def nothing():
        raise example.PickError("nothing measured", hidden_choice(2.0).suggested_view)

    with pytest.raises(example.PickError, match="nothing measured"):
        example.look_around(nothing, goals.append, 2)
    assert len(goals) == 3


class Result(Enum):
    SUCCEEDED = 1
    CANCELED = 2
    FAILED = 3


class Commander(Node):
    """Has what the example uses of nav2_simple_commander's BasicNavigator; sends the goal on the
    topic of bt_navigator and waits until the robot is there."""

    result = Result.SUCCEEDED

    def __init__(self):
        super().__init__("basic_navigator")
        self._goals = self.create_publisher(PoseStamped, "goal_pose", 10)
        self.create_subscription(PoseStamped, "robot_pose", self._hear, 10)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)
        self.goal: Any = None
        self.here: Any = None
        self.canceled = False

    def _hear(self, pose):
        self.here = pose.pose.position

    def goToPose(self, pose):
        self.goal = pose
        return True

    def isTaskComplete(self):
        self._goals.publish(self.goal)
        self._executor.spin_once(timeout_sec=0.05)
        goal, here = self.goal.pose.position, self.here
        return here is not None and math.hypot(here.x - goal.x, here.y - goal.y) < 0.05

    def cancelTask(self):
        self.canceled = True

    def getResult(self):
        return self.result

    def destroy_node(self):
        self._executor.shutdown(timeout_sec=2.0)
        super().destroy_node()


class Robot(Node):
    """Drives to the received goal, 5 m a second, and publishes its pose; ``place.spot``: x, y."""

    def __init__(self, context, place):
        super().__init__("robot", context=context)
        self._place, self._goal = place, None
        self.create_subscription(PoseStamped, "goal_pose", self._hear, 10)
        self._pose = self.create_publisher(PoseStamped, "robot_pose", 10)
        self.create_timer(0.02, self._move)

    def _hear(self, pose):
        self._goal = np.array([pose.pose.position.x, pose.pose.position.y])

    def _move(self):
        if self._goal is not None:
            way = self._goal - self._place.spot
            self._place.spot = self._place.spot + way * min(
                1.0, 0.1 / max(float(np.linalg.norm(way)), 1e-9)
            )
        pose = PoseStamped()
        x, y = map(float, self._place.spot)
        pose.pose.position = Point(x=x, y=y)
        self._pose.publish(pose)


class SceneDetector:
    """Finds the simulator's objects in its picture."""

    name, device, labels = "truth", "cpu", ("pallet", "transporter", "shelf", "buffer")
    sha256 = ""

    def __init__(self, regions):
        self._found = Detections(tuple(Detection(r.label, 0.9, r.mask) for r in regions))

    def detect(self, frame):
        return self._found


def in_the_map(truth, point):
    rotation = np.array(truth.world_to_optical).reshape(3, 3).T
    return rotation @ np.array(point) + np.array(truth.camera_position)


def stand_in_tf(truth, place):
    """A tf2_ros with the poses of the simulated camera and of the robot."""
    module: Any = ModuleType("tf2_ros")
    module.TransformException = type("TransformException", (Exception,), {})

    class Buffer:
        def can_transform(self, target, source, stamp):
            return target == "map"

        def lookup_transform(self, target, source, stamp, timeout=None):
            if target != "map":
                raise module.TransformException(f"{target} does not exist")
            if source == "base_link":
                spot, turn = (*place.spot, 0.0), Quaternion(w=1.0)
            else:
                spot = truth.camera_position
                w, x, y, z = quaternion_of(np.array(truth.world_to_optical).reshape(3, 3).T)
                turn = Quaternion(x=x, y=y, z=z, w=w)
            translation = Vector3(**dict(zip("xyz", map(float, spot), strict=True)))
            return SimpleNamespace(
                transform=SimpleNamespace(translation=translation, rotation=turn)
            )

    module.Buffer = Buffer

    def listener(buffer, node, spin_thread):
        # tf2_ros never shuts down the executor of a thread of its own: the process would end with
        # a traceback.
        assert not spin_thread
        return SimpleNamespace(unregister=lambda: None)

    module.TransformListener = listener
    module.TransformBroadcaster = lambda node: SimpleNamespace(sendTransform=lambda message: None)
    return module


@pytest.fixture(scope="module")
def scene(can_render):
    """Seed 4: an empty transporter at (-4.24, 3.65); a loaded one; the pallet nearest to the empty
    one that stands by itself is at (-1.46, -0.58)."""
    from smolrgpt_ros.simulation.warehouse import simulate_frame

    return simulate_frame(4, "ceiling", 320, 240)


@pytest.fixture
def warehouse(scene, start_graph, monkeypatch):
    """Camera, query node and robot, running."""
    monkeypatch.setattr(warehouse_camera_node, "_maker", lambda values: lambda index: scene)
    place = SimpleNamespace(spot=np.array([-4.24, 3.65]))
    monkeypatch.setitem(sys.modules, "tf2_ros", stand_in_tf(scene.truth, place))
    detector = SceneDetector(scene.regions)
    with start_graph({"query.max_age": 60.0}, detector_loader=lambda settings: detector) as graph:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.context.get_domain_id()))
        robot = Robot(graph.context, place)
        with SpatialClient(node=graph.peer) as client:
            assert client.wait_ready(20.0).ok
        camera = WarehouseCameraNode(context=graph.context)
        executor = SingleThreadedExecutor(context=graph.context)
        for node in (camera, robot):
            executor.add_node(node)
        thread = threading.Thread(target=executor.spin, daemon=True)
        thread.start()
        commander: Any = ModuleType("nav2_simple_commander.robot_navigator")
        commander.BasicNavigator = Commander
        monkeypatch.setitem(sys.modules, "nav2_simple_commander.robot_navigator", commander)
        package: Any = ModuleType("nav2_simple_commander")
        package.robot_navigator = commander
        monkeypatch.setitem(sys.modules, "nav2_simple_commander", package)
        try:
            yield SimpleNamespace(place=place, truth=scene.truth)
        finally:
            executor.shutdown(timeout_sec=2.0)
            thread.join(5.0)
            camera.destroy_node()
            robot.destroy_node()


def test_the_empty_transporter_drives_to_its_pallet(example, warehouse, capsys):
    code = example.main(["--stand-off", "1.5", "--drive-timeout", "30", "--looks", "20"])
    output = capsys.readouterr()
    assert code == 0, output
    assert output.out.splitlines()[-1] == "pick: there" and "pallet" in output.out
    by_load = {o.load: o for o in warehouse.truth.regions if o.label == "transporter"}
    free = [o for o in warehouse.truth.regions if o.label == "pallet" and o.carried_by < 0]
    empty = in_the_map(warehouse.truth, by_load["empty"].centre)
    spots = [in_the_map(warehouse.truth, o.centre) for o in free]
    pallet = min(spots, key=lambda spot: math.dist(spot, empty))
    assert pallet[:2] == pytest.approx((-1.46, -0.58), abs=0.01)
    # 1.5 m before it on the way from the start, within the accuracy of depth.
    assert math.dist(warehouse.place.spot, pallet[:2]) == pytest.approx(1.5, abs=0.2)
    # (2.78, -4.23) / 5.06 of the way: 1.5 m back from the pallet is (-2.28, 0.67).
    assert warehouse.place.spot == pytest.approx((-2.28, 0.67), abs=0.2)


def test_a_question_it_cannot_drive_by_moves_nothing(example, warehouse, capsys):
    end = time.monotonic() + 20
    question = "How many pallets are there?"
    while example.main(["--question", question, "--looks", "2"]) == 1:
        output = capsys.readouterr().err
        if "asks for count" in output:
            break
        assert time.monotonic() < end, output
    assert warehouse.place.spot == pytest.approx((-4.24, 3.65))


def test_a_failed_drive_of_nav2_is_reported(example, monkeypatch):
    class Stuck(Commander):
        def __init__(self):
            self.canceled = False

        def isTaskComplete(self):
            return False

    stuck = Stuck()
    with pytest.raises(example.PickError, match="cancelled"):
        example.drive(stuck, PoseStamped(), 0.0)
    assert stuck.canceled
    failing = SimpleNamespace(
        goToPose=lambda pose: True, isTaskComplete=lambda: True, getResult=lambda: Result.FAILED
    )
    with pytest.raises(example.PickError, match="FAILED"):
        example.drive(failing, PoseStamped(), 5.0)
    with pytest.raises(example.PickError, match="refused"):
        example.drive(SimpleNamespace(goToPose=lambda pose: False), PoseStamped(), 5.0)
