# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A detector that several threads use: one at a time, and with its identity."""

import threading
import time

import numpy as np

from smolrgpt_ros.detection.detector import Detections, RegionDetector
from smolrgpt_ros.detection.shared import SharedDetector
from smolrgpt_ros.scene.frame import RgbdFrame


class Counting:
    name, device, labels, sha256 = "counting", "cuda:0", ("pallet",), "ab12"

    def __init__(self):
        self.inside, self.most = 0, 0

    def detect(self, frame):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.005)
        self.inside -= 1
        return Detections()


def test_only_one_thread_is_inside():
    inner = Counting()
    shared = SharedDetector(inner)
    frame = RgbdFrame(np.zeros((2, 2, 3), np.uint8), None, None)
    threads = [threading.Thread(target=shared.detect, args=(frame,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert inner.most == 1


def test_it_is_the_detector_to_everybody_else():
    shared = SharedDetector(Counting())
    assert isinstance(shared, RegionDetector)
    assert (shared.name, shared.device, shared.labels) == ("counting", "cuda:0", ("pallet",))
    assert shared.sha256 == "ab12"
