# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One question with its outcome, as a JSON object and as lines for people."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from smolrgpt_ros.language.answers import Value, known
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.rendering.answer_view import text_with_ids, written
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import region_name
from smolrgpt_ros.scene.status import QueryError, Status

#: Kinds whose values belong to their regions one by one.
LISTS = (Kind.LIST, Kind.ORDER, Kind.EACH)
_KEY_WIDTH = 12


@dataclass(frozen=True)
class RegionPlace:
    """A region and where its object is.

    Args:
        id, label: of the region.
        position: of the object's middle in ``frame``, metres; ``None`` where depth is missing.
        frame: of the position; ``None`` where positions were not asked for.
    """

    id: int
    label: str
    position: tuple[float, float, float] | None = None
    frame: str | None = None

    @property
    def name(self) -> str:
        return region_name(self.label, self.id)

    def __str__(self) -> str:
        if self.position is None:
            return f"{self.name}: position unknown, no depth"
        x, y, z = self.position
        return f"{self.name} at ({x:.2f}, {y:.2f}, {z:.2f}) m in {self.frame}"

    def as_json(self) -> dict[str, object]:
        position = None if self.position is None else [round(v, 4) for v in self.position]
        return {"id": self.id, "label": self.label, "position": position, "frame": self.frame}


@dataclass(frozen=True)
class ViewPlace:
    """A place to look from.

    Args:
        position: of the camera, metres.
        heading_deg: of its view about the frame's z axis, from x to y; ``None`` in a frame whose z
            axis does not point up.
        frame: of both.
    """

    position: tuple[float, float, float]
    heading_deg: float | None
    frame: str

    def __str__(self) -> str:
        x, y, z = self.position
        turn = (
            "" if self.heading_deg is None else f", heading {self.heading_deg:.0f}\N{DEGREE SIGN}"
        )
        return f"from ({x:.2f}, {y:.2f}, {z:.2f}) m in {self.frame}{turn}"

    def as_json(self) -> dict[str, object]:
        return {
            "position": [round(v, 3) for v in self.position],
            "heading_deg": None if self.heading_deg is None else round(self.heading_deg, 1),
            "frame": self.frame,
        }


