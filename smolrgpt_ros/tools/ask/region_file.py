# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions in files: masks as run lengths, polygons or boxes, and whole COCO files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.masks import decode_polygons, decode_rle
from smolrgpt_ros.scene.region import Region

_EXPECTED = (
    'expected a list of {"id", "label", and "rle", "segmentation" or "box"}, or a COCO file with '
    '"images", "annotations" and "categories"'
)


def read_regions(path: Path, shape: Sequence[int], picture: str = "") -> list[Region]:
    """Regions of a JSON file.

    Each entry has an ``id`` (else its number), a ``label`` or ``category``, and one of: ``rle`` or
    ``segmentation`` as COCO run lengths, compressed or not, or as polygons
    ``[x0, y0, x1, y1, ...]``; ``box`` as ``[x0, y0, x1, y1]``; ``bbox`` as COCO's
    ``[x, y, width, height]``. Of a COCO file the annotations of ``picture`` are read.

    Args:
        path: the file.
        shape: ``(H, W)`` that the masks must have.
        picture: name of the picture's file.

    Raises:
        FileNotFoundError: if it is missing.
        ValueError: if it cannot be used; the message names it and what was found.
    """
    if not path.is_file():
        raise FileNotFoundError(f"file not found: {path}")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if isinstance(data, dict) and "annotations" in data:
        data = _annotations(path, data, picture)
    if not isinstance(data, list):
        found = (
            f"keys {', '.join(map(str, data)) or '(none)'}"
            if isinstance(data, dict)
            else type(data).__name__
        )
        raise ValueError(f"{path} holds {found:.120}; {_EXPECTED}")
    regions = []
    for number, entry in enumerate(data):
        try:
            region = _region(entry, number, (int(shape[0]), int(shape[1])))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            cause = f"lacks {error.args[0]}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{path}, region {number}: {cause}") from error
        if region.boxed.shape != tuple(shape):
            raise ValueError(
                f"{path}, region {region.id}: mask is {region.boxed.shape}, picture {tuple(shape)}"
            )
        regions.append(region)
    ids = [region.id for region in regions]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{path}: region ids must differ, found twice: {twice}")
    return regions


def _annotations(path: Path, data: Mapping[str, object], picture: str) -> list[dict[str, object]]:
    """The entries of one picture of a COCO file, their categories by name."""
    try:
        images = {image["file_name"]: image["id"] for image in _list(data, "images")}
        names = {category["id"]: category["name"] for category in _list(data, "categories")}
        by_name = {Path(str(name)).name: number for name, number in images.items()}
        if picture not in by_name:
            known = ", ".join(sorted(by_name)[:6])
            raise ValueError(f"{path} has no picture {picture!r}; its pictures: {known}")
        return [
            {**entry, "label": names[entry["category_id"]]}
            for entry in _list(data, "annotations")
            if entry["image_id"] == by_name[picture]
        ]
    except KeyError as error:
        raise ValueError(f"{path} is no whole COCO file: it lacks {error}") from error


def _list(data: Mapping[str, object], key: str) -> list[dict[str, object]]:
    entries = data[key]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{key!r} of the COCO file holds no list of objects")
    return entries


def _region(entry: object, number: int, shape: tuple[int, int]) -> Region:
    if not isinstance(entry, dict):
        raise TypeError(f"is {entry!r:.60}; {_EXPECTED}")
    label = entry.get("label", entry.get("category"))
    if not isinstance(label, str):
        raise ValueError(f"has no label, found the keys {', '.join(entry)}; {_EXPECTED}")
    identity = entry.get("id", number)
    if isinstance(identity, bool) or not isinstance(identity, int):
        raise TypeError(f"has the id {identity!r:.40}, expected a whole number")
    return Region(identity, label.strip().lower(), _mask(entry, shape))


def _mask(entry: Mapping[str, object], shape: tuple[int, int]) -> NDArray[np.bool_]:
    for key in ("rle", "segmentation"):
        stored = entry.get(key)
        if isinstance(stored, dict):
            return decode_rle(stored)
        if isinstance(stored, list) and stored:
            return decode_polygons(stored, shape)
        if stored:
            raise ValueError(f"{key} is {stored!r:.60}, expected run lengths or polygons")
    for key, sized in (("box", False), ("bbox", True)):
        if key in entry:
            return _box(key, entry[key], sized, shape)
    raise ValueError(f"has no mask, found the keys {', '.join(entry)}; {_EXPECTED}")


def _box(key: str, value: object, sized: bool, shape: tuple[int, int]) -> NDArray[np.bool_]:
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError(f"{key} is {value!r:.60}, expected four numbers")
    x0, y0, x1, y1 = (float(number) for number in value)
    if sized:
        x1, y1 = x0 + x1, y0 + y1
    corners = np.array([x0, y0, x1, y1])
    if not np.isfinite(corners).all() or x1 <= x0 or y1 <= y0:
        raise ValueError(f"{key} is {value!r:.60}, expected a box of positive size")
    left, right = (round(min(max(x, 0.0), shape[1])) for x in (x0, x1))
    top, bottom = (round(min(max(y, 0.0), shape[0])) for y in (y0, y1))
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    return mask
