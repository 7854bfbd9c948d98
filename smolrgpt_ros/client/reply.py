# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A response of the ``spatial_query`` service as a typed value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from geometry_msgs.msg import PointStamped, PoseStamped
from std_msgs.msg import Header

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.language.answers import Value, known
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import Region, SpatialAnswer
from smolrgpt_ros.rendering.answer_view import text_with_ids
from smolrgpt_ros.ros.convert.answer_values import (
    agreement_of,
    generated_value,
    kind_of,
    measured_value,
)
from smolrgpt_ros.scene.status import QueryError, Status
from smolrgpt_ros.srv import SpatialQuery

_SEVERAL = (Kind.LIST, Kind.ORDER, Kind.EACH, Kind.COUNT, Kind.PAIR)


class Listed(NamedTuple):
    """One region of an answer of several.

    Args:
        region_id: of the region.
        value: its own number, in the answer's unit; ``None`` where the list has none.
        std: standard deviation of ``value``; ``None`` where it is not known.
        lower_bound: whether ``value`` is the least it can be: not all of the object is seen.
    """

    region_id: int
    value: float | None
    std: float | None
    lower_bound: bool = False


@dataclass(frozen=True, eq=False)
class SpatialReply:
    """The outcome of a question. Read :attr:`ok` first, or call :meth:`raise_for_status`.

    Args:
        status: ``Status.OK``, or why there is no answer. Failures on the client's side have the
            same codes: NOT_READY without a server, TIMEOUT without a response in time.
        message: empty, a warning, or the failure and its remedy in one sentence.
        answer: ``msg/SpatialAnswer``; ``None`` unless OK.
        regions: ``msg/Region`` the question was asked about, in the prompt's order; positions in
            the target frame.
        canceled: the client cancelled the question.
    """

    status: Status
    message: str = ""
    answer: SpatialAnswer | None = None
    regions: tuple[Region, ...] = ()
    canceled: bool = False

    @classmethod
    def of(cls, response: SpatialQuery.Response | SpatialQueryAction.Result) -> SpatialReply:
        """The reply of a service response or an action result."""
        canceled = response.status == SpatialQueryAction.Result.STATUS_CANCELED
        status = Status.TIMEOUT if canceled else Status(response.status)
        ok = status is Status.OK
        return cls(
            status,
            response.message,
            response.answer if ok else None,
            tuple(response.regions) if ok else (),
            canceled,
        )

    @property
    def ok(self) -> bool:
        return self.status is Status.OK

    def raise_for_status(self) -> SpatialReply:
        """This reply, if it is OK.

        Raises:
            QueryError: status and message of a failure.
        """
        if not self.ok:
            raise QueryError(self.status, self.message)
        return self

    @property
    def text(self) -> str:
        """The model's sentence, with region ids; empty without an answer."""
        if self.answer is None:
            return ""
        return text_with_ids(self.answer.text, self.answer.prompt_region_ids)

    @property
    def kind(self) -> str:
        """Kind of the question: a value of ``language.meaning.Kind``; ``"unknown"`` unless OK."""
        return kind_of(self.answer).value if self.answer is not None else Kind.UNKNOWN.value

    @property
    def generated(self) -> Value | None:
        """The model's answer; ``None`` where its text could not be read as one.

        Metres, a count, the hour of a clock, the word of a comparison ("left") or the chosen id.
        """
        return generated_value(self.answer) if self.answer is not None else None

    @property
    def measured(self) -> Value | None:
        """The same measured from depth; the value for planners.

        ``True`` or ``False`` of a yes/no question. ``None`` of several values: see :attr:`listed`.
        """
        return measured_value(self.answer) if self.answer is not None else None

    @property
    def understood(self) -> str:
        """The question as it was read, in canonical English; compare it with what you meant."""
        return str(self.answer.understood) if self.answer is not None else ""

    @property
    def measured_text(self) -> str:
        """The measured answer as a sentence, lengths in the unit asked for; empty without one."""
        return str(self.answer.measured.text) if self.answer is not None else ""

    @property
    def yes_no(self) -> bool | None:
        """The measured answer of a yes/no question; ``None`` of other kinds and without one."""
        measured = self.measured
        return measured if isinstance(measured, bool) else None

    @property
    def probability(self) -> float | None:
        """Probability, 0 to 1: of a yes; of other kinds, that the count, list, order, choice or
        word is as given. ``None`` where only a number is uncertain (``answer.measured.std``)."""
        if self.answer is None or not math.isfinite(self.answer.measured.probability):
            return None
        return float(self.answer.measured.probability)

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Regions of an answer of several, in its order: of a list, an order, a table, a count
        or a pair; empty of other kinds."""
        if self.answer is None or kind_of(self.answer) not in _SEVERAL:
            return ()
        measured = self.answer.measured
        ids = [int(i) for i in measured.region_ids]
        each = len(measured.values) == len(ids)
        values = [known(v) for v in measured.values] if each else [None] * len(ids)
        known_stds = each and len(measured.stds) == len(ids)
        stds = [known(v) for v in measured.stds] if known_stds else [None] * len(ids)
        known_bounds = each and len(measured.lower_bounds) == len(ids)
        bounds = [bool(b) for b in measured.lower_bounds] if known_bounds else [False] * len(ids)
        return tuple(Listed(*row) for row in zip(ids, values, stds, bounds, strict=True))

    @property
    def trusted(self) -> Value | None:
        """The value that the node's ``answer.policy`` lets through; ``None`` for none."""
        if self.answer is None or not self.answer.trusted:
            return None
        by_model = self.answer.policy == SpatialAnswer.POLICY_MODEL
        return self.generated if by_model else self.measured

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a careful client should know: what else is probable, what was not measured or not
        asked of the model. One sentence each."""
        return tuple(self.answer.caveats) if self.answer is not None else ()

    @property
    def hidden(self) -> tuple[str, ...]:
        """Which parts of the answer's objects are hidden, and by what; one sentence each."""
        return tuple(self.answer.hidden) if self.answer is not None else ()

    @property
    def suggested_view(self) -> PoseStamped | None:
        """Where the camera would see what is hidden, x ahead and level, in the target frame;
        ``None`` where no view is needed or none was found."""
        if self.answer is None or not self.answer.suggested_view.header.frame_id:
            return None
        return self.answer.suggested_view

    @property
    def agree(self) -> bool | None:
        """Whether the two agree; ``None`` where one of them is missing."""
        return agreement_of(self.answer) if self.answer is not None else None

    def region(self, identity: int) -> Region:
        """The ``msg/Region`` of an id.

        Raises:
            KeyError: if the question was not about it.
        """
        for region in self.regions:
            if region.id == identity:
                return region
        raise KeyError(
            f"region {identity} is not among the reply's: {[r.id for r in self.regions]}"
        )

    def position(self, identity: int) -> PointStamped:
        """Where a region of the reply is, in the target frame at the image's stamp.

        Raises:
            KeyError: if the question was not about it.
            ValueError: if its position is unknown for want of depth.
        """
        region = self.region(identity)
        if not region.position_frame_id:
            raise ValueError(
                f"{region.label} {identity} has no position: {region.depth_valid_ratio:.0%} of its "
                "pixels have depth"
            )
        assert self.answer is not None  # there are regions
        header = Header(stamp=self.answer.header.stamp, frame_id=region.position_frame_id)
        return PointStamped(header=header, point=region.position)
