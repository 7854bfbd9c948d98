# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Novelty: distances computed by hand, the bound, and files that are not the weights'."""

import numpy as np
import pytest

from smolrgpt_ros.detection.feature_statistics import (
    FeatureStatistics,
    FeatureStatisticsError,
    statistics_file,
    statistics_of,
)

# Mean (3, 10), covariance 0.
TRAINED = np.array([[2, 6], [4, 6], [2, 14], [4, 14], [3, 10], [3, 10]], np.float32)
VARIANCES = 4 / 5, 64 / 5


def statistics(held_out=((3, 10), (5, 10)), sha256="ab"):
    """Of whole pictures alone."""
    return FeatureStatistics.of(TRAINED[:, None], np.array(held_out, np.float32)[:, None], sha256)


def test_a_distance_counts_each_direction_by_its_spread():
    made = statistics()
    np.testing.assert_allclose(made.whole.mean, [3, 10])
    assert made.whole.distance(np.array([5, 10], np.float32)) == pytest.approx(
        2 / VARIANCES[0] ** 0.5
    )
    assert made.whole.distance(np.array([3, 2], np.float32)) == pytest.approx(
        8 / VARIANCES[1] ** 0.5
    )


def test_channels_that_vary_together_count_once():
    along = np.array([[0, 0], [1, 2], [2, 4], [3, 6]], np.float32)
    made = FeatureStatistics.of(along[:, None], along[:, None], "").whole
    with_them, against = np.array([3, 6], np.float32), np.array([3, 0], np.float32)
    # Covariance (5/3, 10/3; 10/3, 20/3), its part off the diagonal shrunken to 0.7 of that.
    inverse = np.linalg.inv([[5 / 3, 7 / 3], [7 / 3, 20 / 3]])
    for features in (with_them, against):
        apart = features - [1.5, 3]
        expected = float(np.sqrt(apart @ inverse @ apart))
        assert made.distance(features) == pytest.approx(expected, rel=1e-5)
    assert made.distance(against) > 1.8 * made.distance(with_them)


def test_novelty_is_one_at_the_quantile_of_the_held_out_pictures():
    made = statistics()
    farthest = 2 / VARIANCES[0] ** 0.5
    assert made.whole.bound == pytest.approx(0.99 * farthest)
    assert made.novelty(np.array([[5, 10]], np.float32)) == pytest.approx(1 / 0.99)
    assert (made.pictures, made.held_out) == (6, 2)


def test_a_channel_that_never_changed_is_not_infinitely_far():
    still = np.column_stack([TRAINED, np.full(6, 7, np.float32)])
    made = FeatureStatistics.of(still[:, None], still[:, None], "")
    assert np.isfinite(made.novelty(np.array([[3, 10, 8]], np.float32)))


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match=r"found \(6, 1, 2\) and \(1, 1, 2\)"):
        FeatureStatistics.of(TRAINED[:, None], TRAINED[:1, None], "")


def test_they_belong_to_their_weights(tmp_path):
    weights = tmp_path / "pallets.pt"
    found, missing = statistics_of(weights, "ab")
    assert found is None and "no " in missing and "--statistics" in missing
    made = statistics()
    made.save(statistics_file(weights))
    assert statistics_file(weights).name == "pallets.feature_statistics.safetensors"
    again, missing = statistics_of(weights, "ab")
    assert again is not None and not missing
    np.testing.assert_array_equal(again.whole.precision, made.whole.precision)
    assert (again.whole.bound, again.pictures, again.held_out) == (made.whole.bound, 6, 2)
    assert again.parts is None, "as a file of a version that knew none"
    other, missing = statistics_of(weights, "cd")
    assert other is None and "SHA-256 ab, these have cd" in missing


def test_a_picture_is_as_unlike_as_its_most_unlike_part(tmp_path):
    # Parts of picture i: (0, 2 i) and (0, -2 i): their mean is (0, 0), and so is every picture's.
    trained = np.array([[[0, 0], [0, 2 * i], [0, -2 * i]] for i in range(1, 4)], np.float32)
    trained[0, :, 0], trained[2, :, 0] = 1, -1
    held_out = np.array([[[0, 0], [0, 2], [0, -3]], [[0.5, 0], [0, 4], [0, 0]]], np.float32)
    made = FeatureStatistics.of(trained, held_out, "ab")
    assert made.parts is not None
    # Second coordinate of the six parts: squares 2 (4 + 16 + 36), divided by five.
    spread = (112 / 5) ** 0.5
    # The farthest parts of the two held-out pictures are 3 and 4 from the mean.
    assert made.parts.bound == pytest.approx((3 + 0.99) / spread)
    usual = np.array([[0, 0], [0, 2], [0, -3]], np.float32)
    assert made.novelty(usual) == pytest.approx(3 / 3.99)
    usual[2, 1] = -9
    assert made.novelty(usual) == pytest.approx(9 / 3.99)
    file = tmp_path / "x.feature_statistics.safetensors"
    made.save(file)
    again = FeatureStatistics.load(file)
    assert again.parts is not None and again.novelty(usual) == pytest.approx(9 / 3.99)


def test_a_damaged_file_is_named(tmp_path):
    file = tmp_path / "x.feature_statistics.safetensors"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(FeatureStatisticsError, match=str(file)):
        FeatureStatistics.load(file)
    assert str(file) in statistics_of(tmp_path / "x.pt", "ab")[1]
