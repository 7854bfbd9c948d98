# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Question files in the two published layouts: the benchmark's JSON and the training sets' parquet.

JSON (``train.json``): the warehouse benchmark's list of entries, pictures in ``images/NAME`` and
``depths/STEM_depth.png`` beside it. Parquet: one row a question with the columns that SmolRGPT's
published trainer reads; its pictures lie in ``ROOT/dataset_name/images`` and ``.../depths``, so a
data set's folder name is its ``dataset_name``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth import metres
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.pictures import read_rgb

from .storage import complete_file, write_text

IMAGE_TAG, MASK = "<image>\n", "<mask>"
# A region in the published trainer's prompts: its colour token, then its depth token.
_PARQUET_MASK = "<mask_rgb><mask_depth>"
_NUMBERS: dict[str, type[int] | type[float]] = {
    "count": int,
    "direction": int,
    "distance": float,
    "horizontal_distance": float,
    "vertical_distance": float,
    "width": float,
    "height": float,
}


@dataclass(frozen=True)
class Entry:
    """One question of a data set.

    Args:
        id: 32 hexadecimal digits. image: name of the colour picture.
        question: with one ``<mask>`` per region, without the image tag.
        answer: the sentence; empty in a test split.
        rles: COCO compressed run lengths of the masks, in order; ``[Region i]`` is ``rles[i]``.
        category: kind of the question; empty in a test split.
        normalized: the answer as the benchmark scores it; ``None`` in a test split.
        tagged: whether the JSON puts ``<image>`` before the question.

    Raises:
        ValueError: if the question has another number of placeholders than there are masks.
    """

    id: str
    image: str
    question: str
    answer: str
    rles: tuple[dict[str, Any], ...]
    category: str
    normalized: float | int | str | None
    tagged: bool = False

    def __post_init__(self) -> None:
        if self.question.count(MASK) != len(self.rles):
            raise ValueError(
                f"entry {self.id}: {self.question.count(MASK)} {MASK} in the question, "
                f"{len(self.rles)} masks beside it"
            )

    @property
    def depth_image(self) -> str:
        """Name of the depth picture."""
        return f"{Path(self.image).stem}_depth.png"

    def masks(self) -> NDArray[np.bool_]:
        """The masks, shape ``(N, H, W)`` bool, in the order of the placeholders.

        Raises:
            ValueError: if a run-length code is damaged, or there is none.
        """
        if not self.rles:
            raise ValueError(f"entry {self.id} has no masks")
        return np.stack([decode_rle(rle) for rle in self.rles])

    def to_json(self) -> dict[str, Any]:
        """The benchmark's form."""
        tag = IMAGE_TAG if self.tagged else ""
        data: dict[str, Any] = {
            "id": self.id,
            "image": self.image,
            "conversations": [{"from": "human", "value": tag + self.question}],
            "rle": list(self.rles),
        }
        if self.category:
            data["conversations"].append({"from": "gpt", "value": self.answer})
            data |= {
                "category": self.category,
                "normalized_answer": self.normalized,
                "freeform_answer": self.answer,
            }
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Entry:
        """The inverse of :meth:`to_json`; reads the published splits, test included.

        Raises:
            ValueError: if something is missing; the message names the entry and the field.
        """
        try:
            human = str(data["conversations"][0]["value"])
            return cls(
                str(data["id"]),
                str(data["image"]),
                human.removeprefix(IMAGE_TAG),
                str(data.get("freeform_answer", "")),
                tuple(data["rle"]),
                str(data.get("category", "")),
                data.get("normalized_answer"),
                human.startswith(IMAGE_TAG),
            )
        except (KeyError, IndexError, TypeError) as error:
            name = data.get("id", "?") if isinstance(data, dict) else data
            raise ValueError(f"entry {name!r:.60} lacks {error}") from error


def read_entries(path: str | Path) -> list[Entry]:
    """The questions of a ``.json`` or ``.parquet`` file.

    Raises:
        FileNotFoundError: if it is not there.
        ValueError: if it is neither, or an entry is incomplete.
    """
    file = Path(path)
    if file.suffix == ".parquet" and file.is_file():
        import pyarrow.parquet

        return [entry_of_row(row) for row in pyarrow.parquet.read_table(file).to_pylist()]
    return [Entry.from_json(item) for item in read_items(file)]


def read_items(file: Path) -> list[Any]:
    """The items of a JSON list in a file, as they are.

    Raises:
        FileNotFoundError: if it is not there.
        ValueError: if it is not JSON, or holds anything but a list.
    """
    if not file.is_file():
        raise FileNotFoundError(f"question file not found: {file}")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is neither .parquet nor JSON: {error}") from error
    if not isinstance(data, list):
        raise ValueError(f"{file} must hold a list of entries, found {type(data).__name__}")
    return data


