# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.simulation.sensing.sensor import SensorModel

OFF = SensorModel(0, 0, 0, 0, 0, 0, 0, 0, 0.0, np.inf)


def _plane(metres: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full((60, 80), metres, np.float32), np.full((60, 80, 3), 120, np.uint8)


def test_everything_switched_off_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    depth, rgb = _plane(3.3337)
    depth[:, 40:] = 7.0
    assert np.array_equal(OFF.depth(depth, rgb, rng), depth)
    assert np.array_equal(OFF.colour(rgb, rng), rgb)


def test_noise_grows_with_distance_squared() -> None:
    model = SensorModel(depth_noise=0.002, edge_holes=0, random_holes=0, dark_holes=0)
    for metres, expected in ((2.0, 0.008), (8.0, 0.128)):
        depth, rgb = _plane(metres)
        spread = np.nanstd(model.depth(depth, rgb, np.random.default_rng(1)))
        assert spread == pytest.approx(expected, rel=0.05)


def test_depth_comes_in_whole_millimetres() -> None:
    depth, rgb = _plane(4.0)
    measured = SensorModel().depth(depth, rgb, np.random.default_rng(2))
    steps = measured[np.isfinite(measured)].astype(np.float64) * 1000
    assert np.abs(steps - np.round(steps)).max() < 2e-3


def test_holes_are_at_edges_and_on_dark_surfaces() -> None:
    depth, rgb = _plane(3.0)
    depth[:, 40:] = 6.0
    rgb[:20, :10] = 5
    model = SensorModel(edge_holes=1.0, random_holes=0, dark_holes=1.0)
    holes = np.isnan(model.depth(depth, rgb, np.random.default_rng(3)))
    assert holes[:, 39:41].all() and holes[:20, :10].all()
    assert holes.sum() == 60 * 2 + 20 * 10


def test_nothing_outside_the_range() -> None:
    depth, rgb = _plane(0.2)
    depth[:, 40:] = 30.0
    assert np.isnan(SensorModel().depth(depth, rgb, np.random.default_rng(4))).all()


def test_exposure_scales_brightness_within_its_bound() -> None:
    _, rgb = _plane(1.0)
    model = SensorModel(rgb_noise=0, blur=0, exposure=0.2)
    means = [model.colour(rgb, np.random.default_rng(i)).mean() for i in range(40)]
    assert 95 <= min(means) < 110 and 130 < max(means) <= 144


def test_glare_gives_no_depth() -> None:
    depth, rgb = _plane(3.0)
    rgb[5:15, 7:10] = 250
    # One dark channel: bright, but no glare.
    rgb[30:40, 20:30] = (250, 250, 90)
    model = SensorModel(edge_holes=0, random_holes=0, dark_holes=0, shiny_holes=1.0)
    holes = np.isnan(model.depth(depth, rgb, np.random.default_rng(5)))
    assert holes[5:15, 7:10].all() and holes.sum() == 30


def test_misregistration_shifts_depth_against_colour_within_its_bound() -> None:
    depth, rgb = _plane(3.0)
    depth[20:30, 50:60] = 2.0
    model = SensorModel(*(0,) * 8, 0.0, np.inf, misregistration=4.0)
    shifts = set()
    for seed in range(30):
        moved = model.depth(depth, rgb, np.random.default_rng(seed))
        rows, columns = np.nonzero(moved == 2.0)
        right, down = int(columns.min()) - 50, int(rows.min()) - 20
        assert len(rows) == 100 and right**2 + down**2 <= 4.7**2
        # What moves in is unknown: full columns, and the rest of full rows.
        assert np.isnan(moved).sum() == abs(right) * 60 + abs(down) * (80 - abs(right))
        shifts.add((right, down))
    assert len(shifts) > 10


def test_an_effect_that_is_off_leaves_the_noise_of_the_others_alone() -> None:
    depth, rgb = _plane(3.0)
    plain = SensorModel().depth(depth, rgb, np.random.default_rng(6))
    moved = SensorModel(misregistration=3.0).depth(depth, rgb, np.random.default_rng(6))
    right, down = next(
        (x, y)
        for x in range(-3, 4)
        for y in range(-3, 4)
        if np.array_equal(
            moved[max(y, 0) : 60 + min(y, 0), max(x, 0) : 80 + min(x, 0)],
            plain[max(-y, 0) : 60 + min(-y, 0), max(-x, 0) : 80 + min(-x, 0)],
            equal_nan=True,
        )
    )
    assert (right, down) != (0, 0)


def test_compression_leaves_blocks() -> None:
    rgb = np.random.default_rng(7).integers(0, 256, (48, 64, 3), np.uint8)
    model = SensorModel(*(0,) * 8, 0.0, np.inf, jpeg_quality=10)
    seen = model.colour(rgb, np.random.default_rng(7))
    assert seen.shape == rgb.shape and not np.array_equal(seen, rgb)
    # Red stays red: the channels are not swapped on the way.
    red = np.full((48, 64, 3), (200, 20, 20), np.uint8)
    assert np.abs(model.colour(red, np.random.default_rng(7)).astype(int) - red).max() < 20


def test_the_rough_camera_is_worse_in_everything() -> None:
    rough, usual = SensorModel.rough(), SensorModel()
    for name in ("rgb_noise", "blur", "exposure", "depth_noise", "edge_holes", "random_holes",
                 "dark_holes", "shiny_holes", "misregistration", "jpeg_quality"):  # fmt: skip
        assert getattr(rough, name) > getattr(usual, name)
    assert rough.max_range < usual.max_range


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"blur": -0.1}, "blur must be from 0 to inf, found -0.1"),
        ({"edge_holes": 1.5}, "edge_holes must be from 0 to 1, found 1.5"),
        ({"jpeg_quality": 101}, "jpeg_quality must be from 0 to 100, found 101"),
    ],
)
def test_impossible_strengths_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SensorModel(**fields)
