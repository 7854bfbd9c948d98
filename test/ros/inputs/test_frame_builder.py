# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages of one moment to a frame, and the code of every reason why not."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages, build_frame, external_regions
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

HEADER = Header(stamp=Time(sec=12, nanosec=345), frame_id="colour_optical")


def colour(width=4, height=3):
    return encode_image(np.full((height, width, 3), 7, np.uint8), "rgb8", HEADER)


def depth(width=4, height=3, frame_id="colour_optical"):
    values = np.full((height, width), 1500, np.uint16)
    return encode_image(values, "16UC1", Header(frame_id=frame_id))


def info(width=4, height=3):
    return CameraInfo(width=width, height=height, k=[5.0, 0, 2, 0, 5.0, 1, 0, 0, 1.0])


def test_a_complete_frame():
    frame = build_frame(FrameMessages(colour(), depth(), info()))
    assert (frame.stamp_ns, frame.frame_id) == (12_000_000_345, "colour_optical")
    assert frame.depth is not None and float(frame.depth[0, 0]) == 1.5
    assert frame.intrinsics is not None and frame.intrinsics.fx == 5.0


def test_without_depth_and_calibration():
    frame = build_frame(FrameMessages(colour(), None, None))
    assert frame.depth is None and frame.intrinsics is None


def test_no_camera_info_says_uncalibrated():
    """The topic and what to do, which is another thing than a camera that is not calibrated."""
    never = build_frame(FrameMessages(colour(), depth(), None), info_topic="/front/camera_info")
    assert never.intrinsics is None
    assert never.uncalibrated == (
        "no calibration has come on /front/camera_info: does it need a remap, or is it published "
        "once (then set qos.camera_info to latched)?"
    )
    zeros = CameraInfo(width=4, height=3)
    assert (
        "K and P of /front/camera_info are zero"
        in build_frame(
            FrameMessages(colour(), depth(), zeros), info_topic="/front/camera_info"
        ).uncalibrated
    )


def test_float_depth_in_millimetres():
    three_metres = encode_image(
        np.full((3, 4), 3000.0, np.float32), "32FC1", Header(frame_id="colour_optical")
    )
    messages = FrameMessages(colour(), three_metres, info())
    with pytest.raises(QueryError, match=r"3000 m.*millimetres.*depth\.unit") as error:
        build_frame(messages)
    assert error.value.status is Status.NO_DEPTH
    read = build_frame(messages, depth_unit=0.001).depth
    assert read is not None
    np.testing.assert_allclose(read, 3.0)


@pytest.mark.parametrize(("unit", "expected"), [(0.0, 2.0), (0.00025, 0.5), (1 / 5000, 0.4)])
def test_depth_scale_parameter(unit, expected):
    stored = encode_image(
        np.full((3, 4), 2000, np.uint16), "16UC1", Header(frame_id="colour_optical")
    )
    read = build_frame(FrameMessages(colour(), stored, info()), depth_unit=unit).depth
    assert read is not None
    np.testing.assert_allclose(read, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("messages", "status", "match"),
    [
        (
            FrameMessages(colour(), depth(width=8), info()),
            Status.UNREGISTERED_DEPTH,
            "depth is 8x3 pixels, colour is 4x3",
        ),
        (
            FrameMessages(colour(), depth(frame_id="infra"), info()),
            Status.UNREGISTERED_DEPTH,
            "'infra'.*'colour_optical'.*depth.assume_registered",
        ),
        (FrameMessages(colour(), colour(), info()), Status.NO_DEPTH, "'rgb8' is not supported"),
        (FrameMessages(depth(), depth(), info()), Status.NO_FRAME, "'16UC1' is not supported"),
        (FrameMessages(colour(), depth(), info(8, 8)), Status.NO_FRAME, "8x8.*rgb/camera_info"),
    ],
)
def test_every_refusal_has_its_code(messages, status, match):
    with pytest.raises(QueryError, match=match) as error:
        build_frame(messages)
    assert error.value.status is status


def test_registration_can_be_vouched_for():
    messages = FrameMessages(colour(), depth(frame_id="infra"), info())
    vouched = build_frame(messages, assume_registered=True).depth
    assert vouched is not None and float(vouched[0, 0]) == 1.5


