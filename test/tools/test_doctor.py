# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the doctor says of hosts with and without what the nodes need."""

import hashlib
import importlib.metadata
import json
import shutil

import cv2
import numpy as np
import pytest

from smolrgpt_ros.checkpoints import DETECTOR
from smolrgpt_ros.checkpoints.checksums import folder_sha256, sha256_of
from smolrgpt_ros.cli import main
from smolrgpt_ros.detection.feature_statistics import FeatureStatistics, statistics_file
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
from smolrgpt_ros.ros.fast_dds import OLD_VARIABLE, TRANSPORTS, VARIABLE
from smolrgpt_ros.tools.doctor import GOOD, MISSING, WARNING, compared_pictures, examine


@pytest.fixture
def weights(tmp_path):
    """A model folder and detector weights of a few bytes."""
    model, detector = tmp_path / "model", tmp_path / "seg.pt"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"model")
    detector.write_bytes(b"detector")
    return model, detector


def by_topic(findings):
    return {finding.topic: finding for finding in findings}


def test_weights_are_named_with_their_checksum(weights):
    found = by_topic(examine(weights[0], weights[1], "cpu"))
    digests = {
        "model weights": folder_sha256(weights[0]),
        "detector weights": hashlib.sha256(b"detector").hexdigest(),
    }
    for topic, digest in digests.items():
        assert found[topic].level == GOOD and digest in found[topic].text


def test_weights_without_statistics_notice_no_unfamiliar_picture(weights):
    found = by_topic(examine(weights[0], weights[1], "cpu"))["novelty"]
    assert found.level == WARNING and "seg.feature_statistics.safetensors" in found.text


def test_pictures_are_compared_with_the_detectors_training(tmp_path):
    pytest.importorskip("ultralytics")
    weights = tmp_path / "detector.pt"
    shutil.copy(DETECTOR, weights)
    blank, dark = np.full((36, 64, 3), 200, np.uint8), np.zeros((36, 64, 3), np.uint8)
    for name, picture in (("blank.png", blank), ("dark.png", dark)):
        cv2.imwrite(str(tmp_path / name), picture)
    files = [tmp_path / "blank.png", tmp_path / "dark.png"]
    assert [f.level for f in compared_pictures(weights, files)] == [WARNING, WARNING]
    detector = UltralyticsDetector.load(weights, device="cpu")
    usual = np.array([detector.features(blank - 8 + np.uint8(2 * i)) for i in range(9)])
    FeatureStatistics.of(usual, usual, sha256_of(weights)).save(statistics_file(weights))
    like, unlike = compared_pictures(weights, files)
    assert like.level == GOOD and "novelty" in like.text
    assert unlike.level == WARNING and "unlike" in unlike.text
    with pytest.raises(FileNotFoundError, match=r"none\.png is missing or not a picture"):
        compared_pictures(weights, [tmp_path / "none.png"])


def test_a_silent_fall_back_to_the_cpu_is_a_warning(weights, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert by_topic(examine(weights[0], weights[1], "auto"))["device"].level == WARNING
    asked = by_topic(examine(weights[0], weights[1], "cuda:1"))["device"]
    assert asked.level == MISSING and "cuda:1" in asked.text


def test_a_host_without_ros_is_told_what_to_do(weights, monkeypatch):
    real = importlib.import_module

    def without(name, *rest):
        if name.split(".")[0] in ("rclpy", "message_filters", "tf2_ros"):
            raise ImportError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", without)
    found = by_topic(examine(weights[0], weights[1], "cpu"))
    assert found["ROS 2"].level == MISSING and "scripts/setup" in found["ROS 2"].text
    assert found["message_filters"].level == MISSING
    assert found["tf2_ros"].level == WARNING and "target_frame" in found["tf2_ros"].text


@pytest.mark.parametrize(
    ("variables", "level", "words"),
    [
        ({}, WARNING, "config/fastdds.xml"),
        ({"FASTDDS_DEFAULT_PROFILES_FILE": "{here}"}, GOOD, "{here}"),
        ({"FASTRTPS_DEFAULT_PROFILES_FILE": "{here}"}, GOOD, "{here}"),
        ({"FASTDDS_DEFAULT_PROFILES_FILE": "{here}/no"}, WARNING, "no file"),
        ({"FASTDDS_BUILTIN_TRANSPORTS": "UDPv4"}, GOOD, "UDPv4"),
        ({"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}, GOOD, "cyclonedds"),
    ],
    ids=[
        "as installed",
        "profile",
        "profile up to Jazzy",
        "wrong path",
        "transports",
        "another middleware",
    ],
)
def test_whether_images_arrive_is_told(weights, monkeypatch, variables, level, words):
    here = str(weights[1])
    for name in (VARIABLE, OLD_VARIABLE, TRANSPORTS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(here=here))
    found = by_topic(examine(weights[0], weights[1], "cpu"))["images"]
    assert found.level == level and words.format(here=here) in found.text


def test_an_untried_detector_library_is_missing_the_right_version(weights, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "7.0.0")
    found = by_topic(examine(weights[0], weights[1], "cpu"))["ultralytics"]
    assert found.level == MISSING and "7.0.0" in found.text


def test_the_command_fails_where_weights_are_missing(weights, tmp_path, capsys):
    _, detector = weights
    arguments = ["doctor", "--device", "cpu", "--detector", str(detector), "--json"]
    nowhere = str(tmp_path / "nowhere")
    assert main([*arguments, "--model", nowhere]) == 1
    findings = {f["topic"]: f for f in json.loads(capsys.readouterr().out)}
    assert findings["model weights"]["level"] == MISSING
    assert nowhere in findings["model weights"]["text"]
    assert "model.path" in findings["model weights"]["text"]
