# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From a seed to a scene: objects and surroundings with their poses, camera and light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import crowded, furnishing, surroundings, variety
from .footprints import Field, FloorRectangle
from .heldout import HELD_OUT
from .parts import Colour
from .site import SceneObject, Site
from .spec import CameraPose, Light, SceneSpec
from .varied.makers import VARIED
from .varied.scene import sample_varied_scene

FAMILIES = ("ceiling", "robot")
"""Families of cameras."""
FAMILY_MIXES = (*FAMILIES, "mix")
"""Families of a dataset: one of them, or half of each."""
LABELS = ("pallet", "transporter", "shelf", "buffer")
"""Labels of the objects that questions are about."""
OTHER_LABELS = ("person", "forklift")
"""Labels of further objects of varied scenes."""
LOOKS = ("plain", "rich", "crowded", "varied", "heldout")
"""How scenes look: plain, the usual ones; rich, the same with more in them;
crowded, with much that hides the rest and low cameras, and varied, drawn wide, to train detectors
on; heldout, other meshes and textures, for tests alone."""


def sample_scene(
    seed: int,
    family: str,
    attempt: int = 0,
    looks: str = "plain",
    distance: float | None = None,
) -> SceneSpec:
    """One scene, always the same for the same arguments.

    Args:
        attempt: another scene of the same seed, where an earlier one shows too little.
        looks: one of ``LOOKS``.
        distance: metres from below the camera to what it looks at, of plain and rich scenes;
            ``None``: as the family has it.

    Raises:
        ValueError: if the family is not one of ``FAMILIES``, the looks are not of ``LOOKS``, or
            a distance is set for other looks than plain and rich.
    """
    if family not in FAMILIES:
        raise ValueError(f"family must be one of {FAMILIES}, found {family!r}")
    if looks not in LOOKS:
        raise ValueError(f"looks must be one of {LOOKS}, found {looks!r}")
    if distance is not None and looks not in ("plain", "rich"):
        raise ValueError(f"distance is for plain and rich looks, found {distance} and {looks!r}")
    if looks in ("varied", "heldout"):
        makers = VARIED if looks == "varied" else HELD_OUT
        stream = np.random.default_rng([seed, FAMILIES.index(family), attempt, makers.stream])
        return sample_varied_scene(stream, family, makers, whole=looks == "heldout")
    rng = np.random.default_rng([seed, FAMILIES.index(family), attempt])
    # A stream of its own: what a seed's plain scene has is the same in its rich one.
    more = np.random.default_rng([seed, FAMILIES.index(family), attempt, 31337])
    return _sample_tape_scene(rng, more, family, looks, distance)


def _sample_tape_scene(
    rng: np.random.Generator,
    more: np.random.Generator,
    family: str,
    looks: str,
    distance: float | None,
) -> SceneSpec:
    """A plain, rich or crowded scene.

    Args:
        more: random stream of what rich and crowded scenes have beside plain ones.
    """
    rich = looks == "rich"
    site = _lay_buffers(rng)
    camera = _aim(rng, family, site.field, distance)
    if looks == "crowded" and family == "robot":
        camera = crowded.low_camera(more, site.field)
    room = surroundings.Room.around(rng, site.field, camera.position)
    site.parts.extend(surroundings.walls(rng, room))
    site.parts.extend(surroundings.floor_tape(rng, room, site.field))
    if family == "robot":
        site.taken.append(_robot_floor(camera))
    furnishing.place_racks(rng, site, room)
    if looks == "crowded":
        crowded.crowd(more, site)
    furnishing.place_transporters(rng, site)
    count, inside_share = int(rng.integers(3, 11)), float(rng.uniform(0.45, 0.95))
    furnishing.place_pallets(rng, site, count, inside_share)
    furnishing.place_clutter(rng, site, room)
    if rich:
        variety.enrich(more, site, room)
    light, grey = _sample_light(rng)
    floor = str(rng.choice(["floor0", "floor1", "floor2"], p=[0.45, 0.35, 0.2]))
    floor_colour: Colour = (grey, grey, grey)
    if rich:
        floor_colour = variety.floor_tint(more, grey)
        lamp, around = variety.light_change(more)
        light = replace(light, strength=light.strength * lamp, ambient=light.ambient * around)
    site.parts.extend(surroundings.soft_shadows(site.shaded, light.direction))
    return SceneSpec(
        family,
        camera,
        floor,
        floor_colour,
        light,
        tuple(site.objects),
        tuple(site.parts),
        bystanders=tuple(site.bystanders),
    )


