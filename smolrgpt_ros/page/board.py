# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The newest state, between the threads that change it and the pages that show it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

from .pictures import Display
from .state import HISTORY, PageState

#: A live picture that no browser asked for in so long is not drawn any more, seconds.
WATCHED_S = 5.0


class Board:
    """Holds one state, the live picture and the pictures of its answers; thread-safe.

    Pictures are JPEG files, made once for all who look.

    Args:
        state: the first one.
    """

    def __init__(self, state: PageState) -> None:
        self._lock = threading.Lock()
        self._state = state
        self._live: Mapping[Display, bytes] = {}
        self._answers: dict[int, bytes] = {}
        self._looked: dict[Display, float] = {}

    @property
    def state(self) -> PageState:
        """The newest state."""
        return self._state

    def change(self, change: Callable[[PageState], PageState]) -> PageState:
        """Replace the state by one made of it; returns the new one."""
        with self._lock:
            self._state = change(self._state)
            return self._state

    def look(self, display: Display) -> None:
        """A browser shows the page: its pictures are drawn for a while."""
        self._looked[display] = time.monotonic()

    @property
    def displays(self) -> tuple[Display, ...]:
        """On which the page was displayed lately."""
        now, looked = time.monotonic(), self._looked
        return tuple(d for d in Display if now - looked.get(d, -math.inf) < WATCHED_S)

    def live(self, display: Display) -> bytes:
        """The newest live picture; that of another display before the first for this one, and
        empty before any."""
        pictures = self._live
        return pictures.get(display) or next(iter(pictures.values()), b"")

    def show(self, pictures: Mapping[Display, bytes]) -> None:
        """Replace the live picture."""
        self._live = pictures

    def answer(self, change: Callable[[PageState], PageState], picture: bytes) -> None:
        """Add an answer by a change of the state, and its picture; the pictures of answers that
        are no longer displayed are dropped.

        Args:
            change: adds it.
            picture: a JPEG file; empty for none.
        """
        with self._lock:
            state = change(self._state)
            if picture:
                self._answers[state.answered] = picture
            for old in [n for n in self._answers if n <= state.answered - HISTORY]:
                del self._answers[old]
            self._state = state

    def answer_picture(self, number: int) -> bytes | None:
        """The picture of an answer; ``None`` where there is none."""
        return self._answers.get(number)
