# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Measuring on simulated frames it has not seen; ``smolrgpt measured`` and ``smolrgpt stress`` do
the same at any size."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.evaluation.sensor_comparison import JudgedAnswer, measured_answers
from smolrgpt_ros.evaluation.stress import stress
from smolrgpt_ros.simulation.questions.questions import KINDS, generate_questions
from smolrgpt_ros.simulation.warehouse import simulate_frames

pytestmark = pytest.mark.usefixtures("can_render")


def test_unseen_frames_are_measured_right_on_true_masks() -> None:
    found: list[JudgedAnswer] = []
    for shot in simulate_frames(range(91000, 91003), ("ceiling",), 480, 360):
        rng = np.random.default_rng(shot.truth.seed)
        questions = generate_questions(shot.truth, rng, KINDS, per_kind=6, phrasing="heldout")
        found += measured_answers(shot, questions)
    for kind in KINDS:
        right = [answer.right for answer in found if answer.kind == kind]
        assert len(right) >= 9 and np.mean(right) >= 0.95, kind
    assert np.median([answer.error for answer in found if answer.error is not None]) < 0.01


def test_unseen_noisy_frames_of_a_robot() -> None:
    (found,) = stress(range(92000, 92004), ("robot",), ["usual sensor"])
    assert found.right >= 0.9 and found.counts_right >= 0.9
    assert found.median_error < 0.02
    assert 0.8 <= found.within_2_sigma <= 1.0
