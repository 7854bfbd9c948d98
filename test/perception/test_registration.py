# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth moved into another camera: pixels computed by hand, nearest surface first, and refusals."""

import numpy as np
import pytest

from smolrgpt_ros.perception.registration import ColorView, DepthImage, register, reproject
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

CAMERA = CameraIntrinsics(6, 4, fx=10.0, fy=10.0, cx=2.0, cy=1.0)
NAN = np.float32("nan")


def depth(**pixels):
    """Depth of ``CAMERA`` with values at r<row>c<column>."""
    values = np.full((4, 6), NAN, np.float32)
    for where, value in pixels.items():
        values[int(where[1]), int(where[3])] = value
    return values


def at(x, y, z):
    return Pose("colour", np.eye(3), np.array([x, y, z], float))


def seen(values):
    return {
        (int(r), int(c)): round(float(values[r, c]), 4) for r, c in np.argwhere(np.isfinite(values))
    }


def test_the_same_camera_changes_nothing():
    values = depth(r0c0=2.0, r3c5=4.0)
    np.testing.assert_array_equal(
        reproject(values, CAMERA, CAMERA, Pose.identity("colour")), values
    )


def test_a_camera_beside_it_sees_near_things_farther_over():
    # 0.2 m to the right and 0.1 m down: 0.2 * 10 / 2 m = 1 column, 0.1 * 10 / 2 = half a row more;
    # at 1 m two columns and one row.
    got = reproject(depth(r1c1=2.0, r0c3=1.0), CAMERA, CAMERA, at(0.2, 0.12, 0.0))
    assert seen(got) == {(2, 2): 2.0, (1, 5): 1.0}


def test_the_nearest_of_two_surfaces_shows_and_its_depth_is_the_new_cameras():
    # From 1 m behind: 1 m becomes 2 m. Column 4 at 1 m: x = 0.2, seen at 2 + 0.2 / 2 * 10 = 3;
    # column 3 at 9 m: x = 0.9, z = 10, seen at 2.9, rounded 3 as well.
    got = reproject(depth(r1c4=1.0, r1c3=9.0), CAMERA, CAMERA, at(0, 0, 1.0))
    assert seen(got) == {(1, 3): 2.0}


def test_what_lands_outside_or_behind_is_left_out():
    got = reproject(depth(r0c0=1.0, r1c2=0.5), CAMERA, CAMERA, at(-0.3, 0, -0.6))
    assert seen(got) == {}


def test_finer_pixels_are_filled():
    fine = CameraIntrinsics(12, 8, fx=20.0, fy=20.0, cx=4.5, cy=2.5)
    got = reproject(depth(r1c2=3.0), CAMERA, fine, Pose.identity("colour"))
    # The ray through (2, 1) is the optical axis: the four fine pixels around (4.5, 2.5).
    assert seen(got) == {(2, 4): 3.0, (2, 5): 3.0, (3, 4): 3.0, (3, 5): 3.0}


def image(values=None, frame_id="infra", intrinsics=CAMERA):
    return DepthImage(depth(r1c1=2.0) if values is None else values, frame_id, intrinsics, 77)


def color(intrinsics=CAMERA, width=6, height=4):
    return ColorView(width, height, "colour", intrinsics)


def test_equal_views_are_taken_as_they_are():
    values = depth(r1c1=2.0)
    assert register(image(values, "colour"), color()) is values
    assert register(image(values, "colour", None), color()) is values, "nothing speaks against it"


def test_another_frame_is_reprojected_with_the_pose_at_its_stamp():
    asked = []

    def pose_of(target, source, stamp_ns):
        asked.append((target, source, stamp_ns))
        return at(0.2, 0.0, 0.0)

    assert seen(register(image(), color(), pose_of=pose_of)) == {(1, 2): 2.0}
    assert asked == [("colour", "infra", 77)]


def test_assumed_registration_needs_the_right_size_only():
    values = depth(r1c1=2.0)
    assert register(image(values), color(), assume=True) is values
    with pytest.raises(QueryError, match="6x4 pixels, colour is 12x8"):
        register(image(values), color(None, 12, 8), assume=True)


def no_transform(target, source, stamp_ns):
    raise QueryError(Status.TF_FAILED, f"no transform from {source!r} to {target!r}")


OTHER = CameraIntrinsics(6, 4, fx=10.0, fy=10.0, cx=4.5, cy=1.0)


@pytest.mark.parametrize(
    ("found", "pose_of", "match"),
    [
        (image(), None, "'infra', colour in 'colour'.*depth.assume_registered"),
        (image(intrinsics=None), no_transform, "depth/camera_info came"),
        (image(), no_transform, "no transform from 'infra' to 'colour'"),
        (image(frame_id="colour", intrinsics=OTHER), None, r"cx=4\.5.*cx=2\.0"),
    ],
)
def test_a_refusal_names_both_values(found, pose_of, match):
    with pytest.raises(QueryError, match=match) as error:
        register(found, color(), pose_of=pose_of)
    assert error.value.status is Status.UNREGISTERED_DEPTH
