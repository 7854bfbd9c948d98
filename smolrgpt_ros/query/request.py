# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A query as values: its request, its limits, its result. Free of ROS."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import Enum

import numpy as np

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

#: Placeholders that a question may hold.
_ALLOWED_TOKENS = re.compile(r"<mask>|<image>", re.IGNORECASE)
#: Markers of a prompt's structure: ``<|im_end|>``, ``<mask_rgb>``, ``</s>``.
_TOKEN = re.compile(r"<\||\|>|</?[a-z][\w-]*>", re.IGNORECASE)
#: Characters of a region's label.
MAX_LABEL_LENGTH = 64


class Stage(Enum):
    """Stage of a query; the values are those of the action's feedback."""

    WAITING = 0
    LOOKING = 1
    GENERATING = 2


@dataclass(frozen=True)
class ClientRegion:
    """A region of a client's request: a run-length mask of ``mask_size`` (H, W), or a box.

    ``box`` is ``(x0, y0, x1, y1)`` in pixels, x1 and y1 exclusive.
    """

    id: int
    label: str
    mask_rle: str = ""
    mask_size: tuple[int, int] = (0, 0)
    box: tuple[int, int, int, int] | None = None

    def in_frame(self, frame: RgbdFrame) -> Region:
        """The region in a frame's pixels.

        Raises:
            QueryError: UNKNOWN_REGION if mask or box do not fit the frame or hold no pixel.
        """
        height, width = frame.height, frame.width
        if self.mask_rle:
            if self.mask_size != (height, width):
                raise self._error(
                    f"its mask is for {self.mask_size[1]}x{self.mask_size[0]} pixels, "
                    f"the image has {width}x{height}"
                )
            try:
                mask = decode_rle({"size": [height, width], "counts": self.mask_rle})
            except (ValueError, UnicodeEncodeError) as error:
                raise self._error(f"its mask cannot be read: {error}") from error
        elif self.box is not None:
            x0, y0, x1, y1 = self.box
            mask = np.zeros((height, width), bool)
            mask[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True
        else:
            raise self._error("it has neither a mask nor a box")
        if not mask.any():
            raise self._error(f"no pixel of it lies in the image of {width}x{height}")
        return Region(id=self.id, label=self.label.strip().lower(), mask=mask)

    def _error(self, what: str) -> QueryError:
        return QueryError(
            Status.UNKNOWN_REGION, f"region {self.id} of the request cannot be used: {what}"
        )


@dataclass(frozen=True)
class QueryRequest:
    """A request as values. ``stamp_ns`` 0 is the newest frame; ``None`` is the node's default."""

    question: str
    region_ids: tuple[int, ...] = ()
    regions: tuple[ClientRegion, ...] = ()
    stamp_ns: int = 0
    max_age_s: float | None = None
    timeout_s: float | None = None
    target_frame: str = ""
    camera: str = ""


@dataclass(frozen=True)
class QueryLimits:
    """The node's bounds and defaults; the times in seconds."""

    max_age_s: float = 2.0
    timeout_s: float = 30.0
    max_timeout_s: float = 120.0
    max_pending: int = 8
    max_question_length: int = 1000
    max_regions: int = 256
    max_future_s: float = 1.0
    max_abandoned: int = 4


@dataclass(frozen=True, eq=False)
class QueryResult:
    """The outcome of a query; ``answer`` and ``pose`` only with ``Status.OK``.

    Args:
        status, message: the outcome.
        seen: the frame asked about and the regions it was asked with.
        answer: the reasoner's.
        camera: whose frame it was; empty on a node with one camera.
        pose: of the camera in the request's target frame; ``None``: the camera's optical frame.
        frame_age_s: age of the image when the query arrived; NaN where there was none.
        latency_s: from arrival to result.
        canceled: the client cancelled the query.
    """

    status: Status
    message: str = ""
    seen: SeenFrame | None = None
    answer: SpatialAnswer | None = None
    pose: Pose | None = None
    frame_age_s: float = float("nan")
    latency_s: float = 0.0
    canceled: bool = False
    camera: str = ""


def check(query: QueryRequest, limits: QueryLimits) -> None:
    """Raise QueryError for a request that is outside its limits."""
    if not query.question.strip():
        raise QueryError(
            Status.BAD_QUESTION,
            "the question is empty; ask for example: How far is the leftmost pallet from the "
            "transporter?",
        )
    if len(query.question) > limits.max_question_length:
        raise QueryError(
            Status.BAD_QUESTION,
            f"the question has {len(query.question)} characters, "
            f"allowed are {limits.max_question_length} (query.max_question_length)",
        )
    check_text(query.question, "the question", Status.BAD_QUESTION)
    for name, values in (("regions", query.regions), ("region_ids", query.region_ids)):
        if len(values) > limits.max_regions:
            raise QueryError(
                Status.UNKNOWN_REGION,
                f"the request has {len(values)} {name}, allowed are {limits.max_regions}",
            )
    for region in query.regions:
        if len(region.label) > MAX_LABEL_LENGTH:
            raise QueryError(
                Status.UNKNOWN_REGION,
                f"the label of region {region.id} has {len(region.label)} characters, "
                f"allowed are {MAX_LABEL_LENGTH}",
            )
        check_text(region.label, f"the label of region {region.id}", Status.UNKNOWN_REGION)
    ids = [region.id for region in query.regions]
    twice = sorted(number for number, count in Counter(ids).items() if count > 1)
    if twice:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"the request's regions must have different ids, found twice: {twice}",
        )


def check_text(text: str, what: str, status: Status) -> None:
    """Raise QueryError for a text that could change a prompt's structure or is not printable.

    Args:
        text: of a client.
        what: how to call it in the message.
        status: of the error.
    """
    # What is left when the placeholders go must not be a marker either: "<|im<mask>_end|>".
    for candidate in (_ALLOWED_TOKENS.sub(" ", text), _ALLOWED_TOKENS.sub("", text)):
        found = _TOKEN.search(candidate)
        if found is not None:
            around = candidate[found.start() : found.start() + 20]
            raise QueryError(
                status,
                f"{what} holds {around!r}, which looks like a marker of the model's prompt; "
                "only <mask> is allowed",
            )
    for character in text:
        if (
            unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co")
            and character not in "\t\n\r"
        ):
            raise QueryError(
                status,
                f"{what} holds the control character U+{ord(character):04X}; send plain text",
            )
