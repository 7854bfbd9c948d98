# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which forms a model is asked, and its calibration, from answers made up by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from generated_text import GeneratedText

from smolrgpt_ros.model.inference.confidence import POOLED
from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.training.data.simulated_frames import FramesPlan
from smolrgpt_ros.training.mini import scoring
from smolrgpt_ros.training.mini.scoring import ScoredAnswer, curves_of, score, trained_forms
from smolrgpt_ros.training.mini.training_frames import MiniFrames


def answers(form, right, wrong, detected=False):
    return [ScoredAnswer(form, detected, 0.9, i < right) for i in range(right + wrong)]


def test_forms_are_listed_by_their_share_right_on_all_masks():
    found = trained_forms(
        [
            *answers("distance", 9, 1),
            *answers("distance", 8, 2, detected=True),  # 17 of 20 in all
            *answers("count inside", 20, 0),
            *answers("count inside", 13, 7, detected=True),  # 33 of 40: less than 85 %
            *answers("height", 19, 0),  # too few
            *answers("any empty", 25, 0),
        ]
    )
    assert found == ["any empty", "distance"]


def test_curves_are_of_all_masks_and_by_form():
    rows = [*answers("distance", 30, 0), *answers("distance", 0, 10, True)]
    curves = curves_of([*rows, *answers("height", 9, 1)], "a test")
    assert set(curves.by_kind) == {POOLED, "distance"}
    assert curves("distance", 0.9) == pytest.approx(30 / 40, abs=0.25)
    assert curves("height", 0.9) == curves(POOLED, 0.9) > 0.5
    with pytest.raises(ValueError, match="calibration needs 40 answers at least, found 10"):
        curves_of(answers("height", 9, 1), "a test")


def test_the_engine_is_told_the_class_of_every_region(monkeypatch):
    shots, asked = [], []

    def kept(*arguments, **options):
        shots.append(simulate_frame(*arguments, **options))
        return shots[-1]

    def answer(frame, masks, prompt, *, labels):
        assert prompt.count("<mask>") == len(masks) == len(labels)
        asked.append((masks, labels))
        return GeneratedText("No.")

    monkeypatch.setattr(scoring, "simulate_frame", kept)
    monkeypatch.setattr(scoring, "_SIZE", (192, 108))
    plan = FramesPlan(frames=1, seed=40, width=192, height=108)
    recipe: Any = SimpleNamespace(
        seed=1, frames=MiniFrames(plan, {"plain": 1.0}, 0.0), named=("pallet", "buffer")
    )
    engine: Any = SimpleNamespace(answer=answer)
    found = score(engine, recipe, None, 1)
    assert len(found) == len(asked) > 3
    label_of = {region.mask.tobytes(): region.label for region in shots[0].regions}
    assert len(set(label_of.values())) > 1
    for masks, labels in asked:
        assert labels == [label_of[np.asarray(mask).tobytes()] for mask in masks]
    assert len({label for _, labels in asked for label in labels}) > 1
