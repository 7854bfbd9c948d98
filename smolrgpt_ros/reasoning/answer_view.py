# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A reasoner's answer as pictures and markers show it."""

from __future__ import annotations

from collections.abc import Sequence

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.answer_view import (
    IMAGE_UP,
    AnswerView,
    Vector,
    text_with_ids,
)
from smolrgpt_ros.rendering.highlight_roles import roles_of
from smolrgpt_ros.scene.region import Region

from .answer import SpatialAnswer


def view_of(
    answer: SpatialAnswer, regions: Sequence[Region], geometry: FrameGeometry | None = None
) -> AnswerView:
    """The view of an answer.

    Args:
        answer: to be shown.
        regions: those in view, for their labels.
        geometry: of the frame, for which way is up; without it the image's upward direction.
    """
    measured = answer.measured
    chosen = answer.value if answer.kind is Kind.CHOICE else None
    known = {region.id: region.label for region in regions}
    labels = {i: known.get(i, "") for i in answer.prompt_region_ids}
    return AnswerView(
        question=answer.question,
        kind=answer.kind,
        text=text_with_ids(answer.text, answer.prompt_region_ids),
        model=answer.model,
        value=measured.value,
        sentence=answer.measured_text,
        values=measured.values,
        std=measured.std,
        unit=measured.unit,
        reason=measured.reason,
        agreement=answer.agreement,
        roles=roles_of(
            answer.kind, labels, measured.region_ids, chosen if isinstance(chosen, int) else None
        ),
        up=_up(answer.kind, geometry),
    )


def _up(kind: Kind, geometry: FrameGeometry | None) -> Vector:
    # The floor costs some milliseconds where it was not needed to measure.
    needed = kind in (Kind.VERTICAL_DISTANCE, Kind.WIDTH, Kind.LENGTH, Kind.HEIGHT)
    plane = geometry.plane if geometry is not None and needed else None
    if plane is None:
        return IMAGE_UP
    x, y, z = plane.up.tolist()
    return x, y, z
