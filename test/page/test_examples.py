# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every example can be read, and is about what is in view."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.language.reader.reader import default_reader
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.page.examples import MOST, examples
from smolrgpt_ros.scene.region import Region

PIXEL = np.ones((1, 1), bool)


def regions(*labels: str) -> list[Region]:
    return [Region(number, label, PIXEL) for number, label in enumerate(labels, 2)]


@pytest.mark.parametrize(
    "labels",
    [
        ("pallet", "pallet", "transporter", "buffer", "shelf"),
        ("pallet", "transporter", "transporter"),
        ("pallet", "pallet"),
        ("buffer", "buffer"),
        ("shelf",),
        ("person", "traffic cone", "person"),
    ],
)
def test_examples_are_read(labels: tuple[str, ...]) -> None:
    found = regions(*labels)
    view = View({item.id: item.label for item in found})
    offered = examples(found)
    assert 1 <= len(offered) <= MOST and len(set(offered)) == len(offered)
    for question in offered:
        default_reader().read(question, view)


def test_the_first_example_asks_for_the_nearest_of_many() -> None:
    found = regions("buffer", "pallet", "pallet", "transporter")
    assert examples(found)[:2] == (
        "Which pallet is nearest to the transporter?",
        "How far is pallet 3 from the transporter?",
    )
    assert "How many pallets are in buffer 2?" in examples(found)


def test_nothing_in_view_has_no_examples() -> None:
    assert examples([]) == () and examples(regions("")) == ()
