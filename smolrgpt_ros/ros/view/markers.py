"""Regions and the last answer as RViz markers, built from the messages published anyway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from visualization_msgs.msg import Marker, MarkerArray

from smolrgpt_ros.rendering.highlight_roles import Roles

from ..convert.time import duration_of
from .answer_markers import answer_markers, answer_roles
from .marker_shapes import above, box, color_of, has_place, text

#: How strongly a region is drawn: none is asked about, in the answer, a rival of it, another one.
_ALONE, _STRONG, _RIVAL, _OTHER = 0.9, 0.95, 0.35, 0.15


def markers_of(
    array: Any, answer: Any | None, answer_regions: Sequence[Any], lifetime_s: float
) -> MarkerArray:
    """All markers of one moment; the first one deletes what was shown before.

    Regions that depth could not place are left out, not drawn at zero.

    Args:
        array: ``RegionArray`` of the frame.
        answer: the last ``SpatialAnswer``, ``None`` where there is none to show.
        answer_regions: ``Region`` messages the answer speaks about.
        lifetime_s: after which RViz removes them when no newer ones come.
    """
    clear = Marker(header=array.header, action=Marker.DELETEALL)
    roles = None
    labels = {r.id: r.label for r in answer_regions}
    if answer is not None:
        roles = answer_roles(answer, labels)
    shown = []
    for region in array.regions:
        if has_place(region):
            # The ids of a client's own regions may be those of other objects here.
            same = labels.get(region.id) == region.label
            shown += _region(array.header, region, _alpha(region.id if same else None, roles))
    if answer is not None and roles is not None:
        placed = {r.id: r for r in answer_regions if has_place(r)}
        shown += answer_markers(answer, placed, roles)
    for marker in shown:
        marker.lifetime = duration_of(lifetime_s)
    return MarkerArray(markers=[clear, *shown])


def _region(header: Any, region: Any, alpha: float) -> list[Marker]:
    color, p = color_of(region), region.position
    distance = math.sqrt(p.x**2 + p.y**2 + p.z**2)
    words = f"{region.label} {region.id}\n{distance:.2f} m"
    name = text(header, "names", region.id, words, color, above(region, 1.7))
    name.color.a = alpha
    return [box(header, "regions", region, color, alpha, 0.03), name]


def _alpha(identity: int | None, roles: Roles | None) -> float:
    if roles is None:
        return _ALONE
    if identity is None:
        return _OTHER
    if identity in roles.strong:
        return _STRONG
    return _RIVAL if identity in roles.rivals else _OTHER
