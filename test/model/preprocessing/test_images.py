# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pictures against PIL, and the rule for pixels without depth."""

import numpy as np
import pytest
from PIL import Image

from smolrgpt_ros.model.preprocessing import images as pictures

NAN = np.nan


def test_rgb_is_pil_bilinear_with_antialias():
    rgb = np.random.default_rng(0).integers(0, 256, (90, 160, 3)).astype(np.uint8)
    values = pictures.rgb_values(rgb, 64)
    expected = np.asarray(Image.fromarray(rgb).resize((64, 64), Image.Resampling.BILINEAR))
    assert values.shape == (3, 64, 64) and values.dtype == np.float32
    assert np.abs(values[1] - (expected[:, :, 1] / 255 - 0.5) / 0.5).max() < 1e-6


@pytest.mark.parametrize("size", [(90, 160), (480, 640), (1080, 1920), (33, 47)])
def test_depth_is_pil_nearest(size):
    picture = np.random.default_rng(1).integers(0, 256, size).astype(np.uint8)
    expected = np.asarray(Image.fromarray(picture).resize((64, 64), Image.Resampling.NEAREST))
    values = pictures.picture_depth_values(picture, 64)
    assert (values == (expected / 255).astype(np.float32)).all()


def test_metric_depth_becomes_levels_between_nearest_and_farthest():
    depth = np.array([[2.0, 4.0], [NAN, 7.0], [0.0, np.inf], [-1.0, 3.0]], np.float32)
    picture = pictures.depth_picture(depth)
    assert picture is not None
    assert picture.tolist() == [[0, 102], [255, 255], [255, 255], [255, 51]]


def test_values_are_those_of_the_picture():
    rng = np.random.default_rng(2)
    depth = rng.uniform(1, 9, (90, 160)).astype(np.float32)
    depth[rng.random(depth.shape) < 0.2] = NAN
    picture = pictures.depth_picture(depth)
    assert picture is not None
    values = pictures.depth_values(depth, 64)
    assert values is not None
    assert (values == pictures.picture_depth_values(picture, 64)).all()


def test_no_depth_at_all_is_none_and_one_depth_is_black():
    assert pictures.depth_picture(np.full((4, 5), NAN)) is None
    assert pictures.depth_values(np.zeros((4, 5)), 2) is None
    assert pictures.depth_values(None, 2) is None
    flat = np.full((4, 5), 3.0)
    flat[0, 0] = NAN
    picture = pictures.depth_picture(flat)
    assert picture is not None and picture[0].tolist() == [255, 0, 0, 0, 0]


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 4)])
def test_wrong_rgb_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        pictures.rgb_values(np.zeros(shape, np.uint8), 8)
