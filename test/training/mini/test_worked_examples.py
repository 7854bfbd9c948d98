# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions with their full answers: by hand in a small yard, and read back in simulated frames."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from numpy.random import default_rng

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.trained_questions import form_of, prompt_of
from smolrgpt_ros.language.verdicts import read_verdict
from smolrgpt_ros.model.architecture.region_names import NameMemory, NameRules
from smolrgpt_ros.model.geometry_tokens.features import CENTROID, FEATURE_COUNT
from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES, quantities
from smolrgpt_ros.reasoning.answer import agree
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.training.mini.form_sampler import FormSampler
from smolrgpt_ros.training.mini.rationales import Rationale, clock_hours, subtracted
from smolrgpt_ros.training.mini.tokenizer import (
    HEADINGS,
    LIST_SEPARATORS,
    REGION_NAMES,
    train_tokenizer,
)
from smolrgpt_ros.training.mini.worked_examples import draw_example

LEVEL = (0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)
CAMERA = CameraIntrinsics(200, 100, 100.0, 100.0, 99.5, 49.5)


def item(number, label, x, z, column, size=(1.2, 0.8, 1.0), inside=(), load=""):
    box = (int(column) - 5, 40, int(column) + 5, 60)
    centre = (x, 2.0 - size[2] / 2, z)
    return ObjectTruth(
        number, label, centre, size, 0.0, load, -1, inside, True, 90, 1.0, (column, 50.0), box, 90
    )


# Two metres below a level camera: pallets 4, 5 and 6, buffer 2 that holds 5, an empty vehicle 9.
OBJECTS = (
    item(4, "pallet", -2.0, 5.0, 59.5, load="loaded"),
    item(5, "pallet", 1.0, 6.0, 115.5, inside=(2,), load="empty"),
    item(6, "pallet", 3.0, 9.0, 133.5, (1.2, 0.8, 1.5), load="loaded"),
    item(2, "buffer", 1.0, 6.5, 114.5, (3.0, 2.0, 0.0)),
    item(9, "transporter", -1.0, 9.0, 88.5, load="empty"),
)
TRUTH = FrameTruth(1, "robot", CAMERA, (0.0, 0.0, 2.0), LEVEL, OBJECTS)
PALLETS, BUFFER = q.Ids((4, 5, 6), "pallet"), q.Ids((2,), "buffer")
VEHICLE = q.Ids((9,), "transporter")
NEAR_CAMERA = q.Compared(q.DistanceTo(q.Camera()), q.Comparison.LESS, 8.0)
NEARER_THAN_VEHICLE = q.Compared(q.DistanceTo(q.Camera()), q.Comparison.LESS, VEHICLE)
TO_VEHICLE = q.Distance(q.Ids((4,), "pallet"), VEHICLE)


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (
            q.Which(q.Ranked(PALLETS, q.DistanceTo(VEHICLE), q.Extreme.LEAST)),
            "By distance from [Region 3]: "
            "[Region 0] 4.1 least, [Region 1] 3.6 least, [Region 2] 4.0.",
        ),
        (  # the first of the first list is left out of the second
            q.Which(q.Ranked(PALLETS, q.DistanceTo(q.Camera()), q.Extreme.MOST, rank=2)),
            "By distance: [Region 0] 5.6 most, [Region 1] 6.3 most, [Region 2] 9.6 most. "
            "By distance: [Region 0] 5.6 most, [Region 1] 6.3 most.",
        ),
        (
            q.Which(q.Ranked(PALLETS, q.Column(), q.Extreme.MIDDLE)),
            "By column: [Region 0] 3.0 least most, [Region 1] 5.8 most, [Region 2] 6.7 most.",
        ),
        (
            q.Which(q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST)),
            "By height: [Region 0] 1.00 most, [Region 1] 1.00, [Region 2] 1.50 most.",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, q.Inside(BUFFER)))),
            "Count whether in [Region 3]: [Region 0] no, [Region 1] 1, [Region 2] no.",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, NEAR_CAMERA))),
            "Count by distance less than 8.0: "
            "[Region 0] 5.6 1, [Region 1] 6.3 2, [Region 2] 9.6 no.",
        ),
        (  # a region that the others are compared with comes first
            q.HowMuch(q.Count(q.Where(q.Ids((4, 5), "pallet"), NEARER_THAN_VEHICLE))),
            "By distance: [Region 2] 9.2. Count by distance less than 9.2: "
            "[Region 0] 5.6 1, [Region 1] 6.3 2.",
        ),
        (
            q.Whether(q.Compares(TO_VEHICLE, q.Comparison.AT_MOST, 5.0)),
            "By distance from [Region 0]: [Region 1] 4.12. Asked whether 4.12 at most 5.00.",
        ),
        (
            q.Whether(q.Compares(q.Count(PALLETS), q.Comparison.EQUAL, 2)),
            "Count whether in view: [Region 0] 1, [Region 1] 2, [Region 2] 3. "
            "Asked whether 3 equal to 2.",
        ),
        (  # from pallet 5 it is 3.61 m: two to the left, three ahead
            q.HowMuch(q.Difference(q.Distance(q.Ids((5,), "pallet"), VEHICLE), TO_VEHICLE)),
            "By distance from [Region 0]: [Region 1] 3.61. "
            "By distance from [Region 2]: [Region 1] 4.12. "
            "Asked 3.61 from 4.12: less. Asked 3.61 from 4.12: 2 1 1, 1 6 5 less, 4 3 0.",
        ),
        (
            q.HowMuch(q.Distance(q.Ids((4,), "pallet"), VEHICLE)),
            "By distance from [Region 0]: [Region 1] 4.12.",
        ),
        (
            q.HowMuch(q.Distance(q.Ids((4,), "pallet"), q.Camera(), q.Mode.HORIZONTAL)),
            "By ground: [Region 0] 5.39.",
        ),
        (
            q.Relation(q.RelationKind.FRONT_BEHIND, q.Ids((4,), "pallet"), VEHICLE),
            "Asked whether in front of or behind [Region 1]: [Region 0] front.",
        ),
        (
            q.Direction(q.Ids((4,), "pallet"), q.Camera()),  # 21.8 degrees to the left
            "By bearing: [Region 0] 11.3.",
        ),
    ],
)
def test_a_rationale_by_hand(question, steps):
    region_ids = prompt_of(question, ()).region_ids
    assert Rationale(TrueAnswers(TRUTH), region_ids).of(question) == steps


