# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A drive up to a view: its frames, what is remembered of them, and that its end is the view."""

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.evaluation.driving import seen_while_driving
from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame, simulate_scene

SIZE = 192, 108


@pytest.fixture(scope="module")
def shot():
    return simulate_frame(910_001, "robot", *SIZE)


class PalletsByTruth:
    """Finds all pallets of the pictures it is shown, but one in the last picture."""

    name, device, labels, sha256 = "truth", "cpu", ("pallet",), ""

    def __init__(self, shot, frames):
        self.pictures = 0
        self.frames = frames
        self.shot = shot
        self.earlier = shot.regions

    def detect(self, frame):
        self.pictures += 1
        last = self.pictures == self.frames
        if last:
            np.testing.assert_array_equal(frame.rgb, self.shot.frame.rgb)
        regions = [r for r in self.rendered(frame.rgb) if r.label == "pallet"]
        return Detections(tuple(Detection(r.label, 0.9, r.mask) for r in regions[last:]))

    def rendered(self, rgb):
        """The true regions of a picture: the frames of a drive are rendered one after another."""
        return self.shot.regions if self.pictures == self.frames else self.earlier


def test_a_pallet_missed_in_the_last_frame_is_remembered_from_the_frames_before(shot, monkeypatch):
    detector = PalletsByTruth(shot, 4)

    def kept(*arguments):
        frame = simulate_scene(*arguments)
        detector.earlier = frame.regions
        return frame

    monkeypatch.setattr("smolrgpt_ros.evaluation.driving.simulate_scene", kept)
    seen = seen_while_driving(shot, 4, detector, None)
    pallets = [r for r in shot.regions if r.label == "pallet"]
    now = [r for r in seen.regions if not r.seen_age_s]
    remembered = [r for r in seen.regions if r.seen_age_s]
    assert len(now) == len(pallets) - 1
    best = max(overlap(r.mask, pallets[0].mask) for r in remembered)
    assert best > 0.5
    assert all(r.seen_age_s == pytest.approx(0.2) for r in remembered if r.mask.any())


def test_a_drive_needs_a_scene(shot):
    read = SimulatedFrame(shot.frame, shot.regions, shot.truth)
    with pytest.raises(ValueError, match="read from files"):
        seen_while_driving(read, 2, PalletsByTruth(shot, 2), None)
