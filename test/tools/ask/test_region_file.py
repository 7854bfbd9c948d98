# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks as other tools write them, on a picture of 4 x 6 pixels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.tools.ask.region_file import read_regions

SHAPE = (4, 6)
#: Columns 2 and 3 of row 1 and the rows below.
MASK = np.zeros(SHAPE, bool)
MASK[1:, 2:4] = True


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


@pytest.mark.parametrize(
    "mask",
    [
        # Runs down the columns: 8 pixels of columns 0 and 1, then 1 empty and 3 full, twice.
        {"rle": {"size": [4, 6], "counts": [9, 3, 1, 3, 8]}},
        {"segmentation": {"size": [4, 6], "counts": [9, 3, 1, 3, 8]}},
        {"segmentation": encode_rle(MASK)},
        {"rle": encode_rle(MASK)},
        {"segmentation": [[2, 1, 4, 1, 4, 4, 2, 4]]},
        {"segmentation": [[2, 1, 3, 1, 3, 4, 2, 4], [3, 1, 4, 1, 4, 4, 3, 4]]},
        {"box": [2, 1, 4, 4]},
        {"box": [2, 1, 4, 40]},
        {"bbox": [2, 1, 2, 3]},
    ],
    ids=str,
)
def test_rle_uncompressed_and_polygons(tmp_path: Path, mask: dict[str, object]) -> None:
    path = written(tmp_path / "masks.json", [{"id": 7, "category": " Pallet", **mask}])
    (region,) = read_regions(path, SHAPE)
    assert (region.id, region.label) == (7, "pallet")
    np.testing.assert_array_equal(region.mask, MASK)


def coco(**changes: object) -> dict[str, object]:
    entry = {"segmentation": [[2, 1, 4, 1, 4, 4, 2, 4]], "category_id": 3}
    return {
        "images": [{"id": 5, "file_name": "a/one.png"}, {"id": 6, "file_name": "two.png"}],
        "categories": [{"id": 3, "name": "Pallet"}],
        "annotations": [
            {"id": 1, "image_id": 6, "bbox": [0, 0, 1, 1], "category_id": 3},
            {"id": 2, "image_id": 5, **entry},
        ],
        **changes,
    }


def test_a_coco_file_by_the_pictures_name(tmp_path: Path) -> None:
    path = written(tmp_path / "coco.json", coco())
    (region,) = read_regions(path, SHAPE, "one.png")
    assert (region.id, region.label) == (2, "pallet")
    np.testing.assert_array_equal(region.mask, MASK)
    with pytest.raises(ValueError, match=r"no picture 'three\.png'.*one\.png, two\.png"):
        read_regions(path, SHAPE, "three.png")
    written(path, coco(categories=[]))
    with pytest.raises(ValueError, match="no whole COCO file"):
        read_regions(path, SHAPE, "one.png")


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ({"label": "pallet"}, r"region 0: has no mask, found the keys id, label; expected"),
        ({"box": [1, 1, 2, 2]}, "region 0: has no label, found the keys id, box"),
        ({"label": "p", "box": [1, 1, 1, 2]}, "positive size"),
        ({"label": "p", "box": "1 1 2 2"}, "box is '1 1 2 2', expected four numbers"),
        ({"label": "p", "segmentation": [[1, 1, 2, 2]]}, "no three corners"),
        ({"label": "p", "segmentation": [[1, 1, 1e30, 2, 3, 4]]}, "outside the image"),
        ({"label": "p", "segmentation": [["a"] * 6]}, "no numbers"),
        ({"label": "p", "rle": "abc"}, "rle is 'abc', expected run lengths"),
        ({"label": "p", "rle": {"size": [4, 6], "counts": [25]}}, "do not add up to 4x6"),
        ({"label": "p", "box": [1, 1, 2, 2], "id": "x"}, "id 'x', expected a whole number"),
    ],
)
def test_what_is_at_fault_is_named(tmp_path: Path, entry: dict[str, object], match: str) -> None:
    path = written(tmp_path / "masks.json", [{"id": 1, **entry}])
    with pytest.raises(ValueError, match=rf"masks\.json, .*{match}"):
        read_regions(path, SHAPE)


def test_a_file_of_something_else_says_what_it_holds(tmp_path: Path) -> None:
    path = written(tmp_path / "x.json", {"objects": [], "size": 3})
    with pytest.raises(ValueError, match=r"holds keys objects, size; expected a list of"):
        read_regions(path, SHAPE)
