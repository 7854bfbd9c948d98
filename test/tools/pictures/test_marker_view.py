# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The view without RViz: where points, lines and words of known places end up, by hand."""

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.ros.convert.camera_info import camera_info_of
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.tools.pictures.marker_view import BACKGROUND, View, cloud_of, draw_view

#: Looks along z at (0, 0, 4) from 4 m: x and y in metres are 100 / 4 pixels from the middle there.
STRAIGHT = View(np.eye(3), np.array([0.0, 0.0, 4.0]), 4.0, 100.0, (200, 120))
NOTHING = np.zeros((0, 3)), np.zeros((0, 3), np.uint8)
RED = ColorRGBA(r=1.0, a=1.0)


def marker(kind, **fields):
    found = Marker(type=kind, action=Marker.ADD, color=RED, scale=Vector3(x=0.1), **fields)
    found.pose.orientation.w = 1.0
    return found


def red(picture):
    """Rows and columns of red pixels."""
    return np.nonzero((picture[..., 0] > 150) & (picture[..., 1] < 100))


def test_points_are_where_a_pinhole_sees_them():
    pixels, depth = STRAIGHT.project(np.array([[0.0, 0.0, 4.0], [1.0, -0.4, 4.0], [1.0, 0.0, 8.0]]))
    expected = np.array([[100.0, 60.0], [125.0, 50.0], [112.5, 60.0]])
    np.testing.assert_allclose(pixels, expected)
    np.testing.assert_allclose(depth, [4, 4, 8])


@pytest.mark.parametrize(
    ("yaw", "pitch", "point", "side"),
    [
        # Seen from the right, what is behind the pivot moves to the left of it, and what is
        # before it to the right; seen from above, what is behind it is higher.
        (20.0, 0.0, (0.0, 0.0, 6.0), ("x", 1)),
        (20.0, 0.0, (0.0, 0.0, 2.0), ("x", -1)),
        (0.0, 20.0, (0.0, 0.0, 6.0), ("y", -1)),
    ],
)
def test_beside_the_camera(yaw, pitch, point, side):
    points = np.array([[0.0, 0.0, 4.0]] * 3)
    view = View.beside(points, (200, 120), yaw_deg=yaw, pitch_deg=pitch, focal=100.0)
    (pivot, spot), depth = view.project(np.array([[0.0, 0.0, 4.0], point]))
    np.testing.assert_allclose(pivot, [100, 60])
    assert depth[0] == pytest.approx(4.0), "as far as the camera was"
    axis, sign = side
    assert np.sign(spot["xy".index(axis)] - pivot["xy".index(axis)]) == sign


def test_a_cloud_of_messages_has_their_depth_and_colour():
    camera = CameraIntrinsics(6, 4, fx=10.0, fy=20.0, cx=2.0, cy=1.0)
    metres = np.full((4, 6), np.nan, np.float32)
    metres[3, 5] = 2.0
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[3, 5] = (9, 8, 7)
    header = Header(frame_id="optical")
    frame = encode_image(rgb, "rgb8", header), encode_image(metres, "32FC1", header)
    points, colors = cloud_of(*frame, camera_info_of(camera, header))
    # (5 - 2) / 10 and (3 - 1) / 20, times 2 m.
    np.testing.assert_allclose(points, [[0.6, 0.2, 2.0]])
    np.testing.assert_array_equal(colors, [[9, 8, 7]])
    with pytest.raises(ValueError, match="not calibrated"):
        cloud_of(*frame, CameraInfo(width=6, height=4))


def test_near_points_hide_far_ones_and_the_rest_is_background():
    points = np.array([[0.0, 0.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, -3.0]])
    colors = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200]], np.uint8)
    for order in ([0, 1, 2], [1, 0, 2]):
        picture = draw_view(STRAIGHT, points[order], colors[order], [])
        assert tuple(picture[60, 100]) == (0, 200, 0)
        assert tuple(picture[10, 10]) == BACKGROUND


def test_lines_follow_the_markers_pose():
    """(-1, 0) to (1, 0), turned a quarter about z and moved 0.8 m to the right: column 120."""
    line = marker(Marker.LINE_LIST, points=[Point(x=-1.0), Point(x=1.0)])
    line.pose = Pose(
        position=Point(x=0.8, z=4.0), orientation=Quaternion(z=np.sqrt(0.5), w=np.sqrt(0.5))
    )
    rows, columns = red(draw_view(STRAIGHT, *NOTHING, [line]))
    assert (rows.min(), rows.max()) == pytest.approx((35, 85), abs=2)
    assert (columns.min(), columns.max()) == pytest.approx((119, 121), abs=2)


def test_arrows_have_their_head_at_the_second_point():
    arrow = marker(Marker.ARROW, points=[Point(x=-2.0, z=4.0), Point(x=2.0, z=4.0)])
    rows, columns = red(draw_view(STRAIGHT, *NOTHING, [arrow]))
    assert (columns.min(), columns.max()) == pytest.approx((50, 150), abs=3)
    spread = [np.ptp(rows[(columns >= a) & (columns < b)]) for a, b in ((52, 70), (140, 149))]
    assert spread[1] > spread[0] + 3


def test_words_stand_where_they_belong_and_grow_when_near():
    def extent(z, height):
        words = marker(Marker.TEXT_VIEW_FACING, text="HH")
        words.pose.position = Point(x=0.5, y=0.5, z=z)
        words.scale.z = height
        rows, columns = red(draw_view(STRAIGHT, *NOTHING, [words]))
        return rows, columns

    rows, columns = extent(4.0, 1.0)
    # 1 m at 4 m is 25 pixels; the middle is 12.5 pixels right of and below the picture's.
    assert np.ptp(rows) == pytest.approx(25, abs=5)
    assert (rows.mean(), columns.mean()) == pytest.approx((72.5, 112.5), abs=5)
    assert np.ptp(extent(8.0, 1.0)[0]) < np.ptp(rows)


def test_what_is_behind_the_view_or_deleted_is_not_drawn():
    behind = marker(Marker.LINE_LIST, points=[Point(z=-9.0), Point(x=1.0, z=4.0)])
    words = marker(Marker.TEXT_VIEW_FACING, text="H")
    words.pose.position = Point(z=-9.0)
    gone = marker(Marker.LINE_LIST, points=[Point(z=4.0), Point(x=1.0, z=4.0)])
    gone.action = Marker.DELETEALL
    picture = draw_view(STRAIGHT, *NOTHING, [behind, words, gone])
    assert (picture == np.array(BACKGROUND)).all()


def test_faint_markers_are_faint():
    line = marker(Marker.LINE_LIST, points=[Point(x=-1.0, z=4.0), Point(x=1.0, z=4.0)])
    line.color = ColorRGBA(r=1.0, a=0.2)
    picture = draw_view(STRAIGHT, *NOTHING, [line])
    assert picture[60, 100, 0] == pytest.approx(0.2 * 255 + 0.8 * 48, abs=8)
