# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pairs by stamp: which images and which calibration belong together, and what is counted."""

import random
from types import SimpleNamespace

import pytest
from rclpy.qos import QoSPolicyKind
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.inputs.pairing import FramePairing, PairingSettings
from smolrgpt_ros.ros.qos import PRESETS, profile, service_profile

MS = 1_000_000


class RecordingNode:
    """Keeps the subscriptions that message_filters makes, so that a test can speak for a camera."""

    def __init__(self):
        self.callbacks, self.profiles, self.destroyed, self.errors = {}, {}, [], []
        self.warnings, self.events, self.kinds = [], {}, {}

    def create_subscription(self, kind, topic, callback, qos_profile, **options):
        self.callbacks[topic] = callback
        self.profiles[topic] = qos_profile
        self.kinds[topic], self.events[topic] = kind, options["event_callbacks"]
        return SimpleNamespace(topic_name=f"/{topic}")

    def resolve_topic_name(self, topic):
        return f"/remapped/{topic}"

    def count_publishers(self, topic):
        return int(topic.startswith("/rgb"))

    def destroy_subscription(self, subscription):
        self.destroyed.append(subscription.topic_name)

    def get_logger(self):
        return SimpleNamespace(
            error=lambda text, **options: self.errors.append(text),
            warning=lambda text, **options: self.warnings.append(text),
        )

    def get_clock(self):
        raise AssertionError("stamps decide, not the node's clock")


@pytest.fixture
def node():
    return RecordingNode()


@pytest.fixture
def pairs():
    return []


def start(node, on_pair, use_depth=True, prefix="", **transports):
    qos = profile("sensor_data")
    settings = PairingSettings(use_depth, 0.02, 5, qos, qos, qos, **transports)
    return FramePairing(node, settings, on_pair, None, prefix)


def image(ms):
    return Image(header=Header(stamp=time_of(ms * MS)))


def stamp_ms(message):
    return message.header.stamp.nanosec // MS


def test_images_within_the_slop_are_a_pair_and_others_are_not(node, pairs):
    pairing = start(node, pairs.append)
    for ms in (100, 200, 300):
        node.callbacks["rgb/image_raw"](image(ms))
    for ms in (110, 250, 305):
        node.callbacks["depth/image_raw"](image(ms))
    assert [(stamp_ms(p.rgb), stamp_ms(p.depth)) for p in pairs] == [(100, 110), (300, 305)]
    counters = pairing.counters
    assert (counters.rgb, counters.depth, counters.paired) == (3, 3, 2)
    assert pairing.abs_dt_s.quantile(0.0) == pytest.approx(0.005)
    assert pairing.abs_dt_s.quantile(1.0) == pytest.approx(0.010)
    state = pairing.state(None)
    assert state.topics["depth"] == "/depth/image_raw" and state.rgb_age_s < 5.0
    assert (state.publishers["rgb"], state.publishers["depth"]) == (1, 0)


def test_a_stream_in_pieces_is_part_of_the_state_until_time_is_reset(node, pairs):
    pairing = start(node, pairs.append)
    for number in range(60):
        node.callbacks["rgb/image_raw"](image(2000 + 100 * number))
        if number % 2:
            node.callbacks["depth/image_raw"](image(2000 + 100 * number + number % 3))
    assert pairing.state(None).lost < 0.1, "half the rate by design"
    arrives = random.Random(5)
    for number in range(60, 180):
        for topic in ("rgb/image_raw", "depth/image_raw"):
            if arrives.random() < 0.5:
                node.callbacks[topic](image(2000 + 100 * number))
    assert pairing.state(None).lost > 0.3
    node.callbacks["rgb/image_raw"](image(100))
    assert pairing.state(None).lost == 0.0


def test_the_calibration_nearest_in_stamp_is_taken(node, pairs):
    start(node, pairs.append, use_depth=False)
    for ms, width in ((100, 1), (200, 2), (300, 3)):
        info = CameraInfo(header=Header(stamp=time_of(ms * MS)), width=width)
        node.callbacks["rgb/camera_info"](info)
    node.callbacks["rgb/image_raw"](image(210))
    assert pairs[0].info.width == 2 and pairs[0].depth is None


def test_without_calibration_there_is_none(node, pairs):
    start(node, pairs.append, use_depth=False)
    node.callbacks["rgb/image_raw"](image(100))
    assert pairs[0].info is None
    assert "depth/image_raw" not in node.callbacks


