# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Outcome codes of a spatial query, for every room; mirrored in ``srv/SpatialQuery.srv``."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Why a query ended as it did. The numbers belong to the interface and never change."""

    OK = 0
    NOT_READY = 1
    NO_FRAME = 2
    STALE_FRAME = 3
    NO_DEPTH = 4
    UNREGISTERED_DEPTH = 5
    UNKNOWN_REGION = 6
    BAD_QUESTION = 7
    TF_FAILED = 8
    BUSY = 9
    TIMEOUT = 10
    MODEL_ERROR = 11


class QueryError(Exception):
    """A query that cannot be answered: a code for programs, a message for people.

    Args:
        status: the code; never ``Status.OK``.
        message: one sentence that names the value found, the value expected and what to do.
    """

    def __init__(self, status: Status, message: str) -> None:
        if status is Status.OK:
            raise ValueError("QueryError needs a failure code, found Status.OK")
        super().__init__(message)
        self.status = status
        self.message = message
