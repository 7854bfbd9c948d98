# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The truth about a rendered scene: which objects are visible, their masks and their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.masks import BoxedMask, encode_rle

from ..world.parts import Part
from ..world.site import CLEARLY_INSIDE, SceneObject
from ..world.spec import SceneSpec
from .projection import PinholeView, filled_polygon, polygon_area
from .renderer import intrinsics_for
from .truth import FrameTruth, ObjectTruth

# What a region must show: share of the picture, and share of the whole object. A loaded
# transporter shows little more than its nose.
_LEAST = {
    "pallet": 0.0011,
    "transporter": 0.0007,
    "shelf": 0.003,
    "buffer": 0.008,
    "person": 0.0007,
    "forklift": 0.0011,
}
_LEAST_SHARE = {
    "pallet": 0.33,
    "transporter": 0.12,
    "shelf": 0.33,
    "buffer": 0.45,
    "person": 0.33,
    "forklift": 0.33,
}
_LEAST_BUFFER = 0.35
STILL_SEEN = 12
"""Pixels from which on an object may be found by who looks, asked for or not."""


@dataclass(frozen=True, eq=False)
class _Visibility:
    """What a picture shows of an object.

    Args:
        mask: ``(H, W)`` bool; ``None`` where too little is seen to be worth one.
        pixels: number of visible ones.
        share: of what would be visible alone in an endless picture, in [0, 1].
    """

    mask: NDArray[np.bool_] | None
    pixels: int
    share: float


@dataclass(frozen=True, eq=False)
class _Picture:
    """A rendered scene, and what the visibility of its objects is worked out from.

    Args:
        owner: ``(H, W)`` object id per pixel, from the renderer.
        pixels: visible pixels by object id.
        inside: ids of the buffers that each object stands in, by object id.
    """

    scene: SceneSpec
    view: PinholeView
    owner: NDArray[np.int32]
    pixels: NDArray[np.int64]
    inside: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, scene: SceneSpec, owner: NDArray[np.int32]) -> _Picture:
        height, width = owner.shape
        intrinsics = intrinsics_for(scene.camera, width, height)
        view = PinholeView(scene.camera.rotation(), np.array(scene.camera.position), intrinsics)
        pixels = np.bincount(owner.ravel() + 1, minlength=len(scene.objects) + 1)[1:]
        buffers = [o for o in scene.objects if o.label == "buffer"]
        inside = {o.id: _buffers_around(o, buffers) for o in scene.objects}
        return cls(scene, view, owner, pixels, inside)


def annotate_frame(
    scene: SceneSpec, owner: NDArray[np.int32], seed: int
) -> tuple[FrameTruth, dict[int, NDArray[np.bool_]]]:
    """The truth about a rendered scene, and the masks of its regions by object id.

    Args:
        owner: ``(H, W)`` object id per pixel, from the renderer.
        seed: what the scene was made from, for the record.
    """
    picture = _Picture.of(scene, owner)
    parts_of: dict[int, list[Part]] = {}
    for part in scene.parts:
        if part.owner >= 0:
            parts_of.setdefault(part.owner, []).append(part)
    found, masks = [], {}
    for item in scene.objects:
        if item.label == "buffer":
            seen = _buffer_visibility(picture, item)
        else:
            seen = _visibility(picture, item, parts_of[item.id])
        truth = _object_truth(picture, item, seen)
        found.append(truth)
        if truth.is_region and seen.mask is not None:
            masks[item.id] = seen.mask
    frame = FrameTruth(
        seed,
        scene.family,
        picture.view.intrinsics,
        scene.camera.position,
        tuple(float(v) for v in picture.view.rotation.ravel()),
        tuple(found),
    )
    return frame, masks


def visible_masks(
    scene: SceneSpec,
    owner: NDArray[np.int32],
    least: int,
    least_of_buffer: float = _LEAST_BUFFER,
) -> list[tuple[SceneObject, NDArray[np.bool_]]]:
    """Objects with at least ``least`` pixels in view and their masks, regions or not.

    A buffer counts where a share of ``least_of_buffer`` is in view: from less than the default,
    nobody could tell where it ends, but its mask may be found all the same.
    """
    picture = _Picture.of(scene, owner)
    found: list[tuple[SceneObject, NDArray[np.bool_]]] = []
    for item in scene.objects:
        if item.label == "buffer":
            seen = _buffer_visibility(picture, item)
            if seen.mask is not None and seen.pixels >= least and seen.share >= least_of_buffer:
                found.append((item, seen.mask))
        elif picture.pixels[item.id] >= least:
            found.append((item, owner == item.id))
    return found


