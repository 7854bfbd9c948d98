# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A varied scene: a hall with buffers, or a small room with pallets close to a robot."""

from __future__ import annotations

import numpy as np

from .. import crowded, surroundings
from ..footprints import FloorRectangle
from ..parts import Colour
from ..site import Site
from ..spec import CameraPose, Light, SceneSpec
from ..surroundings import Room
from . import cameras, furnishing
from .makers import Makers
from .rooms import roof

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


def sample_varied_scene(
    rng: np.random.Generator, family: str, makers: Makers, whole: bool
) -> SceneSpec:
    """One scene.

    Args:
        whole: a hall that shows something of each class, as questions need it.
    """
    site = Site()
    bare = not whole and rng.random() < _BARE
    if family == "robot" and not whole and rng.random() < _CLOSE:
        camera, room, height = _close_up(rng, site, makers, bare)
    else:
        camera, room, height = _hall(rng, site, makers, family, bare, whole)
    site.parts.extend(makers.walls(rng, room, height))
    light, grey = _light(rng)
    if not light.shadow:  # the roof's would lie on everything
        site.parts.append(roof(rng, room, height))
    site.parts.extend(surroundings.soft_shadows(site.shaded, light.direction))
    return SceneSpec(
        family,
        camera,
        "ground",
        grey,
        light,
        tuple(site.objects),
        tuple(site.parts),
        makers.paint(rng),
    )


def _hall(
    rng: np.random.Generator, site: Site, makers: Makers, family: str, bare: bool, whole: bool
) -> tuple[CameraPose, Room, float]:
    """A field of buffers with what stands in it and around it."""
    half_x, half_y = (3.0, 3.0) if bare else furnishing.lay_buffers(rng, site, makers)
    if family == "robot" and not whole and rng.random() < _LOW:
        camera = crowded.low_camera(rng, half_x, half_y)
    else:
        camera = cameras.distant_camera(rng, family, half_x, half_y)
    room = Room.around(rng, half_x, half_y, camera.position)
    site.parts.extend(makers.distractors(rng, half_x, half_y))
    site.taken.append(_below(camera))
    if not bare:
        furnishing.add_racks(rng, site, room, makers, 3)
        loaded = _LOADED_WHOLE if whole else _LOADED
        furnishing.add_transporters(rng, site, makers, half_x, half_y, 5, loaded)
        if not whole and rng.random() < _ROWS:
            furnishing.add_row(rng, site, makers, half_x, half_y)
        count = int(rng.integers(5, 11)) if whole else int(rng.integers(0, 11))
        furnishing.add_pallets(rng, site, makers, half_x, half_y, count)
    furnishing.add_others(rng, site, makers, half_x, half_y, 3)
    return camera, room, max(camera.position[2] + 0.6, float(rng.uniform(3.0, 10.0)))


def _close_up(
    rng: np.random.Generator, site: Site, makers: Makers, bare: bool
) -> tuple[CameraPose, Room, float]:
    """One object or stack before the camera, and some further ones."""
    camera = cameras.close_camera(rng, low=rng.random() < 0.6)
    half = float(rng.uniform(0.8, 3.0))
    room = Room.around(rng, half, half, camera.position)
    site.parts.extend(makers.distractors(rng, half, half))
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
            site.add(pallet, "pallet", own, load="empty" if pallet.height < 0.25 else "loaded")
        elif style < 0.95:
            site.add(makers.transporter(rng).built, "transporter", spot, load="empty")
    site.taken.append(_below(camera))
    if not bare:
        furnishing.add_pallets(rng, site, makers, half, half, int(rng.integers(0, 4)))
        furnishing.add_racks(rng, site, room, makers, 1)
    furnishing.add_others(rng, site, makers, half, half, 2)
    return camera, room, max(camera.position[2] + 0.5, float(rng.uniform(2.4, 5.0)))


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
