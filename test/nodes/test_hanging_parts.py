# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A detector or model that never returns: deactivating and activating the node loads another."""

import threading
import time

import pytest
import rclpy
from query_node_graph import DOMAIN, FRAME_ID, ColorDetector, FixedEngine, picture
from rclpy.context import Context
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_msgs.msg import Header

from smolrgpt_ros.nodes import spatial_query_node as module
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages

pytestmark = [pytest.mark.ros]

SUCCESS = TransitionCallbackReturn.SUCCESS


@pytest.fixture
def release():
    """What hangs returns once it is set."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def make_node(monkeypatch):
    """``make_node(**loaders)`` -> a node without depth that is not spun and reads no questions."""
    for name in ("compile_loops", "labels_without_synonyms"):
        monkeypatch.setattr(module, name, lambda *arguments: None)
    monkeypatch.setattr(module, "load_readers", lambda *arguments: object())
    context, nodes = Context(), []
    rclpy.init(context=context, domain_id=DOMAIN)

    def make(**loaders):
        parameters = {"autostart": False, "use_depth": False}
        parts = {
            "detector_loader": lambda settings: ColorDetector(),
            "engine_loader": lambda settings: FixedEngine(),
        }
        nodes.append(
            module.SpatialQueryNode(
                context=context,
                parameter_overrides=[Parameter(k, value=v) for k, v in parameters.items()],
                **(parts | loaders),
            )
        )
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.shutdown(context=context)


def wait_until(condition):
    end = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def show(node):
    """A picture to the node's camera, past its topics; returns the camera."""
    camera = node._cameras[""]
    image = encode_image(picture(), "rgb8", Header(frame_id=FRAME_ID))
    camera.worker.offer(FrameMessages(image, depth=None, info=None))
    return camera


def test_a_detector_that_hangs_is_replaced_when_the_node_is_activated_again(make_node, release):
    class Hanging(ColorDetector):
        def detect(self, frame):
            release.wait(120.0)
            return super().detect(frame)

    loaded: list[ColorDetector] = []

    def load(settings):
        loaded.append(ColorDetector() if loaded else Hanging())
        return loaded[-1]

    node = make_node(detector_loader=load)
    assert (node.trigger_configure(), node.trigger_activate()) == (SUCCESS, SUCCESS)
    before = show(node)
    wait_until(lambda: before.worker.busy_s > 0.0)
    assert (node.trigger_deactivate(), node.trigger_activate()) == (SUCCESS, SUCCESS)
    assert len(loaded) == 2
    camera = show(node)
    wait_until(lambda: camera.history.newest() is not None)
    assert len(camera.history.newest().regions) == 3
    release.set()
    wait_until(lambda: before.worker.busy_s == 0.0)
    assert before.history.newest() is None, "what was given up is heard no more"


def test_a_model_that_hangs_is_replaced_when_the_node_is_activated_again(make_node):
    loaded = []

    def load(settings):
        loaded.append(FixedEngine())
        loaded[-1].busy_s = 60.0 if len(loaded) == 1 else 0.0
        return loaded[-1]

    node = make_node(engine_loader=load)
    assert (node.trigger_configure(), node.trigger_activate()) == (SUCCESS, SUCCESS)
    assert node._questions.queries.hangs
    for _ in range(2):  # one that returns stays
        assert (node.trigger_deactivate(), node.trigger_activate()) == (SUCCESS, SUCCESS)
        assert len(loaded) == 2 and not node._questions.queries.hangs
