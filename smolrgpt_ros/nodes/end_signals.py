# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM as a request to end, which is passed on when a node can take it."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType


class EndSignals:
    """Hears the signals that end a process, where rclpy installs no handlers of its own.

    A thread of rclpy's handlers walks the lists of contexts and executors, and a signal while
    these are being made or destroyed can crash the process. Python's own handler raises
    KeyboardInterrupt at any instruction, also where C++ calls Python and cannot pass it on.

    In another thread than the main one nothing is received: signals are the main thread's.
    """

    def __init__(self) -> None:
        self._received = threading.Event()
        # Python writes a byte there at once. Its handlers wait for the main thread, which may be in
        # rcl's wait for messages.
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._passed_on = False
        self._main = threading.current_thread() is threading.main_thread()
        if self._main:
            self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._note)

    @property
    def received(self) -> bool:
        """Whether the process was asked to end."""
        return self._received.is_set()

    def pass_on(self, end: Callable[[], None]) -> None:
        """Have ``end`` called at the first signal, or now if there was one, in another thread."""

        def wait() -> None:
            if self._reader.recv(1):
                end()
            while self._reader.recv(64):  # the others that come with it
                pass
            self._reader.close()

        self._passed_on = True
        threading.Thread(target=wait, name="end_signals", daemon=True).start()

    def close(self) -> None:
        """Pass nothing on from now; signals are still ignored, as a second one often follows."""
        if self._main:
            signal.set_wakeup_fd(self._before)
        self._writer.close()
        if not self._passed_on:
            self._reader.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._received.set()
