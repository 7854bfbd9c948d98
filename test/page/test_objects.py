# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects as rows, and which one a click means."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.page.objects import PageObject, region_at, table_row
from smolrgpt_ros.scene.region import Region


def mask(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    made = np.zeros((60, 80), bool)
    made[y0:y1, x0:x1] = True
    return made


BUFFER = Region(2, "buffer", mask(0, 10, 70, 55), 0.71)
PALLET = Region(7, "pallet", mask(20, 20, 40, 30), 0.934)


def test_a_row_names_distance_position_age_and_source() -> None:
    assert table_row(PageObject(PALLET, (-0.32, 0.04, 3.0), (1.2, 0.9, 0.8))) == {
        "id": 7,
        "name": "pallet 7",
        "distance": "3.0 m",
        "position": "-0.3, 0.0, 3.0",
        "age": "now",
        "source": "seen, 93%",
    }


def test_what_depth_could_not_place_has_no_position() -> None:
    row = table_row(PageObject(Region(3, "", mask(0, 0, 2, 2))))
    assert (row["name"], row["distance"], row["position"]) == ("region 3", "no depth", "")
    assert row["source"] == "seen"


def test_a_remembered_object_has_its_age() -> None:
    row = table_row(PageObject(Region(4, "shelf", mask(0, 0, 0, 0), 0.9, seen_age_s=12.4)))
    assert (row["age"], row["source"]) == ("12 s", "remembered")


def test_a_click_means_the_smallest_region_there() -> None:
    both = (BUFFER, PALLET)
    assert region_at(both, 25.7, 22.2) is PALLET
    assert region_at(both, 45.0, 22.0) is BUFFER
    assert region_at(both, 75.0, 5.0) is None
    assert region_at(both, 200.0, -3.0) is None


def test_a_surface_seen_edge_on_is_drawn_with_a_side() -> None:
    assert PageObject(BUFFER, (1.0, 2.0, 2.0), (4.0, 0.0, 3.0)).drawn_size == (4.0, 0.02, 3.0)
