# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for centres and centroids: distances are measured there."""

from __future__ import annotations

from .. import question as q
from .parser import Mismatch
from .references import ON_FLOOR, Counted, class_of


def single_object(selection: q.Selection) -> q.Selection:
    """An object by its id.

    Raises:
        Mismatch: for several.
    """
    several = isinstance(selection, q.Ids) and len(selection.ids) > 1
    if several or isinstance(selection, Counted):
        raise Mismatch("several objects have a centre each")
    return selection


def center_ends(first: q.Selection, second: q.Selection) -> tuple[q.Selection, q.Selection]:
    """ "From the centre of pallet 8 to that of pallet 9".

    Raises:
        Mismatch: for a place and an object: what stands in the place has no distance from it.
    """
    if (class_of(first) in ON_FLOOR) != (class_of(second) in ON_FLOOR):
        raise Mismatch("between an object and the centre of a place no distance is measured", True)
    return first, second
