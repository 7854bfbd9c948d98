# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which numbers of a calibration count: K or P, binning, another size, a lens."""

from dataclasses import replace

import pytest

from smolrgpt_ros.scene.calibration import Calibration, CalibrationError
from smolrgpt_ros.scene.lens import Lens

K = (600.0, 0.0, 330.0, 0.0, 610.0, 250.0, 0.0, 0.0, 1.0)
P = (430.0, 0.0, 316.8, 7.0, 0.0, 428.0, 248.3, 0.0, 0.0, 0.0, 1.0, 0.0)
FULL = Calibration(640, 480, K)


def test_projection_matrix_ignored():
    empty = replace(FULL, k=(0.0,) * 9, p=P, model="plumb_bob", d=(-0.3,))
    camera = empty.intrinsics(640, 480)
    assert camera is not None
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (430.0, 428.0, 316.8, 248.3)
    assert camera.lens is None
    both = replace(FULL, p=P, model="plumb_bob", d=(-0.3,))
    raw, rectified = both.intrinsics(640, 480), replace(both, rectified=True).intrinsics(640, 480)
    assert raw is not None and rectified is not None
    assert (raw.fx, raw.lens) == (600.0, Lens(False, (-0.3, 0.0, 0.0, 0.0)))
    assert (rectified.fx, rectified.lens) == (430.0, None)
    # A rectified image of a driver that leaves P empty.
    only_k = replace(both, p=(0.0,) * 12, rectified=True).intrinsics(640, 480)
    assert only_k is not None and (only_k.fx, only_k.lens) == (600.0, None)
    assert replace(FULL, k=(0.0,) * 9, p=(0.0,) * 12).intrinsics(640, 480) is None


@pytest.mark.parametrize("size", [(640, 360), (639, 359), (640, 359)])
def test_odd_size_binning(size):
    k = (900.0, 0.0, 640.0, 0.0, 900.0, 360.0, 0.0, 0.0, 1.0)
    binned = Calibration(1279, 719, k, binning=(2, 2))
    camera = binned.intrinsics(*size)
    assert camera is not None
    # cx' = 640.5 / 2 - 0.5
    assert (camera.width, camera.height, camera.fx, camera.cx) == (*size, 450.0, 319.75)
    assert binned.note(*size) == ""


@pytest.mark.parametrize(("size", "factor"), [((320, 240), 0.5), ((1280, 960), 2.0)])
def test_another_size_of_the_same_shape_is_scaled_with_a_note(size, factor):
    camera = FULL.intrinsics(*size)
    assert camera is not None
    assert (camera.fx, camera.fy) == (600.0 * factor, 610.0 * factor)
    assert camera.cx == pytest.approx(330.5 * factor - 0.5)
    assert FULL.note(*size) == (
        f"The calibration is for 640x480 pixels and was scaled to the image's {size[0]}x{size[1]}."
    )
    assert FULL.note(640, 480) == ""


@pytest.mark.parametrize("size", [(640, 360), (480, 640), (848, 480)])
def test_another_shape_is_refused_with_both_sizes(size):
    with pytest.raises(CalibrationError, match=f"640x480 .*image is {size[0]}x{size[1]}"):
        FULL.intrinsics(*size)


def test_a_lens_that_gives_hardly_a_pixel_a_direction_is_refused():
    absurd = replace(FULL, model="plumb_bob", d=(-40.0, 3.0))
    with pytest.raises(CalibrationError, match=r"'plumb_bob'.*-40.*of the pixels"):
        absurd.intrinsics(640, 480)
    unknown = replace(FULL, model="omnidir", d=(0.1,))
    with pytest.raises(CalibrationError, match="'omnidir' cannot be undone"):
        unknown.intrinsics(640, 480)
