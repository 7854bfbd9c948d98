# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cache of training frames: small pictures, mask weights, geometry and dense labels."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from smolrgpt_ros.model.architecture.layers import mask_weights
from smolrgpt_ros.model.geometry_tokens.features import frame_geometry
from smolrgpt_ros.model.preprocessing.images import depth_picture, picture_depth_values, rgb_values
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from ..data.simulated_frames import (
    CLASSES,
    FramesPlan,
    simulate_training_frame,
    simulated_in_order,
)


@dataclass(frozen=True)
class FrameRecord:
    """One frame as the cache stores it. ``M`` regions, ``S`` picture side, ``P`` patches.

    Args:
        rgb: ``(S, S, 3)`` uint8. depth: ``(S, S)`` uint8, the benchmark's picture.
        masks: ``(M, G, G)`` uint8, mask weights on the refined map times 255.
        geometry: ``(M, FEATURE_COUNT)`` float32, from the depth that the sensor gave.
        object_ids: ``(M,)`` int, the object of each region.
        patch_classes: ``(P, C)`` float16, share of each class in each patch.
        patch_points: ``(P, 3)`` float16, mean position in metres, optical frame; NaN without depth.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    object_ids: NDArray[np.int32]
    patch_classes: NDArray[np.float16]
    patch_points: NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class CachedFrames:
    """All frames of a run, pictures memory-mapped; made by :func:`build_cache`.

    Arrays are those of :class:`FrameRecord`: one row per frame, or one per region in the order of
    the frames, ``offsets`` (frames + 1) being the first region of each.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint8]
    patch_classes: NDArray[np.float16]
    patch_points: NDArray[np.float16]
    masks: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    object_ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    truths: tuple[FrameTruth, ...]

    def __len__(self) -> int:
        return len(self.truths)

    def first(self, count: int) -> CachedFrames:
        """The first ``count`` of them."""
        regions = int(self.offsets[count])
        return CachedFrames(
            rgb=self.rgb[:count],
            depth=self.depth[:count],
            patch_classes=self.patch_classes[:count],
            patch_points=self.patch_points[:count],
            masks=self.masks[:regions],
            geometry=self.geometry[:regions],
            object_ids=self.object_ids[:regions],
            offsets=self.offsets[: count + 1],
            truths=self.truths[:count],
        )

    def pixel_values(self, index: NDArray[np.intp]) -> torch.Tensor:
        """``(B, 3, S, S)`` float32 in [-1, 1] of the chosen frames."""
        pictures = torch.from_numpy(np.ascontiguousarray(self.rgb[index]))
        return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1

    def depth_values(self, index: NDArray[np.intp]) -> torch.Tensor:
        """``(B, 3, S, S)`` float32 in [0, 1] of the chosen frames."""
        pictures = torch.from_numpy(np.ascontiguousarray(self.depth[index]))
        return (pictures.float() / 255)[:, None].expand(-1, 3, -1, -1)

    def regions(self, frame: int) -> slice:
        """Rows of ``masks``, ``geometry`` and ``object_ids`` that belong to a frame."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))


def record_of(
    simulated: SimulatedFrame, image_size: int, mask_grid: int, patch_size: int
) -> FrameRecord:
    """The record of a simulated frame."""
    frame = simulated.frame
    rgb = np.rint((rgb_values(frame.rgb, image_size).transpose(1, 2, 0) + 1) * 127.5)
    assert frame.depth is not None and frame.intrinsics is not None
    picture = depth_picture(frame.depth)
    if picture is None:
        raise ValueError("a frame without any valid depth cannot be trained on")
    depth = np.rint(picture_depth_values(picture, image_size)[0] * 255)
    masks = np.stack([region.mask for region in simulated.regions])
    weights, _ = mask_weights(torch.from_numpy(masks.astype(np.float32)), mask_grid)
    classes, points = _dense_labels(simulated, image_size // patch_size)
    return FrameRecord(
        rgb=rgb.astype(np.uint8),
        depth=depth.astype(np.uint8),
        masks=(weights.numpy() * 255).round().astype(np.uint8),
        geometry=frame_geometry(frame.depth, frame.intrinsics, masks),
        object_ids=np.array([region.id for region in simulated.regions], np.int32),
        patch_classes=classes,
        patch_points=points,
    )


def _dense_labels(
    simulated: SimulatedFrame, grid: int
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Class shares and mean positions on a ``grid`` x ``grid`` raster of the picture."""
    frame = simulated.frame
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    shares = np.zeros((len(CLASSES), frame.height, frame.width), np.float32)
    for region in simulated.regions:
        shares[CLASSES.index(region.label)][region.mask] = 1
    u = (np.arange(frame.width, dtype=np.float32) - camera.cx) / camera.fx
    v = (np.arange(frame.height, dtype=np.float32) - camera.cy) / camera.fy
    points = np.stack([depth * u, depth * v[:, None], depth])
    valid = np.isfinite(depth)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _cells(np.where(valid, points, 0), grid) / _cells(
            valid[None].astype(np.float32), grid
        )
    classes = _cells(shares, grid)
    flat = grid * grid
    return (
        classes.reshape(len(CLASSES), flat).T.astype(np.float16),
        mean.reshape(3, flat).T.astype(np.float16),
    )


