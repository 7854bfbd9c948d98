# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes for the simulated camera: rendered or read in advance, on a thread of their own."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from smolrgpt_ros.simulation.datasets.frame_store import read_frame
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame

_log = logging.getLogger(__name__)

#: The frame of an index, from 0.
SceneMaker = Callable[[int], SimulatedFrame]


class SceneError(RuntimeError):
    """Scenes that cannot be made; the message names what to install or to set."""


def rendered_scenes(
    seed: int, family: str, width: int, height: int, sensor: SensorModel | None
) -> SceneMaker:
    """Scenes of the simulator with the seeds ``seed``, ``seed + 1``, …"""

    def make(index: int) -> SimulatedFrame:
        try:
            return simulate_frame(seed + index, family, width, height, sensor)
        except (RuntimeError, ImportError) as error:
            raise SceneError(
                f"this host cannot render ({error}); set the parameter recording to a directory "
                "that 'smolrgpt simulate' wrote on another one"
            ) from error

    return make


def recorded_scenes(directory: str | Path) -> SceneMaker:
    """The frames of a written dataset, from the first again after the last.

    Raises:
        SceneError: if there are none.
    """
    root = Path(directory)
    known = sorted(int(path.stem) for path in root.glob("truth/*.json") if path.stem.isdigit())
    if not known:
        raise SceneError(f"no recorded frames in {root}; write some with: smolrgpt simulate")

    def make(index: int) -> SimulatedFrame:
        try:
            return read_frame(root, known[index % len(known)])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SceneError(f"{root} cannot be replayed: {error}") from error

    return make


class SceneThread:
    """Makes scenes on one thread, which owns the renderer; one scene in advance.

    Args:
        make: called with 0, 1, 2, …
    """

    def __init__(self, make: SceneMaker) -> None:
        self._make = make
        self._ready: queue.Queue[SimulatedFrame | SceneError] = queue.Queue(maxsize=1)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scenes", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def next(self, timeout_s: float = 0.0) -> SimulatedFrame | None:
        """The next scene, or ``None`` if it is not ready in time.

        Raises:
            SceneError: if it could not be made; so will all later ones.
        """
        try:
            made = self._ready.get(block=timeout_s > 0, timeout=timeout_s or None)
        except queue.Empty:
            return None
        if isinstance(made, SceneError):
            raise made
        return made

    def _run(self) -> None:
        index = 0
        while not self._stopping.is_set():
            made: SimulatedFrame | SceneError
            try:
                made = self._make(index)
            except SceneError as error:
                made = error
            except Exception as error:
                _log.exception("scene %d could not be made", index)
                made = SceneError(f"scene {index} could not be made: {error}")
            index += 1
            while not self._stopping.is_set():
                try:
                    self._ready.put(made, timeout=0.2)
                    break
                except queue.Full:
                    continue
            if isinstance(made, SceneError):
                return
