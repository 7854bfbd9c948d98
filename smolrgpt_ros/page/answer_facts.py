# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The facts of an answer in the order in which people read them."""

from __future__ import annotations

from dataclasses import dataclass

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.answer_view import symbol, written


@dataclass(frozen=True)
class Fact:
    """One line of an answer.

    Args:
        key: what it is.
        text: for people.
        tone: ``"plain"``, ``"good"``, ``"bad"`` or ``"care"``.
    """

    key: str
    text: str
    tone: str = "plain"


def headline(record: AnswerRecord) -> str:
    """The answer in one sentence: the measured one, else the model's, else why there is none."""
    if not record.ok:
        return record.message
    return record.answer or record.text or f"Not measured: {record.reason}"


def facts(record: AnswerRecord) -> tuple[Fact, ...]:
    """What is known of an answer, its refusal included."""
    if not record.ok:
        return (Fact("status", record.status.name, "bad"),)
    first, *rest = record.table() or [_measured(record)]
    found = [Fact("understood", record.understood), Fact("measured", first)]
    found += [Fact("", row) for row in rest]
    found.append(Fact("generated", _generated(record)))
    if record.agreement is not None:
        agrees = "both say the same" if record.agreement else "the model says something else"
        found.append(Fact("agreement", agrees, "good" if record.agreement else "bad"))
    if record.policy:
        trusts = record.trusted is not None
        said = f"{'yes' if trusts else 'no'} (policy: {record.policy})"
        found.append(Fact("trusted", said, "good" if trusts else "care"))
    complete = (
        "nothing seems to be missing from view" if record.complete else "something may be missing"
    )
    found.append(Fact("complete", complete, "plain" if record.complete else "care"))
    found += [Fact("caveat", caveat, "care") for caveat in record.caveats]
    found += [Fact("hidden", sentence, "care") for sentence in record.hidden]
    if record.suggested_view is not None:
        found.append(Fact("look", f"it would show {record.suggested_view}"))
    return tuple(found)


def _measured(record: AnswerRecord) -> str:
    """The measured value with its spread: what the sentence does not say."""
    if record.value is None and not record.region_ids:
        return f"nothing: {record.reason}" if record.reason else "nothing"
    said = record.answer.rstrip(".")
    if isinstance(record.value, bool):
        said = "yes" if record.value else "no"
    elif record.kind is Kind.CHOICE:
        said = next((region.name for region in record.regions if region.id == record.value), said)
    elif record.value is not None:
        bound = "at least " if record.lower_bound else ""
        said = bound + _amount(record.value, record.unit, record.std)
    if record.probability is None:
        return said
    of = "a yes" if record.kind is Kind.YES_NO else "it"
    return f"{said} (probability of {of}: {record.probability:.0%})"


def _amount(value: Value, unit: str, std: float | None) -> str:
    if isinstance(value, float) and std is not None:
        spread = f"\N{PLUS-MINUS SIGN} {std:.2f}"
        return f"{value:.2f} {spread} {symbol(unit)} (1\N{GREEK SMALL LETTER SIGMA})".strip()
    return written(value, unit)


def _generated(record: AnswerRecord) -> str:
    if not record.text:
        return "nothing: the model was not asked"
    if record.confidence is None:
        return record.text
    return f"{record.text} (confidence {record.confidence:.0%})"
