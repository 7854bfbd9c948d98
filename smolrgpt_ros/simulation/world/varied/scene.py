# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A varied scene: a hall with buffers, or a small room with pallets close to a robot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import crowded, surroundings
from ..footprints import Field, FloorRectangle
from ..parts import Colour
from ..site import Site
from ..spec import CameraPose, Light, SceneSpec
from ..surroundings import Room
from . import cameras, furnishing
from .makers import Makers

_CLOSE = 0.42
"""Share of a robot's scenes that are close-ups."""
_LOW = 0.4
"""Share of a robot's other scenes that a low camera sees at a flat angle."""
_ROWS = 0.5
"""Share of halls with a row of pallets that hide one another."""
_LOADED, _LOADED_WHOLE = 0.65, 0.45
"""Share of transporters with a load, in scenes to train on and in whole ones."""
_BARE = 0.07
"""Share of scenes without a pallet, transporter, rack or buffer."""


@dataclass(frozen=True)
class _Layout:
    """A furnished site, the camera that looks at it, and the room around both.

    Args:
        height: of the room, metres.
    """

    site: Site
    camera: CameraPose
    room: Room
    height: float


def sample_varied_scene(
    rng: np.random.Generator, family: str, makers: Makers, whole: bool
) -> SceneSpec:
    """One scene.

    Args:
        whole: a hall that shows something of each class, as questions need it.
    """
    bare = not whole and rng.random() < _BARE
    if family == "robot" and not whole and rng.random() < _CLOSE:
        layout = _close_up(rng, makers, bare)
    else:
        layout = _hall(rng, makers, family, bare, whole)
    site = layout.site
    site.parts.extend(makers.walls(rng, layout.room, layout.height))
    light, floor_colour = _light(rng)
    if not light.shadow:  # the roof's would lie on everything
        grey = float(rng.uniform(0.4, 0.95))
        site.parts.append(surroundings.roof(layout.room, layout.height, (grey, grey, grey)))
    site.parts.extend(surroundings.soft_shadows(site.shaded, light.direction))
    return SceneSpec(
        family,
        layout.camera,
        "ground",
        floor_colour,
        light,
        tuple(site.objects),
        tuple(site.parts),
        makers.paint(rng),
    )


def _hall(
    rng: np.random.Generator, makers: Makers, family: str, bare: bool, whole: bool
) -> _Layout:
    """A field of buffers with what stands in it and around it."""
    site = Site(Field(3.0, 3.0)) if bare else furnishing.lay_buffers(rng, makers)
    if family == "robot" and not whole and rng.random() < _LOW:
        camera = crowded.low_camera(rng, site.field)
    else:
        camera = cameras.distant_camera(rng, family, site.field)
    room = Room.around(rng, site.field, camera.position)
    site.parts.extend(makers.distractors(rng, site.field))
    site.taken.append(_below(camera))
    if not bare:
        furnishing.add_racks(rng, site, room, makers, 3)
        loaded = _LOADED_WHOLE if whole else _LOADED
        furnishing.add_transporters(rng, site, makers, 5, loaded)
        if not whole and rng.random() < _ROWS:
            furnishing.add_row(rng, site, makers)
        count = int(rng.integers(5, 11)) if whole else int(rng.integers(0, 11))
        furnishing.add_pallets(rng, site, makers, count)
    furnishing.add_others(rng, site, makers, 3)
    height = max(camera.position[2] + 0.6, float(rng.uniform(3.0, 10.0)))
    return _Layout(site, camera, room, height)


def _close_up(rng: np.random.Generator, makers: Makers, bare: bool) -> _Layout:
    """One object or stack before the camera, and some further ones."""
    camera = cameras.close_camera(rng, low=rng.random() < 0.6)
    half = float(rng.uniform(0.8, 3.0))
    site = Site(Field(half, half))
    room = Room.around(rng, site.field, camera.position)
    site.parts.extend(makers.distractors(rng, site.field))
    if not bare:
        spot = FloorRectangle(0.0, 0.0, 1.2, 1.2, float(rng.uniform(0, 2 * np.pi)))
        style = rng.random()
        if style < 0.4:
            furnishing.stack_pallets(rng, site, makers, spot, 1)
        elif style < 0.65:
            furnishing.stack_pallets(rng, site, makers, spot, int(rng.integers(2, 6)))
        elif style < 0.85:
            pallet = furnishing.loaded_pallet(rng, makers, bare=0.3)
            own = FloorRectangle(0.0, 0.0, pallet.length, pallet.width, spot.yaw)
            site.add_pallet(pallet, own)
        elif style < 0.95:
            site.add(makers.transporter(rng).built, "transporter", spot, load="empty")
    site.taken.append(_below(camera))
    if not bare:
        furnishing.add_pallets(rng, site, makers, int(rng.integers(0, 4)))
        furnishing.add_racks(rng, site, room, makers, 1)
    furnishing.add_others(rng, site, makers, 2)
    height = max(camera.position[2] + 0.5, float(rng.uniform(2.4, 5.0)))
    return _Layout(site, camera, room, height)


def _below(camera: CameraPose) -> FloorRectangle:
    """The floor below a low camera and right before its lens; nothing below a high one."""
    side = 0.02 if camera.position[2] > 3.0 else 1.0
    return FloorRectangle(camera.position[0], camera.position[1], side, side)


def _light(rng: np.random.Generator) -> tuple[Light, Colour]:
    """Light from dusk to glare, and the brightness of the floor's picture."""
    overall = float(rng.uniform(0.65, 1.35))
    sides = tuple(float(v) * overall for v in rng.uniform(0.05, 0.55, 4))
    warm, green = (float(v) for v in rng.normal(0, 0.06, 2))
    light = Light(
        (float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.8, 0.8)), -1.0),
        float(rng.uniform(0.2, 0.8)) * overall,
        float(rng.uniform(0.2, 0.5)) * overall,
        (1.0 + warm, 1.0 + green / 2, 1.0 - warm),
        (sides[0], sides[1], sides[2], sides[3]),
        shadow=rng.random() < 0.3,
        occlusion=float(rng.uniform(0.2, 0.8)),
    )
    grey = float(rng.uniform(0.6, 1.1))
    return light, (grey, grey, grey)