@pytest.mark.parametrize(
    ("most", "least", "number", "digits"),
    [
        ("4.12", "3.61", "0.51", "2 1 1, 1 6 5 less, 4 3 0"),
        ("12.05", "9.98", "2.07", "5 8 7 less, 0 9 0 less, 2 9 2 less, 1 0 0"),
        ("3.30", "3.30", "0.00", "0 0 0, 3 3 0, 3 3 0"),
        ("5", "2", "3", "5 2 3"),
    ],
)
def test_a_difference_digit_by_digit(most, least, number, digits):
    assert subtracted(most, least) == (number, digits)


def test_one_of_a_row_is_found_before_it_is_asked_about():
    row = q.Where(q.Ids((9, 4), "object"), q.State(q.LoadState.EMPTY))
    asked = q.Which(q.Ranked(PALLETS, q.DistanceTo(row), q.Extreme.LEAST))
    prompt = prompt_of(asked, ())
    assert prompt.region_ids == (4, 5, 6, 9)
    assert (
        Rationale(TrueAnswers(TRUTH), prompt.region_ids)
        .of(asked)
        .startswith(
            "Count whether empty: [Region 0] no, [Region 3] 1. By distance from [Region 3]: "
        )
    )


@pytest.mark.parametrize("pairs", [False, True])
def test_every_example_reads_back_as_its_truth(pairs):
    truth, rng, forms = TrueAnswers(TRUTH), default_rng(3), set()
    for number in range(300):
        words = ("pallet", "buffer") if number % 2 else ()
        found = draw_example(truth, OBJECTS, rng, words, most_regions=32, pairs=pairs)
        assert found is not None
        kind, ids = kind_of(found.question), found.prompt.region_ids
        assert found.form == form_of(found.question) != ""
        assert found.prompt.text.count("<mask>") == len(ids) == len(set(ids))
        assert "transporter" not in found.prompt.text + found.answer
        read = read_verdict(found.answer, kind, ids)
        assert agree(kind, read.value, found.truth.value), (found.prompt.text, found.answer)
        forms.add(found.form)
    assert len(forms) > (15 if pairs else 30)


