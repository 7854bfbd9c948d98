# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every published layout gives the same entries, at random access."""

import json

import pytest

from smolrgpt_ros.simulation.datasets.published_layout import read_entries, write_parquet
from smolrgpt_ros.training.data.sources import open_source


def test_json_and_parquet_give_the_same_entries(write_data, tmp_path):
    path = write_data(5, "warehouse")
    entries = read_entries(path)
    folder = tmp_path / "sets"
    folder.mkdir()
    write_parquet(folder / "a.parquet", entries[:3], "warehouse")
    write_parquet(folder / "b.parquet", entries[3:], "warehouse")
    plain, rows = open_source(path), open_source(folder, path.parent)
    assert len(plain) == len(rows) == 5
    assert list(rows.runs) == [3, 2]
    for index in (4, 0, 3, 2, 1):
        assert rows[index].question == plain[index].question == entries[index].question
        assert rows[index].answer == plain[index].answer
        assert rows[index].masks().tolist() == plain[index].masks().tolist()
        assert rows.folder(index) == plain.folder(index) == path.parent
    assert list(rows.images()) == list(plain.images()) == [e.image for e in entries]


def test_rows_find_the_folder_of_their_data_set(write_data, tmp_path):
    path = write_data(2, "warehouse")
    write_parquet(tmp_path / "all.parquet", read_entries(path), "warehouse")
    assert open_source(tmp_path / "all.parquet").folder(1) == path.parent


def test_captions_have_no_regions(tmp_path):
    path = tmp_path / "chat.json"
    turns = [
        {"from": "human", "value": "Give a brief description.\n<image>"},
        {"from": "gpt", "value": "a dog on a sofa"},
    ]
    path.write_text(json.dumps([{"id": "GCC_1", "image": "GCC_1.jpg", "conversations": turns}]))
    found = open_source(path)[0]
    assert (found.question, found.answer) == ("Give a brief description.", "a dog on a sofa")
    assert found.rles == ()


def test_damaged_entries_say_what_is_missing(tmp_path):
    path = tmp_path / "chat.json"
    path.write_text(json.dumps([{"id": "GCC_1", "image": "GCC_1.jpg", "conversations": []}]))
    with pytest.raises(ValueError, match="GCC_1"):
        open_source(path)[0]


@pytest.mark.parametrize("name", ["none.json", "none.parquet", "none"])
def test_missing_data_is_named(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=name):
        open_source(tmp_path / name)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"questions\.csv"):
        open_source(tmp_path / "questions.csv")
