# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Splitting, mixing, skipping: by hand on a few entries."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from smolrgpt_ros.simulation.datasets.published_layout import read_entries, write_parquet
from smolrgpt_ros.training.data.mixture import (
    Mixture,
    MixtureSampler,
    SourceShare,
    skipped_by_reason,
    split,
)
from smolrgpt_ros.training.data.show import draw_example, write_examples
from smolrgpt_ros.training.data.sources import open_source


def whole(source, weight=1.0):
    return SourceShare(source, np.arange(len(source)), weight)


def test_no_picture_is_in_both_splits(write_data):
    path = write_data(60)
    items = json.loads(path.read_text())
    for number, item in enumerate(items):
        item["image"] = f"{number // 3:06d}.png"  # three questions a picture
    path.write_text(json.dumps(items))
    source = open_source(path)
    training, held = split(source, 2.0, 0.3)
    assert sorted([*training.indices, *held.indices]) == list(range(60))
    names = source.images()
    assert not {names[i] for i in training.indices} & {names[i] for i in held.indices}
    assert 0.1 < len(held.indices) / 60 < 0.5
    assert (training.weight, held.weight) == (2.0, 1.0)
    again = split(open_source(path), 1.0, 0.3)[1]
    assert again.indices.tolist() == held.indices.tolist()
    assert len(split(source, 1.0, 0.0)[1].indices) == 0


def test_weights_are_passes_over_a_source(write_data, tiny):
    parts = [
        whole(open_source(write_data(4, "a")), 2.0),
        whole(open_source(write_data(6, "b")), 0.5),
    ]
    mixture = Mixture(parts, tiny[1], 500)
    sampler = MixtureSampler(mixture, seed=3)
    first, again = list(sampler), list(sampler)
    assert first == again
    assert len(first) == len(sampler) == 4 * 2 + 3
    counts = Counter(first)
    assert [counts[i] for i in range(4)] == [2, 2, 2, 2]
    assert all(counts[i] <= 1 for i in range(4, 10))
    sampler.set_epoch(1)
    second = list(sampler)
    assert second != first and Counter(second)[0] == 2
    assert list(MixtureSampler(mixture, seed=4)) != first


def test_row_groups_are_read_one_after_another(write_data, tiny, tmp_path):
    path = write_data(9, "warehouse")
    entries = read_entries(path)
    folder = tmp_path / "sets"
    folder.mkdir()
    for number in range(3):
        write_parquet(folder / f"{number}.parquet", entries[3 * number : 3 * number + 3], "x")
    source = open_source(folder, path.parent)
    mixture = Mixture([whole(source)], tiny[1], 500)
    order = list(MixtureSampler(mixture, seed=1))
    assert sorted(order) == list(range(9))
    groups = [index // 3 for index in order]
    assert sum(a != b for a, b in pairwise(groups)) == 2
    assert order != sorted(order)


def test_bad_samples_are_counted_and_replaced(write_data, tiny, tmp_path):
    path = write_data(4)
    (path.parent / "images/000001.png").unlink()
    items = json.loads(path.read_text())
    items[2]["freeform_answer"] = ""
    path.write_text(json.dumps(items))
    log = tmp_path / "skipped.jsonl"
    mixture = Mixture([whole(open_source(path))], tiny[1], 500, log)
    found, expected = mixture[1], mixture[3]
    assert found.input_ids == expected.input_ids
    assert mixture[1] is not None  # seen twice, counted once
    assert skipped_by_reason(log) == {"picture": 1, "no answer": 1}
    first = json.loads(log.read_text().splitlines()[0])
    assert first["source"] == str(path) and "000001.png" in first["detail"]


def test_a_broken_data_set_ends_the_run(write_data, tiny):
    path = write_data(3)
    for file in (path.parent / "images").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="samples in a row cannot be used"):
        Mixture([whole(open_source(path))], tiny[1], 500)[0]


def test_empty_mixtures_and_weights_are_refused(write_data, tiny):
    source = open_source(write_data(1))
    with pytest.raises(ValueError, match="empty"):
        Mixture([SourceShare(source, np.zeros(0, np.int64))], tiny[1], 500)
    with pytest.raises(ValueError, match="above 0, found 0"):
        SourceShare(source, np.arange(1), 0)
    with pytest.raises(ValueError, match=r"found 1\.5"):
        split(source, 1.0, 1.5)


def test_samples_can_be_looked_at(write_data, tiny, tmp_path):
    mixture = Mixture([whole(open_source(write_data(2)))], tiny[1], 500)
    pictures = [draw_example(mixture[i], tiny[1]) for i in range(2)]
    assert pictures[0].shape[1] == 1024  # RGB and depth side by side
    # The first mask's outline has its colour in both pictures.
    outlined = (pictures[0][:512] == (60, 180, 255)).all(-1)
    assert outlined[:, :512].any() and outlined[:, 512:].any()
    written = write_examples([mixture[0], mixture[1]], tiny[1], tmp_path / "out")
    assert [path.name for path in written] == ["example_00.png", "example_01.png"]
    assert all(path.stat().st_size > 1000 for path in written)
