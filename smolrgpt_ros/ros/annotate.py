"""A picture with its regions and the answer drawn on it. Free of ROS."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.region import Region

Color = tuple[int, int, int]

#: RGB of each label; others share the last.
LABEL_COLORS: dict[str, Color] = {
    "pallet": (255, 170, 40),
    "transporter": (60, 220, 255),
    "shelf": (150, 120, 255),
    "buffer": (80, 230, 120),
}
OTHER_COLOR: Color = (220, 220, 220)

MODEL_COLOR: Color = (255, 255, 255)
MEASURED_COLOR: Color = (130, 235, 255)
DISAGREE_COLOR: Color = (255, 90, 80)

_FONT = cv2.FONT_HERSHEY_DUPLEX


def color_of(label: str) -> Color:
    """RGB, 0 to 255, of a label's regions."""
    return LABEL_COLORS.get(label, OTHER_COLOR)


def draw_regions(
    rgb: NDArray[np.uint8], regions: Sequence[Region], highlighted: Collection[int] | None = None
) -> NDArray[np.uint8]:
    """A copy of a picture with tinted masks, outlines and names.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: with masks of that size.
        highlighted: ids drawn strongly while the others stay faint; ``None``: all alike.
    """
    picture = rgb.copy()
    scale = max(rgb.shape[0] / 720, 0.45)
    # Large ones first: a pallet stays visible inside its buffer.
    ordered = sorted(regions, key=lambda region: -int(np.count_nonzero(region.mask)))
    for region in ordered:
        box = region.box
        if box is None:
            continue
        strong = highlighted is None or region.id in highlighted
        _tint(picture, region, box, 0.35 if strong else 0.12)
        contours, _ = cv2.findContours(
            region.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        thickness = max(round((2.5 if strong else 1.0) * scale), 1)
        cv2.drawContours(
            picture, contours, -1, color_of(region.label), thickness, lineType=cv2.LINE_AA
        )
    for region in ordered:
        if region.box is not None and (highlighted is None or region.id in highlighted):
            _name(picture, region, scale)
    return picture


def draw_caption(
    picture: NDArray[np.uint8], lines: Sequence[tuple[str, Color]]
) -> NDArray[np.uint8]:
    """The picture with lines of text in a band below it; long ones are wrapped.

    Returns:
        shape ``(H + band, W, 3)``, uint8.
    """
    scale = max(picture.shape[0] / 720, 0.45)
    size = 0.62 * scale
    margin, step = round(10 * scale), round(26 * scale)
    (letter, _), _ = cv2.getTextSize("x" * 40, _FONT, size, 1)
    columns = max(int((picture.shape[1] - 2 * margin) / (letter / 40)), 10)
    wrapped = [
        (part, color) for text, color in lines for part in textwrap.wrap(_ascii(text), columns)
    ]
    band = np.full((step * len(wrapped) + margin, picture.shape[1], 3), 24, np.uint8)
    for row, (text, color) in enumerate(wrapped):
        cv2.putText(
            band, text, (margin, step * (row + 1) - margin // 3), _FONT, size, color, 1, cv2.LINE_AA
        )
    return np.concatenate([picture, band])


def _tint(
    picture: NDArray[np.uint8], region: Region, box: tuple[int, int, int, int], strength: float
) -> None:
    x0, y0, x1, y1 = box
    view, mask = picture[y0:y1, x0:x1], region.mask[y0:y1, x0:x1]
    color = np.array(color_of(region.label), np.float32)
    view[mask] = ((1 - strength) * view[mask] + strength * color).astype(np.uint8)


def _name(picture: NDArray[np.uint8], region: Region, scale: float) -> None:
    rows, columns = np.nonzero(region.mask)
    text = _ascii(f"{region.label} {region.id}".strip())
    size = 0.5 * scale
    (width, height), baseline = cv2.getTextSize(text, _FONT, size, 1)
    x = int(np.clip(columns.mean() - width / 2, 0, max(picture.shape[1] - width - 4, 0)))
    y = int(np.clip(rows.mean(), height + 4, picture.shape[0] - baseline - 2))
    cv2.rectangle(
        picture, (x - 3, y - height - 4), (x + width + 3, y + baseline), (24, 24, 24), cv2.FILLED
    )
    cv2.putText(picture, text, (x, y), _FONT, size, color_of(region.label), 1, cv2.LINE_AA)


def _ascii(text: str) -> str:
    """OpenCV's fonts know no other letters."""
    return text.encode("ascii", "replace").decode("ascii")
