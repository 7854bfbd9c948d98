# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations: differences by hand, and the part of a token that a change shows in."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import FLOOR, HEIGHTS, HIGH_ALONG, LOW_ALONG
from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES, quantities
from smolrgpt_ros.model.geometry_tokens.relation_encoder import (
    ReferenceEncoder,
    RelationEncoder,
    encoded_pairs,
    fourier_features,
    pair_features,
)


def test_fourier_features_by_hand():
    found = fourier_features(torch.tensor([[5.0]]), (20.0, 10.0))[0]
    # A quarter of 20 m, half of 10 m; the second wave is weaker by the square root of two.
    assert found.tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, -(0.5**0.5)], abs=1e-6)


def test_pair_features_by_hand(region):
    raw = torch.stack([region(1, 0, 5, 0.5, u=0.25), region(4, 0, 9, 1.0, u=0.75, v=0.5)])
    pairs = pair_features(raw, raw[:, :3])
    assert pairs.shape == (2, 2, 41)
    step = pairs[0, 1]
    assert step[:4].tolist() == pytest.approx([-3, 0, -4, 5])
    assert float(step[4]) == pytest.approx(4 * 1.6292405)  # ln 5.1
    # low of one - high of the other: 0.5 - 5, -0.5 - 1, 4.5 - 10
    assert step[5:8].tolist() == pytest.approx([-4.5, -1.5, -5.5])
    assert step[8:11].tolist() == pytest.approx([1.5 - 3, 0.5 + 1, 5.5 - 8])
    assert step[11:14].tolist() == pytest.approx([0.5 - 3, -0.5 + 1, 4.5 - 8])
    assert step[14:17].tolist() == pytest.approx([1.5 - 5, 0.5 - 1, 5.5 - 10])
    assert step[17:21].tolist() == pytest.approx([-8, -8, 4, 0])
    assert pairs[1, 0, :3].tolist() == pytest.approx([3, 0, 4])
    assert pairs[1, 1, 20] == 4
    assert not pairs[..., 21:].any()  # no floor was seen


def test_pairs_on_a_floor_by_hand(region):
    raw = torch.stack([region(1, 0, 5, 0.5), region(4, 0, 9, 1.0)])
    raw[:, HEIGHTS] = torch.tensor([[0.25, 0.5, 1.0], [0.0, 0.0, 0.5]])
    raw[:, LOW_ALONG] = torch.tensor([[1.0, 4.0, 3.5, 2.0], [3.0, 8.0, 7.5, 3.0]])
    raw[:, HIGH_ALONG] = torch.tensor([[2.0, 5.0, 4.5, 3.0], [5.0, 9.5, 9.0, 5.0]])
    raw[:, FLOOR] = 1
    step = pair_features(raw, raw[:, :3])[0, 1, 21:].tolist()
    assert step[0:4] == pytest.approx([1 - 5, 4 - 9.5, 3.5 - 9, 2 - 5])
    assert step[4:8] == pytest.approx([2 - 3, 5 - 8, 4.5 - 7.5, 3 - 3])
    assert step[8:12] == pytest.approx([-2, -4, -4, -1])
    assert step[12:16] == pytest.approx([-3, -4.5, -4.5, -2])
    assert step[16:] == pytest.approx([4 * 0.25, 4 * 0.5, 4 * 0.5, 4])
    raw[1, FLOOR] = 0
    assert not pair_features(raw, raw[:, :3])[0, 1, 21:].any()


def test_a_relation_shows_at_the_place_of_the_other_region(region):
    torch.manual_seed(0)
    encoder = RelationEncoder(4, 16, std=1.0)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5), region(0, 1, 9, 0.5)])
    before = encoder(encoded_pairs(raw, raw[:, :3]))
    assert before.shape == (3, 16)
    moved = raw.clone()
    moved[2, 0] += 1.0
    change = encoder(encoded_pairs(moved, moved[:, :3])) - before
    # Region 0 saw region 2 move: what changed lies in the columns of place 2 alone.
    columns = encoder.out.weight[:, 20:30]
    inside = columns @ torch.linalg.lstsq(columns, change[0]).solution
    assert change[0].norm() > 0.01
    assert torch.allclose(inside, change[0], atol=1e-4)


def test_steps_are_between_centres_and_gaps_between_edges(region):
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    centres = torch.tensor([[0.0, 0.0, 6.0], [2.0, 0.0, 5.5]])
    step = pair_features(raw, centres)[0, 1]
    assert step[:3].tolist() == pytest.approx([-2.0, 0.0, 0.5])
    assert step[5:8].tolist() == pytest.approx([-0.5 - 2.5, -0.5 - 0.5, 4.5 - 5.5])


def test_reference_features_are_of_the_pair_and_not_symmetric(region):
    torch.manual_seed(0)
    encoder = ReferenceEncoder(16, std=1.0)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5), region(0, 1, 9, 0.5)])
    parts = (torch.ones(3, 4), torch.ones(3, 8), torch.zeros(3, 2))  # sizes, reaches, states

    def distances(raw):
        boxes = Estimates(raw[:, :3], *parts)
        found = encoder(encoded_pairs(raw, boxes.centres), quantities(raw, boxes))
        assert found.shape == (len(QUANTITIES), 3, 3, 16)
        return found[QUANTITIES.index("distance")]

    before = distances(raw)
    moved = raw.clone()
    moved[2, 0] += 0.1  # a tenth of a metre turns the wave of half a metre by 72 degrees
    change = (distances(moved) - before).norm(dim=-1)
    expected = torch.zeros(3, 3, dtype=torch.bool)
    expected[2] = expected[:, 2] = True  # on the diagonal, the distance to the camera
    assert torch.equal(change > 0.01, expected)
    # Not the same both ways: the row is the reference.
    assert (before[0, 1] - before[1, 0]).norm() > 0.01
