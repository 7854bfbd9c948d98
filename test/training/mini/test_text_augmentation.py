# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Augmented questions keep their words and their masks."""

import numpy as np

from smolrgpt_ros.training.mini.text_augmentation import augment_text

QUESTION = "Is the Pallet <mask> left of the Shelf <mask>?"


def test_questions_vary_and_keep_their_meaning():
    rng = np.random.default_rng(5)
    made = [augment_text(QUESTION, rng) for _ in range(2000)]
    assert all(text.count("<mask>") == 2 for text in made)
    core = "he pallet <mask> left of the shelf <mask>"
    assert all(core in text.lower() for text in made)
    assert 0.6 < np.mean([text == QUESTION for text in made]) < 0.7  # 0.8 x 0.85 x 0.92
    assert 0.17 < np.mean([text == text.lower() for text in made]) < 0.23
    assert 0.12 < np.mean([not text.endswith("?") for text in made]) < 0.18
    assert any(text.startswith("Robot, is the Pallet") for text in made)


def test_some_have_the_other_spelling():
    rng = np.random.default_rng(6)
    made = [augment_text("Meters from the centre of <mask>?", rng).lower() for _ in range(1000)]
    assert 0.25 < np.mean(["metres from the center" in text for text in made]) < 0.35
    assert 0.65 < np.mean(["meters from the centre" in text for text in made]) < 0.75
