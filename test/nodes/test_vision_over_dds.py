# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Another node's vision_msgs/Detection2DArray in, and this node's detections out, over DDS."""

import math
import time

import pytest
from query_node_graph import FRAME_ID, LEFT, PLACES
from std_msgs.msg import Header

from smolrgpt_ros.query.input_state import why_no_frame
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.srv import SpatialQuery

vision = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is missing: run scripts/setup")

pytestmark = [pytest.mark.ros]

NAMESPACE = "/boxes"


NUMBERS = {"pallet": "4", "transporter": "17"}


def boxes(stamp_ns, names=None):
    """The objects of the test picture as another node would find them.

    Args:
        names: of the classes, by label; the labels themselves if left out.
    """
    header = Header(stamp=time_of(stamp_ns), frame_id=FRAME_ID)
    array = vision.Detection2DArray(header=header)
    for label, places in PLACES.items():
        for x0, x1 in places:
            made = vision.Detection2D(header=header)
            made.bbox.center.position.x, made.bbox.center.position.y = (x0 + x1) / 2, 60.0
            made.bbox.size_x, made.bbox.size_y = float(x1 - x0), 20.0
            hypothesis = vision.ObjectHypothesisWithPose()
            hypothesis.hypothesis.class_id = (names or {}).get(label, label)
            hypothesis.hypothesis.score = 0.9
            made.results.append(hypothesis)
            array.detections.append(made)
    return array


@pytest.fixture(scope="module")
def graph(start_graph):
    parameters = {
        "detector.backend": "topic",
        "detector.topic_type": "detections",
        "detector.slop": 0.012,
        "query.max_age": 60.0,
        "detector.max_rate": 100.0,
        "memory.use": "off",
    }
    with start_graph(parameters, namespace=NAMESPACE, detector_loader=lambda settings: None) as one:
        one.boxes = one.peer.create_publisher(
            vision.Detection2DArray, "detections", profile("reliable")
        )
        one.flat, one.solid = [], []
        one.peer.create_subscription(
            vision.Detection2DArray, "spatial_query/detections", one.flat.append, 10
        )
        one.peer.create_subscription(
            vision.Detection3DArray, "spatial_query/detections_3d", one.solid.append, 10
        )
        one.wait_ready()
        one.wait_until(lambda: one.boxes.get_subscription_count() > 0, "discovery")
        yield one


def test_boxes_of_no_images_stamp_are_told_with_their_distance(graph):
    first_ns = graph.peer.get_clock().now().nanoseconds
    for number in range(25):
        stamp = graph.publish(first_ns + number * 100_000_000)
        graph.boxes.publish(boxes(stamp + 50_000_000))
        time.sleep(0.1)
    graph.wait_until(lambda: graph.camera.join_counters.second >= 20, "boxes")
    reason = why_no_frame(graph.camera.state(), max_age_s=60.0).message
    assert "what comes on /boxes/detections has no image's stamp" in reason
    assert "0.050 s" in reason and "0.012 s (detector.slop)" in reason
    assert graph.camera.history.newest() is None


def test_boxes_near_an_images_stamp_are_its_regions_and_are_published(graph):
    history = graph.camera.history

    def seen():
        stamp = graph.publish()
        graph.boxes.publish(boxes(stamp + 9_000_000))
        newest = history.newest()
        return newest is not None and len(newest.regions) == 3

    graph.wait_until(seen, "boxes with their image")
    answer = graph.ask(LEFT)
    assert answer.status == SpatialQuery.Response.STATUS_OK, answer.message
    assert answer.answer.measured.normalized == "left"
    graph.wait_until(lambda: seen() and graph.flat and graph.solid, "detections of the node")
    flat, solid = graph.flat[-1], graph.solid[-1]
    assert sorted(d.results[0].hypothesis.class_id for d in flat.detections) == [
        "pallet",
        "pallet",
        "transporter",
    ]
    assert {(d.bbox.size_x, d.bbox.size_y) for d in flat.detections} == {(20.0, 20.0)}
    assert flat.header.frame_id == FRAME_ID
    # 3 m ahead and somewhat behind the surface; a width of 20 pixels of 120 a metre is 0.5 m.
    for detection in solid.detections:
        assert 3.0 < detection.bbox.center.position.z < 4.5
        assert math.isclose(detection.bbox.size.x, 0.5, abs_tol=0.1)


def test_numbers_of_classes_are_told_until_a_label_info_names_them(graph):
    history = graph.camera.history

    def labels():
        stamp = graph.publish()
        graph.boxes.publish(boxes(stamp, NUMBERS))
        newest = history.newest()
        return newest, set() if newest is None else {r.label for r in newest.regions}

    graph.wait_until(lambda: labels()[1] == {"4", "17"}, "regions without a name")
    (note,) = labels()[0].frame.notes
    assert note.startswith("Classes 4, 17 on /boxes/detections are numbers that nothing names")
    assert "/boxes/label_info (detector.label_info_topic)" in note and "'4=pallet'" in note
    publisher = graph.peer.create_publisher(vision.LabelInfo, "label_info", profile("latched"))
    info = vision.LabelInfo()
    for label, number in NUMBERS.items():
        info.class_map.append(vision.VisionClass(class_id=int(number), class_name=label))
    publisher.publish(info)
    graph.wait_until(lambda: labels()[1] == {"pallet", "transporter"}, "names of the classes")
    # Frames from before the names may still be on their way.
    graph.wait_until(lambda: labels()[0].frame.notes == (), "frames without the note")
