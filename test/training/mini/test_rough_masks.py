# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks as of a detector: near the true ones, sometimes missing."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.training.mini.rough_masks import rough_mask, rough_regions


def block(x0, y0, x1, y1):
    mask = np.zeros((120, 160), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def test_masks_change_and_stay_near_the_true_ones():
    mask = block(40, 30, 90, 70)
    found = [rough_mask(mask, np.random.default_rng(seed)) for seed in range(200)]
    kept = [one for one in found if one is not None]
    overlaps = [overlap(one, mask) for one in kept]
    assert 3 <= 200 - len(kept) <= 25
    assert min(overlaps) > 0.5 and 0.1 < np.mean(np.array(overlaps) == 1.0) < 0.5
    areas = {int(one.sum()) for one in kept}
    assert min(areas) < mask.sum() < max(areas)


def test_small_ones_are_missed_more_often_and_never_vanish_by_a_change():
    small = block(10, 10, 20, 20)
    found = [rough_mask(small, np.random.default_rng(seed)) for seed in range(300)]
    missed = sum(one is None for one in found)
    assert 60 <= missed <= 120
    assert all(one.sum() >= 20 for one in found if one is not None)


def test_a_frame_keeps_two_regions_and_their_ids():
    places = {7: block(10, 10, 18, 18), 3: block(60, 60, 68, 68)}
    regions = [Region(region_id, "pallet", mask) for region_id, mask in places.items()]
    for seed in range(60):
        assert [r.id for r in rough_regions(regions, np.random.default_rng(seed))] == [7, 3]