def with_regions(truth: FrameTruth, masks: Mapping[int, NDArray[np.bool_]]) -> FrameTruth:
    """The truth with further objects as regions, whose masks are given by their ids.

    Args:
        masks: ``(H, W)`` bool, none empty; see :func:`visible_masks`.
    """
    boxed = {i: BoxedMask.of(mask) for i, mask in masks.items()}
    objects = (_as_region(o, boxed[o.id]) if o.id in boxed else o for o in truth.objects)
    return replace(truth, objects=tuple(objects))


def _visibility(picture: _Picture, item: SceneObject, parts: Sequence[Part]) -> _Visibility:
    pixels = int(picture.pixels[item.id])
    if pixels < _LEAST[item.label] * picture.owner.size:
        return _Visibility(None, pixels, 0.0)
    alone = picture.view.unoccluded_area(parts)
    share = min(1.0, pixels / alone) if alone else 0.0
    return _Visibility(picture.owner == item.id, pixels, share)


def _buffer_visibility(picture: _Picture, item: SceneObject) -> _Visibility:
    """Its mask is the whole rectangle in the picture with what stands on it.

    Visible is what shows floor, tape or something that stands inside; what other objects hide
    counts as hidden, and so does what lies outside the picture.
    """
    owner, view = picture.owner, picture.view
    height, width = owner.shape
    polygon = view.polygon(np.concatenate([item.footprint.corners(), np.zeros((4, 1))], axis=1))
    rectangle = filled_polygon(polygon, width, height)
    if len(polygon) < 3:
        return _Visibility(rectangle, 0, 0.0)
    contents = [o.id for o in picture.scene.objects if item.id in picture.inside[o.id]]
    stands = np.isin(owner, contents) if contents else np.zeros_like(rectangle)
    visible = rectangle & (stands | (owner == -1) | (owner == item.id))
    pixels, whole = int(visible.sum()), polygon_area(polygon)
    return _Visibility(rectangle | stands, pixels, min(1.0, pixels / whole) if whole > 0 else 0.0)


def _object_truth(picture: _Picture, item: SceneObject, seen: _Visibility) -> ObjectTruth:
    view = picture.view
    least = _LEAST[item.label] * picture.owner.size
    enough = seen.pixels >= least and seen.share >= _LEAST_SHARE[item.label]
    boxed = BoxedMask.of(seen.mask) if seen.mask is not None and enough else None
    x, y, z = view.to_optical(np.array([item.centre]))[0]
    length, width, height = item.size
    ahead = view.rotation[2, :2]
    yaw = item.yaw - float(np.arctan2(ahead[1], ahead[0]))
    truth = ObjectTruth(
        id=item.id,
        label=item.label,
        centre=(round(float(x), 4), round(float(y), 4), round(float(z), 4)),
        size=(round(float(length), 4), round(float(width), 4), round(float(height), 4)),
        yaw=round(float(np.arctan2(np.sin(yaw), np.cos(yaw))), 4),
        load=item.load,
        carried_by=item.carried_by,
        inside=picture.inside[item.id],
        is_region=False,
        visible_pixels=seen.pixels,
        visible_share=round(float(seen.share), 3),
    )
    return truth if boxed is None or boxed.box is None else _as_region(truth, boxed)


def _as_region(truth: ObjectTruth, boxed: BoxedMask) -> ObjectTruth:
    assert boxed.box is not None  # of what is in view
    u, v = boxed.centroid or (0.0, 0.0)
    return replace(
        truth,
        is_region=True,
        centroid=(round(u, 2), round(v, 2)),
        box=boxed.box,
        area=boxed.area,
        rle=encode_rle(boxed),
    )


def _buffers_around(item: SceneObject, buffers: list[SceneObject]) -> tuple[int, ...]:
    """Ids of the buffers that an object stands in; a carried pallet stands in none."""
    if item.label not in ("pallet", "transporter") or item.carried_by >= 0:
        return ()
    x, y, _ = item.centre
    return tuple(b.id for b in buffers if b.footprint.depth_of(x, y) > CLEARLY_INSIDE)
