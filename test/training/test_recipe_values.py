# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parts of a recipe as plans: a wrong one is named with what was found and expected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from smolrgpt_ros.training.recipe_values import plan_of, read_values


@dataclass(frozen=True)
class Size:
    width: int
    height: int = 3

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width must be at least 1, found {self.width}")


def test_a_plan_from_its_part():
    assert plan_of(Size, {"width": 2}, "recipe.yaml: size") == Size(2, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([2], r"recipe\.yaml: size: expected keys of \['height', 'width'\], found \[2\]"),
        ({"depth": 1}, r"size: unknown \['depth'\], expected some of \['height', 'width'\]"),
        ({"height": 1}, r"size: .*width"),
        ({"width": 0}, r"size: width must be at least 1, found 0"),
    ],
)
def test_a_wrong_part_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        plan_of(Size, values, "recipe.yaml: size")


def test_a_file_must_hold_keys_and_values(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("- 1\n")
    with pytest.raises(ValueError, match=r"recipe\.yaml must hold keys and values, found list"):
        read_values(file)
    file.write_text("seed: 1\n")
    assert read_values(file) == {"seed": 1}
