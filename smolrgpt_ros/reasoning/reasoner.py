"""One question about one frame: grounded, generated and measured, side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import ReadAnswer, read_answer
from smolrgpt_ros.language.grounding import Grounding, ModelPrompt, RegionView, ground
from smolrgpt_ros.language.meaning import Kind, Pick
from smolrgpt_ros.language.vocabulary import Vocabulary
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .comparison import agree
from .evaluator import Measurement, locate, measure

POLICIES = ("model", "measured", "agree")


class Engine(Protocol):
    """What generates: ``model.engine.SmolRGPTEngine``, or a fake."""

    name: str
    own_wording: bool
    """Whether the model answers best what ``language.prompting`` writes, and was trained on it."""

    def answer(
        self,
        frame: RgbdFrame,
        masks: Sequence[NDArray[np.bool_]],
        prompt: str,
        *,
        max_new_tokens: int = ...,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Any: ...


@dataclass(frozen=True)
class SpatialAnswer:
    """What the model generated and what depth measured; the two are never mixed.

    Args:
        question, prompt: as asked, and with placeholders. A model with a wording of its own is
            asked in that; its text comes back in the prompt's order.
        prompt_region_ids: ids behind the prompt's ``<mask>``, in order.
        text: the model's sentence.
        kind: what was asked for; ``UNKNOWN`` where the text could not be read as that.
        value, unit, normalized: read from ``text``; ``None`` / ``""`` where unreadable. A chosen
            region is a position in ``prompt_region_ids``, see ``chosen_id``.
        region_ids: ids named in ``text``, in order of mention.
        confidence: of the model's words, in [0, 1]; with a calibrated model, the share of such
            answers that are right. NaN where nothing was generated, and where the model estimated
            metres and nobody has fitted what that is worth.
        truncated: generation stopped at its limit.
        measured: the same question measured from depth and masks.
        agreement: whether the two agree; ``None`` where one is missing.
        policy: ``model``, ``measured`` or ``agree``: which of the two ``trusted`` gives.
        vanished_region_ids: regions too small for the model to see.
        model, device: what generated.
        latency_s: of grounding, generating and measuring together.
        notes: what else a careful client should know, one sentence each.
    """

    question: str
    prompt: str
    prompt_region_ids: tuple[int, ...]
    text: str
    kind: Kind
    value: float | int | str | None
    unit: str
    normalized: str
    region_ids: tuple[int, ...]
    confidence: float
    truncated: bool
    measured: Measurement
    agreement: bool | None
    policy: str
    vanished_region_ids: tuple[int, ...]
    model: str
    device: str
    latency_s: float
    notes: tuple[str, ...] = ()

    @property
    def measured_region_ids(self) -> tuple[int, ...]:
        """Ids of the regions the measured value is about."""
        return tuple(self.prompt_region_ids[p] for p in self.measured.regions)

    @property
    def chosen_id(self) -> int | None:
        """Id of the region the model chose, of a choice."""
        if self.kind is not Kind.CHOICE or not isinstance(self.value, int):
            return None
        return self.prompt_region_ids[self.value]

    @property
    def trusted(self) -> float | int | str | None:
        """The value the policy lets through.

        ``model``: the generated one; ``measured``: the measured one; ``agree``: the measured one
        where both agree. ``None`` where there is none; never one in place of the other.
        """
        if self.policy == "model":
            return self.value
        return self.measured.value if self._trusts_measured else None

    @property
    def trusted_normalized(self) -> str:
        """:attr:`trusted` as the benchmark writes it; empty where there is none."""
        if self.policy == "model":
            return self.normalized
        return self.measured.normalized if self._trusts_measured else ""

    @property
    def _trusts_measured(self) -> bool:
        return self.policy == "measured" or bool(self.agreement)


class SpatialReasoner:
    """Answers questions; thread-safe if its engine is.

    Args:
        engine: generates the model's answer; ``None`` to measure only.
        vocabulary: class words of questions.
        policy: see :attr:`SpatialAnswer.trusted`; may be changed at any time.
    """

    def __init__(
        self, engine: Engine | None, vocabulary: Vocabulary | None = None, policy: str = "model"
    ) -> None:
        self._engine = engine
        self._vocabulary = vocabulary if vocabulary is not None else Vocabulary.default()
        self._lock = threading.Lock()
        self._geometry: FrameGeometry | None = None
        self.policy = policy

    @property
    def policy(self) -> str:
        return self._policy

    @policy.setter
    def policy(self, policy: str) -> None:
        if policy not in POLICIES:
            raise ValueError(f"policy must be one of {POLICIES}, found {policy!r}")
        self._policy = policy

    def answer(
        self,
        frame: RgbdFrame,
        regions: Sequence[Region],
        question: str,
        region_ids: Sequence[int] | None = None,
        *,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        geometry: FrameGeometry | None = None,
    ) -> SpatialAnswer:
        """Answers one question about one frame.

        Args:
            frame: what the camera saw.
            regions: all regions in view, ids unique.
            question: free text, or with ``<mask>`` placeholders.
            region_ids: ids behind the placeholders, in order, one id may occur twice; without
                placeholders the question is about these regions only. ``None`` or empty: all.
            deadline_s: seconds left.
            on_text: called with the text so far.
            cancelled: asked again and again; generation ends soon after it says True.
            geometry: of this frame and these regions, where the caller has it already.

        Raises:
            QueryError: BAD_QUESTION, UNKNOWN_REGION, or what the engine raises.
        """
        start = time.monotonic()
        policy = self._policy
        asked = _chosen(regions, region_ids, question)
        geometry = geometry or self._geometry_of(frame, regions)
        grounding = self._ground(question, asked, geometry)
        by_id = {region.id: region for region in regions}
        prompted = [by_id[i] for i in grounding.region_ids]
        text, confidence, truncated, estimated = "", float("nan"), False, False
        vanished: tuple[int, ...] = ()
        if self._engine is not None:
            asked_as = grounding.asked
            left = None if deadline_s is None else deadline_s - (time.monotonic() - start)
            generated = self._engine.answer(
                frame,
                [prompted[position].mask for position in asked_as.masks],
                asked_as.text,
                deadline_s=left,
                on_text=_told(on_text, asked_as),
                cancelled=cancelled,
            )
            text = asked_as.in_positions(generated.text)
            estimated = bool(getattr(generated, "estimated", False))
            confidence = self._certainty(
                grounding.meaning.kind, float(generated.confidence), estimated
            )
            truncated = bool(getattr(generated, "truncated", False))
            vanished = tuple(prompted[asked_as.masks[i]].id for i in generated.vanished_masks)
        measured = measure(grounding.meaning, frame, prompted, geometry)
        subject = grounding.meaning.subject
        read = read_answer(
            text,
            grounding.meaning.kind,
            len(prompted),
            subject=None if subject is None else subject.single,
            truncated=truncated,
        )
        return SpatialAnswer(
            question=question,
            prompt=grounding.prompt,
            prompt_region_ids=grounding.region_ids,
            text=text,
            kind=read.kind,
            value=read.value,
            unit="count" if read.kind is Kind.COUNT else read.unit,
            normalized=read.normalized,
            region_ids=tuple(dict.fromkeys(grounding.region_ids[p] for p in read.regions)),
            confidence=confidence,
            truncated=truncated,
            measured=measured,
            agreement=agree(measured.kind, read.value, measured.value),
            policy=policy,
            vanished_region_ids=vanished,
            model=self._engine.name if self._engine is not None else "",
            device=str(getattr(self._engine, "device", "")),
            latency_s=time.monotonic() - start,
            notes=_notes(
                grounding, read, measured, vanished, truncated, estimated, self._engine is not None
            ),
        )

    def _certainty(self, kind: Kind, confidence: float, estimated: bool) -> float:
        """What the confidence is worth, where the engine has a ``calibration``."""
        calibration = getattr(self._engine, "calibration", None)
        if calibration is None:
            return confidence
        return float(calibration(kind.value, confidence, estimated))

    def _ground(self, question: str, asked: Sequence[Region], geometry: FrameGeometry) -> Grounding:
        position = {id(region): i for i, region in enumerate(geometry.regions)}
        table = {i: position[id(region)] for i, region in enumerate(asked)}
        back = {p: i for i, p in table.items()}

        def decide(pick: Pick) -> int | None:
            found = locate(geometry, pick.renumbered(table))
            return None if found is None else back[found]

        views = [
            RegionView(region.id, region.label, geometry.centroid(region.id), region.box)
            for region in asked
        ]
        rewrite = bool(getattr(self._engine, "own_wording", False))
        return ground(question, views, self._vocabulary, locate=decide, rewrite=rewrite)

    def _geometry_of(self, frame: RgbdFrame, regions: Sequence[Region]) -> FrameGeometry:
        """The newest frame's geometry is kept: questions about one frame share it."""
        with self._lock:
            kept = self._geometry
            if (
                kept is None
                or kept.frame is not frame
                or len(kept.regions) != len(regions)
                or any(a is not b for a, b in zip(kept.regions, regions, strict=True))
            ):
                kept = FrameGeometry(frame, regions)
                self._geometry = kept
            return kept


