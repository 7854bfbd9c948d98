# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The simulator's commands, end to end on tiny pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import Reader

from smolrgpt_ros.simulation.cli import add_parser, sensor_of
from smolrgpt_ros.simulation.datasets.frame_store import read_frame
from smolrgpt_ros.simulation.sensing.sensor import SensorModel


def _parsed(words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return parser.parse_args(words.split())


def _run(words: str) -> int:
    arguments = _parsed(words)
    return int(arguments.run(arguments))


def test_simulate_writes_frames_and_prints_the_rate(can_render, tmp_path: Path, capsys) -> None:
    words = f"simulate --frames 1 --seed 7 --out {tmp_path} --family ceiling --size 320x180 --jpg"
    assert _run(words) == 0
    output = capsys.readouterr().out
    assert "1 frames and" in output and "1 made in" in output
    assert read_frame(tmp_path, 0).frame.rgb.shape == (180, 320, 3)
    # Nothing left to do: no rate.
    assert _run(words) == 0
    assert "made in" not in capsys.readouterr().out


def test_record_renders_or_reads(can_render, tmp_path: Path, capsys) -> None:
    size = "--size 320x180"
    words = f"record --out {tmp_path / 'a'} --frames 2 {size} --rate 2 --hold 1 --sensor rough"
    assert _run(words) == 0
    assert "4 image pairs" in capsys.readouterr().out
    assert _run(f"simulate --frames 1 --out {tmp_path / 'data'} {size} --clean") == 0
    words = f"record --out {tmp_path / 'b'} --data {tmp_path / 'data'} --frames 1 --rate 1 --hold 3"
    assert _run(words) == 0
    with Reader(tmp_path / "b") as reader:
        assert {c.topic: c.msgcount for c in reader.connections}["/depth/image_raw"] == 3


def test_contact_sheet_puts_real_pictures_to_the_left(can_render, tmp_path: Path) -> None:
    green = np.full((108, 192, 3), (0, 200, 0), np.uint8)
    cv2.imwrite(str(tmp_path / "real.png"), green)
    words = f"contact-sheet {tmp_path / 'out'} --frames 2 --beside {tmp_path / 'real.png'}"
    assert _run(words) == 0
    ceiling = cv2.imread(str(tmp_path / "out/simulated_ceiling.jpg"))
    robot = cv2.imread(str(tmp_path / "out/simulated_robot.jpg"))
    assert ceiling is not None and robot is not None
    # Three columns of 480 pixels; beside them one more and a bar.
    assert ceiling.shape == (270, 4 * 480 + 8, 3) and robot.shape == (270, 3 * 480, 3)
    assert np.abs(ceiling[:, :470].astype(int) - (0, 200, 0)).max() < 12
    with pytest.raises(FileNotFoundError, match=r"no\.png"):
        _run(f"contact-sheet {tmp_path / 'out'} --frames 1 --beside {tmp_path / 'no.png'}")


def test_sensors_by_name_and_one_by_one() -> None:
    base = "simulate --frames 1 --out x"
    assert sensor_of(_parsed(base)) == SensorModel()
    assert sensor_of(_parsed(f"{base} --sensor rough")) == SensorModel.rough()
    assert sensor_of(_parsed(f"{base} --clean")) is None
    chosen = sensor_of(_parsed(f"{base} --sensor-set blur=0 --sensor-set jpeg_quality=70"))
    assert chosen == SensorModel(blur=0.0, jpeg_quality=70)
    with pytest.raises(ValueError, match="no effect on ideal pictures"):
        sensor_of(_parsed(f"{base} --clean --sensor-set blur=1"))
    with pytest.raises(ValueError, match="edge_holes must be from 0 to 1"):
        sensor_of(_parsed(f"{base} --sensor-set edge_holes=3"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--size big", "size is WIDTHxHEIGHT, found 'big'"),
        ("--size 32x32", "64 to 1920"),
        ("--sensor-set colour=1", "one of rgb_noise"),
        ("--sensor-set jpeg_quality=7.5", "NAME=NUMBER"),
    ],
)
def test_wrong_words_are_explained(words: str, message: str, capsys) -> None:
    with pytest.raises(SystemExit):
        _parsed(f"simulate --frames 1 --out x {words}")
    assert message in capsys.readouterr().err
