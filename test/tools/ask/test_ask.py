# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask``: files in, answer, JSON and picture out; bad files named in the message."""

from __future__ import annotations

import argparse
import io
import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from smolrgpt_ros.detection.detector import DetectorError
from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.tools.ask import cli
from smolrgpt_ros.tools.ask import frame_files as files

SMALL = {"size": [2, 3], "counts": "231"}


@pytest.fixture
def folder(tmp_path: Path, yard: Any) -> Path:
    frame = yard.frame
    cv2.imwrite(str(tmp_path / "rgb.png"), frame.rgb)
    millimetres = np.nan_to_num(frame.depth * 1000.0).round().astype(np.uint16)
    cv2.imwrite(str(tmp_path / "depth.png"), millimetres)
    np.save(tmp_path / "depth.npy", frame.depth)
    camera = {k: getattr(frame.intrinsics, k) for k in ("width", "height", "fx", "fy", "cx", "cy")}
    (tmp_path / "camera.json").write_text(json.dumps(camera))
    masks = [{"id": r.id, "label": r.label, "rle": encode_rle(r.mask)} for r in yard.regions]
    (tmp_path / "masks.json").write_text(json.dumps(masks))
    return tmp_path


def run(folder: Path, question: str, *options: str, depth: str = "depth.png") -> int:
    parser = argparse.ArgumentParser()
    cli.add_parser(parser.add_subparsers())
    arguments = ["ask", *([question] if question else []), "--measure-only"]
    arguments += ["--rgb", str(folder / "rgb.png")]
    arguments += ["--camera", str(folder / "camera.json"), "--masks", str(folder / "masks.json")]
    arguments += ["--depth", str(folder / depth), *options]
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


@pytest.mark.parametrize("depth", ["depth.png", "depth.npy"])
def test_json_and_picture(folder: Path, capsys: pytest.CaptureFixture[str], depth: str) -> None:
    out = folder / "out.png"
    question = "how far is pallet 11 from pallet 12"
    assert run(folder, question, "--json", "--out", str(out), depth=depth) == 0
    answer = json.loads(capsys.readouterr().out)
    metres = math.dist((-2.5, 7.0, 0.4), (1.6, 9.2, 0.3))
    assert answer["value"] == pytest.approx(metres, rel=0.03)
    assert (answer["kind"], answer["generated"], answer["confidence"]) == ("distance", None, None)
    assert answer["region_ids"] == [11, 12]
    picture = cv2.imread(str(out))
    assert picture is not None and picture.shape[0] > 240


def test_report_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "how many pallets are in the leftmost buffer") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "question    how many pallets are in the leftmost buffer",
        "understood  What is the number of (pallets that are in the leftmost buffer)?",
        "measured    1 pallet is in the leftmost buffer: 11.",
        "trusted     nothing   [policy agree]",
    ]


@pytest.mark.parametrize(("policy", "line"), [("measured", "1"), ("agree", "nothing")])
def test_report_says_what_the_policy_trusts(
    folder: Path, capsys: pytest.CaptureFixture[str], policy: str, line: str
) -> None:
    """Without a model nothing agrees."""
    run(folder, "how many pallets are in the leftmost buffer", "--policy", policy)
    assert f"trusted     {line}   [policy {policy}]" in capsys.readouterr().out.splitlines()


MANY = """# about the yard
is pallet 12 left of pallet 11?

how far is pallet 77
which two pallets are closest to each other?
  how far is each pallet from transporter 22?
Which pallets are in a buffer?
how many
which pallet is nearest to transporter 22?
"""


