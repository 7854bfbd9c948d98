"""Geometry tokens: small differences show, and what other regions are shows at their places."""

import pytest
import torch

from smolrgpt_ros.model.geometry_encoder import (
    GeometryEncoder,
    RelationEncoder,
    fourier,
    pair_features,
)
from smolrgpt_ros.model.geometry_features import FEATURE_COUNT, FEATURE_NAMES, FEATURE_SCALES


def region(x, y, z, half, u=0.0, v=0.0, metric=1.0):
    """Raw features of a region with its median at (x, y, z) m and edges ``half`` m around it."""
    raw = torch.zeros(FEATURE_COUNT)
    raw[0:3] = torch.tensor([x, y, z])
    raw[3:6], raw[6:9] = raw[0:3] - half, raw[0:3] + half
    raw[FEATURE_NAMES.index("centroid_u")] = u
    raw[FEATURE_NAMES.index("centroid_v")] = v
    raw[FEATURE_NAMES.index("metric")] = metric
    return raw


def test_small_differences_show():
    torch.manual_seed(0)
    encoder = GeometryEncoder((1.0, 1.0, 1.0), 16, std=1.0)
    raw = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.1], [1.0, 2.0, 30.0]])
    tokens = encoder(raw)
    near, far = (tokens[0] - tokens[1]).norm(), (tokens[0] - tokens[2]).norm()
    assert 0.05 < near < far


def test_fourier_by_hand():
    found = fourier(torch.tensor([[5.0]]), (20.0, 10.0))[0]
    # A quarter of 20 m, half of 10 m; the second wave is weaker by the square root of two.
    assert found.tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, -(0.5**0.5)], abs=1e-6)


def test_pair_features_by_hand():
    raw = torch.stack([region(1, 0, 5, 0.5, u=0.25), region(4, 0, 9, 1.0, u=0.75, v=0.5)])
    pairs = pair_features(raw)
    assert pairs.shape == (2, 2, 21)
    step = pairs[0, 1]
    assert step[:4].tolist() == pytest.approx([-3, 0, -4, 5])
    assert float(step[4]) == pytest.approx(4 * 1.6292405)  # ln 5.1
    # low of one - high of the other: 0.5 - 5, -0.5 - 1, 4.5 - 10
    assert step[5:8].tolist() == pytest.approx([-4.5, -1.5, -5.5])
    assert step[8:11].tolist() == pytest.approx([1.5 - 3, 0.5 + 1, 5.5 - 8])
    assert step[11:14].tolist() == pytest.approx([0.5 - 3, -0.5 + 1, 4.5 - 8])
    assert step[14:17].tolist() == pytest.approx([1.5 - 5, 0.5 - 1, 5.5 - 10])
    assert step[17:].tolist() == pytest.approx([-8, -8, 4, 0])
    assert pairs[1, 0, :3].tolist() == pytest.approx([3, 0, 4])
    assert pairs[1, 1, 20] == 4


def test_a_relation_shows_at_the_place_of_the_other_region():
    torch.manual_seed(0)
    encoder = RelationEncoder(4, 16, std=1.0)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5), region(0, 1, 9, 0.5)])
    before = encoder(raw)
    assert before.shape == (3, 16)
    moved = raw.clone()
    moved[2, 0] += 1.0
    change = encoder(moved) - before
    # Region 0 saw region 2 move: what changed lies in the columns of place 2 alone.
    columns = encoder.out.weight[:, 20:30]
    inside = columns @ torch.linalg.lstsq(columns, change[0]).solution
    assert change[0].norm() > 0.01
    assert torch.allclose(inside, change[0], atol=1e-4)


def test_without_relations_tokens_stand_for_themselves():
    torch.manual_seed(0)
    alone = GeometryEncoder(FEATURE_SCALES, 16, std=1.0)
    related = GeometryEncoder(FEATURE_SCALES, 16, std=1.0, regions=3)
    raw = torch.stack([region(0, 0, 5, 0.5), region(2, 0, 5, 0.5)])
    moved = torch.stack([raw[0], region(3, 0, 5, 0.5)])
    assert torch.equal(alone(raw)[0], alone(moved)[0])
    assert (related(raw)[0] - related(moved)[0]).norm() > 0.01