def write_json(path: str | Path, entries: Iterable[Entry]) -> None:
    """Writes entries in the benchmark's form; the file appears when complete."""
    write_text(Path(path), json.dumps([entry.to_json() for entry in entries]))


def write_parquet(path: str | Path, entries: Sequence[Entry], dataset_name: str) -> None:
    """Writes entries with the published training sets' columns; the file appears when complete.

    Args:
        dataset_name: the folder that holds ``images/`` and ``depths/``.
    """
    import pyarrow
    import pyarrow.parquet

    text = pyarrow.string()
    rle = pyarrow.struct([("size", pyarrow.list_(pyarrow.int64())), ("counts", text)])
    schema = pyarrow.schema(
        [
            ("id_db", pyarrow.int64()),
            ("id", text),
            ("rgb_image", text),
            ("depth_image", text),
            ("rle", pyarrow.list_(rle)),
            ("texts", pyarrow.struct([("user", text), ("assistant", text)])),
            ("category", text),
            ("normalized_answer", text),
            ("dataset_name", text),
        ]
    )
    rows = [
        {
            "id_db": number,
            "id": entry.id,
            "rgb_image": entry.image,
            "depth_image": entry.depth_image,
            "rle": list(entry.rles),
            "texts": {
                "user": entry.question.replace(MASK, _PARQUET_MASK),
                "assistant": entry.answer,
            },
            "category": entry.category,
            "normalized_answer": None if entry.normalized is None else str(entry.normalized),
            "dataset_name": dataset_name,
        }
        for number, entry in enumerate(entries)
    ]
    with complete_file(Path(path)) as temporary:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema), temporary)


def read_pictures(
    folder: str | Path, entry: Entry
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """An entry's colour picture ``(H, W, 3)`` RGB and its depth picture ``(H, W)``, both uint8.

    Args:
        folder: holds ``images/`` and ``depths/``. The depth picture is stretched per image: it has
            no metres. ``None`` where there is none.

    Raises:
        FileNotFoundError: if the colour picture is missing.
        ValueError: if the pictures' sizes or the masks' differ.
    """
    base = Path(folder)
    rgb = read_rgb(base / "images" / entry.image)
    depth = cv2.imread(str(base / "depths" / entry.depth_image), cv2.IMREAD_GRAYSCALE)
    sizes = {rgb.shape[:2], *(tuple(rle["size"]) for rle in entry.rles)}
    if depth is not None:
        sizes.add(depth.shape[:2])
    if len(sizes) > 1:
        raise ValueError(f"entry {entry.id}: sizes of pictures and masks differ: {sorted(sizes)}")
    return rgb, None if depth is None else depth.astype(np.uint8, copy=False)


def read_metric(
    folder: str | Path, entry: Entry
) -> tuple[NDArray[np.float32], CameraIntrinsics] | None:
    """Metric depth ``(H, W)``, metres, NaN where invalid, and the camera of an entry's frame.

    Only the simulator writes them (``metric/`` and ``cameras/``); ``None`` where they are missing.

    Raises:
        ValueError: if the picture is damaged.
    """
    base, stem = Path(folder), Path(entry.image).stem
    metric, camera = base / "metric" / f"{stem}.png", base / "cameras" / f"{stem}.json"
    if not metric.is_file() or not camera.is_file():
        return None
    millimetres = cv2.imread(str(metric), cv2.IMREAD_UNCHANGED)
    if millimetres is None or millimetres.ndim != 2:
        raise ValueError(f"{metric} is not a 16-bit depth picture")
    return metres(millimetres), CameraIntrinsics(**json.loads(camera.read_text())["intrinsics"])


def entry_of_row(row: dict[str, Any]) -> Entry:
    """The entry in a row of the parquet layout.

    Raises:
        ValueError: if a column is missing.
    """
    try:
        category, answer = row["category"] or "", row["normalized_answer"]
        number = _NUMBERS.get(category)
        return Entry(
            str(row["id"]),
            str(row["rgb_image"]),
            # Published rows may still use the benchmark's own placeholder.
            row["texts"]["user"].removeprefix(IMAGE_TAG).replace(_PARQUET_MASK, MASK),
            row["texts"]["assistant"] or "",
            tuple(row["rle"] or ()),
            category,
            answer if number is None or answer is None else number(float(answer)),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"row {row.get('id', '?')!r:.60} lacks {error}") from error
