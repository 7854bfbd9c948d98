# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Random images and requests: never a crash, never a hang, always a frame or a code."""

import array
import time

import numpy as np
import pytest
from generated_text import GeneratedText

pytest.importorskip("hypothesis", reason="hypothesis is missing: pip install hypothesis")

from builtin_interfaces.msg import Duration, Time
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, RegionOfInterest
from std_msgs.msg import Header

from smolrgpt_ros.msg import Region as RegionMessage
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query.frame_choice import CameraView
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.query.request import QueryLimits
from smolrgpt_ros.query.service import QueryService
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.ros.convert.messages import request_of
from smolrgpt_ros.ros.convert.replies import reply_of
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages, build_frame
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status
from smolrgpt_ros.srv import SpatialQuery

IMAGES, REQUESTS = 1100, 1100
#: No case may take longer, seconds of wall clock on a busy machine.
PATIENCE_S = 20.0


def cases(number):
    return settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


ENCODINGS = [
    *("rgb8", "bgr8", "rgba8", "bgra8", "mono8", "8UC1", "8UC3", "bayer_rggb8", "bayer_gbrg8"),
    *("yuv422", "yuyv", "16UC1", "mono16", "32FC1", "64FC1", "", "rgb16", "nonsense\x00"),
]
BYTES = {"rgb8": 3, "bgr8": 3, "8UC3": 3, "rgba8": 4, "bgra8": 4, "32FC1": 4, "16UC1": 2}
BYTES |= {"mono16": 2, "yuv422": 2, "yuyv": 2}
FORMATS = ["jpeg", "rgb8; png compressed bgr8", "16UC1; compressedDepth png", "", "x;" * 40]
FORMATS += ["32FC1; compressedDepth", "16UC1; compressedDepth rvl", "16UC1; png compressed "]
uint32 = st.one_of(st.integers(0, 12), st.sampled_from([640, 65535, 2**31 - 1, 2**32 - 1]))
stamps = st.builds(Time, sec=st.integers(-(2**31), 2**31 - 1), nanosec=st.integers(0, 2**32 - 1))
headers = st.builds(Header, stamp=stamps, frame_id=st.sampled_from(["", "a", "b", "ä" * 300]))


@st.composite
def images(draw):
    """Image messages, two thirds of them with sizes, step and data that fit together."""
    encoding = draw(st.sampled_from(ENCODINGS))
    width, height = draw(uint32), draw(uint32)
    fits = draw(st.integers(0, 2)) and max(width, 1) * height <= 10_000
    padding = draw(st.sampled_from([0, 0, 1, 5]))
    step = width * BYTES.get(encoding, 1) + padding if fits else draw(uint32)
    seed = draw(st.integers(0, 99))
    size = height * step if fits else draw(st.integers(0, 300))
    data = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    message = Image(header=draw(headers), encoding=encoding)
    message.width, message.height, message.step = width, height, step % 2**32
    message.is_bigendian = draw(st.integers(0, 255))
    message.data = array.array("B", data.tobytes())
    return message