def _cells(maps: NDArray[np.float32], grid: int) -> NDArray[np.float32]:
    """Area mean of ``(C, H, W)`` maps over a raster of ``grid`` x ``grid`` cells."""
    tensor = torch.from_numpy(np.ascontiguousarray(maps, np.float32))[None]
    means: NDArray[np.float32] = functional.adaptive_avg_pool2d(tensor, grid)[0].numpy()
    return means


def build_cache(
    plan: FramesPlan,
    out: Path,
    *,
    image_size: int,
    mask_grid: int,
    patch_size: int,
    workers: int = 1,
) -> CachedFrames:
    """Simulates a run's frames and caches their records; a finished cache is reused.

    Args:
        plan: the frames.
        out: folder of the cache.
        image_size, mask_grid, patch_size: of the model.
        workers: processes.
    """
    marker = out / "cache.json"
    sizes = {"image_size": image_size, "mask_grid": mask_grid, "patch_size": patch_size}
    wanted = {**sizes, **asdict(plan)}
    if not (marker.exists() and json.loads(marker.read_text()) == wanted):
        out.mkdir(parents=True, exist_ok=True)
        _write_cache(plan, out, sizes, workers)
        marker.write_text(json.dumps(wanted))
    return open_cache(out)


def _write_cache(plan: FramesPlan, out: Path, sizes: dict[str, int], workers: int) -> None:
    side, cells = sizes["image_size"], (sizes["image_size"] // sizes["patch_size"]) ** 2
    count = plan.frames
    shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
        "rgb": ((count, side, side, 3), np.uint8),
        "depth": ((count, side, side), np.uint8),
        "patch_classes": ((count, cells, len(CLASSES)), np.float16),
        "patch_points": ((count, cells, 3), np.float16),
    }
    arrays = {
        name: np.lib.format.open_memmap(out / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
        for name, (shape, dtype) in shapes.items()
    }
    ragged: dict[str, list[NDArray[np.generic]]] = {"masks": [], "geometry": [], "object_ids": []}
    truths = []
    records = simulated_in_order(partial(_make_record, plan, sizes), range(count), workers)
    for row, (record, truth) in enumerate(records):
        values = vars(record)
        for name, array in arrays.items():
            array[row] = values[name]
        for name, parts in ragged.items():
            parts.append(values[name])
        truths.append(json.dumps(truth))
    for array in arrays.values():
        array.flush()
    lengths = [len(part) for part in ragged["object_ids"]]
    np.save(out / "offsets.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    for name, parts in ragged.items():
        np.save(out / f"{name}.npy", np.concatenate(parts))
    (out / "truths.jsonl").write_text("\n".join(truths) + "\n")


def _make_record(
    plan: FramesPlan, sizes: dict[str, int], index: int
) -> tuple[FrameRecord, dict[str, object]]:
    simulated = simulate_training_frame(plan, index)
    return record_of(simulated, **sizes), simulated.truth.to_json()


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