def test_many_questions_are_a_json_line_each(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "questions.txt").write_text(MANY)
    out = folder / "out.jsonl"
    many = ("--questions", str(folder / "questions.txt"))
    assert run(folder, "", *many, "--json", str(out), "--policy", "measured") == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", ""), "no bar without a terminal"
    side, gone, pair, each, inside, open_end, nearest = map(
        json.loads, out.read_text().splitlines()
    )
    assert side["question"] == "is pallet 12 left of pallet 11?"
    assert side["understood"] == "Is pallet 12 left of pallet 11?"
    assert (side["status"], side["kind"], side["value"]) == ("OK", "yes_no", False)
    assert side["probability"] < 0.2 and side["trusted"] is False
    assert side["answer"].startswith("No, pallet 12 is not left of")
    assert (gone["status"], gone["value"], gone["kind"]) == ("UNKNOWN_REGION", None, "unknown")
    assert "77" in gone["message"]
    assert (open_end["status"], open_end["understood"]) == ("BAD_QUESTION", "")
    # (-2.5, 7.0, 0.4), (1.6, 9.2, 0.3) and the one on the transporter.
    assert pair["kind"] == "pair" and 13 in pair["region_ids"] and pair["unit"] == "m"
    assert pair["std"] > 0.0
    assert each["kind"] == "each" and each["value"] is None and each["unit"] == "m"
    assert sorted(each["region_ids"]) == [11, 12, 13]
    assert len(each["values"]) == len(each["stds"]) == 3
    by_id = dict(zip(each["region_ids"], each["values"], strict=True))
    assert by_id[11] == pytest.approx(2.86, abs=0.1)
    assert inside["kind"] == "list" and inside["value"] is None
    assert set(inside["region_ids"]) == {11, 12}
    assert (nearest["kind"], nearest["value"], nearest["trusted"]) == ("choice", 13, 13)
    assert {line["text"] for line in (side, gone, pair, each)} == {""}


def test_many_questions_are_a_block_each_for_people(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(MANY))
    assert run(folder, "", "--questions", "-") == 0
    blocks = [block.splitlines() for block in capsys.readouterr().out.split("\n\n")]
    assert len(blocks) == 7
    side, gone, _, each, *_ = blocks
    assert side[1] == "understood  Is pallet 12 left of pallet 11?"
    assert side[3].startswith("probability ") and side[3].endswith("% yes")
    assert gone[0].endswith("pallet 77") and gone[1].startswith("UNKNOWN_REGION ")
    rows = [line.split() for line in each if line.startswith(" ")]
    assert sorted(row[:2] for row in rows) == [["pallet", "11"], ["pallet", "12"], ["pallet", "13"]]
    assert all(row[3] == "m" for row in rows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--questions", "gone.txt"), r"file of questions not found: gone\.txt"),
        (("--questions", "{folder}/empty.txt"), r"empty\.txt holds no question"),
        (("--questions", "q", "--regions", "11"), "--questions asks many: leave out --regions"),
        (("--json", "how far is pallet 11"), "no question: .*--json took 'how far is pallet 11'"),
        (("--vocabulary", "gone.yaml", "--questions", "{folder}/one.txt"), r"gone\.yaml"),
        (("--json", "{folder}/gone/x", "--questions", "{folder}/one.txt"), "cannot write .*gone/x"),
    ],
)
def test_options_at_fault_are_named(folder: Path, options: tuple[str, ...], message: str) -> None:
    (folder / "empty.txt").write_text("# nothing\n\n")
    (folder / "one.txt").write_text("leftmost pallet\n")
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        run(folder, "", *(option.format(folder=folder) for option in options))


def test_a_refused_question_is_an_error_for_people_and_a_line_for_programs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(QueryError, match="77"):
        run(folder, "how far is pallet 77")
    assert run(folder, "how far is pallet 77", "--json") == 2
    assert json.loads(capsys.readouterr().out)["status"] == "UNKNOWN_REGION"


