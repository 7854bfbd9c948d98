"""The picture of an answer: what was measured drawn between the regions, what was said below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.scene.region import Region

from .drawing import (
    DISAGREE_COLOR,
    MEASURED_COLOR,
    SAID_COLOR,
    Color,
    draw_caption,
    draw_regions,
    draw_tag,
    scale_of,
)
from .highlight_roles import Roles, roles_of

Spot = tuple[float, float]


def draw_answer(
    rgb: NDArray[np.uint8], regions: Sequence[Region], answer: SpatialAnswer | None = None
) -> NDArray[np.uint8]:
    """The picture with its regions and, where there is one, the answer in it and in a band below.

    A distance is a segment with its length, left and right are an arrow from the left one to the
    right one, counted regions are numbered, a chosen one is ringed and its rivals are faint.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: all regions in view, masks of that size.
        answer: regions it was asked about are drawn strongly, all others faintly.

    Returns:
        Shape ``(H, W, 3)`` without an answer, ``(H + band, W, 3)`` with one; uint8.
    """
    if answer is None:
        return draw_regions(rgb, regions)
    labels = {i: _label(regions, i) for i in answer.prompt_region_ids}
    chosen = answer.value if answer.kind is Kind.CHOICE else None
    generated = chosen if isinstance(chosen, int) else None
    roles = roles_of(answer.kind, labels, answer.measured.region_ids, generated)
    picture = draw_regions(rgb, regions, roles.strong)
    middles = {r.id: _middle(r) for r in regions if r.mask.any()}
    mark = _MARKS.get(answer.kind)
    if mark is not None and answer.measured.value is not None:
        mark(picture, middles, roles, answer)
    return draw_caption(picture, caption_of(answer))


def caption_of(answer: SpatialAnswer) -> list[tuple[str, Color]]:
    """Question, generated and measured answer as lines with their colours."""
    lines = [(f"Q: {answer.question}", SAID_COLOR)]
    if answer.model:
        said = answer.text or "(nothing)"
        lines.append((f"model: {_with_ids(said, answer.prompt_region_ids)}", SAID_COLOR))
    measured = answer.measured
    if measured.value is None:
        lines.append((f"not measured: {measured.reason}", MEASURED_COLOR))
        return lines
    lines.append((f"measured: {measured_text(answer)}", measured_color(answer.agreement)))
    return lines


def measured_color(agreement: bool | None) -> Color:
    """Colour of a measured value: red where the model disagrees."""
    return DISAGREE_COLOR if agreement is False else MEASURED_COLOR


def measured_text(answer: SpatialAnswer) -> str:
    """The measured value in words; regions by id."""
    measured = answer.measured
    if measured.value is None:
        return ""
    if measured.kind is Kind.CHOICE:
        return f"region {measured.region_ids[0]}"
    if measured.kind is Kind.COUNT:
        named = ", ".join(str(i) for i in measured.region_ids)
        return f"{measured.value}" + (f" (regions {named})" if named else "")
    spread = f" +- {measured.std:.2f}" if measured.std is not None else ""
    return f"{answer.measured_normalized}{spread} {measured.unit}".strip()


def _segment(
    picture: NDArray[np.uint8], middles: Mapping[int, Spot], roles: Roles, answer: SpatialAnswer
) -> None:
    ends = [middles[i] for i in roles.answer if i in middles]
    if len(ends) != 2:
        return  # the other end is the camera, which is not in its own picture
    color = measured_color(answer.agreement)
    a, b = (_pixel(end) for end in ends)
    cv2.line(picture, a, b, color, _thick(picture), cv2.LINE_AA)
    half = ((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2)
    draw_tag(picture, f"{answer.measured_normalized} m", half, color)


def _order(
    picture: NDArray[np.uint8], middles: Mapping[int, Spot], roles: Roles, answer: SpatialAnswer
) -> None:
    pair = [i for i in roles.answer if i in middles]
    if len(pair) != 2:
        return
    left, right = pair if answer.measured.value == "left" else pair[::-1]
    color, thick = measured_color(answer.agreement), _thick(picture)
    a, b = _pixel(middles[left]), _pixel(middles[right])
    cv2.arrowedLine(picture, a, b, color, thick, cv2.LINE_AA, tipLength=0.06)
    for identity, word in ((left, "left"), (right, "right")):
        draw_tag(picture, word, _below(picture, middles[identity]), color)


def _numbers(
    picture: NDArray[np.uint8], middles: Mapping[int, Spot], roles: Roles, answer: SpatialAnswer
) -> None:
    color = measured_color(answer.agreement)
    for number, identity in enumerate(roles.answer, 1):
        if identity in middles:
            draw_tag(picture, f"no. {number}", _below(picture, middles[identity]), color)


def _rings(
    picture: NDArray[np.uint8], middles: Mapping[int, Spot], roles: Roles, answer: SpatialAnswer
) -> None:
    marked = [(i, "chosen", measured_color(answer.agreement)) for i in roles.answer]
    marked += [(i, "model's", SAID_COLOR) for i in roles.said]
    for identity, word, color in marked:
        if identity in middles:
            radius = round(34 * scale_of(picture))
            middle = _pixel(middles[identity])
            cv2.circle(picture, middle, radius, color, _thick(picture), cv2.LINE_AA)
            draw_tag(picture, word, _below(picture, middles[identity]), color)


_MARKS = {
    Kind.DISTANCE: _segment,
    Kind.HORIZONTAL_DISTANCE: _segment,
    Kind.CLEARANCE: _segment,
    Kind.LEFT_RIGHT: _order,
    Kind.COUNT: _numbers,
    Kind.CHOICE: _rings,
}


def _label(regions: Sequence[Region], identity: int) -> str:
    return next((r.label for r in regions if r.id == identity), "")


def _middle(region: Region) -> Spot:
    rows, columns = np.nonzero(region.mask)
    return float(columns.mean()), float(rows.mean())


def _below(picture: NDArray[np.uint8], middle: Spot) -> Spot:
    """A place under a region's name, which stands in its middle."""
    return middle[0], middle[1] + 24 * scale_of(picture)


def _pixel(spot: Spot) -> tuple[int, int]:
    return round(spot[0]), round(spot[1])


def _thick(picture: NDArray[np.uint8]) -> int:
    return max(1, round(2.5 * scale_of(picture)))


def _with_ids(text: str, ids: Sequence[int]) -> str:
    """The model's ``[Region i]`` as the region's id, which is what the picture shows."""
    for i, region_id in sorted(enumerate(ids), reverse=True):
        text = text.replace(f"[Region {i}]", f"\0{region_id}\0")
    return text.replace("\0", "")
