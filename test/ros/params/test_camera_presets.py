# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Presets of cameras: complete, with sources, in encodings that the node can read."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from sensor_msgs.msg import Image

from smolrgpt_ros.ros.convert.images import decode_color, decode_depth
from smolrgpt_ros.ros.params.camera_presets import CameraPreset, read_presets
from smolrgpt_ros.scene.tolerances import Tolerances

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "config" / "cameras"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="not run from the source tree")
VENDORS = {
    "realsense": "https://github.com/IntelRealSense/realsense-ros/",
    "zed": "https://github.com/stereolabs/zed-ros2-wrapper/",
    "oak": "https://github.com/luxonis/depthai-ros/",
    "orbbec": "https://github.com/orbbec/OrbbecSDK_ROS2/",
}


def test_the_cameras_people_have_are_there():
    assert set(read_presets(FOLDER)) == {"simulation", "topics", *VENDORS}


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendors_preset_names_its_documents_and_absolute_topics(name):
    preset = read_presets(FOLDER)[name]
    assert any(source.startswith(VENDORS[name]) for source in preset.sources)
    assert all(source.startswith("https://") for source in preset.sources)
    assert all(topic.startswith("/") for topic in preset.topics.values())
    assert len(set(preset.topics.values())) == 4
    assert preset.start.startswith("ros2 launch ")
    assert preset.frame.strip("/").endswith(("optical_frame", "frame_optical"))


@pytest.mark.parametrize("name", [*VENDORS, "simulation", "topics"])
def test_calibration_stands_beside_the_images_as_image_transport_wants_it(name):
    """RViz and image_transport look for ``camera_info`` in the images' own namespace."""
    topics = read_presets(FOLDER)[name].topics
    assert topics["camera_info"] == topics["rgb"].rsplit("/", 1)[0] + "/camera_info"
    assert topics["depth_info"] == topics["depth"].rsplit("/", 1)[0] + "/camera_info"


def image(pixels, encoding):
    return Image(
        height=4,
        width=6,
        encoding=encoding,
        step=pixels.nbytes // 4,
        data=pixels.tobytes(),
    )


@pytest.mark.parametrize("name", [*VENDORS, "simulation", "topics"])
def test_every_encoding_is_one_that_the_node_reads(name):
    encodings = read_presets(FOLDER)[name].encodings
    for encoding in encodings["rgb"]:
        channels = {"mono8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4, "bgra8": 4}[encoding]
        message = image(np.full((4, 6, channels), 9, np.uint8), encoding)
        np.testing.assert_array_equal(decode_color(message), np.full((4, 6, 3), 9))
    for encoding in encodings["depth"]:
        pixels = np.full((4, 6), 1500, np.float32 if encoding == "32FC1" else np.uint16)
        metres = 1500.0 if encoding == "32FC1" else 1.5
        np.testing.assert_allclose(decode_depth(image(pixels, encoding)), metres)


GOOD = yaml.safe_load((FOLDER / "realsense.yaml").read_text()) if FOLDER.is_dir() else {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frame": None}, r"mine\.yaml lacks 'frame'"),
        ({"topics": {"rgb": "a", "camera_info": "b", "depth": "c"}}, "lacks 'depth_info'"),
        ({"topics": {**GOOD.get("topics", {}), "infra": "d"}}, "unknown fields.*infra"),
        ({"colour": "red"}, "unknown fields.*colour"),
    ],
)
def test_a_bad_preset_is_named_with_its_field(tmp_path, change, words):
    data = {key: value for key, value in (GOOD | change).items() if value is not None}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(ValueError, match=words):
        CameraPreset.read(tmp_path / "mine.yaml")
    with pytest.raises(ValueError, match=words):
        read_presets(tmp_path)


def test_the_unit_of_depth_of_a_preset(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(GOOD))
    assert CameraPreset.read(path).depth_unit == 0.0
    path.write_text(yaml.safe_dump(GOOD | {"depth_unit": 0.00025}))
    assert CameraPreset.read(path).depth_unit == 0.00025
    path.write_text(yaml.safe_dump(GOOD | {"depth_unit": 1000}))
    with pytest.raises(ValueError, match=r"mine\.yaml has depth_unit 1000"):
        CameraPreset.read(path)


def test_tolerances_of_a_preset(tmp_path):
    path = tmp_path / "mine.yaml"
    bare = {key: value for key, value in GOOD.items() if key != "tolerances"}
    path.write_text(yaml.safe_dump(bare))
    assert CameraPreset.read(path).tolerances == Tolerances()
    sheet = "https://example.com/data-sheet"
    stated = {"depth_scale": {"value": 0.03, "source": sheet}}
    path.write_text(yaml.safe_dump(bare | {"tolerances": stated}))
    preset = CameraPreset.read(path)
    assert preset.tolerances == Tolerances(depth_scale=0.03)
    assert preset.tolerance_sources == {"depth_scale": sheet}
    for lacking in (0.03, {"value": 0.03}, {"value": 0.03, "source": ""}):
        path.write_text(yaml.safe_dump(bare | {"tolerances": {"depth_scale": lacking}}))
        with pytest.raises(ValueError, match="depth_scale must have a value and the source"):
            CameraPreset.read(path)
    path.write_text(yaml.safe_dump(bare | {"tolerances": {"focus": 0.03}}))
    with pytest.raises(ValueError, match=r"mine\.yaml has unknown tolerances: \['focus'\]"):
        CameraPreset.read(path)
    stated = {"focal_length": {"value": -1, "source": sheet}}
    path.write_text(yaml.safe_dump(bare | {"tolerances": stated}))
    with pytest.raises(ValueError, match=r"mine\.yaml: tolerance focal_length must be finite"):
        CameraPreset.read(path)


@pytest.mark.parametrize("name", VENDORS)
def test_a_camera_that_is_sold_states_its_depth_accuracy(name):
    preset = read_presets(FOLDER)[name]
    assert preset.tolerances.depth_scale >= 0.01
    (source,) = preset.tolerance_sources.values()
    assert source.startswith(("https://", "none found"))


def test_no_presets_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="no camera presets"):
        read_presets(tmp_path)


def test_the_page_for_people_starts_the_drivers_as_the_presets_say():
    page = (ROOT / "docs" / "seeing_answers.md").read_text()
    presets = read_presets(FOLDER)
    for name in VENDORS:
        assert f"| `{name}` | `{presets[name].start}` |" in page
    assert {f"`{name}`" in page for name in presets} == {True}
