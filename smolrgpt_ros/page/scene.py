# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The objects in 3-D: boxes, rectangles on the floor, lines of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from nicegui import events, ui

from smolrgpt_ros.rendering.palette import Color, label_color

from .objects import PageObject, Vector
from .overview import FOV_DEG, LETTERS, Overview
from .shapes import Box, Name, Rectangle, Segment, Shape, is_like, shape_of
from .state import PageState
from .upright import upright_of

#: Opacity of boxes: of the answer, without an answer, of others beside an answer.
_STRONG, _ALONE, _FAINT = 0.65, 0.35, 0.12
#: Opacity of the names of others beside an answer.
_FAINT_NAME = 0.7
_GRID_M = 40
#: What is drawn, metres from the camera: the nearer both, the finer the depths are told apart.
_NEAR_M, _FAR_M = 0.5, 200.0
#: How far edges on the floor are drawn over it, metres: lines in one plane hide each other.
_LIFT_M = 0.03
#: Size of the view before the browser has reported its own, CSS pixels.
_SIZE = (640.0, 380.0)
#: Beginnings of the names of what cannot be clicked: no region's name has a colon there.
_LINE, _NAME = "line:", "name:"

_Drawn = TypeVar("_Drawn", Segment, Rectangle | Box)


class SpaceView:
    """A 3-D scene that follows the state; objects that did not change stay as they are.

    Args:
        on_pick: called with an object's name when it is clicked.
    """

    def __init__(self, on_pick: Callable[[str], None]) -> None:
        self._on_pick = on_pick
        self._shown: dict[str, Shape] = {}
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
        objects = {
            item.name: self._steady(item.name, shape_of(item, space, _opacity(item, state.strong)))
            for item in placed
        }
        wanted: dict[str, Shape] = {**objects}
        for number, line in enumerate(state.lines):
            segment = Segment(space.apply(line.start), space.apply(line.end), line.color)
            wanted[f"{_LINE}{number}"] = self._steady(f"{_LINE}{number}", segment)
        if objects and self._overview is None:
            spots = [spot for shape in objects.values() for spot in shape.corners]
            self._overview = Overview.of(spots, self._size)
            self._look_from(self._overview)
        if self._overview is not None:
            wanted |= self._names(placed, objects, state.strong, self._overview)
        changed = {name for name, shape in wanted.items() if self._shown.get(name) != shape}
        gone = self._shown.keys() - wanted.keys()
        if changed or gone:
            stale = changed | gone
            self._scene.delete_objects(lambda drawn: drawn.name in stale)
            with self._scene:
                for name in changed:
                    self._draw(name, wanted[name])
            self._shown = wanted

    def _steady(self, name: str, shape: _Drawn) -> _Drawn:
        """The shape drawn already, where it moved by no more than noise: redrawing flickers."""
        before = self._shown.get(name)
        return before if isinstance(before, type(shape)) and is_like(before, shape) else shape

    def _names(
        self,
        items: list[PageObject],
        shapes: Mapping[str, Rectangle | Box],
        strong: frozenset[int],
        overview: Overview,
    ) -> dict[str, Shape]:
        """The objects' names where each can be read, those of the answer and near ones first."""
        spots = {name: shape.name_spot for name, shape in shapes.items()}
        first = sorted(items, key=lambda item: (item.region.id not in strong, spots[item.name][1]))
        found = overview.place_names([(item.name, spots[item.name]) for item in first])
        return {
            f"{_NAME}{item.name}": Name(
                item.region.label,
                item.name,
                found[item.name],
                1.0 if item.region.id in strong or not strong else _FAINT_NAME,
            )
            for item in items
            if item.name in found
        }

    def _draw(self, name: str, shape: Shape) -> None:
        match shape:
            case Segment(start, end, color):
                self._line(name, start, end, color)
            case Rectangle(label, corners, opacity):
                color = label_color(label)
                edge = [(x, y, z + _LIFT_M) for x, y, z in corners]
                for start, end in zip(edge, (*edge[1:], edge[0]), strict=True):
                    self._line(name, start, end, color)
                points = [[x, y] for x, y, _ in corners]
                floor = self._scene.extrusion(points, 0.01).move(z=shape.middle[2])
                floor.material(_css(color), opacity * 0.6).with_name(name)
            case Box(label, middle, (width, depth, height), rotation, opacity):
                color = label_color(label)
                for wireframe in (False, True):
                    box = self._scene.box(width, depth, height, wireframe=wireframe)
                    box.material(_css(color), 1.0 if wireframe else opacity)
                    box.move(*middle).rotate_R([list(row) for row in rotation]).with_name(name)
            case Name(label, word, spot, opacity):
                style = (
                    f"color: {_css(label_color(label))}; opacity: {opacity}; "
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


def _opacity(item: PageObject, strong: frozenset[int]) -> float:
    if not strong:
        return _ALONE
    return _STRONG if item.region.id in strong else _FAINT


def _css(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
