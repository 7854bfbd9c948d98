# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the names in an answer's lists carry is what the lists say of them: numbers and signs."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from numpy.random import default_rng
from small_yard import HOLDING

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.trained_questions import prompt_of
from smolrgpt_ros.model.architecture.region_names import NameMemory, NameRules
from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import CENTROID, FEATURE_COUNT
from smolrgpt_ros.model.geometry_tokens.quantities import NUMBERS, quantities
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.training.mini.centres import true_estimates
from smolrgpt_ros.training.mini.frames import CachedFrames
from smolrgpt_ros.training.mini.rationales import Rationale
from smolrgpt_ros.training.mini.tokenizer import (
    HEADINGS,
    LIST_SEPARATORS,
    REGION_NAMES,
    train_tokenizer,
)
from smolrgpt_ros.training.mini.worked_examples import draw_example


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(["By distance from: 12.3 least, 4.5. Count whether: no."] * 20, 300)


def carried_by_names(tokenizer, truth, region_ids, answer):
    """What each name of an answer carries; the states that nobody says are as likely as not."""
    ids = np.array(region_ids, np.int32)
    raw = np.zeros((len(ids), FEATURE_COUNT), np.float32)
    raw[:, CENTROID.start] = [
        (truth.seen[i].item.centroid[0] + 0.5) / truth.truth.width for i in ids.tolist()
    ]
    found = Estimates.of(torch.from_numpy(true_estimates(cached(truth.truth, ids, raw))))
    odds = torch.nan_to_num(8 * (found.states - 0.5))
    table = quantities(torch.from_numpy(raw), found._replace(states=odds))[None, ..., None]
    first = int(tokenizer.convert_tokens_to_ids(" [Region 0]"))
    separators = [int(tokenizer.vocab[sign]) for sign in LIST_SEPARATORS]
    headings = [int(tokenizer.convert_tokens_to_ids(word)) for word in HEADINGS]
    rules = NameRules(first, REGION_NAMES, separators, tokenizer.eos_token_id, headings)
    tokens = torch.tensor([tokenizer(answer).input_ids])
    memory = NameMemory.fresh(table)
    carried, _ = rules.add_features(torch.zeros(*tokens.shape, 1), tokens, memory)
    return carried[0, (tokens[0] >= first) & (tokens[0] < first + REGION_NAMES), 0].tolist()


def cached(truth, ids, geometry):
    """A frame without pictures."""
    nothing = np.zeros((1, 1, 1, 3), np.uint8)
    return CachedFrames(
        rgb=nothing,
        depth=nothing[..., 0],
        patch_classes=np.zeros((1, 1, 4), np.float16),
        patch_points=np.zeros((1, 1, 3), np.float16),
        masks=np.zeros((len(ids), 1, 1), np.uint8),
        geometry=geometry,
        object_ids=ids,
        offsets=np.array([0, len(ids)]),
        truths=(truth,),
    )


def test_numbers_of_lists_are_those_that_the_names_before_them_carry(tokenizer):
    truth, rng, seen, heading = TrueAnswers(HOLDING), default_rng(11), set(), ""
    for _ in range(800):
        found = draw_example(truth, HOLDING.objects, rng, (), most_regions=32)
        assert found is not None
        names = iter(carried_by_names(tokenizer, truth, found.prompt.region_ids, found.answer))
        for part in re.split(r"(?= \[Region)", found.answer):  # each begins with a name
            number = next(names) if part.startswith(" [Region") else 0.0
            if written := re.match(r" \[Region \d+\] (\d+\.\d+)", part):
                assert number == pytest.approx(float(written[1]), abs=0.051), found.answer
                seen.add(heading)
            said = re.findall(r"[Bb]y (\w+)", part)
            heading = said[-1] if said else heading
    assert seen == set(NUMBERS)


THINGS = q.Ids((8, 5, 7, 3, 4, 9, 6), "object")
EMPTY, FLOOR = q.State(q.LoadState.EMPTY), q.State(q.LoadState.ON_FLOOR)


@pytest.mark.parametrize(
    ("condition", "heading"),
    [
        (q.Inside(q.Ids((2,), "buffer")), "inside"),
        (q.NextTo(q.Ids((3,), "object")), "gap"),
        (q.NextTo(q.Ids((8,), "object")), "gap"),
        (q.OnTop(q.Ids((3,), "object")), "resting"),
        (q.OnTop(q.Ids((2,), "object")), "resting"),
        (q.State(q.LoadState.LOADED), "cargo"),
        (EMPTY, "cargo"),
        (q.State(q.LoadState.CARRIED), "lift"),
        (FLOOR, "lift"),
    ],
)
def test_lists_count_where_the_names_before_them_carry_less_than_zero(
    tokenizer, condition, heading
):
    truth = TrueAnswers(HOLDING)
    question = q.HowMuch(q.Count(q.Where(THINGS, condition)))
    ids = prompt_of(question, ()).region_ids
    steps = f" {Rationale(truth, ids).of(question)}"
    assert steps.startswith(f" Count {heading} ")
    names = carried_by_names(tokenizer, truth, ids, steps)
    parts = re.split(r"(?= \[Region)", steps)[1:]
    assert len(names) == len(parts)
    # A count or "no" is behind the names in the list; a reference has none.
    listed = [
        (part, sign)
        for part, sign in zip(parts, names, strict=True)
        if re.match(r" \[Region \d+\] (\d|no)", part)
    ]
    holds = [" no" not in part for part, _ in listed]
    denies = condition in (EMPTY, FLOOR)
    assert len(set(holds)) == 2
    assert [sign < 0 for _, sign in listed] == [one != denies for one in holds], steps
