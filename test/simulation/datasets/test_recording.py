# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Recordings read back by rosbags: types, stamps, pixels, transforms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from smolrgpt_ros.simulation.datasets.recording import START_NS, write_recording
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

STORE = get_typestore(Stores.ROS2_JAZZY)


def _messages(folder: Path) -> dict[str, list[tuple[int, Any]]]:
    found: dict[str, list[tuple[int, Any]]] = {}
    with Reader(folder) as reader:
        for connection, stamp, data in reader.messages():
            message = STORE.deserialize_cdr(data, connection.msgtype)
            found.setdefault(connection.topic, []).append((stamp, message))
    return found


@pytest.fixture(scope="module")
def scenes(shots: list[SimulatedFrame]) -> list[SimulatedFrame]:
    return [shots[0], shots[9]]


@pytest.fixture(scope="module")
def folder(scenes, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("recording") / "bag"
    assert write_recording(out, scenes, rate=4.0, hold=0.75) == 6
    return out


def test_topics_types_and_stamps(folder: Path) -> None:
    found = _messages(folder)
    assert {topic: len(messages) for topic, messages in found.items()} == {
        "/tf": 6,
        "/tf_static": 1,
        "/warehouse_camera/truth": 2,
        "/rgb/camera_info": 6,
        "/rgb/image_raw": 6,
        "/depth/image_raw": 6,
    }
    for topic in ("/rgb/camera_info", "/rgb/image_raw", "/depth/image_raw"):
        for number, (stamp, message) in enumerate(found[topic]):
            header = message.header
            assert stamp == START_NS + number * 250_000_000
            assert header.stamp.sec * 10**9 + header.stamp.nanosec == stamp
            assert header.frame_id == "camera_color_optical_frame"


def test_pixels_and_calibration_are_the_frames(folder: Path, scenes: list[SimulatedFrame]) -> None:
    found = _messages(folder)
    for number, scene in ((2, scenes[0]), (3, scenes[1])):
        frame, camera = scene.frame, scene.truth.intrinsics
        assert frame.depth is not None and frame.intrinsics == camera
        rgb, depth = found["/rgb/image_raw"][number][1], found["/depth/image_raw"][number][1]
        assert (rgb.encoding, rgb.step) == ("rgb8", 3 * frame.width)
        assert np.array_equal(rgb.data.reshape(frame.rgb.shape), frame.rgb)
        assert (depth.encoding, depth.step, depth.is_bigendian) == ("16UC1", 2 * frame.width, 0)
        metres = depth.data.view("<u2").reshape(frame.height, frame.width) / 1000
        seen = np.isfinite(frame.depth)
        np.testing.assert_allclose(metres[seen], frame.depth[seen], atol=6e-4)
        assert not metres[~seen].any()
        info = found["/rgb/camera_info"][number][1]
        assert info.k.tolist() == [camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1]
        assert info.p.tolist() == [*info.k[:3], 0, *info.k[3:6], 0, 0, 0, 1, 0]
        assert (info.width, info.height) == (frame.width, frame.height)


def _matrix(rotation) -> np.ndarray:
    w, v = rotation.w, np.array([rotation.x, rotation.y, rotation.z])
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + 2 * w * cross + 2 * cross @ cross


def test_transforms_lead_from_the_map_to_the_optical_frame(
    folder: Path, scenes: list[SimulatedFrame]
) -> None:
    """Every frame has the pose of its own scene at its stamp: none holds for an earlier one."""
    found = _messages(folder)
    ((_, mount),) = found["/tf_static"]
    (optical,) = mount.transforms
    chain = [optical.header.frame_id, optical.child_frame_id]
    assert chain == ["camera_link", "camera_color_optical_frame"]
    shown = [scene for scene in scenes for _ in range(3)]
    images = [stamp for stamp, _ in found["/rgb/image_raw"]]
    for (stamp, message), image, scene in zip(found["/tf"], images, shown, strict=True):
        (camera,) = message.transforms
        assert (camera.header.frame_id, camera.child_frame_id) == ("map", "camera_link")
        assert stamp == image
        assert camera.header.stamp.sec * 10**9 + camera.header.stamp.nanosec == image
        position = camera.transform.translation
        assert (position.x, position.y, position.z) == scene.truth.camera_position
        turn = _matrix(camera.transform.rotation) @ _matrix(optical.transform.rotation)
        # Columns: the optical axes in the map.
        world_to_optical = np.array(scene.truth.world_to_optical).reshape(3, 3)
        np.testing.assert_allclose(turn, world_to_optical.T, atol=1e-9)


def test_truth_is_recorded_once_a_scene(folder: Path, scenes: list[SimulatedFrame]) -> None:
    texts = [json.loads(m.data) for _, m in _messages(folder)["/warehouse_camera/truth"]]
    assert [t["index"] for t in texts] == [0, 1]
    assert [t["first_stamp_ns"] for t in texts] == [START_NS, START_NS + 750_000_000]
    assert texts[1]["truth"] == json.loads(json.dumps(scenes[1].truth.to_json()))


def test_metadata_is_what_ros2_bag_play_wants(folder: Path) -> None:
    about = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert (about["version"], about["storage_identifier"]) == (9, "mcap")
    assert [Path(p).suffix for p in about["relative_file_paths"]] == [".mcap"]
    profiles = {
        t["topic_metadata"]["name"]: t["topic_metadata"]["offered_qos_profiles"][0]
        for t in about["topics_with_message_count"]
    }
    assert profiles["/tf_static"]["durability"] == "transient_local"
    assert profiles["/rgb/image_raw"]["durability"] == "volatile"
    assert {p["reliability"] for p in profiles.values()} == {"reliable"}


def test_fresh_noise_for_every_pair(scenes: list[SimulatedFrame], tmp_path: Path) -> None:
    sensor = SensorModel(jpeg_quality=80)
    write_recording(tmp_path / "bag", scenes[:1], rate=2.0, hold=1.0, sensor=sensor)
    first, second = (m.data for _, m in _messages(tmp_path / "bag")["/depth/image_raw"])
    assert 0.3 < np.mean(first != second) < 1.0
    write_recording(tmp_path / "again", scenes[:1], rate=2.0, hold=1.0, sensor=sensor)
    again = [m.data for _, m in _messages(tmp_path / "again")["/depth/image_raw"]]
    assert np.array_equal(again[1], second)


def test_impossible_arguments_are_refused(scenes: list[SimulatedFrame], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"found 0 Hz and 1\.0 s"):
        write_recording(tmp_path / "a", scenes, rate=0)
    with pytest.raises(FileExistsError, match="another folder"):
        write_recording(tmp_path, scenes)
    read = SimulatedFrame(scenes[0].frame, scenes[0].regions, scenes[0].truth)
    with pytest.raises(ValueError, match="read from files"):
        write_recording(tmp_path / "b", [read], sensor=SensorModel())


@pytest.mark.ros
def test_ros_reads_the_messages(folder: Path, scenes: list[SimulatedFrame]) -> None:
    serialization = pytest.importorskip("rclpy.serialization")
    sensor_msgs = pytest.importorskip("sensor_msgs.msg")
    from smolrgpt_ros.ros.convert.camera_info import calibration_of

    kinds = {"/rgb/image_raw": sensor_msgs.Image, "/rgb/camera_info": sensor_msgs.CameraInfo}
    with Reader(folder) as reader:
        first = {
            c.topic: serialization.deserialize_message(data, kinds[c.topic])
            for c, _, data in reversed(list(reader.messages()))
            if c.topic in kinds
        }
    frame = scenes[0].frame
    assert bytes(first["/rgb/image_raw"].data) == frame.rgb.tobytes()
    info = first["/rgb/camera_info"]
    assert calibration_of(info).intrinsics(frame.width, frame.height) == frame.intrinsics


def test_a_recording_is_replaced_where_that_is_wanted_and_nothing_else(
    scenes: list[SimulatedFrame], tmp_path: Path
) -> None:
    bag, other = tmp_path / "bag", tmp_path / "other"
    write_recording(bag, scenes, rate=2.0, hold=0.5)
    with pytest.raises(FileExistsError, match=r"bag is there already.*--overwrite"):
        write_recording(bag, scenes[:1], rate=2.0, hold=0.5)
    write_recording(bag, scenes[:1], rate=2.0, hold=0.5, overwrite=True)
    assert len(_messages(bag)["/rgb/image_raw"]) == 1
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"other is no recording"):
        write_recording(other, scenes[:1], overwrite=True)
    assert (other / "thesis.tex").is_file()
