# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Simulated scenes as a ROS 2 recording (rosbag2 folder with an MCAP file), written without ROS.

Topics are those of the ``warehouse_camera`` node, so that a played recording feeds the query node
without remapping: ``/rgb/image_raw``, ``/rgb/camera_info``, ``/depth/image_raw`` (16UC1,
millimetres, registered to colour), ``/tf``, ``/tf_static`` and ``/warehouse_camera/truth``. The
camera has another pose in every scene: its body's is sent on ``/tf`` with the stamp of every frame.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.rotations import pitch_quaternion, quaternion_product, yaw_quaternion

from ..sensing.sensor import SensorModel
from ..sensing.truth import FrameTruth
from ..warehouse import OPTICAL_FRAME, SimulatedFrame
from .storage import millimetres

WORLD_FRAME, CAMERA_FRAME = "map", "camera_link"
# A fixed date: the same scenes give the same recording. Play it with simulated time.
START_NS = 1_767_225_600 * 10**9
_TYPES = {
    "/tf": "tf2_msgs/msg/TFMessage",
    "/tf_static": "tf2_msgs/msg/TFMessage",
    "/warehouse_camera/truth": "std_msgs/msg/String",
    "/rgb/camera_info": "sensor_msgs/msg/CameraInfo",
    "/rgb/image_raw": "sensor_msgs/msg/Image",
    "/depth/image_raw": "sensor_msgs/msg/Image",
}
_METADATA = "metadata.yaml"
_LATCHED = ("/tf_static", "/warehouse_camera/truth")
# From the body's axes (REP-103: x forward, y left, z up) to the optical ones, (w, x, y, z).
_OPTICAL = (0.5, -0.5, 0.5, -0.5)

Send = Callable[[str, int, Any], None]


def write_recording(
    path: str | Path,
    scenes: Iterable[SimulatedFrame],
    rate: float = 5.0,
    hold: float = 1.0,
    sensor: SensorModel | None = None,
    overwrite: bool = False,
) -> int:
    """Writes the scenes one after the other; returns the number of image pairs.

    Args:
        path: folder of the recording.
        scenes: rendered or read.
        rate: image pairs a second.
        hold: seconds that each scene is shown; at least one pair.
        sensor: draws fresh noise for every pair; needs rendered scenes. ``None``: as they are.
        overwrite: replace a recording that is there.

    Raises:
        ValueError: for a rate or time that is not positive, or ``sensor`` with scenes from files.
        FileExistsError: if the folder is there and may not be replaced, or is no recording.
    """
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    if rate <= 0 or hold <= 0:
        raise ValueError(f"rate and hold must be positive, found {rate} Hz and {hold} s")
    folder = Path(path)
    if folder.exists():
        _make_room(folder, overwrite)
    store = get_typestore(Stores.ROS2_JAZZY)
    repeats, period_ns = max(1, round(rate * hold)), round(1e9 / rate)
    sent = 0
    # Version 9 is what Jazzy and later write.
    with Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections = {
            topic: writer.add_connection(
                topic,
                kind,
                typestore=store,
                offered_qos_profiles=[_qos(latched=topic in _LATCHED)],
            )
            for topic, kind in _TYPES.items()
        }

        def send(topic: str, stamp_ns: int, message: Any) -> None:
            data = store.serialize_cdr(message, _TYPES[topic])
            writer.write(connections[topic], stamp_ns, data)

        _send_mount(send, store.types, START_NS)
        for index, scene in enumerate(scenes):
            first_ns = START_NS + sent * period_ns
            _send_truth(send, store.types, index, scene.truth, first_ns)
            for frame in _shown(scene, repeats, sensor):
                stamp_ns = START_NS + sent * period_ns
                _send_pose(send, store.types, scene.truth, stamp_ns)
                _send_frame(send, store.types, frame, stamp_ns)
                sent += 1
    return sent


def _make_room(folder: Path, overwrite: bool) -> None:
    """Removes a recording that may be replaced.

    Raises:
        FileExistsError: if it may not, or the folder holds something else.
    """
    if not overwrite:
        raise FileExistsError(
            f"{folder} is there already: choose another folder, or replace it with --overwrite"
        )
    if not (folder / _METADATA).is_file() or any(path.is_dir() for path in folder.iterdir()):
        raise FileExistsError(f"{folder} is no recording, so it is not replaced")
    shutil.rmtree(folder)


