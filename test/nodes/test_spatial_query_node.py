# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The query node over DDS: answers and failures, with a predictable model."""

import time
from typing import Any

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from sensor_msgs.msg import Image, RegionOfInterest
from std_msgs.msg import String
from visualization_msgs.msg import Marker, MarkerArray

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.msg import Region, RegionArray, SpatialAnswer
from smolrgpt_ros.ros.convert.time import duration_of, nanoseconds, time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

Response = SpatialQuery.Response
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


def test_a_question_about_classes_is_answered_and_measured(graph):
    stamp = graph.see()
    response = graph.ask(LEFT, stamp=time_of(stamp))
    assert response.status == Response.STATUS_OK, response.message
    answer = response.answer
    assert nanoseconds(answer.header.stamp) == stamp
    assert answer.header.frame_id == "test_optical_frame"
    assert answer.prompt.count("<mask>") == 2
    assert answer.kind == SpatialAnswer.KIND_LEFT_RIGHT
    assert (answer.text, answer.normalized) == (graph.engine.text, "left")
    assert (answer.measured.has_value, answer.measured.normalized) == (True, "left")
    assert answer.agreement == SpatialAnswer.AGREEMENT_AGREE
    assert [r.label for r in response.regions] == ["pallet", "pallet"]
    assert [r.id for r in response.regions] == list(answer.prompt_region_ids)
    # The left pallet spans columns 20 to 40: its middle, at the depth of 3 m, is on the left.
    left, right = response.regions
    assert (left.box.x_offset, left.box.width) == (20, 20)
    assert left.position.x < -1.0 < 0.5 < right.position.x
    assert left.position_frame_id == "test_optical_frame"
    assert 0.0 < nanoseconds(answer.latency) < 5e9


def test_the_models_disagreement_is_reported(graph):
    graph.engine.text = "The pallet [Region 0] is to the right of the pallet [Region 1]."
    response = graph.ask(LEFT, stamp=time_of(graph.see()))
    assert response.answer.normalized == "right"
    assert response.answer.measured.normalized == "left"
    assert response.answer.agreement == SpatialAnswer.AGREEMENT_DISAGREE


def test_a_measured_distance_beside_an_unreadable_sentence(graph):
    graph.engine.text = "I like pallets."
    regions = [region(7, 20), region(9, 100)]
    response = graph.ask(
        "How far is region 7 from region 9?", stamp=time_of(graph.see()), regions=regions
    )
    assert response.status == Response.STATUS_OK, response.message
    answer = response.answer
    assert not answer.has_value and np.isnan(answer.value)
    # Centres 80 columns apart at 3 m and f = 120: 80 / 120 * 3 = 2 m.
    assert answer.measured.has_value and answer.measured.unit == "m"
    assert abs(answer.measured.value - 2.0) < 0.2
    assert list(answer.prompt_region_ids) == [7, 9]
    assert "no readable answer" in response.message


def region(identity, x0, box=False):
    """A client's region over 20 columns from ``x0``, by mask or by box."""
    message = Region(id=identity, label="pallet")
    if box:
        message.box = RegionOfInterest(x_offset=x0, y_offset=50, width=20, height=20)
        return message
    mask = np.zeros((120, 160), bool)
    mask[50:70, x0 : x0 + 20] = True
    message.mask_rle = str(encode_rle(mask)["counts"])
    message.mask_height, message.mask_width = mask.shape
    return message


def test_client_regions_by_box(graph):
    response = graph.ask(
        "Is the pallet <mask> left of the pallet <mask>?",
        stamp=time_of(graph.see()),
        regions=[region(1, 20, box=True), region(2, 100)],
        region_ids=[2, 1],
    )
    assert response.status == Response.STATUS_OK, response.message
    assert list(response.answer.prompt_region_ids) == [2, 1]
    assert response.answer.measured.normalized == "right"


