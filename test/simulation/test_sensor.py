import numpy as np
import pytest

from smolrgpt_ros.simulation.sensor import SensorModel

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
