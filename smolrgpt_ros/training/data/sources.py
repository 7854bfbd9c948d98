# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sources of samples: question files in the published layouts, with random access."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from smolrgpt_ros.simulation.datasets.published_layout import Entry, entry_of_row, read_items

_IMAGE_TAG = "<image>"
_GROUPS_KEPT = 4
"""Row groups of a parquet file that are held in memory, per process."""


class Source(Protocol):
    """Entries of one data set.

    ``name`` is the path for messages; ``runs`` are lengths of neighbouring entries that are cheap
    to read one after another.
    """

    name: str
    runs: Sequence[int]

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Entry:
        """Reads an entry; ``ValueError`` where it is damaged."""
        ...

    def folder(self, index: int) -> Path:
        """Folder with ``images/`` and ``depths/`` of an entry."""
        ...

    def images(self) -> Sequence[str]:
        """Name of each entry's colour picture; cheap."""
        ...


class JsonSource:
    """A published ``train.json`` or a list of captions (as LLaVA-CC3M has them), held in memory.

    Args:
        path: of the file; its pictures are beside it.
        pictures: folder of the pictures, where they are elsewhere.

    Raises:
        FileNotFoundError: if the file is not there.
        ValueError: if it holds no list.
    """

    def __init__(self, path: Path, pictures: Path | None = None) -> None:
        self._items = read_items(path)
        self.name = str(path)
        self.runs: Sequence[int] = (len(self._items),)
        self._folder = pictures or path.parent

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Entry:
        item = self._items[index]
        return Entry.from_json(item) if "rle" in item else _caption(item)

    def folder(self, index: int) -> Path:
        return self._folder

    def images(self) -> Sequence[str]:
        return [str(item.get("image", "")) for item in self._items]


def _caption(item: dict[str, Any]) -> Entry:
    """An entry without regions: a picture and its caption; the image tag may be at either end."""
    try:
        human, reply = (str(turn["value"]) for turn in item["conversations"][:2])
        question = human.replace(_IMAGE_TAG, "").strip()
        return Entry(str(item["id"]), str(item["image"]), question, reply, (), "caption", None)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"entry {item.get('id', '?')!r:.60} lacks {error}") from error


class ParquetSource:
    """Published parquet files, read a row group at a time; a few groups are kept.

    Args:
        path: a file, or a folder of them.
        pictures: folder with ``images/`` and ``depths/``; by default the file's folder, or the
            folder of the row's ``dataset_name`` beside the file.

    Raises:
        FileNotFoundError: if there is no file.
    """

    def __init__(self, path: Path, pictures: Path | None = None) -> None:
        import pyarrow.parquet

        self._files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not self._files or not all(file.is_file() for file in self._files):
            raise FileNotFoundError(f"training data not found: no parquet file at {path}")
        self.name = str(path)
        self._pictures = pictures
        self._groups: list[tuple[Path, int]] = []
        runs: list[int] = []
        for file in self._files:
            metadata = pyarrow.parquet.read_metadata(file)
            for group in range(metadata.num_row_groups):
                self._groups.append((file, group))
                runs.append(metadata.row_group(group).num_rows)
        self.runs: Sequence[int] = tuple(runs)
        self._starts = [sum(runs[:i]) for i in range(len(runs))]
        self._kept: OrderedDict[int, list[dict[str, Any]]] = OrderedDict()

    def __len__(self) -> int:
        return sum(self.runs)

    def __getitem__(self, index: int) -> Entry:
        return entry_of_row(self._row(index)[1])

    def folder(self, index: int) -> Path:
        file, row = self._row(index)
        if self._pictures is not None:
            return self._pictures
        beside = file.parent / str(row.get("dataset_name"))
        return beside if (beside / "images").is_dir() else file.parent

    def images(self) -> Sequence[str]:
        import pyarrow.parquet

        names: list[str] = []
        for file in self._files:
            names += pyarrow.parquet.read_table(file, columns=["rgb_image"])[0].to_pylist()
        return names

    def _row(self, index: int) -> tuple[Path, dict[str, Any]]:
        import pyarrow.parquet

        group = bisect_right(self._starts, index) - 1
        file, number = self._groups[group]
        if group not in self._kept:
            table = pyarrow.parquet.ParquetFile(file).read_row_group(number)
            self._kept[group] = table.to_pylist()
            while len(self._kept) > _GROUPS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(group)
        return file, self._kept[group][index - self._starts[group]]


def open_source(path: str | Path, pictures: str | Path | None = None) -> Source:
    """The source at a path: ``.json``, ``.parquet``, or a folder of parquet files.

    Raises:
        FileNotFoundError: if nothing is there.
        ValueError: if it is neither.
    """
    where = Path(path)
    beside = None if pictures is None else Path(pictures)
    if where.suffix == ".json":
        return JsonSource(where, beside)
    if where.suffix == ".parquet" or where.is_dir() or not where.suffix:
        return ParquetSource(where, beside)
    raise ValueError(f"training data must be .json, .parquet or a folder of parquet, found {where}")