def test_a_callback_that_raises_is_counted_and_the_next_pair_comes(node, pairs):
    def fail_once(pair):
        pairs.append(pair)
        if len(pairs) == 1:
            raise RuntimeError("broken")

    pairing = start(node, fail_once)
    for ms in (100, 200):
        node.callbacks["rgb/image_raw"](image(ms))
        node.callbacks["depth/image_raw"](image(ms))
    assert len(pairs) == 2
    assert pairing.state(None).errors == 1 and "broken" in node.errors[0]


def test_best_effort_is_asked_for_and_everything_is_given_back(node, pairs):
    pairing = start(node, pairs.append)
    assert len(node.profiles) == 4
    assert all(p == profile("sensor_data") for p in node.profiles.values())
    pairing.close()
    assert sorted(node.destroyed) == [
        "/depth/camera_info",
        "/depth/image_raw",
        "/rgb/camera_info",
        "/rgb/image_raw",
    ]
    pairing.close()
    assert len(node.destroyed) == 4


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_profiles(preset):
    assert profile(preset).depth >= 1


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ValueError, match="sensor_data, reliable, latched"):
        profile("fast")


def test_services_keep_more_than_a_burst():
    assert service_profile().depth >= 200


def test_after_a_jump_back_full_queues_do_not_drop_the_new_images(node, pairs):
    pairing = start(node, pairs.append)
    for ms in range(5000, 5300, 30):  # colour without partner fills the queue of five
        node.callbacks["rgb/image_raw"](image(ms))
    for ms in (100, 140):
        node.callbacks["rgb/image_raw"](image(ms))
        node.callbacks["depth/image_raw"](image(ms + 3))
    assert [(stamp_ms(p.rgb), stamp_ms(p.depth)) for p in pairs] == [(100, 103), (140, 143)]
    assert pairing.state(None).jumps == 1 and "jumped back" in node.warnings[0]


def test_a_calibration_that_was_published_once_survives_a_jump_back(node, pairs):
    start(node, pairs.append)
    node.callbacks["rgb/camera_info"](CameraInfo(width=7, header=Header(stamp=time_of(3 * MS))))
    for ms in (5000, 100):
        node.callbacks["rgb/image_raw"](image(ms))
        node.callbacks["depth/image_raw"](image(ms))
    assert [pair.info.width for pair in pairs] == [7, 7]


def test_a_little_disorder_is_no_jump(node, pairs):
    pairing = start(node, pairs.append)
    for ms in (2000, 1960, 2040):
        node.callbacks["rgb/image_raw"](image(ms))
        node.callbacks["depth/image_raw"](image(ms))
    assert pairing.state(None).jumps == 0 and len(pairs) == 3
    assert pairing.abs_dt_s.quantile(1.0) == 0.0


def test_the_depth_cameras_calibration_goes_with_the_pair(node, pairs):
    start(node, pairs.append)
    node.callbacks["depth/camera_info"](CameraInfo(width=7))
    node.callbacks["rgb/image_raw"](image(100))
    node.callbacks["depth/image_raw"](image(100))
    assert pairs[0].depth_info.width == 7 and pairs[0].info is None


def test_compressed_transports_follow_the_remapped_base_name(node, pairs):
    start(node, pairs.append, rgb_transport="compressed", depth_transport="compressedDepth")
    topics = {t: kind.__name__ for t, kind in node.kinds.items() if "image_raw" in t}
    assert topics == {
        "/remapped/rgb/image_raw/compressed": "CompressedImage",
        "/remapped/depth/image_raw/compressedDepth": "CompressedImage",
    }


def test_a_cameras_name_goes_before_its_topics(node, pairs):
    start(node, pairs.append, use_depth=False, prefix="rear/")
    assert sorted(node.callbacks) == ["rear/rgb/camera_info", "rear/rgb/image_raw"]


def test_a_qos_mismatch_is_reported_until_a_message_arrives(node, pairs):
    pairing = start(node, pairs.append)
    event = SimpleNamespace(last_policy_kind=QoSPolicyKind.RELIABILITY)
    node.events["rgb/image_raw"].incompatible_qos(event)
    (text,) = pairing.state(None).mismatches.values()
    assert "RELIABILITY" in text and "qos.rgb" in text and "/rgb/image_raw" in text
    assert node.warnings == [text]
    node.callbacks["rgb/image_raw"](image(100))
    assert not pairing.state(None).mismatches


def test_a_message_without_a_usable_header_is_counted_and_the_next_comes(node, pairs):
    pairing = start(node, pairs.append, use_depth=False)
    node.callbacks["rgb/image_raw"](SimpleNamespace(header=None))
    node.callbacks["rgb/image_raw"](image(100))
    assert pairing.state(None).errors == 1 and len(pairs) == 1
