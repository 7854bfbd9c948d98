# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Empty and loaded vehicles, in the words people use for them."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.templates.load_states import with_plain_states


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("robot that carries no pallet", "robot that empty"),
        ("robot that is not carrying any boxes", "robot that is empty"),
        ("robot that doesn't carry anything on it", "robot that empty"),
        ("robot that has no cargo on it", "robot that empty"),
        ("robot without any freight", "robot empty"),
        ("robot without a pallet on top", "robot empty"),
        ("robot with nothing on it", "robot empty"),
        ("robot not yet loaded", "robot empty"),
        ("robot carrying a pallet", "robot loaded"),
        ("robot with a load", "robot loaded"),
        ("robot that has a pallet on it", "robot that loaded"),
    ],
)
def test_states_become_one_word(said: str, meant: str) -> None:
    assert " ".join(with_plain_states(said.split())) == meant


@pytest.mark.parametrize(
    "said",
    [
        "which pallet should it carry",
        "how many pallets does buffer 6 hold",
        "the buffer with no pallets",  # what a buffer holds is no state of a vehicle
        "is there no pallet left",
        "nothing else",
    ],
)
def test_other_words_stay(said: str) -> None:
    assert with_plain_states(said.split()) == said.split()
