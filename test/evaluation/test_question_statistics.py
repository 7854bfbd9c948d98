# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Statistics of question files, on numbers that can be checked by hand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from smolrgpt_ros.evaluation.question_statistics import (
    add_parser,
    describe,
    read_sample,
    sample_of,
    side_by_side,
)
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.simulation.datasets.published_layout import Entry, write_json, write_parquet


def _rle(width: int, height: int) -> dict[str, object]:
    """A rectangle on a picture of 32 x 16 pixels."""
    mask = np.zeros((16, 32), bool)
    mask[3 : 3 + height, 5 : 5 + width] = True
    return encode_rle(mask)


def _entry(category: str, normalized: float | int | str, *rles: dict[str, object]) -> Entry:
    return Entry("a" * 32, "0.png", "<mask>" * len(rles), "", rles, category, normalized)


ENTRIES = [
    _entry("distance", 0.0, _rle(8, 4), _rle(8, 4)),
    _entry("distance", 4.0, _rle(4, 2), _rle(8, 4)),
    _entry("distance", 6.0, _rle(8, 4), _rle(8, 4), _rle(2, 2)),
    _entry("left_right", "left", _rle(8, 4), _rle(8, 4)),
    _entry("mcq", "3", *[_rle(8, 4)] * 5),
    _entry("width", 1.2, _rle(8, 4)),
]


def test_rows_by_hand() -> None:
    rows = describe(sample_of(ENTRIES))
    assert rows["distance: questions"] == "3"
    # 2, 2, 3 masks; 0, 4, 6 m.
    assert rows["distance: masks a question"] == "2.3 (2/2/2; 2 to 3)"
    assert rows["distance, m"] == "3.3 (2.0/4.0/5.0; 0.0 to 6.0)"
    assert rows["distance: share of 0"] == "33.3 %"
    assert rows["left_right: share of left"] == "100.0 %"
    assert rows["mcq: chosen index"] == "3.0 (3/3/3; 3 to 3)"
    assert rows["width: questions"] == "1"
    # 15 masks: 13 of 32 pixels (6.25 % of 512), one of 8 (1.56 %), one of 4 (0.78 %).
    assert rows["masks"] == "15"
    assert rows["mask, % of the picture"] == "5.57 (6.25/6.25/6.25; 0.78 to 6.25)"
    # 8 of 32 pixels wide, 4 of 16 high: a quarter of the picture's 16 patches.
    assert rows["median mask, vision patches"] == "4.0 x 4.0"
    assert "count, pallets" not in rows


def test_every_form_of_file(tmp_path: Path) -> None:
    write_json(tmp_path / "train.json", ENTRIES)
    write_parquet(tmp_path / "train.parquet", ENTRIES, "x")
    expected = describe(sample_of(ENTRIES))
    assert describe(read_sample(tmp_path / "train.json")) == expected
    assert describe(read_sample(tmp_path / "train.parquet")) == expected
    answers = [{"id": str(i), "normalized_answer": a} for i, a in enumerate((0.0, 3, "left", "7"))]
    (tmp_path / "truth.json").write_text(json.dumps(answers))
    rows = describe(read_sample(tmp_path / "truth.json"))
    assert rows["distance: share of 0"] == "100.0 %" and rows["count: questions"] == "1"
    assert not [name for name in rows if "mask" in name]
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_sample(tmp_path / "nothing.json")


def test_side_by_side_leaves_cells_empty() -> None:
    table = side_by_side({"a": {"x": "1", "y": "2"}, "b": {"y": "3"}})
    assert table.splitlines() == ["| | a | b |", "|---|---|---|", "| x | 1 |  |", "| y | 2 | 3 |"]


def test_the_command_prints_a_row_per_kind(tmp_path: Path, capsys) -> None:
    write_json(tmp_path / "train.json", ENTRIES)
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["statistics", str(tmp_path / "train.json")])
    assert arguments.run(arguments) == 0
    assert "| distance, m | 3.3 (2.0/4.0/5.0; 0.0 to 6.0) |" in capsys.readouterr().out
