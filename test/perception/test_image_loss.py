# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Images that do not arrive, from the stamps of those that do."""

import numpy as np
import pytest

from smolrgpt_ros.perception.image_loss import ImageLoss

MS = 1_000_000


def loss_of(streams, slop_s=0.04):
    loss = ImageLoss(slop_s)
    for name, stamps_ms in streams.items():
        for stamp in stamps_ms:
            loss.add(name, round(stamp * MS))
    return loss.share()


def steady(period_ms, count=60, start=1000.0):
    return start + period_ms * np.arange(count)


def test_every_fourth_image_missing_is_a_quarter():
    stamps = [stamp for n, stamp in enumerate(steady(100.0)) if n % 4 != 3]
    assert loss_of({"rgb": stamps}) == pytest.approx(0.25, abs=0.02)


def test_depth_with_half_of_its_images_names_the_half():
    rng = np.random.default_rng(3)
    depth = steady(100.0)[rng.random(60) < 0.5]
    assert loss_of({"rgb": steady(100.0), "depth": depth}) == pytest.approx(0.5, abs=0.12)


def test_a_camera_of_one_hertz_that_loses_four_of_five_is_noticed():
    """No two neighbours arrive: the missing partners say it."""
    rgb, depth = steady(1000.0)[::5], steady(1000.0)[2::5]
    some = np.sort(np.append(depth, rgb[::4]))
    assert loss_of({"rgb": rgb, "depth": some}) > 0.5


@pytest.mark.parametrize(
    "streams",
    [
        {"rgb": steady(33.3)},
        {"rgb": steady(33.3), "depth": steady(33.3) + 2.0},
        {"rgb": steady(33.3), "depth": steady(66.6)},  # half the rate by design
        {"rgb": steady(100.0), "depth": steady(100.0) + 50.0},  # beyond the slop: another cause
        {"rgb": steady(33.3), "depth": steady(34.9)},  # free-running
        {"rgb": steady(33.3) + 8 * np.random.default_rng(1).standard_normal(60).clip(-1, 1)},
        {"rgb": steady(100.0, 8)},  # too few
        {"rgb": [1000.0] * 20},
        {},
    ],
    ids=["one", "both", "slower", "offset", "free", "jitter", "few", "one stamp", "none"],
)
def test_streams_that_arrive_are_not_reported(streams):
    assert loss_of(streams) < 0.2


@pytest.mark.parametrize("later", [1, 10, 30, 59])
def test_a_pause_of_the_camera_is_no_loss(later):
    before, after = steady(100.0), steady(100.0, later, start=27000.0)
    streams = {name: [*before, *after] for name in ("rgb", "depth")}
    assert loss_of(streams) == 0.0


def test_half_a_second_without_images_is_a_loss():
    stamps = np.append(steady(100.0, 20), steady(100.0, 20, start=3500.0))
    assert loss_of({"rgb": stamps}) == pytest.approx(5 / 45)


def test_time_that_was_reset_starts_again():
    loss = ImageLoss(0.04)
    for stamp in steady(100.0)[::3].tolist() + steady(100.0)[1::7].tolist():
        loss.add("rgb", round(stamp * MS))
    loss.clear()
    assert loss.share() == 0.0