def _chosen(
    regions: Sequence[Region], region_ids: Sequence[int] | None, question: str
) -> list[Region]:
    """The regions a question may mean, in the order the client gave."""
    if not region_ids:
        return list(regions)
    by_id = {region.id: region for region in regions}
    missing = [i for i in region_ids if i not in by_id]
    if missing:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"regions {missing} are not in view; in view: {sorted(by_id)}",
        )
    if "<mask>" not in question.lower():
        region_ids = list(dict.fromkeys(region_ids))
    return [by_id[i] for i in region_ids]


def _told(
    on_text: Callable[[str], None] | None, asked: ModelPrompt
) -> Callable[[str], None] | None:
    return None if on_text is None else lambda text: on_text(asked.in_positions(text))


def _notes(
    grounding: Grounding,
    read: ReadAnswer,
    measured: Measurement,
    vanished: tuple[int, ...],
    truncated: bool,
    estimated: bool,
    generated: bool,
) -> tuple[str, ...]:
    notes = []
    if generated and not grounding.meaning.trained:
        notes.append("The model was not trained on this form of question.")
    if vanished:
        notes.append(f"Regions {list(vanished)} are too small for the model to see.")
    if estimated:
        notes.append("The model had no metres of some region: it estimated them from the picture.")
    if truncated:
        notes.append("The model's answer was cut off.")
    if generated and read.kind is Kind.UNKNOWN:
        notes.append("The model's sentence holds no readable answer.")
    if measured.value is None:
        notes.append(f"Not measured: {measured.reason}.")
    return tuple(notes)