def test_the_lowest_score_is_the_detectors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores: list[float] = []

    def load(path: Path, *, device: str, settings: DetectorSettings) -> None:
        scores.append(settings.confidence)
        raise DetectorError("no weights here")

    monkeypatch.setattr(UltralyticsDetector, "load", load)
    parser = argparse.ArgumentParser()
    cli.add_parser(parser.add_subparsers())
    for options in ((), ("--confidence", "0.07")):
        parsed = parser.parse_args(["ask", "q", "--rgb", str(folder / "rgb.png"), *options])
        with pytest.raises(ValueError, match="no weights here; or give the regions with --masks"):
            parsed.run(parsed)
    assert scores == [DetectorSettings().confidence, 0.07]


def test_words_of_a_site(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "words.yaml").write_text("synonyms: {pallet: [crate]}")
    words = ("--vocabulary", str(folder / "words.yaml"))
    assert run(folder, "how many crates are in view", *words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["value"] == 3


def test_camera_is_scaled_to_the_picture(folder: Path) -> None:
    picture = cv2.imread(str(folder / "rgb.png"))
    assert picture is not None
    small = cv2.resize(picture, (160, 120))
    cv2.imwrite(str(folder / "small.png"), small)
    frame = files.read_frame(folder / "small.png", None, folder / "camera.json")
    assert frame.intrinsics is not None
    assert (frame.intrinsics.width, frame.intrinsics.fx) == (160, 140.0)


def _spoil(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("camera.json", "{}", "lacks width"),
        ("camera.json", "{", "not JSON"),
        ("masks.json", "{}", "expected a list of"),
        ("masks.json", '[{"id": 1, "label": "pallet"}]', "region 0"),
        ("masks.json", json.dumps([{"id": 1, "label": "pallet", "rle": SMALL}]), "mask is"),
        ("depth.png", "no picture", "no picture"),
    ],
)  # fmt: skip
def test_bad_files_are_named(folder: Path, name: str, content: str, message: str) -> None:
    _spoil(folder, name, content)
    with pytest.raises(ValueError, match=message) as caught:
        run(folder, "leftmost pallet")
    assert name in str(caught.value)


def test_grey_depth_is_measured_up_to_scale(
    folder: Path, yard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    near, far = np.nanmin(yard.frame.depth), np.nanmax(yard.frame.depth)
    grey = np.nan_to_num((yard.frame.depth - near) / (far - near), nan=1.0) * 255
    cv2.imwrite(str(folder / "depth.png"), np.round(grey).astype(np.uint8))

    def measured(question: str) -> dict[str, Any]:
        assert run(folder, question, "--json") == 0
        return dict(json.loads(capsys.readouterr().out))

    assert measured("how many pallets are in the rightmost buffer")["value"] == 1
    # 2.69 m to the one that rides, 2.86 m to pallet 11.
    assert measured("which pallet is nearest to transporter 22")["region_ids"] == [13]
    assert measured("is pallet 12 left of pallet 11")["value"] is False
    length = measured("how far is pallet 11 from pallet 12")
    assert length["value"] is None
    assert "no scale" in length["reason"]


def test_grey_depth_that_cannot_be_used(folder: Path) -> None:
    cv2.imwrite(str(folder / "depth.png"), np.full((120, 160), 90, np.uint8))
    with pytest.raises(ValueError, match=r"depth\.png has 160x120 pixels, expected 320x240"):
        run(folder, "leftmost pallet")
    noise = np.random.default_rng(1).integers(0, 255, (240, 320)).astype(np.uint8)
    cv2.imwrite(str(folder / "depth.png"), noise)
    with pytest.raises(ValueError, match=r"depth\.png.* no floor"):
        run(folder, "leftmost pallet")
    with pytest.raises(ValueError, match="16-bit"):
        files.read_depth(folder / "depth.png")


def test_missing_and_misfitting_files(folder: Path) -> None:
    np.save(folder / "other.npy", np.ones((120, 160), np.float32))
    with pytest.raises(ValueError, match="registered"):
        run(folder, "leftmost pallet", depth="other.npy")
    with pytest.raises(FileNotFoundError, match=r"gone\.png"):
        run(folder, "leftmost pallet", depth="gone.png")