def with_people(scene: SceneSpec) -> SceneSpec:
    """The scene with its bystanders as objects, for detectors; it looks the same."""
    objects, parts = list(scene.objects), list(scene.parts)
    for first, end in scene.bystanders:
        number = len(objects)
        parts[first:end] = [replace(part, owner=number) for part in parts[first:end]]
        x, y, _ = np.mean([part.centre for part in parts[first:end]], axis=0)
        height = max(part.centre[2] + part.half[2] for part in parts[first:end])
        centre = (float(x), float(y), height / 2)
        objects.append(SceneObject(number, "person", centre, (0.6, 0.6, height), 0.0))
    return replace(scene, objects=tuple(objects), parts=tuple(parts), bystanders=())


def families_of(family_mix: str) -> tuple[str, ...]:
    """The camera families of one of ``FAMILY_MIXES``, to be taken in turn."""
    return FAMILIES if family_mix == "mix" else (family_mix,)


def family_of(seed: int, family_mix: str) -> str:
    """The camera family of a seed under one of ``FAMILY_MIXES``; a mix is by the seed's parity."""
    families = families_of(family_mix)
    return families[seed % len(families)]


def _robot_floor(camera: CameraPose) -> FloorRectangle:
    """The floor below the robot that carries the camera, and right before its lens."""
    ahead = np.radians(camera.heading_deg)
    return FloorRectangle(
        camera.position[0] + 0.5 * float(np.cos(ahead)),
        camera.position[1] + 0.5 * float(np.sin(ahead)),
        2.4,
        1.2,
        float(ahead),
    )


def _sample_light(rng: np.random.Generator) -> tuple[Light, float]:
    """The light of a scene, and the brightness of its floor."""
    warm = float(rng.uniform(-0.04, 0.04))
    grey = float(rng.uniform(0.62, 1.1))
    light = Light(
        (float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.5, 0.5)), -1.0),
        float(rng.uniform(0.45, 0.8)),
        float(rng.uniform(0.24, 0.42)),
        (1.0 + min(warm, 0.0), 1.0 - abs(warm) / 2, 1.0 - max(warm, 0.0)),
    )
    return light, grey


def _lay_buffers(rng: np.random.Generator) -> Site:
    """A site with tape rectangles side by side."""
    count = int(rng.choice([2, 3, 4], p=[0.25, 0.55, 0.2]))
    width, length = 2.1 * float(rng.uniform(0.92, 1.12)), 5.9 * float(rng.uniform(0.88, 1.08))
    gap = float(rng.uniform(0.8, 2.4 if count < 4 else 1.3))
    pitch = width + gap
    colour = surroundings.tape_colour(rng)
    tape = float(rng.uniform(0.08, 0.13))
    numbered = rng.random() < 0.45
    site = Site(Field((count * width + (count - 1) * gap) / 2, length / 2))
    for index in range(count):
        x = (index - (count - 1) / 2) * pitch
        site.add_buffer(x, length, width, surroundings.tape_rectangle(length, width, tape, colour))
        if numbered:
            y = -(length / 2 + 0.65)
            site.parts.append(surroundings.number_sign(index % 4 + 1, x, y))
    return site


def _aim(rng: np.random.Generator, family: str, field: Field, distance: float | None) -> CameraPose:
    """A camera of the family that looks at the field, from a distance where one is given."""
    if family == "ceiling":
        height, wide = float(rng.uniform(6.0, 9.0)), rng.random() < 0.5
        # A wide lens is mounted steeper: it would look over the field otherwise.
        pitch = float(rng.uniform(41.0, 53.0) if wide else rng.uniform(32.0, 50.0))
        height -= 0.8 if wide and height > 7.0 else 0.0
        hfov = float(rng.uniform(90.0, 95.0) if wide else rng.uniform(70.0, 76.0))
        turn = float(rng.normal(0, 14)) if rng.random() < 0.55 else float(rng.uniform(-90, 90))
        heading = 90.0 + turn
        reach = height / np.tan(np.radians(pitch))
        target = (float(rng.uniform(-1.0, 1.0)), float(rng.uniform(-1.2, 1.0)))
    else:
        height, pitch = float(rng.uniform(0.4, 2.0)), float(rng.uniform(-2.0, 14.0))
        hfov = float(rng.uniform(60.0, 90.0))
        heading = float(rng.uniform(0, 360))
        target = field.draw_point(rng, 0.0)
        reach = float(rng.uniform(4.0, 8.5))
    if distance is not None:
        reach, pitch = distance, float(np.degrees(np.arctan2(height, distance)))
    return CameraPose.before(target, reach, height, heading, pitch, hfov)
