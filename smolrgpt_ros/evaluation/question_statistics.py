# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt statistics``: what a question file asks, side by side with others.

For seeing where simulated questions differ from the benchmark's: masks per question, distances,
counts, sides, mask sizes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from smolrgpt_ros.runtime.json_output import add_json_option, print_results
from smolrgpt_ros.simulation.datasets.published_layout import Entry, read_entries, read_items

from .score import CATEGORIES, category_of

# Vision patches of SmolRGPT: 16 x 16 on a picture of 256 x 256.
_PATCHES = 16

Table = dict[str, str]


@dataclass(frozen=True, eq=False)
class Sample:
    """Numbers of the questions of one file.

    Args:
        answers: normalized answers by kind.
        masks: masks per question by kind; empty where the file has none.
        areas: share of the picture that each mask covers, ``(N,)``.
        boxes: width and height of each mask's box, shares of the picture, ``(N, 2)``.
    """

    answers: dict[str, list[float | int | str]]
    masks: dict[str, list[int]]
    areas: NDArray[np.float64]
    boxes: NDArray[np.float64]


def sample_of(entries: Sequence[Entry]) -> Sample:
    """The numbers of a file of questions."""
    answers: dict[str, list[float | int | str]] = {}
    masks: dict[str, list[int]] = {}
    areas, boxes = [], []
    for entry in entries:
        if entry.normalized is not None:
            answers.setdefault(entry.category, []).append(entry.normalized)
        masks.setdefault(entry.category, []).append(len(entry.rles))
        codes = [{**rle, "counts": str(rle["counts"]).encode()} for rle in entry.rles]
        for rle, area, box in zip(entry.rles, coco.area(codes), coco.toBbox(codes), strict=True):
            height, width = rle["size"]
            areas.append(area / (height * width))
            boxes.append((box[2] / width, box[3] / height))
    return Sample(answers, masks, np.array(areas), np.array(boxes).reshape(-1, 2))


def read_sample(path: str | Path) -> Sample:
    """The numbers of a ``.json`` or ``.parquet`` question file, or of a file of answers alone
    (``id`` and ``normalized_answer``, as the benchmark's truth for its validation split).

    Raises:
        FileNotFoundError: if it is not there.
        ValueError: if it is neither.
    """
    file = Path(path)
    if file.suffix == ".parquet":
        return sample_of(read_entries(file))
    items = read_items(file)
    if not items or "conversations" in items[0]:
        return sample_of([Entry.from_json(item) for item in items])
    answers: dict[str, list[float | int | str]] = {}
    for item in items:
        answers.setdefault(category_of(item), []).append(item["normalized_answer"])
    return Sample(answers, {}, np.zeros(0), np.zeros((0, 2)))


def describe(sample: Sample) -> Table:
    """Rows of the table, as text; a row without numbers in this sample is left out."""
    rows: Table = {}
    kinds = [k for k in CATEGORIES if k in sample.masks or k in sample.answers]
    kinds += sorted((sample.masks.keys() | sample.answers.keys()) - set(CATEGORIES) - {""})
    for kind in kinds:
        asked = sample.masks.get(kind) or sample.answers[kind]
        rows[f"{kind}: questions"] = str(len(asked))
        if sample.masks.get(kind):
            rows[f"{kind}: masks a question"] = _spread(np.array(sample.masks[kind]), "{:.0f}")
    rows |= _answers(sample.answers)
    if len(sample.areas):
        rows["masks"] = str(len(sample.areas))
        rows["mask, % of the picture"] = _spread(100 * sample.areas, "{:.2f}")
        wide, high = np.median(sample.boxes, axis=0) * _PATCHES
        rows["median mask, vision patches"] = f"{wide:.1f} x {high:.1f}"
    return rows


def _answers(answers: dict[str, list[float | int | str]]) -> Table:
    rows: Table = {}
    for kind, unit, form in (("distance", "m", "{:.1f}"), ("count", "pallets", "{:.0f}")):
        if kind in answers:
            values = np.array(answers[kind], np.float64)
            rows[f"{kind}, {unit}"] = _spread(values, form)
            rows[f"{kind}: share of 0"] = f"{100 * np.mean(values == 0):.1f} %"
    if "left_right" in answers:
        left = np.mean([side == "left" for side in answers["left_right"]])
        rows["left_right: share of left"] = f"{100 * left:.1f} %"
    if "mcq" in answers:
        chosen = np.array([int(index) for index in answers["mcq"]])
        rows["mcq: chosen index"] = _spread(chosen, "{:.0f}")
    return rows


def _spread(values: NDArray[np.generic], form: str) -> str:
    """Mean, quartiles and extremes."""
    low, first, middle, third, high = np.percentile(values.astype(np.float64), (0, 25, 50, 75, 100))
    quartiles = "/".join(form.format(v) for v in (first, middle, third))
    mean = form.replace("0f", "1f").format(values.astype(np.float64).mean())
    return f"{mean} ({quartiles}; {form.format(low)} to {form.format(high)})"


def side_by_side(tables: dict[str, Table]) -> str:
    """A Markdown table: a column per file, a row wherever one of them has something to say."""
    names = list(dict.fromkeys(name for table in tables.values() for name in table))
    lines = ["| | " + " | ".join(tables) + " |", "|---" * (len(tables) + 1) + "|"]
    for name in names:
        cells = [table.get(name, "") for table in tables.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher."""
    parser = subparsers.add_parser(
        "statistics",
        help="what question files ask, side by side",
        description="Prints mean (quartiles; least to most) of what each file asks, as Markdown.",
    )
    parser.add_argument("files", type=Path, nargs="+", help="train.json, .parquet or answers")
    add_json_option(parser, "the tables as one JSON object, by file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table."""
    tables = {str(file): describe(read_sample(file)) for file in arguments.files}
    print_results(tables, side_by_side(tables), arguments.json)
    return 0
