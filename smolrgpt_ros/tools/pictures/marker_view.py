# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame and its markers as RViz shows them, drawn from the messages without RViz."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import Marker

from smolrgpt_ros.rendering.lettering import text_size, write
from smolrgpt_ros.rendering.palette import Color
from smolrgpt_ros.ros.convert.camera_info import calibration_of
from smolrgpt_ros.ros.convert.images import decode_color, decode_depth
from smolrgpt_ros.ros.convert.poses import array_of, rotation_of
from smolrgpt_ros.ros.view.marker_shapes import color_of
from smolrgpt_ros.ros.view.word_places import CAPITAL, LINE
from smolrgpt_ros.scene.camera import back_project

Picture = NDArray[np.uint8]
Pixel = tuple[int, int]
DrawLine = Callable[[Picture, Pixel, Pixel, Color, int, int], object]
BACKGROUND: Color = (48, 48, 48)
_NEAR_M = 0.1
#: Smallest readable height of a capital letter, pixels.
_LEAST_LETTER = 8.0
#: Of text from the picture's edge, pixels.
_MARGIN = 2


@dataclass(frozen=True, eq=False)
class View:
    """A pinhole camera: ``p_view = rotation @ (p - pivot) + (0, 0, distance)``.

    Args:
        rotation: shape (3, 3).
        pivot: point that the camera looks at, shape (3,), metres, in the frame of the messages.
        distance: from the pivot, metres.
        focal: focal length, pixels.
        size: width and height, pixels.
    """

    rotation: NDArray[np.float64]
    pivot: NDArray[np.float64]
    distance: float
    focal: float
    size: tuple[int, int]

    @classmethod
    def beside(
        cls,
        points: NDArray[np.float64],
        size: tuple[int, int],
        *,
        yaw_deg: float,
        pitch_deg: float,
        focal: float,
    ) -> View:
        """A camera as far from the middle of points as their own, rotated about that middle.

        Args:
            points: shape (N, 3), metres, in the camera's optical frame.
            yaw_deg: to the right, as seen from the camera.
            pitch_deg: downwards.
        """
        pivot = np.median(points, axis=0)
        a, b = np.radians(yaw_deg), np.radians(pitch_deg)
        about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        distance = float(np.linalg.norm(pivot))
        return cls(about_x @ about_y, pivot, distance, focal, size)

    def project(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Pixels of shape (N, 2) and distances along the view of shape (N,) of points (N, 3)."""
        seen = (points - self.pivot) @ self.rotation.T
        seen[:, 2] += self.distance
        depth = np.maximum(seen[:, 2], _NEAR_M)
        middle = np.array(self.size) / 2.0
        return seen[:, :2] * (self.focal / depth[:, None]) + middle, seen[:, 2]


def cloud_of(rgb: Image, depth: Image, info: CameraInfo) -> tuple[NDArray[np.float64], Picture]:
    """The points of shape (N, 3), metres, and their colours (N, 3) of an RGB-D frame's messages.

    Raises:
        QueryError: for images that cannot be read.
        ValueError: for a camera without calibration.
    """
    color, metres = decode_color(rgb), decode_depth(depth)
    height, width = metres.shape
    intrinsics = calibration_of(info).intrinsics(width, height)
    if intrinsics is None:
        raise ValueError("the camera is not calibrated: K of its CameraInfo is zero")
    return back_project(metres, intrinsics), color[np.isfinite(metres) & (metres > 0.0)]


def draw_view(
    view: View, points: NDArray[np.float64], colors: Picture, markers: Sequence[Marker]
) -> Picture:
    """The picture of a cloud and of markers over it.

    Args:
        view: the camera.
        points, colors: shape (N, 3), as of :func:`cloud_of`.
        markers: ``visualization_msgs/Marker``, in the points' frame; deletions are ignored.

    Returns:
        Shape (H, W, 3), RGB, uint8.
    """
    width, height = view.size
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    _splat(picture, view, points, colors)
    added = [m for m in markers if m.action == Marker.ADD]
    # Text last, so that no line crosses it.
    for marker in sorted(added, key=lambda m: bool(m.type == Marker.TEXT_VIEW_FACING)):
        if marker.type == Marker.TEXT_VIEW_FACING:
            _text(picture, view, marker)
        elif marker.type == Marker.LINE_LIST:
            ends = _points(marker)
            for start, end in zip(ends[::2], ends[1::2], strict=True):
                _line(picture, view, marker, np.stack([start, end]), cv2.line)
        elif marker.type == Marker.ARROW and len(marker.points) == 2:
            _line(picture, view, marker, _points(marker), _arrow)
    return picture


def _splat(picture: Picture, view: View, points: NDArray[np.float64], colors: Picture) -> None:
    """Points as squares of 3 pixels, near ones over far ones."""
    pixels, depth = view.project(points)
    order = np.argsort(-depth)
    order = order[depth[order] > _NEAR_M]
    spots, painted = np.floor(pixels[order]).astype(int), colors[order]
    nearest = np.full(picture.shape[:2], -1)  # the last point in order
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            x, y = spots[:, 0] + dx, spots[:, 1] + dy
            inside = np.flatnonzero(
                (x >= 0) & (x < picture.shape[1]) & (y >= 0) & (y < picture.shape[0])
            )
            np.maximum.at(nearest, (y[inside], x[inside]), inside)
    picture[nearest >= 0] = painted[nearest[nearest >= 0]]


def _points(marker: Marker) -> NDArray[np.float64]:
    """A marker's points in its header's frame, shape (N, 3)."""
    local = np.array([array_of(point) for point in marker.points]).reshape(-1, 3)
    rotation = rotation_of(marker.pose.orientation)
    return np.asarray(local @ rotation.T + array_of(marker.pose.position), np.float64)


def _line(
    picture: Picture, view: View, marker: Marker, ends: NDArray[np.float64], draw: DrawLine
) -> None:
    pixels, depth = view.project(ends)
    if depth.min() <= _NEAR_M:
        return
    width = max(1, round(view.focal * marker.scale.x / float(depth.mean())))
    layer = picture.copy()
    (ax, ay), (bx, by) = np.rint(pixels).astype(int).tolist()
    draw(layer, (ax, ay), (bx, by), color_of(marker), width, cv2.LINE_AA)
    _blend(picture, layer, marker.color.a)


def _arrow(picture: Picture, a: Pixel, b: Pixel, color: Color, width: int, kind: int) -> None:
    cv2.arrowedLine(picture, a, b, color, width, kind, tipLength=0.08)


def _text(picture: Picture, view: View, marker: Marker) -> None:
    pixels, depth = view.project(array_of(marker.pose.position)[None])
    if depth[0] <= _NEAR_M:
        return
    capital = max(view.focal * marker.scale.z / float(depth[0]), _LEAST_LETTER)
    letters, step = round(capital / CAPITAL), LINE * capital
    lines = marker.text.splitlines()
    sizes = [text_size(line, letters) for line in lines]
    # Moved into the picture as a whole.
    middle_x = _inside(float(pixels[0, 0]), max(w for w, _ in sizes), picture.shape[1])
    height = (len(lines) - 1) * step + sizes[0][1]
    top = _inside(float(pixels[0, 1]), height, picture.shape[0]) - height / 2
    layer = picture.copy()
    for i, (line, (width, _)) in enumerate(zip(lines, sizes, strict=True)):
        corner = round(middle_x - width / 2), round(top + i * step)
        write(layer, line, corner, letters, color_of(marker), outline=BACKGROUND)
    _blend(picture, layer, marker.color.a)


def _inside(middle: float, size: float, whole: int) -> float:
    """The middle of what has a size, moved so that it is seen whole, where it fits."""
    least, most = size / 2 + _MARGIN, whole - size / 2 - _MARGIN
    return min(max(middle, least), most) if least <= most else whole / 2


def _blend(picture: Picture, layer: Picture, alpha: float) -> None:
    cv2.addWeighted(layer, alpha, picture, 1.0 - alpha, 0.0, dst=picture)