def _shown(scene: SimulatedFrame, repeats: int, sensor: SensorModel | None) -> Iterator[RgbdFrame]:
    """The frames of a scene, each with noise of its own where there is a sensor model."""
    ideal = scene.ideal
    if sensor is not None and ideal is None:
        raise ValueError("fresh sensor noise needs rendered scenes, these were read from files")
    for repeat in range(repeats):
        if sensor is None or ideal is None:
            yield scene.frame
            continue
        rng = np.random.default_rng([scene.truth.seed, repeat, 909])
        rgb, depth = sensor.colour(ideal.rgb, rng), sensor.depth(ideal.depth, ideal.rgb, rng)
        yield replace(scene.frame, rgb=rgb, depth=depth)


def _send_mount(send: Send, types: Any, stamp_ns: int) -> None:
    """The optical frame in the camera's body."""
    header = _header(types, stamp_ns, CAMERA_FRAME)
    mount = _transform(types, header, OPTICAL_FRAME, (0, 0, 0), _OPTICAL)
    send("/tf_static", stamp_ns, types[_TYPES["/tf_static"]]([mount]))


def _send_pose(send: Send, types: Any, truth: FrameTruth, stamp_ns: int) -> None:
    """The camera's body in the world, at the stamp of a frame."""
    x, y, z = truth.world_to_optical[6:]  # the viewing direction; cameras have no roll
    heading, pitch = math.atan2(y, x), math.atan2(-z, math.hypot(x, y))
    turn = quaternion_product(yaw_quaternion(heading), pitch_quaternion(pitch))
    header = _header(types, stamp_ns, WORLD_FRAME)
    pose = _transform(types, header, CAMERA_FRAME, truth.camera_position, turn)
    send("/tf", stamp_ns, types[_TYPES["/tf"]]([pose]))


def _send_truth(send: Send, types: Any, index: int, truth: FrameTruth, stamp_ns: int) -> None:
    text = {"index": index, "first_stamp_ns": stamp_ns, "truth": truth.to_json()}
    topic = "/warehouse_camera/truth"
    send(topic, stamp_ns, types[_TYPES[topic]](json.dumps(text)))


def _send_frame(send: Send, types: Any, frame: RgbdFrame, stamp_ns: int) -> None:
    assert frame.depth is not None and frame.intrinsics is not None
    header = _header(types, stamp_ns, OPTICAL_FRAME)
    # Calibration first: a subscriber that pairs by stamp has it when the images arrive.
    send("/rgb/camera_info", stamp_ns, _camera_info(types, header, frame.intrinsics))
    send("/rgb/image_raw", stamp_ns, _image(types, header, "rgb8", frame.rgb))
    send("/depth/image_raw", stamp_ns, _image(types, header, "16UC1", millimetres(frame.depth)))


def _header(types: Any, stamp_ns: int, frame_id: str) -> Any:
    stamp = types["builtin_interfaces/msg/Time"](*divmod(stamp_ns, 10**9))
    return types["std_msgs/msg/Header"](stamp, frame_id)


def _image(types: Any, header: Any, encoding: str, pixels: NDArray[Any]) -> Any:
    rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    height, width = rows.shape[:2]
    data = rows.reshape(height, -1).view(np.uint8)
    return types["sensor_msgs/msg/Image"](
        header, height, width, encoding, 0, data.shape[1], data.reshape(-1)
    )


def _camera_info(types: Any, header: Any, camera: CameraIntrinsics) -> Any:
    k = np.array([camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1], np.float64)
    projection = np.hstack([k.reshape(3, 3), np.zeros((3, 1))])
    return types["sensor_msgs/msg/CameraInfo"](
        header,
        camera.height,
        camera.width,
        "plumb_bob",
        np.zeros(5),
        k,
        np.eye(3).reshape(-1),
        projection.reshape(-1),
        0,
        0,
        types["sensor_msgs/msg/RegionOfInterest"](0, 0, 0, 0, False),
    )


def _transform(
    types: Any, header: Any, child: str, position: Iterable[float], turn: Sequence[float]
) -> Any:
    translation = types["geometry_msgs/msg/Vector3"](*(float(v) for v in position))
    w, x, y, z = turn
    pose = types["geometry_msgs/msg/Transform"](
        translation, types["geometry_msgs/msg/Quaternion"](x, y, z, w)
    )
    return types["geometry_msgs/msg/TransformStamped"](header, child, pose)


def _qos(latched: bool) -> Any:
    """Reliable, as recordings are played; latched topics also reach late subscribers."""
    from rosbags.interfaces import (
        Qos,
        QosDurability,
        QosHistory,
        QosLiveliness,
        QosReliability,
        QosTime,
    )

    forever = QosTime(9223372036, 854775807)
    return Qos(
        QosHistory.KEEP_LAST,
        1 if latched else 10,
        QosReliability.RELIABLE,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        forever,
        forever,
        QosLiveliness.AUTOMATIC,
        forever,
        False,
    )