@pytest.mark.parametrize(
    ("question", "fields", "status", "words"),
    [
        ("", {}, Response.STATUS_BAD_QUESTION, "empty"),
        ("How far is region 99 from region 1?", {}, Response.STATUS_UNKNOWN_REGION, "99"),
        ("How far is the shelf from the transporter?", {}, Response.STATUS_UNKNOWN_REGION, "shelf"),
        (LEFT, {"region_ids": [55]}, Response.STATUS_UNKNOWN_REGION, "55"),
        (LEFT, {"regions": [Region(id=3)]}, Response.STATUS_UNKNOWN_REGION, "neither a mask"),
        (LEFT, {"stamp": time_of(5)}, Response.STATUS_NO_FRAME, "history.size"),
        (LEFT, {"camera": "rear"}, Response.STATUS_NO_FRAME, "rear"),
        (LEFT, {"target_frame": "map"}, Response.STATUS_TF_FAILED, "'map'"),
        (LEFT, {"max_age": duration_of(1e-6)}, Response.STATUS_STALE_FRAME, "old"),
    ],
)
def test_bad_requests_have_a_code_and_a_message_and_the_node_lives(
    graph, question, fields, status, words
):
    graph.see()
    response = graph.ask(question, **fields)
    assert response.status == status, response.message
    assert words in response.message
    assert response.answer.text == "" and np.isnan(response.answer.value)
    assert graph.ask(LEFT).status == Response.STATUS_OK


def test_a_failing_model_is_a_status(graph):
    graph.see()
    graph.engine.error = RuntimeError("CUDA out of memory")
    response = graph.ask(LEFT)
    assert response.status == Response.STATUS_MODEL_ERROR
    assert "out of memory" in response.message
    graph.engine.error = None
    assert graph.ask(LEFT).status == Response.STATUS_OK


def test_a_slow_model_times_out(graph):
    graph.see()
    graph.engine.wait_s = 30.0
    start = time.monotonic()
    response = graph.ask(LEFT, timeout=duration_of(0.2))
    assert response.status == Response.STATUS_TIMEOUT
    assert time.monotonic() - start < 15.0


def test_a_detector_that_raises_is_reported_and_recovers(graph):
    graph.see()
    graph.detector.error = RuntimeError("bad weights")
    before = graph.camera.worker.counters.failed
    graph.publish()
    graph.wait_until(lambda: graph.camera.worker.counters.failed > before, "the failure")
    response = graph.ask(LEFT, max_age=duration_of(1e-6))
    assert response.status == Response.STATUS_NO_FRAME
    assert "bad weights" in response.message
    graph.detector.error = None
    assert graph.ask(LEFT, stamp=time_of(graph.see())).status == Response.STATUS_OK


def test_unregistered_depth_names_both_sizes(graph):
    graph.see()
    before = graph.camera.worker.counters.failed
    graph.publish(depth_size=(60, 80))
    graph.wait_until(lambda: graph.camera.worker.counters.failed > before, "the failure")
    response = graph.ask(LEFT, max_age=duration_of(1e-6))
    assert response.status == Response.STATUS_UNREGISTERED_DEPTH
    assert "80x60" in response.message and "160x120" in response.message


def test_many_queries_at_once_are_answered_or_busy(graph):
    graph.see()
    graph.engine.wait_s = 1.0
    futures = [graph.client.call_async(SpatialQuery.Request(question=LEFT)) for _ in range(40)]
    graph.wait_until(lambda: all(f.done() for f in futures), "40 responses", 20.0)
    statuses = [f.result().status for f in futures]
    assert set(statuses) <= {Response.STATUS_OK, Response.STATUS_BUSY}
    assert statuses.count(Response.STATUS_OK) >= 8
    assert statuses.count(Response.STATUS_BUSY) >= 1


def test_regions_keep_their_ids_and_the_images_header(graph):
    got: list[Any] = []
    subscription = graph.peer.create_subscription(
        RegionArray, "spatial_query/regions", got.append, 10
    )
    publisher = graph.node._outputs[""]._regions
    graph.wait_until(lambda: publisher.get_subscription_count() > 0, "discovery")
    stamps = [graph.see(), graph.see()]
    graph.wait_until(lambda: len(got) >= 2, "regions")
    graph.peer.destroy_subscription(subscription)
    assert [nanoseconds(m.header.stamp) for m in got[-2:]] == stamps
    first, second = ([(r.id, r.label) for r in m.regions] for m in got[-2:])
    assert first == second and len(first) == 3
    assert (got[-1].height, got[-1].width) == (120, 160)
    assert got[-1].regions[0].mask_rle


