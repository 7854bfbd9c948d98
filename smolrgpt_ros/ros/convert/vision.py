# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detections to and from ``vision_msgs``, which is optional: imported where it is used."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
from std_msgs.msg import Header

from smolrgpt_ros.detection.detector import Detection, Detections, masks_of_boxes
from smolrgpt_ros.detection.detector_settings import DetectorSettings, labels_from
from smolrgpt_ros.detection.suppression import suppressed
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.region_poses import region_poses
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .messages import header_of
from .poses import point_message, quaternion_message, vector_message


class VisionMessagesMissing(RuntimeError):
    """``vision_msgs`` is not installed; the message names the package to install."""


def vision_messages() -> Any:
    """The module ``vision_msgs.msg``.

    Raises:
        VisionMessagesMissing: where it is not installed.
    """
    try:
        return importlib.import_module("vision_msgs.msg")
    except ImportError as error:
        distro = os.environ.get("ROS_DISTRO", "<distro>")
        raise VisionMessagesMissing(
            f"vision_msgs is not installed ({error}): apt install ros-{distro}-vision-msgs, or run "
            "scripts/setup on a host without ROS"
        ) from error


def detections_of(
    message: Any,
    frame: RgbdFrame,
    settings: DetectorSettings,
    labels: Mapping[str, str] | None = None,
    class_names: Mapping[str, str] | None = None,
) -> Detections:
    """What a ``vision_msgs/Detection2DArray`` says of a frame; masks fill the boxes.

    The label of a detection is the class id of its best hypothesis; one without a hypothesis is
    left out.

    Args:
        message: of the frame's image.
        frame: whose size the masks have.
        settings: thresholds.
        labels: by class id or name, beside ``LABEL_ALIASES``.
        class_names: by class id that is a number, see :func:`class_names_of`.

    Raises:
        QueryError: UNKNOWN_REGION if a box or a score is no number.
    """
    boxes, classes, scores = [], [], []
    for number, detection in enumerate(message.detections):
        if not detection.results:
            continue
        best = max((r.hypothesis for r in detection.results), key=lambda h: float(h.score))
        boxes.append(_upright_box(number, detection.bbox, float(best.score)))
        classes.append(_plain(best.class_id))
        scores.append(float(best.score))
    if not boxes:
        return Detections()
    # A class id that has a label of its own keeps it.
    named = {**(class_names or {}), **{class_id: class_id for class_id in labels or {}}}
    names = labels_from([named.get(class_id, class_id) for class_id in classes], labels)
    masks = masks_of_boxes(np.array(boxes), (frame.height, frame.width))
    least = min(settings.confidence, settings.candidate_confidence)
    found = [
        Detection(
            names[i] or "object",
            min(score, 1.0),
            masks[i],
            weak=score < settings.confidence,
            box_only=True,
        )
        for i, score in enumerate(scores)
        if score >= least and masks[i].any()
    ]
    best_first = sorted(found, key=lambda d: -d.score)[: settings.max_detections]
    return suppressed(best_first)


def _upright_box(number: int, box: Any, score: float) -> tuple[float, float, float, float]:
    """The upright box around a detection's, which may be turned: left, top, right, bottom."""
    x, y = float(box.center.position.x), float(box.center.position.y)
    w, h, turn = float(box.size_x), float(box.size_y), float(box.center.theta)
    if not all(math.isfinite(value) for value in (x, y, w, h, turn, score)):
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"detection {number} of the detections topic has a box or a score that is no "
            f"number: centre ({x}, {y}), size ({w}, {h}), angle {turn}, score {score}",
        )
    c, s = abs(math.cos(turn)), abs(math.sin(turn))
    half_w, half_h = (w * c + h * s) / 2, (w * s + h * c) / 2
    return x - half_w, y - half_h, x + half_w, y + half_h


def class_names_of(message: Any) -> dict[str, str]:
    """Names of classes by their number, in digits, of a ``vision_msgs/LabelInfo``."""
    return {str(int(c.class_id)): str(c.class_name) for c in message.class_map if c.class_name}


