# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Truth about frames made by hand: objects with their centres and columns, for questions."""

from __future__ import annotations

from typing import Any

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth

WIDTH, HEIGHT = 400, 200


def make_object(
    number: int, label: str, u: float, centre: tuple[float, float, float], **fields: Any
) -> ObjectTruth:
    """A visible object with its mask's centroid at column ``u``."""
    values: dict[str, Any] = {
        "size": (1.2, 1.2, 0.7),
        "yaw": 0.0,
        "load": "loaded" if label in ("pallet", "transporter") else "",
        "carried_by": -1,
        "inside": (),
        "is_region": True,
        "visible_pixels": 400,
        "visible_share": 1.0,
        "centroid": (u, 100.0),
        "box": (int(u) - 10, 90, int(u) + 10, 110),
        "area": 400,
        "rle": {"size": [HEIGHT, WIDTH], "counts": "0"},
    }
    return ObjectTruth(number, label, centre, **{**values, **fields})


def frame_of(*objects: ObjectTruth) -> FrameTruth:
    """A frame of hand-made objects; ids must be their indexes."""
    assert [o.id for o in objects] == list(range(len(objects)))
    intrinsics = CameraIntrinsics(WIDTH, HEIGHT, 300.0, 300.0, 199.5, 99.5)
    return FrameTruth(3, "ceiling", intrinsics, (0.0, 0.0, 7.0), (1.0,) + (0.0,) * 8, objects)


def counting_trap() -> FrameTruth:
    """Two buffers; the left one holds pallet 2 and, on the deck of transporter 4, pallet 3.

    Pallet 5 is outside. Transporter 6 is empty, 3 m from pallet 5 and 5 m from pallet 2.
    """
    return frame_of(
        make_object(0, "buffer", 80.0, (-3.0, 1.0, 10.0), load=""),
        make_object(1, "buffer", 300.0, (3.0, 1.0, 10.0), load=""),
        make_object(2, "pallet", 70.0, (-3.5, 1.0, 9.0), inside=(0,)),
        make_object(3, "pallet", 95.0, (-2.5, 0.6, 11.0), carried_by=4),
        make_object(4, "transporter", 100.0, (-2.4, 1.0, 11.0), inside=(0,)),
        make_object(5, "pallet", 200.0, (-0.5, 1.0, 6.0)),
        make_object(6, "transporter", 180.0, (-0.5, 1.0, 3.0), load="empty"),
    )
