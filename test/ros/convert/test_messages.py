# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values to messages and requests to values: every field, and NaN where nothing is known."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import Point
from sensor_msgs.msg import RegionOfInterest

from smolrgpt_ros.client.reply import SpatialReply
from smolrgpt_ros.client.reply_record import record_of
from smolrgpt_ros.geometry.region_poses import RegionPose
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import Region as RegionMessage
from smolrgpt_ros.msg import SpatialAnswer as AnswerMessage
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.suggested_view import SuggestedView
from smolrgpt_ros.ros.convert.answer_values import (
    KIND_CODES,
    generated_value,
    kind_of,
    measured_value,
    view_of_message,
)
from smolrgpt_ros.ros.convert.messages import (
    answer_message,
    client_region,
    empty_answer,
    header_of,
    region_array,
    region_message,
    request_of,
)
from smolrgpt_ros.ros.convert.time import duration_of, nanoseconds, time_of
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery

FRAME = RgbdFrame(
    np.zeros((6, 9, 3), np.uint8), None, None, stamp_ns=3_000_000_007, frame_id="optical"
)


def region():
    mask = np.zeros((6, 9), bool)
    mask[2:5, 1:4] = True
    mask[4, 3] = False
    return Region(id=12, label="pallet", mask=mask, score=0.75)


def answer(**changes):
    measured = Evaluation(5.2, "m", std=0.1, valid_ratio=0.9, region_ids=(31, 12))
    base = SpatialAnswer(
        question="How far?",
        asked=q.HowMuch(q.Distance(q.Ids((31,), "shelf"), q.Ids((12,), "pallet"))),
        prompt="the pallet <mask> and <mask>",
        prompt_region_ids=(12, 31),
        text="They are 5.00 meters apart.",
        kind=Kind.DISTANCE,
        value=5.0,
        unit="m",
        region_ids=(12,),
        confidence=0.5,
        truncated=False,
        measured=measured,
        measured_text="Shelf 31 is 5.20 m from pallet 12.",
        agreement=True,
        policy="model",
        vanished_region_ids=(31,),
        model="mini",
        device="cpu",
        latency_s=0.2,
    )
    return replace(base, **changes)


def message_of(value):
    return answer_message(value, header_of(FRAME), frame_age_s=1.5, latency_s=0.25)


def test_a_region_with_a_place():
    place = RegionPose("map", (1.0, 2.0, 3.0), (0.5, 0.25, 0.125), 0.9)
    message = region_message(region(), place)
    assert (message.id, message.label, message.score) == (12, "pallet", 0.75)
    box = message.box
    assert (box.x_offset, box.y_offset, box.width, box.height) == (1, 2, 3, 3)
    assert message.position == Point(x=1.0, y=2.0, z=3.0)
    assert (message.size.x, message.size.y, message.size.z) == (0.5, 0.25, 0.125)
    assert message.position_frame_id == "map"
    assert message.depth_valid_ratio == pytest.approx(0.9)
    size = [message.mask_height, message.mask_width]
    mask = decode_rle({"size": size, "counts": message.mask_rle})
    np.testing.assert_array_equal(mask, region().mask)


@pytest.mark.parametrize(
    ("policy", "agreement", "trusted", "value"),
    [
        ("model", False, "5.00", 5.0),
        ("measured", False, "5.20", 5.2),
        ("agree", True, "5.20", 5.2),
        ("agree", False, "", math.nan),
        ("agree", None, "", math.nan),
    ],
)
def test_the_policy_says_which_of_the_two_is_trusted(policy, agreement, trusted, value):
    given = answer(policy=policy, agreement=agreement)
    message = message_of(given)
    assert message.policy == getattr(message, f"POLICY_{policy.upper()}")
    assert message.trusted == trusted
    assert message.trusted_value == pytest.approx(value, nan_ok=True)
    assert math.isnan(empty_answer().trusted_value)


def test_an_unknown_place_is_nan_never_zero():
    message = region_message(region(), RegionPose())
    numbers = [message.position.x, message.position.z, message.size.y, message.depth_valid_ratio]
    assert all(math.isnan(n) for n in numbers)
    assert message.position_frame_id == ""


def test_an_array_has_the_images_header_and_size():
    array = region_array(FRAME, [region()], [RegionPose()])
    assert nanoseconds(array.header.stamp) == 3_000_000_007
    assert array.header.frame_id == "optical"
    assert (array.height, array.width, len(array.regions)) == (6, 9, 1)


