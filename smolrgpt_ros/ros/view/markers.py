# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions and the last answer as RViz markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.highlight_roles import Roles
from smolrgpt_ros.rendering.palette import label_color
from smolrgpt_ros.rendering.placement import EVERYWHERE, Area
from smolrgpt_ros.scene.region import region_name

from ..convert.time import duration_of
from .answer_markers import answer_markers
from .marker_shapes import Corner, above, below, distance_of, extent, has_position, is_flat, text
from .word_places import WordPlaces

#: Opacity of a region: without an answer, in the answer, a rival of it, any other one, which has
#: no name; the least of a name that can be read.
_ALONE, _STRONG, _RIVAL, _OTHER = 0.9, 0.95, 0.35, 0.15
_LEAST_NAME = 0.7
_NAMES = "names"
#: Width of a region's edges, metres.
_EDGE_M = 0.03


@dataclass(frozen=True)
class DisplayedAnswer:
    """An answer to be displayed in space.

    Args:
        view: the answer.
        header: of the image it is about.
        regions: ``msg/Region`` of its question, positions in the header's frame.
    """

    view: AnswerView
    header: Header
    regions: Sequence[Region]


def markers_of(
    array: RegionArray,
    lifetime_s: float,
    answer: DisplayedAnswer | None = None,
    outlines: Mapping[int, Sequence[Corner]] | None = None,
    field: Area = EVERYWHERE,
) -> MarkerArray:
    """All markers of one moment; the first one deletes all of the moment before.

    Regions that depth could not place are left out, not drawn at zero.

    Args:
        array: regions of the newest frame.
        lifetime_s: after which RViz removes them when no newer ones come.
        answer: the last answer; ``None`` where there is none to show. Its regions stand where it
            measured them.
        outlines: corners of the shapes of regions by id, see ``RegionPose``, in the frame of the
            array.
        field: of the camera, that words stay in; see :func:`.word_places.field_of_view`.
    """
    clear = Marker(header=array.header, action=Marker.DELETEALL)
    placed = {r.id: r for r in answer.regions if has_position(r)} if answer is not None else {}
    labels = {r.id: r.label for r in answer.regions} if answer is not None else {}
    outlines = {} if outlines is None else outlines
    displayed = []
    for region in array.regions:
        if has_position(region):
            # The ids of a client's own regions may be those of other objects here.
            same = labels.get(region.id) == region.label
            alpha = _alpha(region.id if same else None, answer.view.roles if answer else None)
            displayed.append((alpha, placed.get(region.id, region) if same else region))
    # The names of what matters and is near get the best places.
    displayed.sort(key=lambda a: (-a[0], distance_of(a[1])))
    names = {
        region.id: _name(array.header, region, alpha, outlines.get(region.id, ()))
        for alpha, region in displayed
    }
    places, markers = WordPlaces(field), list[Marker]()
    if answer is not None:
        in_view = [region for _, region in displayed]
        markers += answer_markers(
            answer.view, answer.header, placed, outlines, places, names, in_view
        )
    done = {marker.id for marker in markers if marker.ns == _NAMES}
    for alpha, region in displayed:
        color, outline = label_color(region.label), outlines.get(region.id, ())
        markers.append(extent(array.header, "regions", region, outline, color, alpha, _EDGE_M))
        if region.id not in done and alpha > _OTHER:
            markers += places.put([names[region.id]], region.position)
    for marker in markers:
        marker.lifetime = duration_of(lifetime_s)
    return MarkerArray(markers=[clear, *markers])


def _name(header: Header, region: Region, alpha: float, outline: Sequence[Corner]) -> Marker:
    words = f"{region_name(region.label, region.id)}\n{distance_of(region):.2f} m"
    # Of what lies on the floor below it: above stand the names of what stands there.
    spot = below(region, 1.7) if is_flat(outline) else above(region, 1.7)
    name = text(header, _NAMES, region.id, words, label_color(region.label), spot)
    name.color.a = max(alpha, _LEAST_NAME)
    return name


def _alpha(identity: int | None, roles: Roles | None) -> float:
    if roles is None:
        return _ALONE
    if identity is None:
        return _OTHER
    if identity in roles.strong:
        return _STRONG
    return _RIVAL if identity in roles.rivals else _OTHER
