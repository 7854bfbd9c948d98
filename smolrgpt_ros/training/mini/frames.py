# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cache of training frames: small pictures, mask weights, geometry and dense labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from smolrgpt_ros.model.architecture.layers import mask_weights
from smolrgpt_ros.model.geometry_tokens.features import frame_geometry
from smolrgpt_ros.model.preprocessing.images import depth_picture, picture_depth_values, rgb_values
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from ..data.simulated_frames import CLASSES


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
    """All frames of a run, pictures memory-mapped; made by ``frame_cache``.

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

    def objects(self, frame: int) -> tuple[ObjectTruth, ...]:
        """The objects of a frame's regions, in their order."""
        by_id = {item.id: item for item in self.truths[frame].regions}
        return tuple(by_id[int(number)] for number in self.object_ids[self.regions(frame)])


def record_of(
    simulated: SimulatedFrame,
    regions: Sequence[Region],
    image_size: int,
    mask_grid: int,
    patch_size: int,
) -> FrameRecord:
    """The record of a simulated frame, with regions as the model is to see them.

    Dense labels are of the true ones.
    """
    frame = simulated.frame
    rgb = np.rint((rgb_values(frame.rgb, image_size).transpose(1, 2, 0) + 1) * 127.5)
    assert frame.depth is not None and frame.intrinsics is not None
    picture = depth_picture(frame.depth)
    if picture is None:
        raise ValueError("a frame without any valid depth cannot be trained on")
    depth = np.rint(picture_depth_values(picture, image_size)[0] * 255)
    masks = np.stack([region.mask for region in regions])
    weights, _ = mask_weights(torch.from_numpy(masks.astype(np.float32)), mask_grid)
    classes, points = _dense_labels(simulated, image_size // patch_size)
    return FrameRecord(
        rgb=rgb.astype(np.uint8),
        depth=depth.astype(np.uint8),
        masks=(weights.numpy() * 255).round().astype(np.uint8),
        geometry=frame_geometry(frame.depth, frame.intrinsics, masks),
        object_ids=np.array([region.id for region in regions], np.int32),
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