def test_the_verdict_of_a_difference_is_that_of_its_digits():
    truth, rng, seen = TrueAnswers(TRUTH), default_rng(4), 0
    while seen < 30:
        found = draw_example(truth, OBJECTS, rng, (), most_regions=32, pairs=True)
        assert found is not None and isinstance(found.truth.value, int | float | str)
        if found.form.startswith("difference"):
            seen += 1
            (least, most) = re.findall(r"Asked ([\d.]+) from ([\d.]+): \d", found.answer)[0]
            number = float(found.truth.value)
            assert abs(number) == pytest.approx(float(most) - float(least), abs=1e-9)
            assert f"{abs(number):.2f} m" in found.answer


def test_a_prompt_has_no_more_regions_than_the_model_has_names():
    for seed in range(20):
        found = draw_example(TrueAnswers(TRUTH), OBJECTS, default_rng(seed), (), most_regions=2)
        assert found is None or len(found.prompt.region_ids) <= 2
    assert draw_example(TrueAnswers(TRUTH), OBJECTS[:1], default_rng(1), (), most_regions=9) is None


def test_most_questions_have_a_trained_form():
    sampler = FormSampler(OBJECTS, default_rng(5))
    assert np.mean([bool(form_of(sampler.draw())) for _ in range(300)]) > 0.95


def test_the_clock_of_a_bearing():
    assert [round(clock_hours(*step), 2) for step in ((0, 1), (1, 0), (-1, 1))] == [0.0, 3.0, 10.5]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(["By distance from: 12.3 least, 4.5. Count whether: no."] * 20, 300)


def test_numbers_of_lists_are_those_that_the_names_before_them_carry(tokenizer):
    truth, rng, seen, heading = TrueAnswers(TRUTH), default_rng(11), set(), ""
    first = int(tokenizer.convert_tokens_to_ids(" [Region 0]"))
    separators = [int(tokenizer.vocab[sign]) for sign in LIST_SEPARATORS]
    headings = [int(tokenizer.convert_tokens_to_ids(word)) for word in HEADINGS]
    rules = NameRules(first, REGION_NAMES, separators, tokenizer.eos_token_id, headings)
    for _ in range(400):
        found = draw_example(truth, OBJECTS, rng, (), most_regions=32)
        assert found is not None
        items = [truth.seen[i] for i in found.prompt.region_ids]
        geometry = torch.zeros(len(items), FEATURE_COUNT)
        geometry[:, CENTROID.start] = torch.tensor(
            [(o.item.centroid[0] + 0.5) / TRUTH.width for o in items]
        )
        centres = torch.tensor([o.item.centre for o in items])
        sizes = torch.tensor(
            [(o.item.size[2], o.side, max(o.item.size[:2]), o.extent[0]) for o in items]
        )
        table = quantities(geometry, centres, sizes)[None, ..., None]
        ids = torch.tensor([tokenizer(found.answer).input_ids])
        carried, _ = rules.add_features(torch.zeros(*ids.shape, 1), ids, NameMemory.fresh(table))
        names = iter(carried[0, (ids[0] >= first) & (ids[0] < first + REGION_NAMES), 0].tolist())
        for part in re.split(r"(?= \[Region)", found.answer):  # each begins with a name
            number = next(names) if part.startswith(" [Region") else 0.0
            if written := re.match(r" \[Region \d+\] (\d+\.\d+)", part):
                metres = float(written[1])
                inside = heading == "distance" and metres == 0.0  # stands in a buffer
                assert inside or number == pytest.approx(metres, abs=0.051), found.answer
                seen.add(heading)
            said = re.findall(r"[Bb]y (\w+)", part)
            heading = said[-1] if said else heading
    assert seen == set(QUANTITIES) - {"whether"}
