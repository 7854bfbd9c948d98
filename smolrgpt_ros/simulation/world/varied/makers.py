# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What builds the things of a scene: one set to train on, another for tests alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..assets import Picture
from ..footprints import Field
from ..objects import Built
from ..parts import Colour, Part
from ..surroundings import Room
from . import (
    clutter,
    forklifts,
    loads,
    markings,
    pallets,
    people,
    racks,
    rooms,
    surfaces,
    transporters,
)
from .loads import Load
from .transporters import Vehicle

Rng = np.random.Generator


@dataclass(frozen=True)
class Makers:
    """Builders of one look.

    Args:
        stream: number of its random stream.
        pallet, load: a bare pallet; what stands on one of that length and width.
        transporter, rack, person, forklift, clutter: one of each.
        marking: of a buffer: generator, length, width, style, colour.
        distractors: marks on the floor in and around a field.
        walls: of a room of that height.
        paint: the pictures of ``assets.PAINTED``.
    """

    stream: int
    pallet: Callable[[Rng], Built]
    load: Callable[[Rng, float, float], Load]
    transporter: Callable[[Rng], Vehicle]
    rack: Callable[[Rng], Built]
    person: Callable[[Rng], Built]
    forklift: Callable[[Rng], Built]
    clutter: Callable[[Rng], Built]
    marking: Callable[[Rng, float, float, str, Colour], tuple[Part, ...]]
    distractors: Callable[[Rng, Field], tuple[Part, ...]]
    walls: Callable[[Rng, Room, float], tuple[Part, ...]]
    paint: Callable[[Rng], Mapping[str, Picture]]


VARIED = Makers(
    stream=1,
    pallet=pallets.bare_pallet,
    load=loads.load,
    transporter=transporters.transporter,
    rack=racks.rack,
    person=people.person,
    forklift=forklifts.forklift,
    clutter=clutter.item,
    marking=markings.buffer_marking,
    distractors=markings.distractors,
    walls=rooms.walls,
    paint=surfaces.paint,
)
