# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places whose mask is the rectangle that it makes on the floor, and places whose mask is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.region import Region

REASONER = SpatialReasoner(None, policy="measured")


@pytest.mark.parametrize(
    ("beyond", "sure"),
    [(0.0, True), (0.5, True), (2.5, False)],
)
def test_a_mask_that_frays_out_makes_no_sure_outline(
    make_scene: Any, make_block: Any, beyond: float, sure: bool
) -> None:
    # A tape of 2 x 4 m; a part of the floor beside it, 0.8 m of its length, counts as it too.
    tape = make_block(1, "buffer", (-1.0, 7.0), (2.0, 4.0, 0.0))
    fray = make_block(2, "buffer", (beyond / 2, 5.6), (beyond, 0.8, 0.0))
    pallet = make_block(3, "pallet", (-1.0, 7.5), (1.2, 1.0, 0.6))
    scene = make_scene([tape, fray, pallet] if beyond else [tape, pallet])
    mask = np.logical_or.reduce([r.mask for r in scene.regions if r.label == "buffer"])
    regions = [Region(1, "buffer", mask), *(r for r in scene.regions if r.id == 3)]
    answer = REASONER.answer(scene.frame, regions, "how many pallets are in buffer 1")
    assert answer.measured.value == 1
    assert answer.complete is sure and answer.changeable is not sure, answer.notes
    assert (answer.trusted is not None) is sure
    if not sure:
        assert "what stands at its edges may be counted wrong" in answer.notes[-1]
    # Nothing is asked of what stands in it.
    far = REASONER.answer(scene.frame, regions, "how far is pallet 3 from the camera")
    assert far.complete
