"""Drawing on pictures: regions tinted, outlined and named, tags, and a band of text below."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.region import Region

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
    scale = scale_of(rgb)
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
            _name(picture, region)
    return picture


def draw_caption(
    picture: NDArray[np.uint8], lines: Sequence[tuple[str, Color]]
) -> NDArray[np.uint8]:
    """The picture with a band of text below it; long lines are wrapped.

    Returns:
        Shape ``(H + band, W, 3)``, uint8.
    """
    scale = scale_of(picture)
    size, step = 0.6 * scale, round(27 * scale)
    (width, _), _ = cv2.getTextSize("n" * 20, _FONT, size, 1)
    letters = max(12, int((picture.shape[1] - step) / (width / 20)))
    rows = [(part, color) for text, color in lines for part in textwrap.wrap(_plain(text), letters)]
    band = np.full((step * len(rows) + step // 2, picture.shape[1], 3), _DARK, np.uint8)
    for i, (text, color) in enumerate(rows):
        spot = (step // 2, step * (i + 1) - step // 5)
        cv2.putText(band, text, spot, _FONT, size, color, 1, cv2.LINE_AA)
    return np.concatenate([picture, band])


def draw_tag(
    picture: NDArray[np.uint8], text: str, middle: tuple[float, float], color: Color
) -> None:
    """Write a short text on a dark plate into a picture, kept inside it.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        text: what OpenCV's fonts lack becomes ``?``.
        middle: of the text, pixels (x, y).
    """
    size = 0.45 * scale_of(picture)
    text = _plain(text)
    (width, height), drop = cv2.getTextSize(text, _FONT, size, 1)
    x = int(np.clip(middle[0] - width / 2, 1, max(1, picture.shape[1] - width - 1)))
    y = int(np.clip(middle[1] + height / 2, height + 1, picture.shape[0] - drop - 1))
    cv2.rectangle(picture, (x - 2, y - height - 2), (x + width + 2, y + drop), _DARK, cv2.FILLED)
    cv2.putText(picture, text, (x, y), _FONT, size, color, 1, cv2.LINE_AA)


def scale_of(picture: NDArray[np.uint8]) -> float:
    """Size of lines and letters in a picture, 1 at 720 rows."""
    return max(picture.shape[0] / 720.0, 0.5)


def _name(picture: NDArray[np.uint8], region: Region) -> None:
    box = region.box
    assert box is not None
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    color = LABEL_COLORS.get(region.label, OTHER_COLOR)
    draw_tag(picture, f"{region.label} {region.id}".strip(), middle, color)


def _plain(text: str) -> str:
    """OpenCV's fonts know ASCII only."""
    return text.encode("ascii", "replace").decode("ascii")
