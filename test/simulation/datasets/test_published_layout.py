# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published layouts: hand-made entries, and the benchmark's own where they are at hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet
import pytest
from external_data import benchmark_folder

from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.simulation.datasets.published_layout import (
    Entry,
    read_entries,
    read_pictures,
    write_json,
    write_parquet,
)


def _mask(x0: int, x1: int) -> dict[str, object]:
    mask = np.zeros((6, 9), bool)
    mask[2:4, x0:x1] = True
    return encode_rle(mask)


ENTRIES = [
    Entry(
        "a" * 32,
        "000003.png",
        "How far is the pallet <mask> from the shelf <mask>?",
        "The pallet [Region 0] and the shelf [Region 1] are 3.00 meters apart.",
        (_mask(0, 2), _mask(5, 9)),
        "distance",
        3.0,
        tagged=True,
    ),
    Entry("b" * 32, "000004.png", "Which of <mask>?", "[Region 0]", (_mask(1, 3),), "mcq", "0"),
    Entry("c" * 32, "000004.png", "How many of <mask>?", "One.", (_mask(1, 3),), "count", 1),
    Entry("d" * 32, "000004.jpg", "O'clock of <mask>?", "11.", (_mask(1, 3),), "direction", 11),
]


def test_json_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "train.json", ENTRIES)
    assert read_entries(tmp_path / "train.json") == ENTRIES
    first = json.loads((tmp_path / "train.json").read_text())[0]
    assert first["conversations"][0]["value"].startswith("<image>\nHow far is the pallet <mask>")
    assert first["freeform_answer"] == first["conversations"][1]["value"]


def test_parquet_has_the_published_columns(tmp_path: Path) -> None:
    file = tmp_path / "train.parquet"
    write_parquet(file, ENTRIES, "my_warehouse")
    table = pyarrow.parquet.read_table(file)
    assert table.column_names == [
        "id_db",
        "id",
        "rgb_image",
        "depth_image",
        "rle",
        "texts",
        "category",
        "normalized_answer",
        "dataset_name",
    ]
    row = table.to_pylist()[0]
    # What the published trainer feeds to its tokenizer: both tokens of a region, no image tag.
    assert row["texts"]["user"] == (
        "How far is the pallet <mask_rgb><mask_depth> from the shelf <mask_rgb><mask_depth>?"
    )
    assert row["texts"]["assistant"] == ENTRIES[0].answer
    assert (row["depth_image"], row["dataset_name"]) == ("000003_depth.png", "my_warehouse")
    assert row["normalized_answer"] == "3.0" and row["rle"][1]["size"] == [6, 9]
    assert read_entries(file) == [replace(e, tagged=False) for e in ENTRIES]


def test_masks_are_in_the_order_of_the_placeholders() -> None:
    masks = ENTRIES[0].masks()
    assert masks.shape == (2, 6, 9)
    assert [np.flatnonzero(m.any(axis=0)).tolist() for m in masks] == [[0, 1], [5, 6, 7, 8]]


def test_a_test_split_has_no_answers() -> None:
    entry = Entry.from_json(
        {
            "id": "e" * 32,
            "image": "000001.png",
            "conversations": [{"from": "human", "value": "How wide is <mask>?"}],
            "rle": [_mask(0, 4)],
        }
    )
    assert (entry.category, entry.normalized, entry.answer) == ("", None, "")
    assert Entry.from_json(entry.to_json()) == entry
    assert "normalized_answer" not in entry.to_json()


def test_pictures_beside_the_questions(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "depths").mkdir()
    rgb = np.zeros((6, 9, 3), np.uint8)
    rgb[:, :4] = (200, 30, 10)
    cv2.imwrite(str(tmp_path / "images/000003.png"), rgb[..., ::-1])
    seen, depth = read_pictures(tmp_path, ENTRIES[0])
    assert np.array_equal(seen, rgb) and depth is None
    cv2.imwrite(str(tmp_path / "depths/000003_depth.png"), rgb[..., 0])
    depth = read_pictures(tmp_path, ENTRIES[0])[1]
    assert depth is not None and np.array_equal(depth, rgb[..., 0])
    cv2.imwrite(str(tmp_path / "images/000003.png"), rgb[:5])
    with pytest.raises(ValueError, match=r"\(5, 9\), \(6, 9\)"):
        read_pictures(tmp_path, ENTRIES[0])
    with pytest.raises(FileNotFoundError, match=r"000004\.png"):
        read_pictures(tmp_path, ENTRIES[1])


def test_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_entries(tmp_path / "nowhere.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValueError, match=r"bad\.json is neither"):
        read_entries(tmp_path / "bad.json")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ValueError, match="list of entries, found dict"):
        read_entries(tmp_path / "bad.json")
    data = ENTRIES[0].to_json()
    with pytest.raises(ValueError, match="2 <mask> in the question, 1 masks"):
        Entry.from_json({**data, "rle": data["rle"][:1]})
    del data["rle"]
    with pytest.raises(ValueError, match=r"'aaaa.* lacks 'rle'"):
        Entry.from_json(data)


def test_all_entries_of_the_benchmark_that_are_at_hand(tmp_path: Path) -> None:
    file = benchmark_folder() / "train_entries.json"
    raw = json.loads(file.read_text())
    entries = read_entries(file)
    assert len(entries) == 110
    # One entry carries labels of its regions as well; the benchmark's layout has none.
    assert [e.to_json() for e in entries] == [
        {name: value for name, value in item.items() if name != "region_labels"} for item in raw
    ]
    masks = 0
    for entry in entries:
        pixels = entry.masks()
        assert pixels.shape[1:] == (1080, 1920) and pixels.any(axis=(1, 2)).all()
        masks += len(pixels)
    assert masks == sum(len(item["rle"]) for item in raw) == 539
    write_parquet(tmp_path / "real.parquet", entries, "warehouse")
    assert read_entries(tmp_path / "real.parquet") == [replace(e, tagged=False) for e in entries]