def test_an_answer_with_both_numbers():
    message = message_of(answer())
    assert (message.has_value, message.value, message.unit) == (True, 5.0, "m")
    assert (message.kind, message.normalized) == (AnswerMessage.KIND_DISTANCE, "5.00")
    assert list(message.prompt_region_ids) == [12, 31]
    assert (list(message.region_ids), list(message.vanished_region_ids)) == ([12], [31])
    assert (message.model, message.device, message.confidence) == ("mini", "cpu", 0.5)
    measured = message.measured
    assert (measured.has_value, measured.value, measured.unit) == (True, 5.2, "m")
    assert measured.std == pytest.approx(0.1)
    assert measured.depth_valid_ratio == pytest.approx(0.9)
    assert list(measured.region_ids) == [31, 12]
    assert message.agreement == AnswerMessage.AGREEMENT_AGREE
    assert nanoseconds(message.latency) == 250_000_000
    assert nanoseconds(message.frame_age) == 1_500_000_000


@pytest.mark.parametrize(
    ("agreement", "code"),
    [
        (None, AnswerMessage.AGREEMENT_NOT_COMPARABLE),
        (False, AnswerMessage.AGREEMENT_DISAGREE),
        (True, AnswerMessage.AGREEMENT_AGREE),
    ],
)
def test_agreement_has_its_code(agreement, code):
    assert message_of(answer(agreement=agreement)).agreement == code


def test_a_side_and_a_choice_are_no_numbers():
    side = Evaluation("left", region_ids=(12, 31))
    message = message_of(answer(kind=Kind.LEFT_RIGHT, value="left", unit="", measured=side))
    assert not message.has_value and math.isnan(message.value)
    assert message.measured.has_value and math.isnan(message.measured.value)
    assert message.measured.normalized == "left"
    choice = Evaluation(31, region_ids=(31,))
    message = message_of(answer(kind=Kind.CHOICE, value=31, unit="", measured=choice))
    assert math.isnan(message.value) and math.isnan(message.measured.value)
    assert (message.normalized, message.measured.normalized) == ("1", "1"), "indexes in the prompt"
    assert list(message.measured.region_ids) == [31]


def test_what_was_not_measured_has_a_reason_and_no_number():
    nothing = Evaluation(None, reason="the frame has no depth")
    message = message_of(answer(measured=nothing, agreement=None))
    assert not message.measured.has_value
    assert message.measured.reason == "the frame has no depth"
    numbers = [
        message.measured.value,
        message.measured.std,
        message.measured.depth_valid_ratio,
    ]
    assert all(math.isnan(n) for n in numbers)


def test_a_zero_distance_is_a_value():
    message = message_of(answer(value=0.0))
    assert message.has_value and message.value == 0.0


def test_the_kind_of_the_question_travels_also_where_the_text_could_not_be_read():
    behind = Evaluation("behind", region_ids=(31, 12))
    given = answer(kind=Kind.FRONT_BEHIND, value=None, unit="", measured=behind)
    message = message_of(given)
    assert message.kind == 6 == AnswerMessage.KIND_FRONT_BEHIND
    assert (message.normalized, message.has_value) == ("", False)
    assert (kind_of(message), measured_value(message)) == (Kind.FRONT_BEHIND, "behind")
    assert generated_value(message) is None
    given = answer(kind=Kind.FRONT_BEHIND, value="front", unit="")
    message = message_of(replace(given, measured=behind))
    assert generated_value(message) == "front"


@pytest.mark.parametrize(
    ("kind", "value", "normalized", "unit", "number", "text"),
    [
        (Kind.WIDTH, 1.204, "1.20", "m", 1.204, "1.20 \N{PLUS-MINUS SIGN} 0.10 m"),
        (Kind.DIRECTION, 3, "3", "hour", 3, "3 o'clock \N{PLUS-MINUS SIGN} 0.10 h"),
        (Kind.COUNT, 2, "2", "count", 2, "2 (regions 12, 31)"),
        (Kind.CHOICE, 12, "0", "", 12, "region 12"),
        (Kind.TALLER_SHORTER, "taller", "taller", "", "taller", "taller"),
    ],
)
def test_measured_values_of_a_message(kind, value, normalized, unit, number, text):
    spread = 0.1 if unit in ("m", "hour") else None
    ids = (12,) if kind is Kind.CHOICE else (12, 31)
    found = Evaluation(value, unit, spread, valid_ratio=0.9, region_ids=ids)
    message = message_of(answer(kind=kind, value=None, measured=found))
    assert message.measured.normalized == normalized
    assert measured_value(message) == number
    assert type(measured_value(message)) is type(number)
    assert view_of_message(message, []).measured_text == text


