# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detections to and from vision_msgs: boxes, labels, thresholds, places and orientations."""

import importlib
import math

import numpy as np
import pytest
from block_scene import Block, Scene
from std_msgs.msg import Header

from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.ros.convert.vision import (
    VisionMessagesMissing,
    class_names_of,
    detection_3d_array,
    detection_array,
    detections_of,
    label_info,
    unnamed_classes,
    vision_messages,
)
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.rotations import rotation_matrix
from smolrgpt_ros.scene.status import QueryError

vision = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is missing: run scripts/setup")

FRAME = RgbdFrame(np.zeros((30, 50, 3), np.uint8), None, None, 7_000_000_009, "optical")


def box(x, y, w, h, *hypotheses, theta=0.0):
    """A detection around (x, y)."""
    message = vision.Detection2D()
    message.bbox.center.position.x, message.bbox.center.position.y = float(x), float(y)
    message.bbox.center.theta = theta
    message.bbox.size_x, message.bbox.size_y = float(w), float(h)
    for label, score in hypotheses:
        made = vision.ObjectHypothesisWithPose()
        made.hypothesis.class_id, made.hypothesis.score = label, score
        message.results.append(made)
    return message


def read(*detections, labels=None, **settings):
    array = vision.Detection2DArray(detections=list(detections))
    return detections_of(array, FRAME, DetectorSettings(**settings), labels).objects


def test_boxes_are_masks_best_first_with_their_best_hypothesis():
    found = read(
        box(10, 8, 6, 4, ("Pallet", 0.4), ("box", 0.3)),
        box(30, 20, 10, 8, ("7", 0.2), ("rack", 0.9)),
        box(40, 5, 4, 4),  # no hypothesis: nothing is known of it
    )
    assert [(d.label, d.score, d.box_only) for d in found] == [
        ("shelf", 0.9, True),
        ("pallet", 0.4, True),
    ]
    rows, columns = np.nonzero(found[1].mask)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (7, 12, 6, 9)


def test_numbers_of_classes_have_the_labels_of_the_parameter():
    (found,) = read(box(10, 8, 6, 4, ("3", 0.8)), labels={"3": "forklift"})
    assert found.label == "forklift"


def test_numbers_of_classes_have_the_names_of_a_label_info():
    info = label_info(["person", "", "Rack", "pallet jack"], 0.3, Header())
    names = class_names_of(info)
    assert names == {"0": "person", "2": "Rack", "3": "pallet jack"}
    array = vision.Detection2DArray(
        detections=[
            box(10, 8, 6, 4, ("02", 0.8)),
            box(20, 8, 6, 4, ("3", 0.7)),
            box(30, 8, 6, 4, ("0", 0.6), ("11", 0.5)),
            box(40, 8, 6, 4, ("7", 0.5)),
            box(44, 20, 6, 4, ("wheel", 0.4)),
        ]
    )
    # A label of the parameter, for the number or for the name, goes before.
    labels = {"3": "transporter", "person": "worker"}
    found = detections_of(array, FRAME, DetectorSettings(), labels, names).objects
    assert [d.label for d in found] == ["shelf", "transporter", "worker", "7", "wheel"]
    assert unnamed_classes(array, {**names, **labels}) == ["7", "11"]
    assert unnamed_classes(array, {"7": "", "11": "", **names}) == []


def test_scores_below_the_thresholds_are_weak_or_none():
    found = read(
        box(10, 8, 6, 4, ("pallet", 0.3)),
        box(30, 8, 6, 4, ("pallet", 0.05)),
        confidence=0.35,
        candidate_confidence=0.1,
    )
    assert [(d.score, d.weak) for d in found] == [(0.3, True)]


def test_a_turned_box_is_the_upright_one_around_it():
    (found,) = read(box(20, 15, 10, 4, ("pallet", 0.8), theta=math.pi / 2))
    rows, columns = np.nonzero(found.mask)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (4, 10)


@pytest.mark.parametrize(
    "bad", [box(math.nan, 1, 2, 2, ("a", 0.5)), box(1, 1, math.inf, 2, ("a", 0.5))]
)
def test_boxes_that_are_no_numbers_are_refused_with_their_place(bad):
    with pytest.raises(QueryError, match="detection 1 of the detections topic"):
        read(box(10, 8, 6, 4, ("pallet", 0.9)), bad)