def test_equal_frames_with_another_k_are_not_registered_and_both_are_named():
    other = CameraInfo(width=4, height=3, k=[5.0, 0, 9, 0, 5.0, 1, 0, 0, 1.0])
    with pytest.raises(QueryError, match=r"cx=9\.0.*cx=2\.0") as error:
        build_frame(FrameMessages(colour(), depth(), info(), other))
    assert error.value.status is Status.UNREGISTERED_DEPTH
    vouched = FrameMessages(colour(), depth(), info(), other)
    assert build_frame(vouched, assume_registered=True).depth is not None


def test_depth_of_another_camera_is_moved_into_colour():
    pose = Pose("colour_optical", np.eye(3), np.array([0.3, 0.0, 0.0]))
    frame = build_frame(
        FrameMessages(colour(), depth(frame_id="infra"), info(), info()),
        pose_of=lambda target, source, stamp_ns: pose,
    )
    # 0.3 m * 5 / 1.5 m = one column to the right: the first column is empty.
    assert frame.depth is not None
    assert np.isnan(frame.depth[:, 0]).all() and (frame.depth[:, 1:] == 1.5).all()


def test_a_depth_calibration_of_another_size_names_both():
    with pytest.raises(QueryError, match=r"8x8.*4x3.*depth/camera_info") as error:
        build_frame(FrameMessages(colour(), depth(), info(), info(8, 8)))
    assert error.value.status is Status.UNREGISTERED_DEPTH


def test_calibration_of_twice_the_size_is_scaled_and_the_frame_says_so():
    frame = build_frame(FrameMessages(colour(), depth(), info(8, 6)))
    assert frame.intrinsics is not None and frame.intrinsics.fx == 2.5
    assert frame.notes == ("The calibration is for 8x6 pixels and was scaled to the image's 4x3.",)
    assert build_frame(FrameMessages(colour(), depth(), info())).notes == ()


def test_rectified_images_have_the_rays_of_p():
    both = info()
    both.p = [9.0, 0.0, 1.5, 0.0, 0.0, 8.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    both.distortion_model, both.d = "equidistant", [0.1, 0.0, 0.0, 0.0]
    raw = build_frame(FrameMessages(colour(), None, both)).intrinsics
    rectified = build_frame(FrameMessages(colour(), None, both), rectified=True).intrinsics
    assert raw is not None and rectified is not None
    assert (raw.fx, raw.lens) == (5.0, Lens(True, (0.1, 0.0, 0.0, 0.0)))
    assert (rectified.fx, rectified.lens) == (9.0, None)


MASK = np.zeros((4, 6), bool)
MASK[1:3, 2:5] = True
SMALL_FRAME = RgbdFrame(np.zeros((4, 6, 3), np.uint8), None, None)


def region(identity, size=(4, 6)):
    return Region(
        id=identity,
        label="pallet",
        score=0.75,
        mask_rle=str(encode_rle(MASK)["counts"]),
        mask_height=size[0],
        mask_width=size[1],
    )


def with_regions(*found):
    return FrameMessages(None, None, None, regions=RegionArray(regions=list(found)))


def test_regions_keep_id_label_score_and_mask():
    (found,) = external_regions(with_regions(region(7)), SMALL_FRAME) or ()
    assert (found.id, found.label, found.score) == (7, "pallet", 0.75)
    np.testing.assert_array_equal(found.mask, MASK)
    assert external_regions(with_regions(), SMALL_FRAME) == (), "nothing was found there"
    assert external_regions(FrameMessages(None, None, None), SMALL_FRAME) is None, (
        "no other node finds regions"
    )


@pytest.mark.parametrize(
    ("found", "match"),
    [
        ([region(1, (480, 640))], "640x480.*6x4"),
        ([region(1), region(1)], "same id"),
        ([region(i) for i in range(257)], "257 regions.*256"),
    ],
)
def test_regions_that_do_not_fit_are_refused(found, match):
    with pytest.raises(QueryError, match=match) as error:
        external_regions(with_regions(*found), SMALL_FRAME)
    assert error.value.status is Status.UNKNOWN_REGION
