# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One question about one frame: grounded, generated and measured, side by side."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.grounding import Grounding, RegionView, ground
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.question import Question
from smolrgpt_ros.language.reader.reader import default_reader
from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .answer import DEFAULT_POLICY, DEFAULT_SURE_SCORE, POLICIES, SpatialAnswer, agree
from .completeness import completeness
from .engine_protocol import Engine
from .generated import Sentence, generate, read_sentence
from .measuring.answer_text import answer_text
from .measuring.evaluation import Evaluation, answered_question
from .measuring.evaluator import evaluate, locate
from .notes import notes, remembered
from .suggested_view import suggested_view


class SpatialReasoner:
    """Answers questions; thread-safe if its engine is.

    Args:
        engine: generates the model's answer; ``None`` to measure only.
        reader: reads questions; the grammar that ships if left out.
        policy: see :attr:`SpatialAnswer.trusted`; may be changed at any time.
        sure_score: score below which a region may be no object: an answer that is another without
            it is not trusted, and says so; may be changed at any time.
    """

    def __init__(
        self,
        engine: Engine | None,
        reader: TwoReaders | None = None,
        policy: str = DEFAULT_POLICY,
        sure_score: float = DEFAULT_SURE_SCORE,
    ) -> None:
        self._engine = engine
        self._reader = reader if reader is not None else TwoReaders(default_reader())
        self._lock = threading.Lock()
        self._geometry: FrameGeometry | None = None
        self.policy, self.sure_score = policy, sure_score

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
        candidates: Sequence[Region] = (),
        novelty: float | None = None,
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
            cancelled: polled; generation ends soon after it is true.
            geometry: of this frame, these regions and candidates, where the caller has it already.
            candidates: regions that may be objects as well, with other ids: an answer that they
                could change says so.
            novelty: how unlike the pictures that its detector was trained on the frame is, above 1:
                unlike them, and the answer says so; ``None`` where it is not known.

        Raises:
            QueryError: BAD_QUESTION, UNKNOWN_REGION, or what the engine raises.
        """
        start = time.monotonic()
        policy = self._policy
        chosen = _chosen(regions, region_ids, question)
        geometry = geometry or self._geometry_of(frame, regions, candidates)
        grounding = self._ground(question, chosen, geometry, restricted=bool(region_ids))
        prompt = grounding.prompt
        # First, as what cannot be answered is refused before the model is asked.
        measured = evaluate(grounding.question, geometry)
        missing = completeness(grounding.question, measured, geometry, novelty, self.sure_score)
        complete = measured.answered and not missing.caveats
        view = suggested_view(grounding.question, measured, complete, prompt.region_ids, geometry)
        engine, sentence = self._engine, Sentence()
        in_picture = not remembered(grounding, measured, geometry)
        if engine is not None and grounding.model_prompt is not None and in_picture:
            left_s = None if deadline_s is None else deadline_s - (time.monotonic() - start)
            sentence = generate(engine, grounding, geometry, left_s, on_text, cancelled)
        kind = kind_of(answered_question(grounding.question, measured))
        read = read_sentence(grounding, sentence)
        about = prompt.region_ids
        if not prompt.text:
            about = tuple(dict.fromkeys((*about, *measured.region_ids)))
        return SpatialAnswer(
            question=question,
            asked=grounding.question,
            prompt=prompt.text,
            prompt_region_ids=about,
            text=sentence.text,
            kind=kind,
            value=read.value,
            unit=read.unit,
            region_ids=read.region_ids,
            confidence=sentence.confidence,
            truncated=sentence.truncated,
            measured=measured,
            measured_text=_in_words(grounding.question, measured, geometry),
            agreement=agree(kind, read.value, measured.value),
            policy=policy,
            vanished_region_ids=sentence.vanished_region_ids,
            model=engine.name if engine is not None else "",
            device=engine.device if engine is not None else "",
            latency_s=time.monotonic() - start,
            notes=(
                *notes(grounding, sentence, read, measured, geometry, engine is not None),
                *missing.caveats,
            ),
            complete=complete,
            suggested=view,
            missing=missing.caveats,
            changeable=missing.changeable,
            read_by=grounding.read_by,
            reading_trusted=grounding.reading_trusted,
        )

    def _ground(
        self,
        question: str,
        regions: Sequence[Region],
        geometry: FrameGeometry,
        restricted: bool,
    ) -> Grounding:
        try:
            return ground(
                question,
                [RegionView.of(region) for region in regions],
                reader=self._reader,
                decide=lambda selection: locate(selection, geometry),
                restricted=restricted,
                trained=None if self._engine is None else self._engine.trained_on,
            )
        except QueryError as error:
            raise _with_candidates(error, regions, geometry.candidates) from error

    def _geometry_of(
        self, frame: RgbdFrame, regions: Sequence[Region], candidates: Sequence[Region]
    ) -> FrameGeometry:
        """The newest frame's geometry is kept: questions about one frame share it."""
        with self._lock:
            kept = self._geometry
            if (
                kept is None
                or kept.frame is not frame
                or len(kept.regions) != len(regions)
                or any(a is not b for a, b in zip(kept.regions, regions, strict=True))
                or kept.candidates != tuple(candidates)
            ):
                kept = FrameGeometry(frame, regions, candidates)
                self._geometry = kept
            return kept


def _with_candidates(
    error: QueryError, regions: Sequence[Region], candidates: Sequence[Region]
) -> QueryError:
    """A refusal for what is not in view, with the candidates of classes that are not in view."""
    in_view = {region.label for region in regions}
    best: dict[str, float] = {}
    for candidate in candidates:
        if candidate.label not in in_view and not math.isnan(candidate.score):
            best[candidate.label] = max(candidate.score, best.get(candidate.label, 0.0))
    if error.status is not Status.UNKNOWN_REGION or not best:
        return error
    named = ", ".join(f"{label} (score {score:.2f})" for label, score in best.items())
    return QueryError(
        error.status,
        f"{error.message}; seen too weakly or too few times to count (detector.confidence, "
        f"memory.confirm_sightings): {named}",
    )


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


def _in_words(question: Question, measured: Evaluation, geometry: FrameGeometry) -> str:
    """The measured answer as a sentence; empty without one."""
    if not measured.answered:
        return ""
    away = any(geometry.region(i).only_remembered for i in measured.region_ids)
    in_view = "in view or remembered" if away else "in view"
    return answer_text(question, measured, lambda i: geometry.region(i).label, in_view)
