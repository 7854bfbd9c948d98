# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers that are hidden or cut in simulated frames, asked again from the view they suggest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_scene

from .outcomes import refusal_of
from .summary import percent_interval


@dataclass(frozen=True)
class ViewOutcome:
    """A question whose answer a frame hides, and what the suggested view made of it.

    Args:
        seed: of the frame.
        question: as asked.
        hidden: what was hidden, as the answer says it.
        distance_m: from the present place to the view; ``None`` where none was suggested.
        answered: whether it is answered in full from there.
        why_not: what is missing there.
    """

    seed: int
    question: str
    hidden: tuple[str, ...]
    distance_m: float | None
    answered: bool
    why_not: str = ""

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def ask_from_views(
    shots: Iterable[SimulatedFrame], sensor: SensorModel | None
) -> Iterator[ViewOutcome]:
    """Asks about each object of each frame; what is hidden or cut, again from its suggested view.

    Args:
        shots: frames with their scenes.
        sensor: of the second look.
    """
    reasoner = SpatialReasoner(None, policy="measured")
    for shot in shots:
        geometry = FrameGeometry(shot.frame, shot.regions)
        for region in shot.regions:
            question = _question_about(region)
            try:
                answer = reasoner.answer(shot.frame, shot.regions, question, geometry=geometry)
            except QueryError:
                continue
            if answer.suggested.hidden:
                yield _looked_again(shot, geometry, question, answer, reasoner, sensor)


def _question_about(region: Region) -> str:
    name = f"{region.label} {region.id}"
    if is_flat(region.label):
        return f"How many pallets are in {name}?"
    return f"How long is {name}?"


def _looked_again(
    shot: SimulatedFrame,
    geometry: FrameGeometry,
    question: str,
    answer: SpatialAnswer,
    reasoner: SpatialReasoner,
    sensor: SensorModel | None,
) -> ViewOutcome:
    pose = answer.suggested.pose(geometry, shot.truth.camera_pose)
    outcome = ViewOutcome(shot.truth.seed, question, answer.suggested.hidden, None, False)
    if pose is None:
        return replace(outcome, why_not="no view was found")
    x, y, z = pose.translation.tolist()
    outcome = replace(outcome, distance_m=math.dist((x, y, z), shot.truth.camera_position))
    scene = shot.scene
    assert scene is not None  # it was just simulated
    heading = math.degrees(math.atan2(pose.rotation[1, 0], pose.rotation[0, 0]))
    moved = replace(scene, camera=replace(scene.camera, position=(x, y, z), heading_deg=heading))
    size = shot.frame.width, shot.frame.height
    there = simulate_scene(moved, shot.truth.seed + 1, *size, sensor)
    try:
        second = reasoner.answer(there.frame, there.regions, question)
    except QueryError as error:
        return replace(outcome, why_not=refusal_of(error))
    why_not = _why_not(second)
    return replace(outcome, answered=not why_not, why_not=why_not)


def _why_not(answer: SpatialAnswer) -> str:
    """Why an answer is not given in full; ``""`` where it is."""
    if answer.measured.lower_bound or any(answer.measured.lower_bounds):
        return "the picture's edge cuts the object"
    return answer.doubt_of_measured or " ".join(answer.missing)


def summary_of(outcomes: Sequence[ViewOutcome]) -> dict[str, object]:
    """Numbers of questions that were hidden, got a view, and were answered from it."""
    viewed = [o for o in outcomes if o.distance_m is not None]
    answered = sum(o.answered for o in viewed)
    distances = [o.distance_m for o in viewed if o.distance_m is not None]
    return {
        "hidden": len(outcomes),
        "with_view": len(viewed),
        "answered_from_view": answered,
        "answered_percent": round(100 * answered / len(viewed), 1) if viewed else None,
        "interval_95": list(percent_interval(answered, len(viewed))) if viewed else None,
        "median_distance_m": round(float(np.median(distances)), 2) if distances else None,
    }
