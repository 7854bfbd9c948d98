# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A second set of meshes and textures, built differently, that training never sees."""

from __future__ import annotations

from ..varied.makers import Makers
from . import goods, rooms, surfaces, things, vehicles

#: The builders of scenes for tests alone.
HELD_OUT = Makers(
    stream=2,
    pallet=goods.pallet,
    load=goods.load,
    transporter=vehicles.transporter,
    rack=things.rack,
    person=things.person,
    forklift=vehicles.forklift,
    clutter=things.clutter,
    marking=rooms.marking,
    distractors=rooms.distractors,
    walls=rooms.walls,
    paint=surfaces.paint,
)
