# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of a step: a region's class is marked exactly where the question has its word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_yard import HOLDING

from smolrgpt_ros.model.geometry_tokens.features import CLASS, FEATURE_COUNT, FROM_DEPTH, IN_IMAGE
from smolrgpt_ros.training.mini import sampling
from smolrgpt_ros.training.mini.frames import CachedFrames
from smolrgpt_ros.training.mini.sampling import Asking, answers, spoken_classes

NAMED = ("buffer", "pallet")
IDS = np.array([o.id for o in HOLDING.objects], np.int32)
LABELS = [o.label for o in HOLDING.objects]


@pytest.fixture
def frames():
    count = len(IDS)
    geometry = np.full((count, FEATURE_COUNT), 0.5, np.float32)
    geometry[:, CLASS] = 0
    return CachedFrames(
        rgb=np.zeros((1, 1, 1, 3), np.uint8),
        depth=np.zeros((1, 1, 1), np.uint8),
        patch_classes=np.zeros((1, 1, 4), np.float16),
        patch_points=np.zeros((1, 1, 3), np.float16),
        masks=np.zeros((count, 1, 1), np.uint8),
        geometry=geometry,
        object_ids=IDS,
        offsets=np.array([0, count]),
        truths=(HOLDING,),
    )


@pytest.fixture
def spoken(monkeypatch):
    """The classes that each question speaks of, in order."""
    found = []

    def kept(named, rng):
        found.append(spoken_classes(named, rng))
        return found[-1]

    monkeypatch.setattr(sampling, "spoken_classes", kept)
    monkeypatch.setattr(sampling, "encode", lambda processor, question, answer: ([1, 2], 1))
    return found


def asked(frames, spoken, count=120, **shares):
    processor: Any = None  # no text becomes tokens here
    sample = answers(frames, processor, Asking(count, NAMED, **shares))
    made = sample(0, 0, np.random.default_rng(2))
    assert len(made) == len(spoken) == count
    return made


def test_a_class_is_marked_where_the_question_has_its_word(frames, spoken):
    for question, words in zip(asked(frames, spoken), spoken, strict=True):
        for row, marks in zip(question.rows, question.geometry[:, CLASS], strict=True):
            label = LABELS[row]
            expected = [NAMED.index(label)] if label in words else []
            assert np.flatnonzero(marks).tolist() == expected
    # None of them, all of them, and one alone of both.
    assert {(), NAMED, NAMED[:1], NAMED[1:]} == set(spoken)
    assert not frames.geometry[:, CLASS].any()


def test_without_geometry_or_depth_the_class_is_told_all_the_same(frames, spoken):
    blind = asked(frames, spoken, without_geometry=1.0)
    assert not any(q.geometry[:, : CLASS.start].any() for q in blind)
    assert any(q.geometry[:, CLASS].any() for q in blind) and all(q.has_depth for q in blind)
    spoken.clear()
    flat = asked(frames, spoken, without_depth=1.0)
    assert not any(q.geometry[:, FROM_DEPTH].any() for q in flat)
    assert all(q.geometry[:, IN_IMAGE].all() for q in flat)
    assert any(q.geometry[:, CLASS].any() for q in flat)
    assert not any(q.has_depth for q in flat)