def test_every_kind_has_the_constant_of_its_name_and_no_other():
    text = (Path(__file__).parents[3] / "msg/SpatialAnswer.msg").read_text()
    found = re.findall(r"^uint8 KIND_(\w+)=(\d+)", text, flags=re.MULTILINE)
    assert {kind.name: code for kind, code in KIND_CODES.items()} == {
        name: int(code) for name, code in found
    }
    old = [("UNKNOWN", 0), ("DISTANCE", 1), ("LEFT_RIGHT", 2), ("COUNT", 3), ("CHOICE", 4)]
    assert [(name, int(code)) for name, code in found[:6]] == [*old, ("TEXT", 5)]


def test_an_empty_answer_claims_nothing():
    message = empty_answer()
    numbers = [message.value, message.confidence, message.measured.value, message.measured.std]
    assert all(math.isnan(n) for n in numbers)
    assert not message.has_value and not message.measured.has_value


def test_a_request_becomes_a_query():
    request = SpatialQuery.Request(
        question="How far?",
        region_ids=[3, 1],
        stamp=time_of(7_000_000_009),
        max_age=duration_of(0.5),
        timeout=duration_of(4),
        target_frame="map",
        camera="front",
    )
    query = request_of(request, target_frame="odom")
    assert (query.question, query.region_ids, query.stamp_ns) == ("How far?", (3, 1), 7_000_000_009)
    assert (query.max_age_s, query.timeout_s) == (0.5, 4.0)
    assert (query.target_frame, query.camera) == ("map", "front")


def test_zeros_of_a_request_are_the_nodes_defaults():
    query = request_of(SpatialQuery.Request(question="q"), target_frame="odom")
    assert (query.stamp_ns, query.max_age_s, query.timeout_s) == (0, None, None)
    assert (query.target_frame, query.regions) == ("odom", ())


def test_a_clients_box_and_mask():
    box = RegionOfInterest(x_offset=4, y_offset=1, width=3, height=2)
    found = client_region(RegionMessage(id=5, label="Shelf", box=box))
    assert (found.box, found.mask_rle) == ((4, 1, 7, 3), "")
    found = client_region(RegionMessage(id=5, mask_rle="0a", mask_height=6, mask_width=9))
    assert (found.box, found.mask_rle, found.mask_size) == (None, "0a", (6, 9))


@pytest.mark.parametrize("seconds", [0.0, 1.25, 123.000000001, -0.5])
def test_durations_go_there_and_back(seconds):
    message = duration_of(seconds)
    assert 0 <= message.nanosec < 1_000_000_000
    assert nanoseconds(message) == pytest.approx(seconds * 1e9)


def test_a_suggested_view_is_a_pose_in_the_target_frame_and_in_the_record():
    given = answer(suggested=SuggestedView(("Of pallet 3, 40% beyond the picture's left edge.",)))
    # A quarter turn to the left about z: x ahead is the map's y.
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    view = Pose("map", turned, np.array([1.0, 2.0, 1.5]))
    message = answer_message(given, header_of(FRAME), 1.5, 0.25, view)
    assert list(message.hidden) == ["Of pallet 3, 40% beyond the picture's left edge."]
    suggested = message.suggested_view
    assert (suggested.header.frame_id, nanoseconds(suggested.header.stamp)) == (
        "map",
        FRAME.stamp_ns,
    )
    assert suggested.pose.position == Point(x=1.0, y=2.0, z=1.5)
    q_out = suggested.pose.orientation
    assert (q_out.z, q_out.w) == pytest.approx((math.sqrt(0.5), math.sqrt(0.5)))
    record = record_of("q", SpatialReply(Status.OK, answer=message))
    assert record.suggested_view is not None
    assert record.suggested_view.as_json() == {
        "position": [1.0, 2.0, 1.5],
        "heading_deg": 90.0,
        "frame": "map",
    }
    assert "look        from (1.00, 2.00, 1.50) m in map, heading 90" in record.block()
    # Without one the frame is empty.
    assert SpatialReply(Status.OK, answer=message_of(given)).suggested_view is None
