# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes for the camera: one in advance, errors forwarded, replay in order."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.nodes.scene_source import SceneError, SceneThread, recorded_scenes


def wait_next(scenes):
    return scenes.next(timeout_s=5.0)


def test_scenes_come_in_order_and_only_one_ahead():
    made = []

    def make(index):
        made.append(index)
        return SimpleNamespace(index=index)

    scenes = SceneThread(make)
    scenes.start()
    assert [wait_next(scenes).index for _ in range(3)] == [0, 1, 2]
    time.sleep(0.3)
    assert made[-1] <= 4, "one waits in the queue, one in the maker's hand"
    scenes.stop()


@pytest.mark.parametrize("error", [SceneError("no GPU"), ValueError("no GPU")])
def test_an_error_reaches_the_one_who_asks(error):
    def make(index):
        raise error

    scenes = SceneThread(make)
    scenes.start()
    with pytest.raises(SceneError, match="no GPU"):
        wait_next(scenes)
    scenes.stop()


def test_nothing_ready_is_none():
    def slow(index: int) -> Any:
        time.sleep(0.2)

    scenes = SceneThread(slow)
    scenes.start()
    assert scenes.next() is None
    scenes.stop()


def test_an_empty_recording_names_the_command(tmp_path):
    with pytest.raises(SceneError, match="smolrgpt simulate"):
        recorded_scenes(tmp_path)


def test_a_recording_is_played_round_and_round(tmp_path, monkeypatch):
    (tmp_path / "truth").mkdir()
    for index in (3, 7):
        (tmp_path / f"truth/{index:06d}.json").write_text("{}")
    monkeypatch.setattr("smolrgpt_ros.nodes.scene_source.read_frame", lambda root, index: index)
    make = recorded_scenes(tmp_path)
    assert [make(i) for i in range(5)] == [3, 7, 3, 7, 3]
