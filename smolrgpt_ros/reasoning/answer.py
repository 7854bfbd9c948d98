# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The answer to one question: what the model generated beside what depth measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from smolrgpt_ros.language.answers import Value, normalized_answer
from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.language.question import Question
from smolrgpt_ros.language.readers.protocol import ReadBy

from .measuring.evaluation import SURE, Evaluation
from .suggested_view import SuggestedView

POLICIES = ("model", "measured", "agree")
"""Which of the two answers :attr:`SpatialAnswer.trusted` gives."""
DEFAULT_POLICY = "agree"

DEFAULT_SURE_SCORE = 0.6
"""Score from which a region is surely an object: in simulated frames of unseen seeds, of the
regions that the detector that ships gives a lower one 45 of 132 are none, of the others 21 of 646.
"""

_READ_BY_MODEL = "the language model alone read the question (reading.trust_model)"
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE_M = 0.10, 0.1


@dataclass(frozen=True)
class SpatialAnswer:
    """A generated and a measured answer; the two are never mixed.

    Args:
        question: as asked.
        asked: what was read in it.
        prompt: the question with a ``<mask>`` per region; ``""`` where no model was asked.
        prompt_region_ids: ids behind the placeholders, in order; ``[Region i]`` in ``text`` is
            ``prompt_region_ids[i]``, whatever the model itself was asked. Without a prompt the
            regions that the question names, then those of the measured answer.
        text: the model's sentence; ``""`` where nothing was generated.
        kind: what was asked for.
        value: read from ``text``: metres, a count, an hour, a word, or the id of a chosen region;
            ``None`` where ``text`` could not be read as an answer of this kind.
        unit: of ``value``: ``"m"``, ``"count"`` or ``""``.
        region_ids: ids named in ``text``, in order of mention.
        confidence: of the model's words, in [0, 1]; with a calibrated model, the share of such
            answers that are right. NaN where nothing was generated, and where the model estimated
            metres without a calibration for that.
        truncated: generation stopped at its limit.
        measured: the same question measured from depth and masks.
        measured_text: that as one sentence, in the unit asked for; ``""`` without an answer.
        agreement: whether the two agree; ``None`` where one is missing.
        policy: one of :data:`POLICIES`.
        vanished_region_ids: regions too small for the model to see.
        model, device: what generated; ``""`` where nothing was generated.
        latency_s: of grounding, generating and measuring together.
        notes: what else a careful client should know, one sentence each.
        complete: nothing that could change the measured answer seems to be missing from view.
        missing: what may be missing from view, one sentence each; they are among the notes.
        changeable: what may be an object would change the measured answer if it was one, or a
            region if it was none or is gone; or the detector may have missed objects of the kind
            asked about.
        suggested: what is hidden of its objects, and a view from where it would show.
        read_by: whose reading of the question it answers.
        reading_trusted: whether that reading may be acted on.
    """

    question: str
    asked: Question
    prompt: str
    prompt_region_ids: tuple[int, ...]
    text: str
    kind: Kind
    value: Value | None
    unit: str
    region_ids: tuple[int, ...]
    confidence: float
    truncated: bool
    measured: Evaluation
    measured_text: str
    agreement: bool | None
    policy: str
    vanished_region_ids: tuple[int, ...]
    model: str
    device: str
    latency_s: float
    notes: tuple[str, ...] = ()
    read_by: ReadBy = ReadBy.GRAMMAR
    reading_trusted: bool = True
    complete: bool = True
    missing: tuple[str, ...] = ()
    suggested: SuggestedView = field(default_factory=SuggestedView)
    changeable: bool = False

    @property
    def understood(self) -> str:
        """The question as it was read, in canonical English."""
        return english(self.asked)

    @property
    def normalized(self) -> str:
        """``value`` as the benchmark writes it; ``""`` where there is none."""
        return normalized_answer(self.kind, self.value, self.prompt_region_ids)

    @property
    def measured_normalized(self) -> str:
        """The measured value as the benchmark writes it; ``""`` where there is none."""
        return normalized_answer(self.kind, self.measured.value, self.prompt_region_ids)

    @property
    def trusted(self) -> Value | None:
        """The value the policy lets through.

        ``model``: the generated one; ``measured``: the measured one; ``agree``: the measured one
        where both agree. ``None`` where there is none; never one in place of the other. A measured
        value is not trusted where it is less than ``SURE`` probable, changeable, or measured above
        what may be no floor. Nothing is where the language model alone read the question, unless
        that is trusted.
        """
        if self.doubt:
            return None
        return self.value if self.policy == "model" else self.measured.value

    @property
    def doubt(self) -> str:
        """Why the policy lets no value through, one clause; ``""`` where it lets one through."""
        if self.policy == "model":
            if not self.reading_trusted:
                return _READ_BY_MODEL
            return "" if self.value is not None else "the model gave no readable answer"
        if self.doubt_of_measured or self.policy == "measured" or self.agreement:
            return self.doubt_of_measured
        if self.agreement is None:
            return "the model gave no answer to compare with, and answer.policy is agree"
        return "the model says otherwise, and answer.policy is agree"

    @property
    def doubt_of_measured(self) -> str:
        """Why the measured answer is not to be acted on, one clause; ``""`` where it is."""
        if not self.reading_trusted:
            return _READ_BY_MODEL
        if not self.measured.answered:
            return self.measured.reason
        if self.measured.unsure:
            return self.measured.unsure
        if self.changeable:
            return "what may be an object, or none, would change the answer"
        certainty = self.measured.certainty
        if certainty is not None and certainty < SURE:
            return f"the answer is {certainty:.0%} probable, needed are {SURE:.0%}"
        return ""

    @property
    def trusted_normalized(self) -> str:
        """:attr:`trusted` as the benchmark writes it; ``""`` where there is none."""
        return normalized_answer(self.kind, self.trusted, self.prompt_region_ids)


def agree(kind: Kind, generated: Value | None, measured: Value | None) -> bool | None:
    """Whether two answers to a question agree; ``None`` where one of them is missing.

    Lengths and differences of lengths agree within 10 % of the measured one or 0.1 m, whichever is
    more; all else exactly.
    """
    if generated is None or measured is None:
        return None
    if kind.is_length or (kind is Kind.NUMBER and isinstance(generated, float)):
        gap = abs(float(generated) - float(measured))
        tolerance = max(RELATIVE_TOLERANCE * abs(float(measured)), ABSOLUTE_TOLERANCE_M)
        return gap <= tolerance + 1e-9
    return generated == measured
