# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sizes that do not fit each other."""

import pytest

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"geometry_features": 3}, "must be set together"),
        ({"image_token_id": 99999}, "image_token_id=99999 is outside"),
        ({"pixel_shuffle_factor": 3}, "grid of 16 patches"),
        ({"refiner_stages": -1}, "must not be negative, found -1"),
        ({"vision_config": {"image_size": 250, "patch_size": 16}}, "not a multiple"),
        ({"region_names": 8}, "region_names=8 and region_name_token_id=None must be set together"),
        (
            {"region_names": 8, "region_name_token_id": 50, "heading_token_ids": (7, 9)},
            r"region_names=8 needs 15 heading_token_ids .*'distance', .* found \[7, 9\]",
        ),
        ({"heading_token_ids": (7, 9)}, "region_names=0 needs 0 heading_token_ids"),
        (
            {
                "geometry_features": 75,
                "mask_geometry_token_id": 7,
                "question_labels": [*"abcdefghi"],
            },
            "question_labels may have 8 classes with geometry_features, found .*'i'",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        SmolRGPTConfig(**change)
