# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The topics of one camera: which answer is displayed with which frame."""

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from std_msgs.msg import Header

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import Region as RegionMessage
from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.nodes.outputs import CameraOutputs
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.highlight_roles import Roles
from smolrgpt_ros.ros.convert.replies import Reply
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status


class Recorder:
    """A publisher with one subscriber."""

    def __init__(self):
        self.messages = []

    def get_subscription_count(self):
        return 1

    def publish(self, message):
        self.messages.append(message)


class FakeNode:
    """Keeps the publishers by topic."""

    def __init__(self):
        self.topics = {}

    def create_lifecycle_publisher(self, kind, topic, qos):
        return self.topics.setdefault(topic, Recorder())


def seen(*regions):
    frame = RgbdFrame(np.zeros((6, 9, 3), np.uint8), None, None)
    mask = np.zeros((6, 9), bool)
    mask[2:4, 3:7] = True
    return SeenFrame(frame, tuple(Region(id=i, label=label, mask=mask) for i, label in regions))


def reply_about(*regions):
    view = AnswerView("How many?", Kind.COUNT, Roles(answer=tuple(i for i, _ in regions)), value=2)
    messages = [RegionMessage(id=i, label=label) for i, label in regions]
    result = QueryResult(Status.OK, seen=seen(*regions))
    answer = SpatialAnswer(header=Header(frame_id="optical"))
    return Reply(result, answer, messages, messages, "", view)


@pytest.fixture
def camera():
    """Displays a frame; the namespaces of the markers that come of it."""
    node = FakeNode()
    outputs = CameraOutputs(node)
    settings = Settings.from_values({spec.key: spec.default for spec in QUERY_SPECS})

    def frame(*regions):
        outputs.frame(seen(*regions), settings)
        return {marker.ns for marker in node.topics["~/markers"].messages[-1].markers}

    return outputs, frame


ASKED = ((3, "pallet"), (5, "pallet"))


@pytest.mark.parametrize("later", [(), ((3, "pallet"),), ((3, "pallet"), (5, "shelf"))])
def test_an_answers_markers_end_when_its_regions_are_no_longer_in_view(camera, later):
    outputs, frame = camera
    outputs.answer(reply_about(*ASKED))
    assert "answer_text" in frame(*ASKED, (8, "shelf"))
    assert "answer_text" not in frame(*later)
    assert "answer_text" in frame(*ASKED), "a region that was missed in one frame"


def test_an_answer_about_a_clients_own_regions_is_displayed_over_the_detected_ones(camera):
    outputs, frame = camera
    outputs.answer(reply_about((70, "crate")))
    assert "answer_text" in frame(*ASKED)
    assert "answer_text" in frame()
