# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Files of a run's frames: written part by part, so that an interrupted run goes on."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np

from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT
from smolrgpt_ros.simulation.sensing.truth import FrameTruth

from ..data.simulated_frames import CLASSES, simulated_in_order
from .frames import CachedFrames, FrameRecord, record_of
from .training_frames import MiniFrames, training_frame

_PART = 200
"""Frames that are simulated between two saved states."""
_RAGGED = ("masks", "geometry", "object_ids")


def build_cache(
    plan: MiniFrames,
    out: Path,
    *,
    image_size: int,
    mask_grid: int,
    patch_size: int,
    workers: int = 1,
) -> CachedFrames:
    """Simulates a run's frames and caches their records; what is there already is kept.

    Args:
        plan: the frames.
        out: folder of the cache.
        image_size, mask_grid, patch_size: of the model.
        workers: processes.

    Raises:
        ValueError: if the folder holds the frames of another plan.
    """
    sizes = {"image_size": image_size, "mask_grid": mask_grid, "patch_size": patch_size}
    wanted = {**sizes, "geometry_features": FEATURE_COUNT, **plan.to_json()}
    note = out / "cache.json"
    if note.exists() and json.loads(note.read_text()) != wanted:
        raise ValueError(
            f"{out} holds frames of another recipe or version: remove it, or set --run-dir"
        )
    if not (out / "truths.jsonl").exists():
        out.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(wanted))
        _write_cache(plan, out, sizes, workers)
    return open_cache(out)


def _write_cache(plan: MiniFrames, out: Path, sizes: dict[str, int], workers: int) -> None:
    count = plan.data.frames
    arrays = _mapped_arrays(out, count, sizes)
    parts = []
    for first in range(0, count, _PART):
        rows = range(first, min(first + _PART, count))
        part = out / f"part_{first:06d}.npz"
        parts.append(part)
        if part.exists():
            continue
        records, truths = [], []
        make = partial(_make_record, plan, sizes)
        for row, (record, truth) in zip(rows, simulated_in_order(make, rows, workers), strict=True):
            for name, array in arrays.items():
                array[row] = vars(record)[name]
            records.append(record)
            truths.append(json.dumps(truth))
        for array in arrays.values():
            array.flush()
        _save_part(part, records, truths)
    _join_parts(out, parts)


def _mapped_arrays(out: Path, count: int, sizes: dict[str, int]) -> dict[str, np.memmap]:
    """Arrays with a row per frame, in files; those of an interrupted run are opened again."""
    side, cells = sizes["image_size"], (sizes["image_size"] // sizes["patch_size"]) ** 2
    shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
        "rgb": ((count, side, side, 3), np.uint8),
        "depth": ((count, side, side), np.uint8),
        "patch_classes": ((count, cells, len(CLASSES)), np.float16),
        "patch_points": ((count, cells, 3), np.float16),
    }
    found: dict[str, np.memmap] = {}
    for name, (shape, dtype) in shapes.items():
        path = out / f"{name}.npy"
        mode = "r+" if path.exists() else "w+"
        found[name] = np.lib.format.open_memmap(path, mode=mode, dtype=dtype, shape=shape)
    return found


def _save_part(path: Path, records: list[FrameRecord], truths: list[str]) -> None:
    """Writes the regions and truths of some frames; the file is there when it is whole."""
    partial_file = path.with_suffix(".partial")
    masks, geometry, object_ids = (
        np.concatenate([vars(record)[name] for record in records]) for name in _RAGGED
    )
    with partial_file.open("wb") as file:
        np.savez(
            file,
            masks=masks,
            geometry=geometry,
            object_ids=object_ids,
            lengths=np.array([len(record.object_ids) for record in records]),
            truths=np.array(truths),
        )
    partial_file.rename(path)


def _join_parts(out: Path, parts: list[Path]) -> None:
    """Writes the arrays of all parts as one each; the truths last, as the sign of a whole cache."""
    loaded = [np.load(part) for part in parts]
    for name in _RAGGED:
        np.save(out / f"{name}.npy", np.concatenate([part[name] for part in loaded]))
    lengths = np.concatenate([part["lengths"] for part in loaded])
    np.save(out / "offsets.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    truths = [str(line) for part in loaded for line in part["truths"]]
    written = out / "truths.partial"
    written.write_text("\n".join(truths) + "\n")
    written.rename(out / "truths.jsonl")
    for part in parts:
        part.unlink()


def _make_record(
    plan: MiniFrames, sizes: dict[str, int], index: int
) -> tuple[FrameRecord, dict[str, object]]:
    simulated, regions = training_frame(plan, index)
    return record_of(simulated, regions, **sizes), simulated.truth.to_json()


def open_cache(folder: Path) -> CachedFrames:
    """Opens a cache that :func:`build_cache` finished."""
    lines = (folder / "truths.jsonl").read_text().splitlines()
    mapped = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r")
        for name in ("rgb", "depth", "patch_classes", "patch_points", "masks")
    }
    return CachedFrames(
        **mapped,
        geometry=np.load(folder / "geometry.npy"),
        object_ids=np.load(folder / "object_ids.npy"),
        offsets=np.load(folder / "offsets.npy"),
        truths=tuple(FrameTruth.from_json(json.loads(line)) for line in lines),
    )
