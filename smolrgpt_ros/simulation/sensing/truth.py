"""What is true about one frame: objects, masks, who stands where. Serialises to plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import CameraIntrinsics
from smolrgpt_ros.scene.masks import box_of, centroid_of, decode_rle, encode_rle
from smolrgpt_ros.scene.rotations import rotation_matrix

from ..world.furnishing import CLEARLY_INSIDE, SceneObject
from ..world.parts import Part
from ..world.scenes import SceneSpec
from .renderer import intrinsics_for

_NEAR = 0.05
# What a region must show: share of the picture, and share of the whole object. A loaded
# transporter shows little more than its nose.
_LEAST = {"pallet": 0.0011, "transporter": 0.0007, "shelf": 0.003, "buffer": 0.008}
_LEAST_SHARE = {"pallet": 0.33, "transporter": 0.12, "shelf": 0.33, "buffer": 0.45}
# Areas without occlusion are counted on a coarser canvas, cut where it would become huge.
_COARSE, _LARGEST = 0.5, 1600


@dataclass(frozen=True)
class ObjectTruth:
    """One object of a frame. Coordinates in the camera's optical frame (REP-103), metres.

    Args:
        id: index among the frame's objects; also the ``Region`` id.
        label: pallet, transporter, shelf or buffer.
        centre: of its box, load included; of a buffer: middle of the rectangle on the floor.
        size: length, width, height of that box.
        yaw: radians about the world's up axis from the camera's horizontal viewing direction to
            the length axis, positive to the left.
        load: ``"empty"`` or ``"loaded"`` for pallets and transporters, else ``""``.
        carried_by: id of the transporter under a pallet, -1 for none.
        inside: ids of the buffers it stands in (its footprint's centre); a carried pallet stands in
            none, whatever is below its transporter.
        is_region: whether it is visible enough to be a region of the frame and asked about.
        visible_pixels: pixels it owns in the picture. visible_share: those over the pixels it
            would own alone in an endless picture, in [0, 1].
        centroid: mean ``(x, y)`` of the mask, pixels. box: ``(x0, y0, x1, y1)`` of the mask.
        area: pixels of the mask. rle: the mask; ``None`` where ``is_region`` is false.
    """

    id: int
    label: str
    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float
    load: str
    carried_by: int
    inside: tuple[int, ...]
    is_region: bool
    visible_pixels: int
    visible_share: float
    centroid: tuple[float, float] = (0.0, 0.0)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    area: int = 0
    rle: dict[str, Any] | None = None

    def mask(self) -> NDArray[np.bool_]:
        """The mask, ``(H, W)`` bool.

        Raises:
            ValueError: if the object is not a region of the frame.
        """
        if self.rle is None:
            raise ValueError(f"object {self.id} ({self.label}) is hardly visible and has no mask")
        return decode_rle(self.rle)


@dataclass(frozen=True)
class FrameTruth:
    """All that is true about a frame.

    Args:
        world_to_optical: row-major rotation, 9 numbers. camera_position: in the world, z up.
    """

    seed: int
    family: str
    intrinsics: CameraIntrinsics
    camera_position: tuple[float, float, float]
    world_to_optical: tuple[float, ...]
    objects: tuple[ObjectTruth, ...]

    @property
    def width(self) -> int:
        return self.intrinsics.width

    @property
    def height(self) -> int:
        return self.intrinsics.height

    @property
    def regions(self) -> tuple[ObjectTruth, ...]:
        """The objects that can be asked about."""
        return tuple(o for o in self.objects if o.is_region)

    def axes_of(self, item: ObjectTruth) -> NDArray[np.float64]:
        """An object's own axes in the optical frame, ``(3, 3)``: rows along its length, its width
        (to the left of its length) and up; they go with ``item.size``."""
        up = np.array(self.world_to_optical).reshape(3, 3)[:, 2]
        ahead = np.array([0.0, 0.0, 1.0]) - up[2] * up
        ahead /= np.linalg.norm(ahead)
        left = np.cross(up, ahead)
        length = np.cos(item.yaw) * ahead + np.sin(item.yaw) * left
        return np.stack([length, np.cross(up, length), up])

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and strings."""
        return {
            **vars(self),
            "intrinsics": vars(self.intrinsics).copy(),
            "objects": [vars(o).copy() for o in self.objects],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FrameTruth:
        """The inverse of ``to_json``.

        Raises:
            KeyError, TypeError: if fields are missing or unknown.
        """
        fields = dict(data)
        fields["intrinsics"] = CameraIntrinsics(**fields["intrinsics"])
        for name in ("camera_position", "world_to_optical"):
            fields[name] = tuple(fields[name])
        objects = []
        for item in fields["objects"]:
            values = dict(item)
            for name in ("centre", "size", "inside", "centroid", "box"):
                values[name] = tuple(values[name])
            objects.append(ObjectTruth(**values))
        fields["objects"] = tuple(objects)
        return cls(**fields)


def find_truth(
    scene: SceneSpec, owner: NDArray[np.int32], seed: int
) -> tuple[FrameTruth, dict[int, NDArray[np.bool_]]]:
    """The truth about a rendered scene, and the masks of its regions by object id.

    Args:
        owner: ``(H, W)`` object id per pixel, from the renderer.
        seed: what the scene was made from, for the record.
    """
    height, width = owner.shape
    intrinsics = intrinsics_for(scene.camera, width, height)
    eye = _Eye(scene.camera.rotation(), np.array(scene.camera.position), intrinsics)
    counts = np.bincount(owner.ravel() + 1, minlength=len(scene.objects) + 1)[1:]
    parts_of: dict[int, list[Part]] = {}
    for part in scene.parts:
        if part.owner >= 0:
            parts_of.setdefault(part.owner, []).append(part)
    buffers = [o for o in scene.objects if o.label == "buffer"]
    inside = {o.id: _buffers_around(o, buffers) for o in scene.objects}
    found, masks = [], {}
    for item in scene.objects:
        mask: NDArray[np.bool_] | None
        if item.label == "buffer":
            standing = [o.id for o in scene.objects if item.id in inside[o.id]]
            mask, seen, share = _buffer_mask(eye, item, owner, standing)
        else:
            seen = int(counts[item.id])
            enough = seen >= _LEAST[item.label] * owner.size
            alone = eye.area_alone(parts_of[item.id]) if enough else 0.0
            share = min(1.0, seen / alone) if alone else 0.0
            mask = owner == item.id if enough else None
        truth = _object_truth(eye, item, inside[item.id], mask, seen, share)
        found.append(truth)
        if truth.is_region and mask is not None:
            masks[item.id] = mask
    frame = FrameTruth(
        seed,
        scene.family,
        intrinsics,
        scene.camera.position,
        tuple(float(v) for v in eye.rotation.ravel()),
        tuple(found),
    )
    return frame, masks


def _object_truth(
    eye: _Eye,
    item: SceneObject,
    inside: tuple[int, ...],
    mask: NDArray[np.bool_] | None,
    seen: int,
    share: float,
) -> ObjectTruth:
    pixels = eye.intrinsics.width * eye.intrinsics.height
    enough = seen >= _LEAST[item.label] * pixels and share >= _LEAST_SHARE[item.label]
    shown = mask is not None and enough
    centre = eye.to_optical(np.array([item.centre]))[0]
    ahead = eye.rotation[2, :2]
    yaw = item.yaw - float(np.arctan2(ahead[1], ahead[0]))
    truth = {
        "id": item.id,
        "label": item.label,
        "centre": tuple(round(float(v), 4) for v in centre),
        "size": tuple(round(float(v), 4) for v in item.size),
        "yaw": round(float(np.arctan2(np.sin(yaw), np.cos(yaw))), 4),
        "load": item.load,
        "carried_by": item.carried_by,
        "inside": inside,
        "is_region": bool(shown),
        "visible_pixels": int(seen),
        "visible_share": round(float(share), 3),
    }
    if mask is not None and enough:
        box = box_of(mask)
        u, v = centroid_of(mask, box) or (0.0, 0.0)
        truth |= {
            "centroid": (round(u, 2), round(v, 2)),
            "box": box,
            "area": int(np.count_nonzero(mask)),
            "rle": encode_rle(mask, box),
        }
    return ObjectTruth(**truth)  # type: ignore[arg-type]


def _buffers_around(item: SceneObject, buffers: list[SceneObject]) -> tuple[int, ...]:
    if item.label not in ("pallet", "transporter") or item.carried_by >= 0:
        return ()
    x, y, _ = item.centre
    return tuple(b.id for b in buffers if b.footprint.depth_of(x, y) > CLEARLY_INSIDE)


def _buffer_mask(
    eye: _Eye, item: SceneObject, owner: NDArray[np.int32], standing: list[int]
) -> tuple[NDArray[np.bool_], int, float]:
    """Whole rectangle in the picture with what stands on it; visible pixels; visible share.

    Visible is what shows floor, tape or something that stands inside; what other objects hide
    counts as hidden, and so does what lies outside the picture.
    """
    height, width = owner.shape
    corners = np.concatenate([item.footprint.corners(), np.zeros((4, 1))], axis=1)
    polygon = eye.polygon(corners)
    canvas = np.zeros((height, width), np.uint8)
    if len(polygon) < 3:
        return canvas.astype(bool), 0, 0.0
    whole = _polygon_area(polygon)
    # cv2 wants integers; keep 4 bits below the pixel, and polygons far outside within its range.
    fixed = np.round(polygon.clip(-20000, 20000) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 1, cv2.LINE_8, 4)
    flat = canvas.astype(bool)
    stands = np.isin(owner, standing) if standing else np.zeros_like(flat)
    visible = flat & (stands | (owner == -1) | (owner == item.id))
    seen = int(visible.sum())
    return flat | stands, seen, min(1.0, seen / whole) if whole > 0 else 0.0


def _polygon_area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


@dataclass(frozen=True)
class _Eye:
    """World points into the picture."""

    rotation: NDArray[np.float64]
    position: NDArray[np.float64]
    intrinsics: CameraIntrinsics

    def to_optical(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return (points - self.position) @ self.rotation.T

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Optical points before the camera to pixels, ``(N, 2)``."""
        k = self.intrinsics
        z = points[:, 2]
        return np.stack([k.fx * points[:, 0] / z + k.cx, k.fy * points[:, 1] / z + k.cy], axis=1)

    def polygon(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """A flat world polygon in pixels, cut off at the near plane; empty when behind."""
        points = self.to_optical(corners)
        kept = []
        for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
            if a[2] >= _NEAR:
                kept.append(a)
            if (a[2] >= _NEAR) != (b[2] >= _NEAR):
                kept.append(a + (b - a) * (_NEAR - a[2]) / (b[2] - a[2]))
        return self.project(np.array(kept)) if kept else np.zeros((0, 2))

    def area_alone(self, parts: list[Part]) -> float:
        """Pixels the parts would cover with nothing before them, beyond the borders too."""
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        halves = np.array([p.half for p in parts])
        turns = rotation_matrix(np.array([p.turn for p in parts]))
        centres = np.array([p.centre for p in parts])
        world = np.einsum("pij,pcj->pci", turns, signs[None] * halves[:, None]) + centres[:, None]
        points = self.to_optical(world.reshape(-1, 3)).reshape(-1, 8, 3)
        points = points[points[:, :, 2].min(axis=1) >= _NEAR]
        if not len(points):
            return 0.0
        pixels = self.project(points.reshape(-1, 3)) * _COARSE
        pixels -= pixels.min(axis=0)
        width, height = (min(int(v) + 2, _LARGEST) for v in pixels.max(axis=0))
        canvas = np.zeros((height, width), np.uint8)
        # Four bits below the pixel, as cv2 draws integers.
        fixed = np.round(pixels.clip(0, 2 * _LARGEST) * 16).astype(np.int32).reshape(-1, 8, 2)
        for corners in fixed:
            cv2.fillConvexPoly(canvas, cv2.convexHull(corners), 1, cv2.LINE_8, 4)
        return float(np.count_nonzero(canvas)) / _COARSE**2
