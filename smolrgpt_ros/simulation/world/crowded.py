# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Crowded scenes: what detectors miss from low cameras, drawn more often, to train them on.

Buffers at a flat angle, rows of pallets that hide one another, transporters of which little shows
under their loads.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from . import objects
from .footprints import Field, FloorRectangle
from .furnishing import load_deck
from .site import Site
from .spec import CameraPose

_ANGLES = 3.0, 12.0
"""Degrees below the horizon at which a low camera sees the middle of the field."""
_NEAREST, _FARTHEST = 2.5, 11.0
"""Metres from a low camera to there."""
_ROW_MARGIN = 0.5
"""Metres between the ends of a row and of the field."""


def low_camera(rng: np.random.Generator, field: Field) -> CameraPose:
    """A robot's camera that sees a field at a flat angle."""
    height, angle = float(rng.uniform(0.3, 1.5)), np.radians(rng.uniform(*_ANGLES))
    reach = float(np.clip(height / np.tan(angle), _NEAREST, _FARTHEST))
    heading = float(rng.uniform(0, 360))
    target = field.draw_point(rng, 0.0)
    pitch = float(np.degrees(np.arctan2(height, reach)) + rng.normal(0, 3.5))
    hfov = float(rng.uniform(55.0, 90.0))
    return CameraPose.before(target, reach, height, heading, pitch, hfov)


def crowd(rng: np.random.Generator, site: Site) -> None:
    """Adds loaded transporters and rows of pallets to a site."""
    for _ in range(int(rng.integers(1, 4))):
        _add_loaded_transporter(rng, site)
    for _ in range(int(rng.integers(1, 4))):
        for spot in row_of_spots(rng, site, 1.26):
            built = objects.pallet(rng)
            place = FloorRectangle(spot.x, spot.y, built.length, built.width, spot.yaw)
            site.add_pallet(built, place)


def row_of_spots(rng: np.random.Generator, site: Site, side: float) -> Iterator[FloorRectangle]:
    """Free squares side by side along a buffer or beside the field, one after the other.

    Args:
        side: of the squares, metres.
    """
    gap, count = float(rng.uniform(0.0, 0.3)), int(rng.integers(2, 6))
    half_x, half_y = site.field.half_x, site.field.half_y
    x = float(rng.uniform(-half_x - 1.4, half_x + 1.4))
    if site.buffers and rng.random() < 0.8:
        x = site.buffers[int(rng.integers(len(site.buffers)))].centre[0]
    reach = max(half_y - _ROW_MARGIN, 0.1)
    y = float(rng.uniform(-reach, max(reach - count * (side + gap), -reach + 0.1)))
    for number in range(count):
        spot = FloorRectangle(
            x + float(rng.normal(0, 0.1)),
            y + number * (side + gap),
            side,
            side,
            float(rng.normal(0, 0.06)) + float(rng.integers(2)) * float(np.pi / 2),
        )
        if site.clear_of_tape(spot.x, spot.y) and site.free(spot):
            yield spot


def _add_loaded_transporter(rng: np.random.Generator, site: Site) -> None:
    """A transporter with a pallet on the middle of its deck, in a buffer or beside it."""
    for _ in range(20):
        x, y = site.field.draw_point(rng, 1.2)
        yaw = float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.2))
        spot = FloorRectangle(x, y, 1.6, 1.3, yaw)
        if site.clear_of_tape(x, y) and site.free(spot):
            number = site.add(objects.transporter(rng), "transporter", spot, load="loaded")
            load_deck(rng, site, spot, number, (0.0, 0.12))
            return
