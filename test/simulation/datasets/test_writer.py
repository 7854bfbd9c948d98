# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from smolrgpt_ros.scene.depth import metres
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.simulation.datasets.frame_store import read_frame
from smolrgpt_ros.simulation.datasets.published_layout import read_entries, read_pictures
from smolrgpt_ros.simulation.datasets.storage import relative_depth
from smolrgpt_ros.simulation.datasets.writer import DatasetSettings, write_dataset
from smolrgpt_ros.simulation.questions.relation_truth import RELATION_KINDS
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame

SIZE = (320, 180)
SETTINGS = DatasetSettings("mix", *SIZE, SensorModel())
CLEAN = DatasetSettings("ceiling", *SIZE)


@pytest.fixture(scope="module")
def folder(can_render, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    write_dataset(out, range(40, 44), SETTINGS)
    return out


def _depth(shot: SimulatedFrame) -> NDArray[np.float32]:
    assert shot.frame.depth is not None
    return shot.frame.depth


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.md5(p.read_bytes()).hexdigest() for p in files}


def test_entries_have_the_published_layout(folder: Path) -> None:
    entries = json.loads((folder / "train.json").read_text())
    assert len({e["id"] for e in entries}) == len(entries) > 40
    kinds = {"left_right": str, "distance": float, "count": int, "mcq": str}
    assert {e["category"] for e in entries} == set(kinds)
    for entry in entries:
        assert set(entry) == {
            "id",
            "image",
            "conversations",
            "rle",
            "category",
            "normalized_answer",
            "freeform_answer",
        }
        assert len(entry["id"]) == 32 and (folder / "images" / entry["image"]).is_file()
        human, gpt = entry["conversations"]
        assert (human["from"], gpt["from"]) == ("human", "gpt")
        assert human["value"].count("<mask>") == len(entry["rle"])
        assert gpt["value"] == entry["freeform_answer"]
        assert isinstance(entry["normalized_answer"], kinds[entry["category"]])
        assert all(rle["size"] == [180, 320] for rle in entry["rle"])
        assert decode_rle(entry["rle"][0]).any()
    tagged = sum(e["conversations"][0]["value"].startswith("<image>\n") for e in entries)
    assert 0.25 < tagged / len(entries) < 0.75


def test_frames_are_read_as_they_were_simulated(folder: Path) -> None:
    shot = read_frame(folder, 1)
    again = simulate_frame(41, "robot", *SIZE, sensor=SensorModel())
    assert shot.truth == again.truth
    assert np.array_equal(shot.frame.rgb, again.frame.rgb)
    np.testing.assert_allclose(_depth(shot), _depth(again), atol=6e-4)
    assert shot.frame.intrinsics == again.frame.intrinsics
    assert shot.frame.stamp_ns == again.frame.stamp_ns
    assert [r.id for r in shot.regions] == [r.id for r in again.regions]


def test_an_interrupted_run_is_continued_and_ends_the_same(folder: Path) -> None:
    before = _sums(folder)
    (folder / "truth/000002.json").unlink()
    (folder / "metric/000002.png").unlink()
    (folder / "train.json").unlink()
    seen: list[tuple[int, int]] = []
    write_dataset(folder, range(40, 44), SETTINGS, progress=lambda d, t: seen.append((d, t)))
    assert seen == [(3, 4), (4, 4)]
    assert _sums(folder) == before


def test_several_processes_write_the_same(folder: Path, tmp_path: Path) -> None:
    # The parquet file names its data set, the folder.
    out = tmp_path / folder.name
    write_dataset(out, range(40, 44), SETTINGS, workers=2)
    assert _sums(out) == _sums(folder)


def test_other_settings_in_the_same_folder_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="other settings"):
        write_dataset(folder, range(40, 44), replace(SETTINGS, sensor=None))
    with pytest.raises(ValueError, match=r"seeds from \[41\]"):
        write_dataset(folder, range(41, 45), SETTINGS)
    with pytest.raises(ValueError, match="other settings"):
        write_dataset(folder, range(40, 44), replace(SETTINGS, looks="rich"))


def test_a_run_can_be_made_longer_and_read_in_part(can_render, tmp_path: Path) -> None:
    short = write_dataset(tmp_path, range(40, 41), CLEAN)
    assert write_dataset(tmp_path, range(40, 42), CLEAN) > short
    assert write_dataset(tmp_path, range(40, 41), CLEAN) == short
    # Without a sensor model there is one depth, the clean one.
    assert not list((tmp_path / "clean").iterdir())


def test_the_clean_depth_is_kept_beside_the_cameras(folder: Path) -> None:
    stored = cv2.imread(str(folder / "clean/000001.png"), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    clean = metres(stored)
    measured = _depth(read_frame(folder, 1))
    ideal = _depth(simulate_frame(41, "robot", *SIZE))
    np.testing.assert_allclose(clean, ideal, atol=6e-4)
    assert np.isnan(measured).mean() > 2 * np.isnan(clean).mean()


def test_both_layouts_hold_the_same_questions(folder: Path) -> None:
    for name in ("train", "relations"):
        entries = read_entries(folder / f"{name}.json")
        rows = read_entries(folder / f"{name}.parquet")
        # Parquet has no image tag.
        assert rows == [replace(entry, tagged=False) for entry in entries]
    assert {e.category for e in entries} <= set(RELATION_KINDS) and len(entries) > 20
    rgb, depth = read_pictures(folder, entries[0])
    shot = read_frame(folder, 0)
    assert np.array_equal(rgb, shot.frame.rgb)
    assert depth is not None and np.array_equal(depth, relative_depth(_depth(shot)))


def test_a_missing_frame_is_named(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="000099"):
        read_frame(folder, 99)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="found 'drone'"):
        DatasetSettings("drone")
    with pytest.raises(ValueError, match="found 'bmp'"):
        DatasetSettings(extension="bmp")