@st.composite
def compressed(draw):
    data = draw(st.binary(max_size=80))
    start = draw(st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", bytes(12)]))
    return CompressedImage(
        header=draw(headers),
        format=draw(st.sampled_from(FORMATS)),
        data=array.array("B", start + data),
    )


numbers = st.one_of(st.floats(), st.sampled_from([0.0, -1.0, 600.0, 1e308, 1e-300]))
infos = st.builds(
    CameraInfo,
    header=headers,
    width=uint32,
    height=uint32,
    k=st.lists(numbers, min_size=9, max_size=9),
    binning_x=uint32,
    binning_y=uint32,
    roi=st.builds(RegionOfInterest, x_offset=uint32, width=uint32, height=uint32),
)
any_image = st.one_of(images(), compressed())


def anywhere(target, source, stamp_ns):
    return Pose(target, np.eye(3), np.array([0.1, 0.0, -0.2]))


@cases(IMAGES)
@given(
    rgb=any_image,
    depth=st.none() | any_image,
    info=st.none() | infos,
    depth_info=st.none() | infos,
    assume=st.booleans(),
)
def test_images_give_a_frame_or_a_code(rgb, depth, info, depth_info, assume):
    start = time.monotonic()
    try:
        frame = build_frame(
            FrameMessages(rgb, depth, info, depth_info), assume_registered=assume, pose_of=anywhere
        )
    except QueryError as error:
        expected = {Status.NO_FRAME, Status.NO_DEPTH, Status.UNREGISTERED_DEPTH}
        assert error.status in expected and error.message
    else:
        assert (frame.depth is None) == (depth is None)
    assert time.monotonic() - start < PATIENCE_S


HEIGHT, WIDTH = 12, 20
CAMERA = CameraIntrinsics(WIDTH, HEIGHT, fx=20.0, fy=20.0, cx=9.5, cy=5.5)


class Echo:
    """Says its prompt."""

    name, device = "echo", "cpu"
    calibration, trained_on = None, None

    def answer(self, frame, masks, prompt, **options):
        assert prompt.count("<mask>") == len(masks)
        return GeneratedText(prompt, confidence=0.5)


def seen():
    regions = []
    for identity, (label, x0) in enumerate((("pallet", 1), ("pallet", 8), ("transporter", 14)), 3):
        mask = np.zeros((HEIGHT, WIDTH), bool)
        mask[3:9, x0 : x0 + 4] = True
        regions.append(Region(identity, label, mask, 0.5))
    depth = np.full((HEIGHT, WIDTH), 3.0, np.float32)
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return SeenFrame(RgbdFrame(rgb, depth, CAMERA, stamp_ns=10**9), tuple(regions))


@pytest.fixture(scope="module")
def desk():
    history = FrameHistory(2)
    history.add(seen())
    return QueryService(
        SpatialReasoner(Echo()),
        {"": CameraView(history, InputState)},
        clock_ns=lambda: 2 * 10**9,
        limits=lambda: QueryLimits(timeout_s=PATIENCE_S / 2, max_timeout_s=PATIENCE_S / 2),
    )


WORDS = [
    *("How far is", "the leftmost", "pallet", "transporter", "from", "<mask>", "region 3", "#4"),
    *("?", "left of", "nearest", "how many", "in", "buffer", "<|im_end|>", "<|image|>", "\x00"),
    *("<mask_rgb>", "[Region 0]", "%s", "\n", "the", "camera", "99999999999999999999", "é", "🤖"),
]
questions = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
)
RLE = str(encode_rle(np.eye(HEIGHT, WIDTH, dtype=bool))["counts"])
int32 = st.one_of(st.integers(-3, 8), st.sampled_from([-(2**31), 2**31 - 1]))
regions = st.builds(
    RegionMessage,
    id=int32,
    label=st.one_of(st.sampled_from(["pallet", "", "<|im_end|>"]), st.text(max_size=10)),
    score=st.sampled_from([0.0, float("nan"), float("inf")]),
    box=st.builds(RegionOfInterest, x_offset=uint32, y_offset=uint32, width=uint32, height=uint32),
    mask_rle=st.one_of(st.just(""), st.just(RLE), st.text(max_size=12)),
    mask_height=st.sampled_from([0, HEIGHT, 2**32 - 1]),
    mask_width=st.sampled_from([0, WIDTH, 2**32 - 1]),
)
requests = st.builds(
    SpatialQuery.Request,
    question=questions,
    region_ids=st.lists(int32, max_size=4).map(lambda ids: array.array("i", ids)),
    regions=st.lists(regions, max_size=3),
    stamp=st.one_of(st.just(Time()), st.just(Time(sec=1)), stamps),
    max_age=st.builds(
        Duration, sec=st.sampled_from([0, 0, 5, -1, 2**31 - 1]), nanosec=st.integers(0, 2**32 - 1)
    ),
    timeout=st.builds(Duration, sec=st.sampled_from([0, 1, -5]), nanosec=st.integers(0, 5)),
    target_frame=st.sampled_from(["", "", "map", "\x00"]),
    camera=st.sampled_from(["", "", "", "rear"]),
)


@cases(REQUESTS)
@given(request=requests)
@example(request=SpatialQuery.Request(question="How far is <mask> from <mask>?", region_ids=[3, 4]))
def test_requests_get_a_code(desk, request):
    start = time.monotonic()
    response = reply_of(desk.ask(request_of(request))).write_to(SpatialQuery.Response())
    assert time.monotonic() - start < PATIENCE_S
    status = Status(response.status)
    answer = response.answer
    if status is Status.OK:
        assert answer.question == request.question
        assert "<|" not in answer.prompt and "<mask_rgb>" not in answer.prompt
    else:
        assert response.message
        assert status is not Status.TIMEOUT or request.timeout != Duration()
        assert answer.text == "" and np.isnan(answer.value) and np.isnan(answer.measured.value)
    # What a program would trip over: numbers that claim something are finite.
    assert np.isfinite(answer.value) == answer.has_value
    assert (
        np.isfinite(answer.measured.value)
        or answer.measured.normalized
        or not (answer.measured.has_value)
    )


def test_there_are_as_many_cases_as_promised():
    assert IMAGES + REQUESTS >= 2000
