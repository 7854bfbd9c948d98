# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sizes that do not fit each other, and keys of earlier versions."""

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
    ],
)
def test_sizes_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        SmolRGPTConfig(**change)


@pytest.mark.parametrize("key", ["canonical_prompts", "own_wording"])
def test_canonical_prompts_are_read_under_their_earlier_name_too(key):
    config = SmolRGPTConfig.from_dict({key: True})
    assert config.canonical_prompts
    assert config.to_dict()["canonical_prompts"] and "own_wording" not in config.to_dict()
    assert not SmolRGPTConfig().canonical_prompts
