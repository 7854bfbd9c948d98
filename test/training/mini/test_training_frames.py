# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Frames that a question can be asked about: those of too few regions give way to later seeds."""

from __future__ import annotations

from types import SimpleNamespace

from smolrgpt_ros.training.data.simulated_frames import FramesPlan
from smolrgpt_ros.training.mini import training_frames
from smolrgpt_ros.training.mini.training_frames import MiniFrames, training_frame


def test_a_bare_floor_gives_way_to_a_later_seed(monkeypatch):
    in_view = {3: (), 13: ("pallet",), 23: ("pallet", "shelf"), 4: ("buffer", "pallet", "shelf")}
    drawn = []

    def simulated(plan, index, looks, sensor):
        drawn.append(index)
        return SimpleNamespace(regions=in_view[index])

    monkeypatch.setattr(training_frames, "simulated", simulated)
    plan = MiniFrames(FramesPlan(10, 500, 64, 64), {"varied": 1.0}, 0.0)
    assert training_frame(plan, 3)[1] == ("pallet", "shelf")
    assert drawn == [3, 13, 23]  # ten frames: 13 and 23 are of no other frame of the run
    assert training_frame(plan, 4)[1] == in_view[4]
    assert drawn[3:] == [4]
