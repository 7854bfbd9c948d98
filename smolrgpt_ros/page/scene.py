# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The objects in 3-D: boxes, rectangles on the floor, lines of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from nicegui import events, ui

from smolrgpt_ros.rendering.palette import Color, label_color

from .objects import LEAST_M, PageObject, Vector
from .overview import FOV_DEG, LETTERS, Overview
from .state import PageState
from .upright import Upright, upright_of

#: Opacity of boxes: of the answer, without an answer, of others beside an answer.
_STRONG, _ALONE, _FAINT = 0.65, 0.35, 0.12
#: Opacity of the names of others beside an answer.
_FAINT_NAME = 0.7
_GRID_M = 40
#: What is drawn, metres from the camera: the nearer both, the finer the depths are told apart.
_NEAR_M, _FAR_M = 0.5, 200.0
#: Movements that are not drawn, metres: noise of fast positions.
_NOISE_M = 0.08
#: How far edges on the floor are drawn over it, metres: lines in one plane hide each other.
_LIFT_M = 0.03
#: How far over its box an object's name is, metres.
_NAME_LIFT_M = 0.15
#: Size of the view before the browser has told its own, CSS pixels.
_SIZE = (640.0, 380.0)
#: Beginnings of the names of what cannot be clicked: no region's name has a colon there.
_LINE, _NAME = "line:", "name:"

Form = tuple[object, ...]


class SpaceView:
    """A 3-D scene that follows the state; objects that did not change stay as they are.

    Args:
        on_pick: called with an object's name when it is clicked.
    """

    def __init__(self, on_pick: Callable[[str], None]) -> None:
        self._on_pick = on_pick
        self._shown: dict[str, Form] = {}
        self._size = _SIZE
        self._overview: Overview | None = None
        with ui.element("div"):
            ui.element("q-resize-observer").on("resize", self._resized, throttle=0.5)
            self._scene = ui.scene(
                grid=(_GRID_M, _GRID_M),
                camera=ui.scene.perspective_camera(fov=FOV_DEG, near=_NEAR_M, far=_FAR_M),
                background_color="#11161c",
                on_click=self._clicked,
                fps=10,
            ).classes("space")

    def show(self, state: PageState) -> None:
        """Draw what has changed."""
        space = upright_of(state.objects)
        placed = [item for item in state.objects if item.position is not None]
        wanted: dict[str, Form] = {
            item.name: (item.region.label, *_shape(item, space), _opacity(item, state.strong))
            for item in placed
        }
        for number, line in enumerate(state.lines):
            ends = (space.apply(line.start), space.apply(line.end))
            wanted[f"{_LINE}{number}"] = ("", "line", *ends, line.color)
        # Kept where it moved by no more than noise does: what is drawn anew flickers.
        wanted = {
            name: old if (old := self._shown.get(name)) and is_like(old, form) else form
            for name, form in wanted.items()
        }
        if placed and self._overview is None:
            spots = [spot for item in placed for spot in _corners(wanted[item.name])]
            self._overview = Overview.of(spots, self._size)
            self._look_from(self._overview)
        if self._overview is not None:
            wanted |= self._names(placed, wanted, state.strong, self._overview)
        changed = {name for name, form in wanted.items() if self._shown.get(name) != form}
        gone = self._shown.keys() - wanted.keys()
        if changed or gone:
            stale = changed | gone
            self._scene.delete_objects(lambda drawn: drawn.name in stale)
            with self._scene:
                for name in changed:
                    self._draw(name, wanted[name])
            self._shown = wanted

    def _names(
        self,
        items: list[PageObject],
        forms: dict[str, Form],
        strong: frozenset[int],
        overview: Overview,
    ) -> dict[str, Form]:
        """The objects' names where each can be read, those of the answer and near ones first."""
        spots = {item.name: _above(forms[item.name]) for item in items}
        first = sorted(items, key=lambda item: (item.region.id not in strong, spots[item.name][1]))
        found = overview.place_names([(item.name, spots[item.name]) for item in first])
        return {
            f"{_NAME}{item.name}": (
                item.region.label, "name", item.name, found[item.name],
                1.0 if item.region.id in strong or not strong else _FAINT_NAME,
            )
            for item in items
            if item.name in found
        }  # fmt: skip

    def _draw(self, name: str, form: Form) -> None:
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
            case "box", [tuple() as middle, tuple() as size, tuple() as rotation, float() as opac]:
                color = label_color(str(label))
                width, depth, height = size
                for wireframe in (False, True):
                    box = self._scene.box(width, depth, height, wireframe=wireframe)
                    box.material(_css(color), 1.0 if wireframe else opac)
                    box.move(*middle).rotate_R([list(row) for row in rotation]).with_name(name)
            case "name", [str() as word, tuple() as spot, float() as opacity]:
                style = (
                    f"color: {_css(label_color(str(label)))}; opacity: {opacity}; "
                    f"font: 600 {LETTERS}px sans-serif; text-shadow: 0 0 3px #000"
                )
                self._scene.text(word, style).move(*spot).with_name(name)

    def _line(self, name: str, start: Vector, end: Vector, color: Color) -> None:
        self._scene.line(list(start), list(end)).material(_css(color)).with_name(name)

    def _look_from(self, overview: Overview) -> None:
        x, y, z = overview.position
        at_x, at_y, at_z = overview.target
        self._scene.move_camera(
            x=x, y=y, z=z, look_at_x=at_x, look_at_y=at_y, look_at_z=at_z, duration=0.0
        )

    def _resized(self, event: events.GenericEventArguments) -> None:
        """The browser's window has another size: look at the objects anew."""
        size = float(event.args["width"]), float(event.args["height"])
        if min(size) > 0.0 and size != self._size:
            self._size, self._overview = size, None

    def _clicked(self, event: events.SceneClickEventArguments) -> None:
        for hit in event.hits:
            name = hit.object_name
            if name in self._shown and not name.startswith((_LINE, _NAME)):
                self._on_pick(name)
                return


def _above(form: Form) -> Vector:
    """Where the name of a drawn object is wanted."""
    corners = _corners(form)
    x, y, z = _middle(corners)
    return (x, y, z) if form[1] == "floor" else (x, y, max(c[2] for c in corners) + _NAME_LIFT_M)


def _corners(form: Form) -> list[Vector]:
    """The corners of a drawn object."""
    match form:
        case (_, "floor", tuple() as corners, _):
            return list(corners)
        case (_, "box", tuple() as middle, tuple() as size, tuple() as rotation, _):
            ends = np.array(list(product((-0.5, 0.5), repeat=3))) * size
            return [_vector(spot) for spot in (ends @ np.array(rotation).T + middle).tolist()]
    raise ValueError(f"a form without corners: {form!r:.80}")


def _shape(item: PageObject, space: Upright) -> Form:
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
        corners: eight, as of :attr:`.objects.PageObject.outline`.
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


def _opacity(item: PageObject, strong: frozenset[int]) -> float:
    if not strong:
        return _ALONE
    return _STRONG if item.region.id in strong else _FAINT


def _middle(spots: Sequence[Vector]) -> Vector:
    x, y, z = (sum(values) / len(spots) for values in zip(*spots, strict=True))
    return x, y, z


def _css(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
