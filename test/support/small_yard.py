# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A small yard before a level camera, and another with a vehicle that carries something."""

from __future__ import annotations

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth

LEVEL = (0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)
CAMERA = CameraIntrinsics(200, 100, 100.0, 100.0, 99.5, 49.5)


def item(
    number: int,
    label: str,
    x: float,
    z: float,
    column: float,
    size: tuple[float, float, float] = (1.2, 0.8, 1.0),
    inside: tuple[int, ...] = (),
    load: str = "",
    on: int = -1,
    lift: float = 0.0,
) -> ObjectTruth:
    """An object on the floor, or lifted above it, with its mask at a column."""
    box = (int(column) - 5, 40, int(column) + 5, 60)
    centre = (x, 2.0 - lift - size[2] / 2, z)
    return ObjectTruth(
        number, label, centre, size, 0.0, load, on, inside, True, 90, 1.0, (column, 50.0), box, 90
    )


# Two metres below a level camera: pallets 4, 5 and 6, buffer 2 that holds 5, an empty vehicle 9.
OBJECTS = (
    item(4, "pallet", -2.0, 5.0, 59.5, load="loaded"),
    item(5, "pallet", 1.0, 6.0, 115.5, inside=(2,), load="empty"),
    item(6, "pallet", 3.0, 9.0, 133.5, (1.2, 0.8, 1.5), load="loaded"),
    item(2, "buffer", 1.0, 6.5, 114.5, (3.0, 2.0, 0.0)),
    item(9, "transporter", -1.0, 9.0, 88.5, load="empty"),
)
TRUTH = FrameTruth(1, "robot", CAMERA, (0.0, 0.0, 2.0), LEVEL, OBJECTS)
# And in another frame vehicle 3, on it pallet 7, and pallet 8 half a metre to its right.
HOLDING = FrameTruth(
    2,
    "robot",
    CAMERA,
    (0.0, 0.0, 2.0),
    LEVEL,
    (
        *OBJECTS,
        item(3, "transporter", -4.0, 12.0, 66.5, (1.6, 0.9, 0.3), load="loaded"),
        item(7, "pallet", -4.0, 12.1, 67.5, load="loaded", on=3, lift=0.3),
        item(8, "pallet", -2.65, 12.0, 77.5, load="empty"),
    ),
)
