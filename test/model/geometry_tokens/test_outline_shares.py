# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which sides of a mask are the image's border, and which lie behind something nearer."""

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_tokens.outline_shares import SIDES, outline_shares
from smolrgpt_ros.scene.masks import box_of


def shares(depth, mask):
    box = box_of(mask)
    assert box is not None
    found = outline_shares(depth, mask, box)
    assert found.shape == (8,) and found.dtype == np.float32
    return dict(zip(SIDES, found[:4], strict=True)), dict(zip(SIDES, found[4:], strict=True))


def scene():
    """100 x 60: an object at 4 m in rows 20..39, columns 50..89, on a ground at 5 m."""
    depth, mask = np.full((60, 100), 5.0, np.float32), np.zeros((60, 100), bool)
    mask[20:40, 50:90] = True
    depth[mask] = 4.0
    return depth, mask


def test_an_object_in_full_view_shows_all_of_its_outline():
    cut, hidden = shares(*scene())
    assert not any(cut.values()) and not any(hidden.values())


def test_what_stands_before_it_hides_the_side_that_it_touches():
    depth, mask = scene()
    depth[30:60, 85:100], mask[30:60, 85:100] = 2.5, False  # the lower half of the right side
    cut, hidden = shares(depth, mask)
    assert not any(cut.values())
    assert hidden["right"] == pytest.approx(0.5)
    assert hidden["bottom"] == pytest.approx(5 / 40)  # five of the forty columns, under row 29
    assert hidden["left"] == hidden["top"] == 0


def test_a_little_nearer_hides_nothing_and_unknown_depth_neither():
    depth, mask = scene()
    depth[:, :50] = 3.95  # 5 cm: within the noise
    depth[:20] = np.nan
    depth[40:] = 0.0
    _, hidden = shares(depth, mask)
    assert not any(hidden.values())


def test_at_the_border_of_the_image_a_side_is_cut():
    depth, mask = scene()
    mask[20:40, :] = False
    mask[0:30, 70:100] = True  # the upper right corner
    depth[:, :] = 4.0
    cut, hidden = shares(depth, mask)
    assert cut == {"left": 0, "right": 1, "top": 1, "bottom": 0}
    assert not any(hidden.values())


def test_a_wide_image_looks_further_beside_the_mask():
    depth, mask = np.full((40, 800), 4.0, np.float32), np.zeros((40, 800), bool)
    mask[10:30, 200:400] = True
    # What is nearer begins where the mask ends, or two or four pixels behind it, as a detector's
    # mask ends a little early: four pixels of each row look at four pixels beside the mask.
    for gap, share in ((0, 1.0), (2, 0.5), (4, 0.0)):
        depth[:] = 4.0
        depth[:, 400 + gap :] = 2.0
        _, hidden = shares(depth, mask)
        assert hidden["right"] == share
