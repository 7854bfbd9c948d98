# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands in places and belongs to no region: a detector missed it, but it has its depth."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.language.question import Question
from smolrgpt_ros.scene.region import Region

from .floor_raster import FloorRaster
from .places_seen import footprints_asked
from .possible_objects import labels_that_stand

#: Square metres of one surface from which on it is something.
_LEAST_AREA = 0.06
#: Metres above the floor from which on a pixel is surely of something, and of the foot of
#: something, as far as this many metres away or in proportion; up to which it stands there; and
#: metres from the place's edge.
_LOWEST, _FOOT, _PER_METRE, _HIGHEST, _FROM_EDGE = 0.15, 0.05, 1 / 7.5, 2.5, 0.1
#: Ids below those of weak detections and of what carries a pallet.
_ID = -2_000_000
_LABELS = 997


@dataclass(frozen=True, eq=False)
class Thing:
    """Something in a place that is no region.

    Args:
        words: the beginning of a sentence about it.
        frames: the frame if it was an object: as it looks, and as one that stands on the floor
            where what is before it may hide that.
    """

    words: str
    frames: tuple[FrameGeometry, ...]


def things_in_places(question: Question, raster: FloorRaster) -> Iterator[Thing]:
    """What may be an object of a question that asks what stands in places.

    Args:
        question: as it was read.
        raster: of the frame, with candidates, which are no unexplained things.
    """
    geometry = raster.geometry
    labels = labels_that_stand(question)
    places = footprints_asked(question, geometry) if labels else []
    standing = _standing(raster) if places else np.zeros(0, np.intp)
    for place, footprint in places:
        mask, area = _largest(footprint, raster, standing)
        if not area:
            continue
        words = f"Something in {place.name} is no region ({area:.2f} m\N{SUPERSCRIPT TWO} are seen)"
        for label in labels:
            # A geometry keeps what it is like with a region, by its id.
            number = _ID - _LABELS * place.id - zlib.crc32(label.encode()) % _LABELS
            frames = tuple(_frames_with(Region(number, label, mask), geometry))
            yield Thing(f"{words}: as a {label} it", frames)


def _frames_with(thing: Region, geometry: FrameGeometry) -> Iterator[FrameGeometry]:
    made, plane = geometry.with_candidate(thing), geometry.plane
    yield made
    found = made.estimate(thing.id)
    if isinstance(found, ObjectEstimate) and found.rides and plane is not None:
        on_floor = replace(found.with_bottom(0.0, 0.0, plane), on_vehicle=0.0, on_something=0.0)
        yield geometry.with_regions((*geometry.regions, thing), {thing.id: on_floor})


def _standing(raster: FloorRaster) -> NDArray[np.intp]:
    """Pixels of the raster, as numbers, of what stands somewhere and is in no mask."""
    foot = raster.heights > _least(_FOOT, raster.z)
    return np.flatnonzero(raster.free & foot & (raster.heights < _HIGHEST))


def _largest(
    footprint: Footprint, raster: FloorRaster, standing: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], float]:
    """The largest surface above a place that belongs to no region and no candidate, ``(H, W)``, and
    its square metres as the camera sees it; 0 where there is none."""
    within = np.zeros(raster.z.shape, bool)
    inside = footprint.depths_of(raster.points[standing, :2]) > _FROM_EDGE
    within.ravel()[standing[inside]] = True
    surface = _surfaces(within & (raster.heights > _least(_LOWEST, raster.z)))
    areas = np.bincount(surface.ravel(), raster.areas.ravel())
    areas[0] = 0.0
    if areas.max() < _LEAST_AREA:
        return np.zeros((0, 0), bool), 0.0
    part = surface == areas.argmax()
    # Down to its foot, without which it hangs or is carried.
    whole = _surfaces(within)
    shared = np.bincount(whole[part])
    shared[0] = 0
    return raster.whole(part | (whole == shared.argmax())), float(areas.max())


def _least(height: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height above the floor from which on a pixel of depth ``z`` is of something, metres."""
    return height * np.maximum(1.0, z * _PER_METRE)


def _surfaces(pixels: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Connected pixels by number, 0 for none. Edges of masks leave lines; an object leaves more."""
    found = cv2.morphologyEx(pixels.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.connectedComponents(found)[1], np.int32)