def test_an_answer_is_drawn_and_marked(graph):
    pictures: list[Any] = []
    markers: list[Any] = []
    subscriptions = [
        graph.peer.create_subscription(
            Image, "spatial_query/annotated", pictures.append, profile("sensor_data")
        ),
        graph.peer.create_subscription(MarkerArray, "spatial_query/markers", markers.append, 10),
    ]
    outputs = graph.node._outputs[""]
    graph.wait_until(
        lambda: (
            outputs._annotated.get_subscription_count() > 0
            and outputs._markers.get_subscription_count() > 0
        ),
        "discovery",
    )
    stamp = graph.see()
    assert graph.ask(LEFT, stamp=time_of(stamp)).status == Response.STATUS_OK
    graph.wait_until(lambda: any(p.height > 120 for p in pictures), "the answer's picture")
    picture = next(p for p in pictures if p.height > 120)
    assert (picture.width, picture.encoding) == (160, "rgb8")
    assert picture.header.frame_id == "test_optical_frame"
    graph.see()
    texts = lambda: [m.text for array in markers for m in array.markers]  # noqa: E731
    graph.wait_until(lambda: any(t.startswith(LEFT[:50]) for t in texts()), "the answer's markers")
    assert markers[-1].markers[0].action == Marker.DELETEALL
    for subscription in subscriptions:
        graph.peer.destroy_subscription(subscription)


def test_a_question_on_the_topic_is_answered_on_the_topic(graph):
    graph.see()
    got: list[Any] = []
    subscription = graph.peer.create_subscription(
        SpatialAnswer, "spatial_query/answers", got.append, 10
    )
    publisher = graph.peer.create_publisher(String, "spatial_query/question", 10)
    graph.wait_until(
        lambda: (
            publisher.get_subscription_count() > 0
            and graph.node._answers.get_subscription_count() > 0
        ),
        "discovery",
    )
    publisher.publish(String(data="no question at all about nothing"))
    publisher.publish(String(data=LEFT))
    graph.wait_until(lambda: got, "the answer")
    assert got[0].question == LEFT and got[0].normalized == "left"
    graph.peer.destroy_subscription(subscription)


def send_goal(graph, feedback, **fields):
    assert graph.action.wait_for_server(10.0)
    sent = graph.action.send_goal_async(
        SpatialQueryAction.Goal(question=LEFT, **fields),
        feedback_callback=lambda message: feedback.append(message.feedback),
    )
    graph.wait_until(sent.done, "the goal")
    assert sent.result().accepted
    return sent.result()


def result_of(graph, goal):
    future = goal.get_result_async()
    graph.wait_until(future.done, "the result")
    return future.result()


def test_the_action_publishes_its_stages_and_text(graph):
    graph.see()
    feedback: list[Any] = []
    goal = send_goal(graph, feedback)
    done = result_of(graph, goal)
    assert done.status == GoalStatus.STATUS_SUCCEEDED
    assert done.result.status == SpatialQueryAction.Result.STATUS_OK
    assert done.result.answer.normalized == "left"
    graph.wait_until(lambda: any(f.partial_text for f in feedback), "partial text")
    assert [f.stage for f in feedback] == sorted(f.stage for f in feedback)
    assert graph.engine.text.startswith(next(f.partial_text for f in feedback if f.partial_text))


def test_a_goal_can_be_cancelled(graph):
    graph.see()
    graph.engine.wait_s = 10.0
    goal = send_goal(graph, [])
    graph.wait_until(lambda: graph.engine.prompts, "the model to be asked")
    cancel = goal.cancel_goal_async()
    graph.wait_until(cancel.done, "the cancellation")
    done = result_of(graph, goal)
    assert done.status == GoalStatus.STATUS_CANCELED
    assert done.result.status == SpatialQueryAction.Result.STATUS_CANCELED


def test_a_failed_goal_is_aborted_with_its_reason(graph):
    graph.see()
    goal = send_goal(graph, [], target_frame="map")
    done = result_of(graph, goal)
    assert done.status == GoalStatus.STATUS_ABORTED
    assert done.result.status == SpatialQueryAction.Result.STATUS_TF_FAILED
