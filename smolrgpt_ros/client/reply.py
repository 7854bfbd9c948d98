"""What a client of the ``spatial_query`` service gets: a response as a typed value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import PointStamped
from std_msgs.msg import Header

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.ros.convert.answer_values import (
    agreement_of,
    generated_value,
    kind_of,
    measured_value,
)
from smolrgpt_ros.scene.status import QueryError, Status


@dataclass(frozen=True, eq=False)
class SpatialReply:
    """How a question ended. Read :attr:`ok` first, or call :meth:`raise_for_status`.

    Args:
        status: ``Status.OK``, or why there is no answer. What went wrong on the client's side
            has the same codes: NOT_READY where nobody offers the service, TIMEOUT where nobody
            answered in time.
        message: empty, a warning, or with a failure one sentence that says what to do.
        answer: ``msg/SpatialAnswer``; ``None`` unless OK.
        regions: ``msg/Region`` the question was asked about, in the prompt's order; positions in
            the target frame.
        canceled: the client took the question back.
    """

    status: Status
    message: str = ""
    answer: Any = None
    regions: tuple[Any, ...] = ()
    canceled: bool = False

    @classmethod
    def of(cls, response: Any) -> SpatialReply:
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
        """The model's sentence, as generated; empty without an answer."""
        return str(self.answer.text) if self.ok else ""

    @property
    def kind(self) -> str:
        """Kind of the question: a value of ``language.meaning.Kind``; ``"unknown"`` unless OK."""
        return kind_of(self.answer).value if self.ok else Kind.UNKNOWN.value

    @property
    def generated(self) -> Value | None:
        """The model's answer; ``None`` where its text could not be read as one.

        Metres, a count, the hour of a clock, the word of a comparison ("left") or the chosen id.
        """
        return generated_value(self.answer) if self.ok else None

    @property
    def measured(self) -> Value | None:
        """The same measured from depth; this is what planners should use."""
        return measured_value(self.answer) if self.ok else None

    @property
    def agree(self) -> bool | None:
        """Whether the two agree; ``None`` where one of them is missing."""
        return agreement_of(self.answer) if self.ok else None

    def region(self, identity: int) -> Any:
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
            ValueError: if depth could not tell where it is.
        """
        region = self.region(identity)
        if not region.position_frame_id:
            raise ValueError(
                f"{region.label} {identity} has no position: {region.depth_valid_ratio:.0%} of its "
                "pixels have depth"
            )
        header = Header(stamp=self.answer.header.stamp, frame_id=region.position_frame_id)
        return PointStamped(header=header, point=region.position)
