# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Plain questions that name no ids, asked about what a detector finds: how many are trusted, and
wrong all the same, because an object was missed or seen where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.evaluation.summary import percent_interval
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.reasoning.engine_protocol import Engine
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.annotation import STILL_SEEN, visible_masks, with_regions
from smolrgpt_ros.simulation.sensing.matching import match_objects
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.simulation.true_answers.true_objects import Ambiguous, Refused
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from .asking_typed import reply_to
from .typed_outcomes import NOTHING_FITS, TypedOutcome, is_right

_PALLETS, _TRANSPORTERS = q.OfClass("pallet"), q.OfClass("transporter")
_LEFTMOST, _RIGHTMOST = (
    q.Ranked(q.OfClass("buffer"), q.Column(), end) for end in (q.Extreme.LEAST, q.Extreme.MOST)
)
_NEAREST = q.Ranked(_PALLETS, q.DistanceTo(q.Camera()), q.Extreme.LEAST)
_NO_OBJECT = -1_000_000
"""Added to the ids of detected regions that are no true object."""

PLAIN_QUESTIONS: tuple[q.Question, ...] = (
    q.HowMuch(q.Count(_PALLETS)),
    q.HowMuch(q.Count(_TRANSPORTERS)),
    q.HowMuch(q.Count(q.Where(_PALLETS, q.Inside(_LEFTMOST)))),
    q.HowMuch(q.Count(q.Where(_PALLETS, q.Inside(_RIGHTMOST)))),
    q.Listing(q.Where(_PALLETS, q.Inside(_LEFTMOST))),
    q.Which(_NEAREST),
    q.HowMuch(q.Distance(q.Camera(), _NEAREST)),
    q.Whether(q.Exists(q.Where(_TRANSPORTERS, q.State(q.LoadState.EMPTY)))),
)
"""Asked about every frame where the truth is undisputed."""


def ask_plain(
    shots: Iterable[SimulatedFrame],
    detector: RegionDetector | None,
    engine: Engine | None = None,
) -> Iterator[TypedOutcome]:
    """Asks :data:`PLAIN_QUESTIONS` in canonical English and judges what is measured.

    Args:
        shots: frames with their truth.
        detector: finds the regions; ``None``: the simulator's masks.
        engine: asked where it was trained on the form; ``None`` measures only.

    Objects that are hardly in view count where they are found, see :func:`truth_of_found`.
    """
    reasoner = SpatialReasoner(engine)
    for shot in shots:
        if detector is None:
            seen = SeenFrame(shot.frame, shot.regions)
        else:
            seen = seen_alone(detector.detect(shot.frame), shot.frame)
        found_truth = truth_of_found(shot, seen.regions)
        matched = match_objects(found_truth, seen.regions)
        true_ids = {
            r.id: matched[r.id].id if r.id in matched else _NO_OBJECT - r.id for r in seen.regions
        }
        truth = TrueAnswers(found_truth)
        for question in PLAIN_QUESTIONS:
            try:
                true = truth.answer(question)
            except Refused:
                true = NOTHING_FITS
            except Ambiguous:
                continue
            text = english(question)
            reply = reply_to(reasoner, seen, text)
            if reply.answer is None:
                right = true == NOTHING_FITS
            else:
                right = is_right(question, _in_true_ids(reply.answer.measured, true_ids), true)
            yield TypedOutcome(
                form=text,
                frame=f"{shot.truth.family} {shot.truth.seed}",
                question=text,
                truth=true,
                answer=reply.answer,
                refusal=reply.refusal,
                read=reply.answer is not None or right,
                right=right,
                seconds=reply.seconds,
            )


def truth_of_found(shot: SimulatedFrame, regions: Sequence[Region]) -> FrameTruth:
    """The truth about a frame in which objects that are hardly in view count where they are found.

    Of an object that shows less than a region has to, a third of a pallet, say, nobody asks that it
    is found; where it is, it is no less there. So it is of a place, however little of it shows.

    Args:
        regions: found in the frame.
    """
    if shot.scene is None or shot.ideal is None:
        return shot.truth
    hardly = {item.id for item in shot.truth.objects if not item.is_region}
    seen = visible_masks(shot.scene, shot.ideal.owner, STILL_SEEN, least_of_buffer=0.0)
    masks = {item.id: mask for item, mask in seen if item.id in hardly}
    matched = match_objects(with_regions(shot.truth, masks), regions)
    found = {item.id for item in matched.values()}
    return with_regions(shot.truth, {i: mask for i, mask in masks.items() if i in found})


def _in_true_ids(measured: Evaluation, true_ids: Mapping[int, int]) -> Evaluation:
    return replace(measured, region_ids=tuple(true_ids[i] for i in measured.region_ids))


def plain_summary(outcomes: Sequence[TypedOutcome]) -> dict[str, Any]:
    """What is printed: for each camera family and all, then for each question."""
    families = sorted({o.frame.split()[0] for o in outcomes})
    groups = {name: [o for o in outcomes if o.frame.split()[0] == name] for name in families}
    texts = sorted({o.question for o in outcomes})
    return {
        "families": {
            name: _counts(group) for name, group in [*groups.items(), ("all", list(outcomes))]
        },
        "by_question": {
            text: _counts([o for o in outcomes if o.question == text]) for text in texts
        },
    }


def _counts(outcomes: Sequence[TypedOutcome]) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "questions": len(outcomes),
        "right": sum(o.right for o in outcomes),
        "refused": sum(o.answer is None for o in outcomes),
        "incomplete": sum(o.answer is not None and not o.answer.complete for o in outcomes),
    }
    for policy in ("measured", "agree"):
        wrong = sum(o.is_trusted(policy) and not o.right for o in outcomes)
        counts[f"trusted_by_{policy}"] = {
            "questions": sum(o.is_trusted(policy) for o in outcomes),
            "wrong": wrong,
            "wrong_percent": round(100 * wrong / len(outcomes), 1),
            "interval_95": list(percent_interval(wrong, len(outcomes))),
        }
    return counts


def plain_table(summary: Mapping[str, Any]) -> str:
    """What :func:`plain_summary` gives, for people; percentages are of all questions."""
    heads = ("questions", "right", "refused", "incomplete")
    policies = ("measured", "agree")
    titles = "".join(f"{f'trusted ({name}), wrong':>36}" for name in policies)
    blocks = []
    for title, key in (("cameras", "families"), ("question", "by_question")):
        width = max(len(title), *(len(name) for name in summary[key])) + 2
        lines = [f"{title:<{width}}" + "".join(f"{head:>12}" for head in heads) + titles]
        for name, counts in summary[key].items():
            line = f"{name:<{width}}" + "".join(f"{counts[head]:>12}" for head in heads)
            for policy in policies:
                of = counts[f"trusted_by_{policy}"]
                low, high = of["interval_95"]
                cell = (
                    f"{of['questions']}, {of['wrong']} ({of['wrong_percent']} %, {low} to {high})"
                )
                line += f"{cell:>36}"
            lines.append(line)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