@dataclass(frozen=True)
class AnswerRecord:
    """A question and its outcome; all but the first three fields are of status OK alone.

    Args:
        question: as asked.
        status: ``Status.OK``, or why there is no answer.
        message: that in one sentence.
        understood: the question as it was read.
        kind: of the question.
        value: measured: a number, a word, ``True`` or ``False`` of a yes/no question, the id of a
            choice; ``None`` for lists and where depth could not answer.
        unit: of ``value``, or of ``values``.
        std: standard deviation of ``value``; ``None`` without one.
        std_systematic: share of it that all questions about the camera have in common.
        lower_bound: whether ``value`` is the least it can be.
        lower_bounds: the same of each of ``values``.
        probability: see :attr:`.Evaluation.probability`.
        region_ids: regions of the measured answer.
        values, stds: see :class:`.Evaluation`.
        answer: the measured answer as a sentence.
        reason: why depth could not answer; ``""`` with an answer.
        text: the model's sentence, with region ids; ``""`` where it was not asked.
        generated: the model's value, read from ``text``.
        confidence: of the model; ``None`` without one.
        model, device: what generated.
        agreement: whether both values agree; ``None`` where one is missing.
        policy: which value is trusted.
        trusted: the trusted value; ``None`` for none.
        complete: whether nothing that could change the answer seems to be missing from view.
        caveats: what a careful reader should know, one sentence each.
        hidden: which parts of its objects are hidden, and by what.
        suggested_view: from where they would show; ``None`` where none is needed or was found.
        stamp_ns: of the image, nanoseconds; 0 of a file.
        latency_s: of the answer.
        regions: the question and its answer are about.
    """

    question: str
    status: Status
    message: str = ""
    understood: str = ""
    kind: Kind = Kind.UNKNOWN
    value: Value | None = None
    unit: str = ""
    std: float | None = None
    std_systematic: float | None = None
    lower_bound: bool = False
    lower_bounds: tuple[bool, ...] = ()
    probability: float | None = None
    region_ids: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    stds: tuple[float, ...] = ()
    answer: str = ""
    reason: str = ""
    text: str = ""
    generated: Value | None = None
    confidence: float | None = None
    model: str = ""
    device: str = ""
    agreement: bool | None = None
    policy: str = ""
    trusted: Value | None = None
    complete: bool = False
    caveats: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    suggested_view: ViewPlace | None = None
    stamp_ns: int = 0
    latency_s: float = 0.0
    regions: tuple[RegionPlace, ...] = ()

    @property
    def ok(self) -> bool:
        return self.status is Status.OK

    @classmethod
    def of_answer(
        cls, answer: SpatialAnswer, labels: Mapping[int, str], view: Pose | None = None
    ) -> AnswerRecord:
        """The record of an answer.

        Args:
            answer: of the reasoner.
            labels: of the regions in view, by id.
            view: that it suggests.
        """
        measured = answer.measured
        return cls(
            question=answer.question,
            status=Status.OK,
            understood=answer.understood,
            kind=answer.kind,
            value=measured.value,
            unit=measured.unit,
            std=measured.std,
            std_systematic=measured.std_systematic,
            lower_bound=measured.lower_bound,
            lower_bounds=measured.lower_bounds,
            probability=measured.probability,
            region_ids=measured.region_ids,
            values=measured.values,
            stds=measured.stds,
            answer=answer.measured_text,
            reason=measured.reason,
            text=text_with_ids(answer.text, answer.prompt_region_ids),
            generated=answer.value,
            confidence=known(answer.confidence),
            model=answer.model,
            device=answer.device,
            agreement=answer.agreement,
            policy=answer.policy,
            trusted=answer.trusted,
            complete=answer.complete,
            caveats=answer.notes,
            hidden=answer.suggested.hidden,
            suggested_view=None if view is None else view_place(view),
            latency_s=answer.latency_s,
            regions=tuple(RegionPlace(i, labels.get(i, "")) for i in answer.prompt_region_ids),
        )

    @classmethod
    def refused(cls, question: str, error: QueryError) -> AnswerRecord:
        """The record of a question that was not answered."""
        return cls(question, error.status, error.message)

    def as_json(self) -> dict[str, object]:
        """The fields of a JSON object; unknown values are ``None``."""
        return {
            "question": self.question,
            "status": self.status.name,
            "message": self.message,
            "understood": self.understood,
            "kind": self.kind.value,
            "value": _rounded(self.value),
            "unit": self.unit,
            "std": _rounded(self.std),
            "std_systematic": _rounded(self.std_systematic),
            "lower_bound": self.lower_bound,
            "lower_bounds": list(self.lower_bounds),
            "probability": _rounded(self.probability),
            "region_ids": list(self.region_ids),
            "values": [_rounded(value) for value in self.values],
            "stds": [_rounded(value) for value in self.stds],
            "answer": self.answer,
            "reason": self.reason,
            "text": self.text,
            "generated": _rounded(self.generated),
            "confidence": _rounded(self.confidence),
            "model": self.model,
            "agreement": self.agreement,
            "policy": self.policy,
            "trusted": _rounded(self.trusted),
            "complete": self.complete,
            "caveats": list(self.caveats),
            "hidden": list(self.hidden),
            "suggested_view": view.as_json() if (view := self.suggested_view) else None,
            "stamp_ns": self.stamp_ns,
            "regions": [region.as_json() for region in self.regions],
        }

    def json_line(self) -> str:
        """:meth:`as_json` in one line."""
        return json.dumps(self.as_json(), ensure_ascii=False)

    def block(self) -> str:
        """The outcome for people, a line for each fact."""
        if not self.ok:
            return f"{_key('question')}{self.question}\n{_key(self.status.name)}{self.message}"
        lines = [("question", self.question), ("understood", self.understood)]
        lines.append(("measured", self.answer or f"nothing: {self.reason}"))
        lines += [("", row) for row in self.table()]
        if self.kind is Kind.YES_NO and self.probability is not None:
            lines.append(("probability", f"{self.probability:.0%} yes"))
        if self.text:
            sure = "" if self.confidence is None else f", confidence {self.confidence:.0%}"
            source = f"{self.model} on {self.device}, {self.latency_s:.2f} s{sure}"
            lines.append(("model", f"{self.text}   [{source}]"))
        if self.agreement is not None:
            lines.append(("agree", "yes" if self.agreement else "NO"))
        trusted = "nothing" if self.trusted is None else _short(self.trusted)
        lines.append(("trusted", f"{trusted}   [policy {self.policy}]"))
        lines += [("region", str(region)) for region in self.regions if region.frame is not None]
        lines += [("caveat", caveat) for caveat in self.caveats]
        lines += [("hidden", sentence) for sentence in self.hidden]
        if self.suggested_view is not None:
            lines.append(("look", str(self.suggested_view)))
        return "\n".join(f"{_key(key)}{text}" for key, text in lines)

    def summary(self) -> str:
        """The outcome in one line."""
        if not self.ok:
            return f"{self.status.name}: {self.message}"
        agree = {True: "agree", False: "DISAGREE", None: "not comparable"}[self.agreement]
        return f"{self.answer or 'nothing measured'}  ({agree})  model: {self.text or '(nothing)'}"

    def table(self) -> list[str]:
        """A row for each region of a list with numbers: name, amount and standard deviation."""
        if self.kind not in LISTS or len(self.values) != len(self.region_ids):
            return []
        known_names = {region.id: region.name for region in self.regions}
        names = [known_names.get(i, f"region {i}") for i in self.region_ids]
        width = max((len(name) for name in names), default=0)
        stds = self.stds if len(self.stds) == len(self.values) else (math.nan,) * len(self.values)
        return [
            f"{name:<{width}}  {written(value, self.unit):>9}{_spread(std)}"
            for name, value, std in zip(names, self.values, stds, strict=True)
        ]


def view_place(pose: Pose) -> ViewPlace:
    """A pose with x ahead as a place to look from."""
    x, y, z = pose.translation.tolist()
    upright = pose.rotation[2, 2] > 0.99
    heading = math.degrees(math.atan2(pose.rotation[1, 0], pose.rotation[0, 0]))
    frame = pose.frame_id or "the optical frame"
    return ViewPlace((x, y, z), heading if upright else None, frame)


def _rounded(value: Value | None) -> Value | None:
    """A number with four decimals; ``None`` where it is not finite, which JSON cannot write."""
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _spread(std: float) -> str:
    return f" \N{PLUS-MINUS SIGN} {std:.2f}" if math.isfinite(std) and std > 0.0 else ""


def _short(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _key(key: str) -> str:
    return f"{key:<{_KEY_WIDTH}}" if len(key) < _KEY_WIDTH else f"{key} "
