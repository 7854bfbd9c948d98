# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cases: the same each time, with detected masks in place of true ones, and from files."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.evaluation.asking import ask_all
from smolrgpt_ros.evaluation.cases import Case, detected_case, published_cases, true_case
from smolrgpt_ros.evaluation.cli import add_parser
from smolrgpt_ros.evaluation.outcomes import Outcome
from smolrgpt_ros.evaluation.report import WorstCases, html_report
from smolrgpt_ros.evaluation.summary import summarize
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.datasets.writer import DatasetSettings, write_dataset
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame, simulate_frames

SEED = 910_000


def cases() -> list[Case]:
    shots = simulate_frames((SEED, SEED + 1), ("ceiling", "robot"), 192, 108)
    return [true_case(shot) for shot in shots]


def test_simulated_cases_are_the_same_each_time():
    first, again = cases(), cases()
    assert [case.image.split()[1] for case in first] == ["ceiling", "robot"]
    assert [[q.text for q in case.questions] for case in first] == [
        [q.text for q in case.questions] for case in again
    ]
    assert len({q.id for case in first for q in case.questions}) == sum(
        len(case.questions) for case in first
    )


@dataclass
class Seeing:
    """Finds what is in a list, but misses one of it."""

    regions: tuple[Region, ...]
    missed: int
    name: str = "seeing"
    device: str = "cpu"
    labels: tuple[str, ...] = ()
    sha256: str = ""

    def detect(self, frame: object) -> Detections:
        found = [Detection(r.label, 0.9, r.mask) for r in self.regions if r.id != self.missed]
        return Detections(tuple(reversed(found)))


def _seen(detector: Seeing, shot: SimulatedFrame) -> SeenFrame:
    return seen_alone(detector.detect(shot.frame), shot.frame)


def test_detected_regions_take_the_place_of_true_ones():
    shot = simulate_frame(SEED, "ceiling", 192, 108)
    true = true_case(shot)
    asked = next(q for q in true.questions if q.category == "left_right")
    assert asked.region_ids is not None
    missed = next(r.id for r in true.regions if r.id not in asked.region_ids)
    detector = Seeing(true.regions, missed)
    found = detected_case(true, shot.truth, _seen(detector, shot))
    same = next(q for q in found.questions if q.id == asked.id)
    assert same.region_ids is not None
    masks = {region.id: region.mask for region in true.regions}
    for i, j in zip(asked.region_ids, same.region_ids, strict=True):
        assert np.array_equal(masks[i], found.regions[j].mask)
    detector.missed = asked.region_ids[0]
    blind = detected_case(true, shot.truth, _seen(detector, shot))
    assert next(q for q in blind.questions if q.id == asked.id).region_ids is None
    outcomes = [outcome for _, outcome in ask_all(SpatialReasoner(None), [blind])]
    lost = next(o for o in outcomes if o.id == asked.id)
    assert lost.text.startswith("NOT FOUND") and lost.measured is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data")
    settings = DatasetSettings("ceiling", 192, 108, per_kind=1)
    write_dataset(path, range(SEED, SEED + 2), settings)
    return path


def test_files_are_measured_where_they_have_metres(folder):
    found = list(published_cases(folder / "train.json"))
    assert [case.image for case in found] == ["000000.png", "000001.png"]
    outcomes = [outcome for _, outcome in ask_all(SpatialReasoner(None), found)]
    entries = json.loads((folder / "train.json").read_text())
    assert sorted(o.id for o in outcomes) == sorted(entry["id"] for entry in entries)
    kinds = ("left_right", "count", "mcq")  # in a buffer, carried: as the question names regions
    right = [o.measured == o.truth for o in outcomes if o.category in kinds]
    assert len(right) >= 6 and all(right)
    for file in (folder / "metric").iterdir():
        file.rename(file.with_suffix(".away"))
    (case, _) = published_cases(folder / "train.json")
    for file in (folder / "metric").iterdir():
        file.rename(file.with_suffix(".png"))
    # The published data has no metres: levels of a picture, no camera, no measured distance.
    assert case.frame.intrinsics is None and case.frame.depth is not None
    assert 1 <= np.nanmin(case.frame.depth) and np.nanmax(case.frame.depth) <= 256
    outcomes = [outcome for _, outcome in ask_all(SpatialReasoner(None), [case])]
    assert all(o.measured is None for o in outcomes if o.category == "distance")


def test_the_page_shows_what_was_wrong_with_most_confidence():
    case = true_case(simulate_frame(SEED, "ceiling", 192, 108))
    asked = case.questions[0]
    worst = WorstCases(each=1)

    def outcome(model, confidence, text):
        return Outcome(
            asked.id, "left_right", case.image, asked.text, text, "left", model, None, confidence, 0
        )

    outcomes = [
        outcome("right", 0.4, "unsure <b>"),
        outcome("right", 0.9, "sure & wrong"),
        outcome("left", 0.99, "surely right"),
    ]
    for one in outcomes:
        worst.add(case, one)
    assert [o.text for o, _ in worst.all()] == ["sure & wrong"]
    page = html_report("a <title>", summarize(outcomes), worst.all())
    assert "sure &amp; wrong" in page and "surely right" not in page
    assert "a &lt;title&gt;" in page and "data:image/jpeg;base64," in page
    assert "33.3" in page  # one of three is right


def test_the_command_writes_what_was_asked_for(folder, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    answers, page, out = tmp_path / "answers.json", tmp_path / "page.html", tmp_path / "out.jsonl"
    command = ["evaluate", "--data", folder / "train.json", "--threads", "1"]
    command += ["--answers", answers, "--report", page, "--out", out, "--json"]
    arguments = parser.parse_args([str(word) for word in command])
    assert arguments.run(arguments) == 0
    table = json.loads(capsys.readouterr().out)
    entries = json.loads((folder / "train.json").read_text())
    assert table["questions"] == len(entries)
    lines = json.loads(answers.read_text())
    assert {line["id"] for line in lines} == {entry["id"] for entry in entries}
    assert set(lines[0]) == {"id", "normalized_answer"}
    assert len(out.read_text().splitlines()) == len(entries)
    assert page.read_text().startswith("<!doctype html>")
