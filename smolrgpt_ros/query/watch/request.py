# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A watched question as values: its request, the node's limits, a step of it, its result."""

from __future__ import annotations

from dataclasses import dataclass, field

from smolrgpt_ros.scene.status import Status

from ..request import QueryRequest, QueryResult
from .condition import Condition, WatchState


@dataclass(frozen=True)
class WatchRequest:
    """A question to watch.

    Args:
        question: as asked.
        condition: on its answer.
        camera: name; empty: the only one.
        target_frame: of positions in the result.
        continuous: whether it goes on after an event.
        ask_model: whether the model is asked too; then only what the policy trusts is known.
        accept_incomplete: whether answers count from which something may be missing.
        max_rate_hz: most evaluations in a second of the images' stamps; ``None``: the node's.
        timeout_s: ``None``: the node's.
    """

    question: str
    condition: Condition
    camera: str = ""
    target_frame: str = ""
    continuous: bool = False
    ask_model: bool = False
    accept_incomplete: bool = False
    max_rate_hz: float | None = None
    timeout_s: float | None = None

    @property
    def query(self) -> QueryRequest:
        """The question about the newest frame; equal ones are evaluated once."""
        return QueryRequest(self.question, target_frame=self.target_frame, camera=self.camera)


@dataclass(frozen=True)
class WatchLimits:
    """The node's bounds.

    Args:
        max_watches: questions watched at the same time.
        max_rate_hz: most evaluations of a question in a second.
        timeout_s: longest time to watch.
    """

    max_watches: int = 8
    max_rate_hz: float = 10.0
    timeout_s: float = 3600.0


@dataclass(frozen=True)
class WatchStep:
    """What one frame said about a watched question.

    Args:
        result: of the question about the frame.
        state: of the condition.
        unknown: why there is no answer that counts, one sentence; ``""`` where there is one.
    """

    result: QueryResult
    state: WatchState
    unknown: str = ""


@dataclass(frozen=True)
class WatchResult:
    """How a watch ended.

    Args:
        status: OK: the condition held; TIMEOUT: it did not in time.
        message: empty with OK, else the reason.
        result: of the question with which it held; ``None`` unless OK.
        state: of the condition at the end.
        evaluations: frames for which it was evaluated.
        canceled: the client cancelled it.
        client_lost: no client is left.
    """

    status: Status
    message: str = ""
    result: QueryResult | None = None
    state: WatchState = field(default_factory=WatchState)
    evaluations: int = 0
    canceled: bool = False
    client_lost: bool = False
