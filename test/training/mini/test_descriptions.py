# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import numpy as np

from smolrgpt_ros.simulation.sensing.truth import ObjectTruth
from smolrgpt_ros.training.mini.descriptions import describe, region_question


def _object(label: str, **changes: Any) -> ObjectTruth:
    values: dict[str, Any] = {
        "id": 0,
        "centre": (-1.26, 0.44, 6.0),
        "size": (1.2, 1.1, 0.94),
        "yaw": 0.0,
        "load": "",
        "carried_by": -1,
        "inside": (),
        "is_region": True,
        "visible_pixels": 50,
        "visible_share": 1.0,
    }
    return ObjectTruth(label=label, **(values | changes))


def test_one_object_in_words():
    numbers = "at -1.3 0.4 6.0, size 1.2 1.1 0.9"
    assert describe(_object("shelf")) == f"shelf {numbers}"
    loaded = _object("pallet", load="loaded", inside=(3,))
    assert describe(loaded) == f"loaded pallet in a buffer {numbers}"
    # A carried pallet stands in no buffer, whatever is below its transporter.
    carried = _object("pallet", load="empty", carried_by=2)
    assert describe(carried) == f"empty pallet on a transporter {numbers}"


def test_regions_are_described_in_the_order_of_their_masks():
    items = [_object("buffer", id=4), _object("transporter", id=1, load="empty")]
    question, answer = region_question(items, np.random.default_rng(0))
    assert question.count("<mask>") == 2
    first, second = answer.split(". [Region 1] ")
    assert first.startswith("[Region 0] buffer at")
    assert second.startswith("empty transporter at")