def unnamed_classes(message: Any, names: Container[str]) -> list[str]:
    """Class ids of a ``vision_msgs/Detection2DArray`` that are numbers without a name, in order.

    Args:
        message: the detections.
        names: class ids that have one.
    """
    hypotheses = (r.hypothesis for detection in message.detections for r in detection.results)
    numbers = {_plain(h.class_id) for h in hypotheses if _plain(h.class_id).isdecimal()}
    return sorted((number for number in numbers if number not in names), key=int)


def _plain(class_id: object) -> str:
    """A class id; one that is a number without leading zeros."""
    text = str(class_id).strip()
    return str(int(text)) if text.isdecimal() else text


def detection_array(frame: RgbdFrame, regions: Sequence[Region]) -> Any:
    """``vision_msgs/Detection2DArray`` of a frame's regions, with their boxes; remembered ones that
    the frame does not show are left out."""
    vision, header = vision_messages(), header_of(frame)
    detections = []
    for region in regions:
        box = region.box
        if box is None or region.seen_age_s:
            continue
        x0, y0, x1, y1 = box
        bbox = vision.BoundingBox2D(size_x=float(x1 - x0), size_y=float(y1 - y0))
        bbox.center.position.x, bbox.center.position.y = (x0 + x1) / 2, (y0 + y1) / 2
        detections.append(
            vision.Detection2D(
                header=header, results=[_hypothesis(vision, region)], bbox=bbox, id=str(region.id)
            )
        )
    return vision.Detection2DArray(header=header, detections=detections)


def detection_3d_array(geometry: FrameGeometry) -> Any:
    """``vision_msgs/Detection3DArray`` of the regions that depth places, in the optical frame.

    Fitted boxes along the objects' own axes; without a floor, boxes along the frame's axes around
    the seen surface.

    Args:
        geometry: of the frame.
    """
    vision, header = vision_messages(), header_of(geometry.frame)
    detections = []
    for region, pose in zip(geometry.regions, region_poses(geometry), strict=True):
        found, plane = geometry.estimate(region.id), geometry.plane
        if isinstance(found, str) or pose.position is None or pose.size is None:
            continue
        hypothesis, bbox = _hypothesis(vision, region), vision.BoundingBox3D()
        if found.footprint is not None and plane is not None:
            _write_fitted(bbox, hypothesis, found, plane)
        else:
            bbox.center.position = point_message(pose.position)
            bbox.size = vector_message(pose.size)
        hypothesis.pose.pose = bbox.center
        detections.append(
            vision.Detection3D(header=header, results=[hypothesis], bbox=bbox, id=str(region.id))
        )
    return vision.Detection3DArray(header=header, detections=detections)


def _write_fitted(bbox: Any, hypothesis: Any, found: ObjectEstimate, plane: Plane) -> None:
    """A fitted box: x along its longer side, z up; the covariance of its centre."""
    assert found.footprint is not None  # asked for by the caller
    flat = np.column_stack([found.footprint.axes, np.zeros(2)])
    axes = np.vstack([flat, [0.0, 0.0, 1.0]]) @ plane.axes
    one, other, height = (side if math.isfinite(side) else 0.0 for side in found.size)
    if one < other:  # a quarter turn about its vertical
        axes, one, other = np.stack([axes[1], -axes[0], axes[2]]), other, one
    bbox.center.position = point_message(found.centre)
    bbox.center.orientation = quaternion_message(axes.T)
    bbox.size = vector_message((one, other, height))
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = found.covariance
    hypothesis.pose.covariance = covariance.ravel()


def label_info(labels: Sequence[str], threshold: float, header: Header) -> Any:
    """``vision_msgs/LabelInfo``: the labels that detections may have, numbered in order."""
    vision = vision_messages()
    classes = [vision.VisionClass(class_id=i, class_name=name) for i, name in enumerate(labels)]
    return vision.LabelInfo(header=header, class_map=classes, threshold=float(threshold))


def _hypothesis(vision: Any, region: Region) -> Any:
    made = vision.ObjectHypothesisWithPose()
    made.hypothesis.class_id = region.label
    made.hypothesis.score = float(region.score) if math.isfinite(region.score) else 0.0
    return made
