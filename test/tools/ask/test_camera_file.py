# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One camera in the files of four tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.tools.ask.camera_file import read_camera

K = "[500.0, 0.0, 320.5, 0.0, 510.0, 240.25, 0.0, 0.0, 1.0]"
P = "[480.0, 0.0, 321.0, 0.0, 0.0, 490.0, 241.0, 0.0, 0.0, 0.0, 1.0, 0.0]"
BARREL = Lens(False, (-0.2, 0.05, 0.0, 0.0))
SIMPLE = {"width": 640, "height": 480, "fx": 500.0, "fy": 510.0, "cx": 320.5, "cy": 240.25}
REALSENSE = {
    **{key: SIMPLE[key] for key in ("width", "height", "fx", "fy")},
    **{"ppx": 320.5, "ppy": 240.25, "coeffs": [-0.2, 0.05, 0.0, 0.0, 0.0]},
}
FILES = {
    "ros.yaml": f"""
image_width: 640
image_height: 480
camera_name: front
camera_matrix: {{rows: 3, cols: 3, data: {K}}}
distortion_model: plumb_bob
distortion_coefficients: {{rows: 1, cols: 5, data: [-0.2, 0.05, 0, 0, 0]}}
projection_matrix: {{rows: 3, cols: 4, data: {P}}}
""",
    "echo.yaml": f"""
header: {{frame_id: optical}}
height: 480
width: 640
distortion_model: plumb_bob
d: [-0.2, 0.05, 0.0, 0.0, 0.0]
k: {K}
p: {P}
binning_x: 0
roi: {{x_offset: 0, y_offset: 0, height: 0, width: 0}}
---
""",
    "open3d.json": json.dumps(
        {"width": 640, "height": 480, "intrinsic_matrix": [500, 0, 0, 0, 510, 0, 320.5, 240.25, 1]}
    ),
    "open3d_view.json": json.dumps(
        {
            "class_name": "PinholeCameraParameters",
            "extrinsic": [1.0] * 16,
            "intrinsic": {
                **{"width": 640, "height": 480},
                "intrinsic_matrix": [500, 0, 0, 0, 510, 0, 320.5, 240.25, 1],
            },
        }
    ),
    "by_hand.json": json.dumps(
        {"width": 640, "height": 480, "intrinsic_matrix": [500, 0, 320.5, 0, 510, 240.25, 0, 0, 1]}
    ),
    "realsense.json": json.dumps({**REALSENSE, "model": "distortion.brown_conrady"}),
    "simple.json": json.dumps(SIMPLE),
    "simulator.json": json.dumps({"intrinsics": SIMPLE, "position": [0, 0, 6]}),
    "simple.yaml": "\n".join(f"{key}: {value}" for key, value in SIMPLE.items()),
}
WITH_LENS = {"ros.yaml", "echo.yaml", "realsense.json"}


@pytest.mark.parametrize("name", FILES)
def test_a_camera_is_the_same_in_every_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name])
    camera = read_camera(tmp_path / name).intrinsics(640, 480)
    assert camera is not None
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (500.0, 510.0, 320.5, 240.25)
    assert camera.lens == (BARREL if name in WITH_LENS else None)


def test_a_rectified_picture_has_the_focal_length_of_p(tmp_path: Path) -> None:
    (tmp_path / "ros.yaml").write_text(FILES["ros.yaml"])
    camera = read_camera(tmp_path / "ros.yaml", rectified=True).intrinsics(640, 480)
    assert camera is not None and (camera.fx, camera.lens) == (480.0, None)


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("x.json", "{}", "lacks width, height, fx.*found no keys"),
        ("x.json", '{"width": 640, "focal": 3}', "lacks height.*found width, focal"),
        ("x.json", "{", "not JSON"),
        ("x.yaml", "a: [", "neither JSON nor YAML"),
        ("x.yaml", "- 3", "holds a list"),
        ("x.yaml", "camera_matrix: {data: [1, 2]}\nimage_width: 3\nimage_height: 2", "9 numbers"),
        ("x.json", json.dumps({**SIMPLE, "fx": "500"}), "expected a number, found '500'"),
        ("x.yaml", "image_width: 3\ncamera_matrix: 4\nimage_height: 2", "a list of numbers"),
    ],
)
def test_what_is_at_fault_is_named(tmp_path: Path, name: str, text: str, match: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=rf"{name}.*{match}"):
        read_camera(tmp_path / name)


def test_a_lens_that_cannot_be_undone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "realsense.json"
    path.write_text(json.dumps({**REALSENSE, "model": "Inverse Brown Conrady"}))
    with pytest.raises(ValueError, match="'Inverse Brown Conrady' cannot be undone"):
        read_camera(path).intrinsics(640, 480)
