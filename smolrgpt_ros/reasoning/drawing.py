"""The picture of an answer: regions outlined and named, what was said and measured below."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ..language.meaning import Kind
from ..scene.region import Region

if TYPE_CHECKING:
    from .reasoner import SpatialAnswer

Color = tuple[int, int, int]

LABEL_COLORS: dict[str, Color] = {
    "pallet": (255, 165, 30),
    "transporter": (70, 215, 255),
    "shelf": (165, 125, 255),
    "buffer": (90, 225, 115),
}
OTHER_COLOR: Color = (215, 215, 215)
SAID_COLOR: Color = (255, 255, 255)
MEASURED_COLOR: Color = (130, 235, 255)
DISAGREE_COLOR: Color = (255, 95, 85)
_DARK: Color = (22, 22, 22)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_answer(
    rgb: NDArray[np.uint8], regions: Sequence[Region], answer: SpatialAnswer | None = None
) -> NDArray[np.uint8]:
    """The picture with its regions and, where there is one, the answer in a band below.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: all regions in view, masks of that size.
        answer: regions it was asked about are drawn strongly, all others faintly.

    Returns:
        Shape ``(H, W, 3)`` without an answer, ``(H + band, W, 3)`` with one; uint8.
    """
    if answer is None:
        return draw_regions(rgb, regions)
    picture = draw_regions(rgb, regions, set(answer.prompt_region_ids))
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
    color = DISAGREE_COLOR if answer.agreement is False else MEASURED_COLOR
    lines.append((f"measured: {measured_text(answer)}", color))
    return lines


def measured_text(answer: SpatialAnswer) -> str:
    """The measured value in words; regions by id."""
    measured = answer.measured
    if measured.value is None:
        return ""
    if measured.kind is Kind.CHOICE:
        return f"region {answer.measured_region_ids[0]}"
    if measured.kind is Kind.COUNT:
        named = ", ".join(str(i) for i in answer.measured_region_ids)
        return f"{measured.value}" + (f" (regions {named})" if named else "")
    spread = f" +- {measured.std:.2f}" if measured.std is not None else ""
    return f"{measured.normalized}{spread} {measured.unit}".strip()


def draw_regions(
    rgb: NDArray[np.uint8], regions: Sequence[Region], highlighted: Collection[int] | None = None
) -> NDArray[np.uint8]:
    """A copy of a picture with tinted masks, outlines and names.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: masks of that size.
        highlighted: ids drawn strongly, the others faintly and without a name; ``None``: all.
    """
    picture = rgb.copy()
    scale = max(rgb.shape[0] / 720.0, 0.5)
    shown = sorted(
        (r for r in regions if r.mask.any()), key=lambda r: int(r.mask.sum()), reverse=True
    )  # buffers first, so that what stands on them stays visible
    for region in shown:
        strong = highlighted is None or region.id in highlighted
        color = LABEL_COLORS.get(region.label, OTHER_COLOR)
        weight = 0.3 if strong else 0.08
        tinted = (1 - weight) * picture[region.mask] + weight * np.array(color)
        picture[region.mask] = tinted.astype(np.uint8)
        outline, _ = cv2.findContours(
            region.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        thickness = max(1, round((2 if strong else 1) * scale))
        cv2.drawContours(picture, outline, -1, color, thickness, cv2.LINE_AA)
    for region in shown:
        if highlighted is None or region.id in highlighted:
            _name(picture, region, scale)
    return picture


def draw_caption(
    picture: NDArray[np.uint8], lines: Sequence[tuple[str, Color]]
) -> NDArray[np.uint8]:
    """The picture with a band of text below it; long lines are wrapped.

    Returns:
        Shape ``(H + band, W, 3)``, uint8.
    """
    scale = max(picture.shape[0] / 720.0, 0.5)
    size, step = 0.6 * scale, round(27 * scale)
    (width, _), _ = cv2.getTextSize("n" * 20, _FONT, size, 1)
    letters = max(12, int((picture.shape[1] - step) / (width / 20)))
    rows = [(part, color) for text, color in lines for part in textwrap.wrap(_plain(text), letters)]
    band = np.full((step * len(rows) + step // 2, picture.shape[1], 3), _DARK, np.uint8)
    for i, (text, color) in enumerate(rows):
        spot = (step // 2, step * (i + 1) - step // 5)
        cv2.putText(band, text, spot, _FONT, size, color, 1, cv2.LINE_AA)
    return np.concatenate([picture, band])


def _name(picture: NDArray[np.uint8], region: Region, scale: float) -> None:
    box = region.box
    assert box is not None
    text = _plain(f"{region.label} {region.id}".strip())
    size = 0.45 * scale
    (width, height), drop = cv2.getTextSize(text, _FONT, size, 1)
    x = int(np.clip((box[0] + box[2] - width) / 2, 1, max(1, picture.shape[1] - width - 1)))
    y = int(np.clip((box[1] + box[3] + height) / 2, height + 1, picture.shape[0] - drop - 1))
    cv2.rectangle(picture, (x - 2, y - height - 2), (x + width + 2, y + drop), _DARK, cv2.FILLED)
    color = LABEL_COLORS.get(region.label, OTHER_COLOR)
    cv2.putText(picture, text, (x, y), _FONT, size, color, 1, cv2.LINE_AA)


def _with_ids(text: str, ids: Sequence[int]) -> str:
    """The model's ``[Region i]`` as the region's id, which is what the picture shows."""
    for i, region_id in sorted(enumerate(ids), reverse=True):
        text = text.replace(f"[Region {i}]", f"\0{region_id}\0")
    return text.replace("\0", "")


def _plain(text: str) -> str:
    """OpenCV's fonts know ASCII only."""
    return text.encode("ascii", "replace").decode("ascii")
