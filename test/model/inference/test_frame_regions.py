# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions of a frame are prepared once, by what is in their masks."""

import numpy as np
import pytest
import torch
from tiny_questions import QUESTIONS, box, make_frame

from smolrgpt_ros.model.architecture.layers import Refiner
from smolrgpt_ros.model.geometry_tokens.features import CLASS, frame_geometry, geometry_above
from smolrgpt_ros.model.inference import frame_regions
from smolrgpt_ros.model.inference.frame_regions import FrameRegions

ONE, OTHER = box(5, 6), box(30, 40)


@pytest.fixture
def prepared(monkeypatch):
    """The masks whose geometry was measured, in order."""
    found = []

    def counted(floor, depth, intrinsics, masks):
        found.extend(masks)
        return geometry_above(floor, depth, intrinsics, masks)

    monkeypatch.setattr(frame_regions, "geometry_above", counted)
    return found


def test_a_region_is_what_its_mask_and_its_frame_say(processor):
    frame = make_frame()
    one, other, again = FrameRegions(processor, frame).of([ONE, OTHER, ONE])
    weights, vanished = processor.masks([ONE, OTHER])
    assert torch.equal(torch.stack([one.weights, other.weights]), weights)
    assert [one.vanished, other.vanished] == vanished.tolist()
    assert one.geometry is not None and other.geometry is not None
    expected = frame_geometry(frame.depth, frame.intrinsics, [ONE, OTHER])
    assert np.array_equal(torch.stack([one.geometry, other.geometry]), expected)
    assert again is one


def test_a_mask_made_anew_is_the_same_region_and_a_changed_one_is_not(processor, prepared):
    regions = FrameRegions(processor, make_frame())
    changing = ONE.copy()
    (one,) = regions.of([changing])
    changing[0, 0] = True
    another, same = regions.of([changing, ONE.copy()])
    assert same is one and another is not one
    assert len(prepared) == 2
    assert regions.of([]) == ()


def test_a_mask_of_another_class_is_another_region(processor, prepared):
    regions = FrameRegions(processor, make_frame(), ("shelf", "pallet", "buffer"))
    plain, pallet, other = (
        regions.of([ONE, OTHER], labels) for labels in (None, ["pallet", "buffer"], ["crane", ""])
    )
    rows = [
        [r.geometry for r in found if r.geometry is not None] for found in (plain, pallet, other)
    ]
    marks = [[row[CLASS].tolist() for row in found] for found in rows]
    nothing = [0.0] * 8
    assert marks[0] == marks[2] == [nothing, nothing]
    assert marks[1] == [[0, 1, *nothing[2:]], [0, 0, 1, *nothing[3:]]]
    assert not {*plain} & {*pallet}
    for one, another in zip(rows[0], rows[1], strict=True):
        assert torch.equal(one[: CLASS.start], another[: CLASS.start])
    # Known again by mask and label; no label is an empty one.
    assert regions.of([OTHER, ONE], ["buffer", "pallet"]) == (pallet[1], pallet[0])
    assert other == plain  # no class, an empty one and one that the model does not know
    assert len(prepared) == 4


def test_a_class_is_told_where_geometry_is_not(processor):
    regions = FrameRegions(processor, make_frame(), ("shelf", "pallet"), with_geometry=False)
    (one,) = regions.of([ONE], ["pallet"])
    assert one.geometry is not None and one.estimated
    assert one.geometry.nonzero().flatten().tolist() == [CLASS.start + 1]


def test_regions_are_forgotten_before_they_are_too_many(processor, prepared, monkeypatch):
    monkeypatch.setattr(frame_regions, "REGIONS_KEPT", 1)
    regions = FrameRegions(processor, make_frame())
    for masks in ([ONE, OTHER], [ONE], [ONE]):
        assert len(regions.of(masks)) == len(masks)
    assert len(prepared) == 3  # the third question knows what the second measured


def test_a_further_question_measures_and_pools_new_regions_alone(engine, prepared, monkeypatch):
    pooled = []
    original = Refiner.pool

    def counted(refiner, trunk, weights):
        pooled.append(len(weights))
        return original(refiner, trunk, weights)

    monkeypatch.setattr(Refiner, "pool", counted)
    frame = make_frame()
    for masks in ([ONE], [OTHER, ONE], [ONE, OTHER]):
        engine.answer(frame, masks, "<mask>" * len(masks), max_new_tokens=2)
    assert pooled == [1, 1, 1, 1]  # RGB and depth of each
    assert len(prepared) == 2


def test_a_known_region_changes_no_answer(engine):
    prompt, masks = QUESTIONS[1]
    frame = make_frame()
    first = engine.answer(frame, masks[:1], "<mask>", max_new_tokens=6)
    known = engine.answer(frame, masks, prompt, max_new_tokens=6)
    engine._frame_cache.clear()
    engine._regions_of.cache_clear()
    anew = engine.answer(frame, masks, prompt, max_new_tokens=6)
    assert first.token_ids and known.token_ids == anew.token_ids
    assert known.confidence == pytest.approx(anew.confidence, rel=1e-4)