def regions():
    masks = np.zeros((3, 30, 50), bool)
    masks[0, 6:10, 7:13] = True
    masks[1, 20:24, 30:40] = True
    return (
        Region(4, "pallet", masks[0], 0.8),
        Region(9, "shelf", masks[1], math.nan),
        Region(11, "pallet", masks[2], 0.7, seen_age_s=3.0),  # remembered, not in this image
    )


def test_regions_become_detections_and_come_back():
    array = detection_array(FRAME, regions())
    assert (array.header.stamp.sec, array.header.stamp.nanosec) == (7, 9)
    assert [d.id for d in array.detections] == ["4", "9"]
    first = array.detections[0]
    assert (first.bbox.center.position.x, first.bbox.center.position.y) == (10.0, 8.0)
    assert (first.bbox.size_x, first.bbox.size_y) == (6.0, 4.0)
    assert first.results[0].hypothesis.class_id == "pallet"
    assert array.detections[1].results[0].hypothesis.score == 0.0  # unknown
    again = detections_of(array, FRAME, DetectorSettings()).objects
    np.testing.assert_array_equal(again[0].mask, regions()[0].mask)


def test_a_fitted_box_lies_along_its_object():
    scene = Scene([Block(4, "pallet", (0.8, 7.0), (1.2, 0.8, 1.0), yaw_deg=30.0)])
    geometry = FrameGeometry(scene.frame, scene.regions)
    (made,) = detection_3d_array(geometry).detections
    assert made.id == "4" and made.results[0].hypothesis.class_id == "pallet"
    size, turn, place = made.bbox.size, made.bbox.center.orientation, made.bbox.center.position
    assert (size.x, size.y, size.z) == pytest.approx((1.2, 0.8, 1.0), abs=0.1)
    axes = rotation_matrix((turn.w, turn.x, turn.y, turn.z))
    plane = geometry.plane
    assert plane is not None
    np.testing.assert_allclose(axes[:, 2], plane.up, atol=0.02)
    right, ahead, up = plane.axes @ axes[:, 0]
    assert math.degrees(math.atan2(ahead, right)) % 180 == pytest.approx(30, abs=4)
    assert up == pytest.approx(0, abs=0.02)
    on_floor = plane.to_floor(np.array([[place.x, place.y, place.z]]))[0]
    assert on_floor == pytest.approx([0.8, 7.0, 0.5], abs=0.1)
    covariance = np.reshape(made.results[0].pose.covariance, (6, 6))
    assert 0 < covariance[0, 0] < 0.1 and not covariance[3:].any()


def test_without_a_floor_a_box_lies_around_the_seen_surface():
    depth = np.full((120, 160), 3.0, np.float32)
    camera = CameraIntrinsics(160, 120, fx=120.0, fy=120.0, cx=80.0, cy=60.0)
    mask = np.zeros((120, 160), bool)
    mask[50:70, 20:60] = True
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, camera, frame_id="optical")
    array = detection_3d_array(FrameGeometry(frame, [Region(7, "box", mask, 0.6)]))
    (made,) = array.detections
    turn, size = made.bbox.center.orientation, made.bbox.size
    assert (turn.x, turn.y, turn.z, turn.w) == (0.0, 0.0, 0.0, 1.0)
    # 40 pixels of 120 a metre at 3 m, without the outer twentieths.
    assert size.x == pytest.approx(0.9, abs=0.03) and size.z == pytest.approx(0.0, abs=1e-6)
    assert array.header.frame_id == "optical"


def test_what_depth_does_not_place_has_no_box():
    frame = RgbdFrame(np.zeros((30, 50, 3), np.uint8), None, None)
    assert not detection_3d_array(FrameGeometry(frame, regions())).detections


def test_labels_are_numbered_in_order():
    info = label_info(("pallet", "shelf"), 0.35, Header(frame_id="x"))
    assert [(c.class_id, c.class_name) for c in info.class_map] == [(0, "pallet"), (1, "shelf")]
    assert info.threshold == pytest.approx(0.35) and info.header.frame_id == "x"


def test_a_host_without_the_messages_is_told_the_package(monkeypatch):
    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    with pytest.raises(VisionMessagesMissing, match="apt install ros-jazzy-vision-msgs"):
        vision_messages()
