# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The objects in 3-D: boxes, rectangles on the floor, lines of the answer."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from nicegui import events, ui

from smolrgpt_ros.rendering.palette import Color, label_color

from .objects import LEAST_M, SceneObject, Vector
from .state import PageState
from .upright import Upright, upright_of

#: Opacity of boxes: of the answer, without an answer, of others beside an answer.
_STRONG, _ALONE, _FAINT = 0.65, 0.35, 0.12
_GRID_M = 40
#: Movements that are not drawn, metres: noise of fast positions.
_NOISE_M = 0.08
#: How far edges on the floor are drawn over it, metres: lines in one plane hide each other.
_LIFT_M = 0.03


class SpaceView:
    """A 3-D scene that follows the state; objects that did not change stay as they are.

    Args:
        on_pick: called with an object's name when it is clicked.
    """

    def __init__(self, on_pick: Callable[[str], None]) -> None:
        self._on_pick = on_pick
        self._shown: dict[str, tuple[object, ...]] = {}
        self._placed = False
        self._scene = ui.scene(
            grid=(_GRID_M, _GRID_M), background_color="#11161c", on_click=self._clicked, fps=10
        ).classes("space")

    def show(self, state: PageState) -> None:
        """Draw what has changed."""
        space = upright_of(state.objects)
        wanted: dict[str, tuple[object, ...]] = {}
        for item in state.objects:
            if item.position is not None:
                wanted[item.name] = (item.label, *_shape(item, space), _opacity(item, state.strong))
        for number, line in enumerate(state.lines):
            ends = (space.apply(line.start), space.apply(line.end))
            wanted[f"line {number}"] = ("", "line", *ends, line.color)
        # Kept where it moved by no more than noise does: what is drawn anew flickers.
        wanted = {
            name: old if (old := self._shown.get(name)) and is_like(old, form) else form
            for name, form in wanted.items()
        }
        changed = {name for name, form in wanted.items() if self._shown.get(name) is not form}
        gone = self._shown.keys() - wanted.keys()
        if changed or gone:
            stale = changed | gone
            self._scene.delete_objects(lambda drawn: drawn.name in stale)
            with self._scene:
                for name in changed:
                    self._draw(name, wanted[name])
            self._shown = wanted
        if wanted and not self._placed:
            self._placed = True
            self._look_at(tuple(space.apply(o.position) for o in state.objects if o.position))

    def _draw(self, name: str, form: tuple[object, ...]) -> None:
        label, kind, *rest = form
        match kind, rest:
            case "line", [tuple() as start, tuple() as end, tuple() as color]:
                self._line(name, start, end, color)
            case "floor", [tuple() as corners, float() as opacity]:
                color = label_color(str(label))
                edge = [(x, y, z + _LIFT_M) for x, y, z in corners]
                for start, end in zip(edge, (*edge[1:], edge[0]), strict=True):
                    self._line(name, start, end, color)
                points = [[x, y] for x, y, _ in corners]
                floor = self._scene.extrusion(points, 0.01).move(z=_middle(corners)[2])
                floor.material(_css(color), opacity * 0.6).with_name(name)
                self._word(name, _middle(corners), color)
            case "box", [tuple() as middle, tuple() as size, tuple() as rotation, float() as opac]:
                color = label_color(str(label))
                width, depth, height = size
                for wireframe in (False, True):
                    box = self._scene.box(width, depth, height, wireframe=wireframe)
                    box.material(_css(color), 1.0 if wireframe else opac)
                    box.move(*middle).rotate_R([list(row) for row in rotation]).with_name(name)
                x, y, z = middle
                self._word(name, (x, y, z + max(size) / 2 + 0.15), color)

    def _word(self, name: str, spot: Vector, color: Color) -> None:
        style = f"color: {_css(color)}; font: 600 12px sans-serif; text-shadow: 0 0 3px #000"
        self._scene.text(name, style).move(*spot).with_name(name)

    def _line(self, name: str, start: Vector, end: Vector, color: Color) -> None:
        self._scene.line(list(start), list(end)).material(_css(color)).with_name(name)

    def _look_at(self, spots: tuple[Vector, ...]) -> None:
        """From behind and above, at the middle of what is in view, as near as all of it shows."""
        x, y, z = _middle(spots)
        away = 1.5 + max(math.dist((x, y), spot[:2]) for spot in spots)
        self._scene.move_camera(
            x=x, y=y - 0.68 * away, z=z + 0.65 * away,
            look_at_x=x, look_at_y=y, look_at_z=z, duration=0.0,
        )  # fmt: skip

    def _clicked(self, event: events.SceneClickEventArguments) -> None:
        for hit in event.hits:
            if hit.object_name in self._shown and not hit.object_name.startswith("line "):
                self._on_pick(hit.object_name)
                return


def _shape(item: SceneObject, space: Upright) -> tuple[object, ...]:
    """What an object looks like: its kind, its places and sizes, its rotation."""
    corners = tuple(space.apply(corner) for corner in item.outline)
    if item.is_flat:
        return "floor", corners
    if item.is_box:
        return "box", *box_of(corners)
    assert item.position is not None
    size = item.drawn_size or (0.2, 0.2, 0.2)
    rotation = tuple(map(tuple, space.rotation.tolist()))
    return "box", space.apply(item.position), size, rotation


def box_of(corners: tuple[Vector, ...]) -> tuple[Vector, Vector, tuple[Vector, ...]]:
    """Middle, sides and rotation of a box.

    Args:
        corners: eight, as of :attr:`.objects.SceneObject.outline`.
    """
    spots = np.array(corners)
    sides = spots[[2, 1, 4]] - spots[0]  # x, y, z
    lengths = np.linalg.norm(sides, axis=1)
    middle, size = spots.mean(axis=0).tolist(), np.maximum(lengths, LEAST_M).tolist()
    rotation = (sides / np.maximum(lengths, 1e-6)[:, None]).T
    return _vector(middle), _vector(size), tuple(_vector(row) for row in rotation.tolist())


def _vector(values: list[float]) -> Vector:
    x, y, z = values
    return x, y, z


def is_like(a: object, b: object) -> bool:
    """Whether two drawn forms are the same but for movements below :data:`_NOISE_M`."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(is_like, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) < _NOISE_M
    return a == b


def _opacity(item: SceneObject, strong: frozenset[int]) -> float:
    if not strong:
        return _ALONE
    return _STRONG if item.id in strong else _FAINT


def _middle(spots: tuple[Vector, ...]) -> Vector:
    x, y, z = (sum(values) / len(spots) for values in zip(*spots, strict=True))
    return x, y, z


def _css(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
