# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Example questions made of what is in view."""

from __future__ import annotations

from collections.abc import Sequence

from smolrgpt_ros.language.vocabulary import plural_of
from smolrgpt_ros.scene.region import Region

#: Examples displayed at a time.
MOST = 6
#: Classes whose members are counted in others rather than asked about themselves.
_PLACES = ("buffer",)


def examples(regions: Sequence[Region]) -> tuple[str, ...]:
    """Questions that can be asked about some regions, each of another kind.

    Args:
        regions: in view; those without a label are left out.
    """
    by_label: dict[str, list[Region]] = {}
    for item in regions:
        if item.label:
            by_label.setdefault(item.label, []).append(item)
    things = {label: found for label, found in by_label.items() if label not in _PLACES}
    places = [item for label in _PLACES for item in by_label.get(label, ())]
    if not things:
        return tuple(f"How many {plural_of(label)} are in view?" for label in by_label)
    many = max(things, key=lambda label: len(things[label]))
    first = things[many][0]
    others = [item for label, found in things.items() if label != many for item in found]
    found: list[str] = []
    if others:
        other = others[0]
        single = len(things[other.label]) == 1
        named = f"the {other.label}" if single else other.name
        if len(things[many]) > 1:
            found.append(f"Which {many} is nearest to {named}?")
        found.append(f"How far is {first.name} from {named}?")
        found.append(f"Is {first.name} left of {named}?")
    if places:
        found.append(f"How many {plural_of(many)} are in {places[0].name}?")
    else:
        found.append(f"How many {plural_of(many)} are in view?")
    if len(things[many]) > 1:
        found.append(f"How far is each {many} from the camera?")
    found.append(f"How tall is {first.name}?")
    return tuple(found[:MOST])
