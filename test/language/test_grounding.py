# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Grounding: prompts, placeholders, templates, simulated phrasings, and bad input of any kind."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

import numpy as np
import pytest
from external_data import benchmark_folder

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.grounding import Grounding, RegionView, ground
from smolrgpt_ros.language.lexicon import LEXICON
from smolrgpt_ros.language.meaning import Kind, Meaning, Order, Pick
from smolrgpt_ros.language.model_form import model_form
from smolrgpt_ros.language.prompts import Prompt, write_prompt
from smolrgpt_ros.language.trained_questions import TrainedOn
from smolrgpt_ros.language.vocabulary import Vocabulary
from smolrgpt_ros.scene.status import QueryError, Status
from smolrgpt_ros.simulation.questions.questions import question_phrasings


def form_of(grounding: Grounding) -> Meaning:
    """The form of the model's training."""
    assert grounding.form is not None
    return grounding.form


VIEW = [
    RegionView(3, "pallet", (100.0, 50.0)),
    RegionView(7, "pallet", (320.0, 90.0)),
    RegionView(4, "transporter", (200.0, 70.0)),
    RegionView(1, "buffer", (150.0, 60.0)),
    RegionView(6, "buffer", (400.0, 60.0)),
]


def decided_form(question: str, views: Sequence[RegionView]) -> Meaning:
    """The form of the question with what the masks decide: "the leftmost pallet" is a region."""
    form = model_form(ground(question, views).question, {v.id: v.label for v in views})
    assert form is not None
    return form


def by_column(selection: q.Selection) -> int | None:
    """The region of VIEW that is the first or last from the left."""
    match selection:
        case q.OfClass(label):
            found = [view.id for view in VIEW if view.label == label]
            return found[0] if len(found) == 1 else None
        case q.Ranked(q.OfClass(label), q.Column(), extreme, rank):
            row = [view.id for view in VIEW if view.label == label]  # from left to right
            return row[rank - 1] if extreme is q.Extreme.LEAST else row[-rank]
    return None


@pytest.mark.parametrize(
    ("question", "prompt", "ids"),
    [
        (
            "distance #7 #4",
            "How far is the pallet <mask> from the transporter <mask>?",
            (7, 4),
        ),
        (
            "is pallet 7 right of region 3",
            "Is the pallet <mask> to the left or right of the pallet <mask>?",
            (7, 3),
        ),
        (
            "pallets in the left zone?? how many",
            "Given the buffer regions <mask> <mask> and the pallets <mask> <mask>, "
            "how many pallets are in the leftmost buffer region?",
            (1, 6, 3, 7),
        ),
        (
            "how many pallets in buffer 6",
            "How many of the pallets <mask> <mask> are in the buffer region <mask>?",
            (3, 7, 6),
        ),
        (
            "leftmost pallet",
            "Which of the pallet <mask> and the pallet <mask> is the leftmost?",
            (3, 7),
        ),
        (
            "which pallet should the empty transporter pick",
            "Given the transporter <mask> and the pallets <mask> <mask>, "
            "which pallet should the empty transporter pick?",
            (4, 3, 7),
        ),
        (
            "nearest buffer to pallet 7",
            "Which of the buffer regions <mask> <mask> is nearest to the pallet <mask>?",
            (1, 6, 7),
        ),
        (
            "how far is the second pallet from the left from the forklift",
            "How far is the pallet <mask> from the transporter <mask>?",
            (7, 4),
        ),
    ],
)
def test_prompt_is_written_as_trained(question: str, prompt: str, ids: tuple[int, ...]) -> None:
    grounding = ground(question, VIEW, decide=by_column)
    assert grounding.prompt == grounding.model_prompt == Prompt(prompt, ids)
    assert grounding.form is not None


def test_question_with_placeholders_is_taken_as_it_is() -> None:
    question = "How far is the pallet <mask> from the pallet <mask>?"
    grounding = ground(f"<image>\n{question}", [VIEW[1], VIEW[0]])
    assert grounding.prompt == grounding.model_prompt == Prompt(question, (7, 3))
    assert grounding.form == Meaning(Kind.DISTANCE, Pick((7,)), Pick((3,)))


def test_number_of_placeholders_must_fit() -> None:
    with pytest.raises(QueryError) as caught:
        ground("How far is the pallet <mask> from the pallet <mask>?", VIEW[:1])
    assert caught.value.status is Status.BAD_QUESTION
    assert "2 <mask>" in caught.value.message and "1 region" in caught.value.message


@pytest.mark.parametrize(
    ("question", "trained"),
    [
        ("which buffer is nearest to transporter 4", True),
        ("which pallet should the empty transporter pick", True),
        ("which pallet is leftmost", True),
        ("which pallet is nearest to transporter 4", False),
        ("which pallet is nearest to zone 6", False),
        ("is pallet 3 or pallet 7 nearer to transporter 4", False),
        ("which buffer is farthest from transporter 4", False),
        ("which pallet is second from the left", False),
    ],
)
def test_what_training_never_asks_is_known(question: str, trained: bool) -> None:
    grounding = ground(question, VIEW)
    assert (grounding.form is not None) is trained
    assert (grounding.model_prompt is not None) is trained


def test_the_nearest_is_decided_for_the_prompt() -> None:
    asked: list[q.Selection] = []

    def decide(selection: q.Selection) -> int | None:
        asked.append(selection)
        return 7 if isinstance(selection, q.Ranked) else None

    grounding = ground("how far is the nearest pallet from transporter 4", VIEW, decide=decide)
    prompt = "How far is the pallet <mask> from the transporter <mask>?"
    assert grounding.prompt == Prompt(prompt, (7, 4))
    near = q.DistanceTo(q.Ids((4,), "transporter"))
    assert asked == [q.Ranked(q.OfClass("pallet"), near, q.Extreme.LEAST)]


def test_messages_list_what_is_in_view() -> None:
    with pytest.raises(QueryError) as caught:
        ground("how far is pallet 9 from pallet 3", VIEW)
    assert caught.value.status is Status.UNKNOWN_REGION
    assert caught.value.message == (
        "region 9 is not in view; in view: pallet 3, 7; transporter 4; buffer 1, 6"
    )


def test_nothing_in_view() -> None:
    with pytest.raises(QueryError, match="in view: nothing"):
        ground("how far is pallet 9 from pallet 3", [])


def test_one_region_may_stand_for_two_placeholders() -> None:
    pallet, zone = VIEW[0], VIEW[3]
    apart = ground("How far is the pallet <mask> from the pallet <mask>?", [pallet, pallet])
    assert apart.form == Meaning(Kind.DISTANCE, Pick((3,)), Pick((3,)))
    assert apart.prompt.region_ids == (3, 3)
    counted = ground(
        "How many of pallets <mask> <mask> are in zone <mask>?", [pallet, pallet, zone]
    )
    assert form_of(counted).counted == (3, 3)
    assert form_of(counted).reference == Pick((1,))


def test_any_words_give_a_prompt_or_a_query_error() -> None:
    rng = random.Random(7)
    words = [*LEXICON.phrases, *sorted(LEXICON.harmless)[::5]]
    words += ["pallet", "pallets", "transporter", "racks", "zone", "3", "7", "99", "<mask>"] * 9
    grounded = 0
    for _ in range(700):
        question = " ".join(rng.choice(words) for _ in range(rng.randint(1, 11)))
        masks = question.count("<mask>")
        view = [rng.choice(VIEW) for _ in range(masks)] or VIEW
        try:
            grounding = ground(question, view)
        except QueryError as error:
            assert error.status in (Status.BAD_QUESTION, Status.UNKNOWN_REGION)
            continue
        grounded += 1
        prompt = grounding.prompt
        if prompt.text:
            assert prompt.text.count("<mask>") == len(prompt.region_ids)
        for pick in [] if grounding.form is None else grounding.form.picks():
            assert set(pick.region_ids()) <= set(prompt.region_ids)
    assert grounded > 10


# -- the benchmark's templates --------------------------------------------------------------


def test_all_real_templates() -> None:
    kinds = {
        "left_right": Kind.LEFT_RIGHT,
        "mcq": Kind.CHOICE,
        "distance": Kind.DISTANCE,
        "count": Kind.COUNT,
    }
    rng = random.Random(3)
    wrong: list[tuple[str, str]] = []
    total = 0
    for category, templates in json.loads(
        (benchmark_folder() / "question_templates.json").read_text()
    ).items():
        for entry in templates:
            question, views = _filled(entry["template"], rng)
            total += 1
            try:
                meaning = form_of(ground(question, views))
            except QueryError as error:
                wrong.append((entry["template"], error.message))
                continue
            if meaning.kind is not kinds[category] or not _selects(meaning, question, views):
                wrong.append((entry["template"], str(meaning)))
    assert total == 412
    assert wrong == []


def _filled(template: str, rng: random.Random) -> tuple[str, list[RegionView]]:
    """A template with its objects, and regions of the classes its words name."""
    labels: list[str] = []

    def put(match: re.Match[str]) -> str:
        before = template[: match.start()].lower()
        named = re.findall(r"buffer|pallet|transporter|shel(?=f|ves)", before)
        label = {"shel": "shelf"}.get(named[-1], named[-1]) if named else "pallet"
        if re.search(r"(closest|nearest|distance|proximity) (to|from) $", before) and (
            "which" in before or "buffer" in before
        ):
            label = "shelf" if "distance between" not in before else label
        if re.search(r"(suitable|convenient) for $", before):
            label = "transporter"
        if re.search(r"placement of $", before):
            label = "pallet"
        if re.search(r"region (closest|nearest) to the shelf on the \w+ among $", before):
            label = "shelf"
        elif "total number of pallets in" in before and before.endswith("among "):
            label = "buffer"
        if match[0] == "OBJ":
            if "pallets [MASKS]" in template and "transporters" not in template:
                label = "transporter" if "suitable" in before else "shelf"
            elif "buffer" in template and label in ("pallet", "buffer"):
                label = "transporter"
            labels.append(label)
            return f"the {label} <mask>"
        count = {"buffer": 3, "pallet": 4, "transporter": 2, "shelf": 2}[label]
        if re.search(r"(nearest to|closest to|convenient for) $", before):
            count = 1
        labels.extend([label] * count)
        return " ".join(["<mask>"] * count)

    question = re.sub(r"OBJ|\[MASKS\]", put, template)
    places = rng.sample(range(600), len(labels))
    views = [
        RegionView(i, label, (float(x), 10.0))
        for i, (label, x) in enumerate(zip(labels, places, strict=True))
    ]
    return question, views


def _selects(meaning: Meaning, question: str, views: Sequence[RegionView]) -> bool:
    """Whether each "leftmost pallet" and the like of the question is what the meaning selects."""
    text = question.lower()
    decided = {
        p.candidates[0] if p.single is not None else _by_column(p, views)
        for pick in meaning.picks()
        for p in (pick, pick.reference)
        if p is not None and (p.single is not None or (p.order and p.order.in_image))
    }
    for word, label in re.findall(
        r"(leftmost|rightmost|middle) (pallet|buffer)(?! region is)", text
    ):
        group = [i for i, v in enumerate(views) if v.label == label]
        wanted = _by_column(Pick(tuple(group), Order(word)), views)
        if wanted not in decided:
            return False
    for side in re.findall(r"shel(?:f|ves) on the (left|right)", text):
        group = [i for i, v in enumerate(views) if v.label == "shelf"]
        if _by_column(Pick(tuple(group), Order(f"{side}most")), views) not in decided:
            return False
    return True


def _by_column(pick: Pick, views: Sequence[RegionView]) -> int:
    ranked = sorted(pick.candidates, key=lambda i: (views[i].centroid or (0.0, 0.0))[0])
    if pick.order is Order.MIDDLE:
        return ranked[len(ranked) // 2]
    return ranked[0] if pick.order is Order.LEFTMOST else ranked[-1]


# -- the simulator's phrasings --------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_simulated_phrasings(split: str) -> None:
    rng = np.random.default_rng(5)
    wrong, total = [], 0
    for group, sentences in question_phrasings().split(split).items():
        family = {"left": "left_right"}.get(group.split("_")[0], group.split("_")[0])
        kind = Kind(family)
        for sentence in sentences:
            question, views = _phrased(sentence, rng)
            total += 1
            try:
                meaning = decided_form(question, views)
            except QueryError as error:
                wrong.append((sentence, error.message))
                continue
            if meaning.kind is not kind or not _fits(group, meaning, views):
                wrong.append((sentence, str(meaning)))
    assert total > 30
    assert len(wrong) <= 0.03 * total, wrong


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_the_prompt_of_a_form_means_the_same_and_is_its_own_prompt(split: str) -> None:
    rng = np.random.default_rng(7)
    lost = total = 0
    prompts = set()

    def prompt_of(question: str, views: Sequence[RegionView]) -> Prompt:
        found = ground(question, views)
        assert found.prompt == found.model_prompt == Prompt(question, tuple(v.id for v in views))
        labels = {view.id: view.label for view in views}
        return write_prompt(form_of(found), labels, Vocabulary.default())

    for sentences in question_phrasings().split(split).values():
        for sentence in sentences:
            question, views = _phrased(sentence, rng)
            total += 1
            try:
                asked = prompt_of(question, views)
            except QueryError:
                lost += 1
                continue
            assert sorted(asked.region_ids) == list(range(len(views))), sentence
            again = [views[i] for i in asked.region_ids]
            assert prompt_of(asked.text, again) == asked, sentence
            assert decided_form(asked.text, again) == decided_form(question, views), sentence
            prompts.add(asked.text)
    assert lost <= 0.03 * total
    assert len(prompts) <= 25 < total


_OF_THE_BENCHMARK = ("distance", "left or right", "count inside", "which by column")
BENCHMARK = TrainedOn(frozenset((*_OF_THE_BENCHMARK, "which by distance")), frozenset(), 32)
"""A model of the forms that the benchmark asks, without a word for any class."""


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_a_model_that_lists_its_forms_is_asked_the_benchmarks_questions(split: str) -> None:
    rng = np.random.default_rng(7)
    asked = []
    for sentences in question_phrasings().split(split).values():
        for sentence in sentences:
            question, views = _phrased(sentence, rng)
            try:
                found = ground(question, views, trained=BENCHMARK)
            except QueryError:
                asked.append("")
                continue
            assert found.prompt.text == question and found.form is None
            prompt = found.model_prompt
            asked.append("" if prompt is None else found.trained_form)
            if prompt is not None:
                assert sorted(prompt.region_ids) == list(range(len(views))), sentence
                assert prompt.text.count("<mask>") == len(views) and "pallet" not in prompt.text
    assert set(asked) - {""} == BENCHMARK.forms
    assert asked.count("") <= 0.04 * len(asked)


def test_the_empty_vehicle_is_left_to_a_model_that_lists_its_forms() -> None:
    question = "Pallets <mask> <mask>: which one should the empty transporter <mask> pick up?"
    found = ground(question, [VIEW[0], VIEW[1], VIEW[2]], trained=BENCHMARK)
    assert found.model_prompt is not None and found.model_prompt.region_ids == (3, 7, 4)
    assert found.model_prompt.text == (
        "Which is the closest of objects <mask> and <mask> to object <mask>?"
    )


def test_a_free_question_names_every_region_of_a_class_to_such_a_model() -> None:
    found = ground("which pallet is the second closest to buffer 6?", VIEW, trained=BENCHMARK)
    assert (found.trained_form, found.form) == ("which by distance", None)
    assert found.prompt == found.model_prompt
    assert found.prompt.text == (
        "Which is the second closest of objects <mask> and <mask> to object <mask>?"
    )
    assert found.prompt.region_ids == (3, 7, 6)
    silent = ground("how tall is pallet 3?", VIEW, trained=BENCHMARK)
    assert (silent.model_prompt, silent.trained_form, silent.prompt.text) == (None, "", "")


def test_such_a_model_is_left_all_decisions() -> None:
    views = [
        RegionView(21, "pallet", (300.0, 5.0)),
        RegionView(22, "pallet", (100.0, 5.0)),
        RegionView(23, "shelf", (200.0, 5.0)),
    ]
    question = "What separates the leftmost one of the pallets <mask> <mask> from the shelf <mask>?"
    found = ground(question, views, trained=BENCHMARK)
    prompt = "How far is (the leftmost of objects <mask> and <mask>) from object <mask>?"
    assert found.model_prompt == Prompt(prompt, (21, 22, 23))
    assert found.prompt.region_ids == (21, 22, 23)
    ends = q.Ids((22,), "pallet"), q.Ids((23,), "shelf")
    assert found.question == q.HowMuch(q.Distance(*ends))


def test_the_models_region_numbers_become_those_of_the_question() -> None:
    views = [RegionView(21, "pallet"), RegionView(22, "pallet"), RegionView(23, "buffer")]
    question = "Pallets <mask> <mask>, how many in zone <mask>?"
    found = ground(question, views, trained=BENCHMARK)
    prompt = "What is the number of (objects <mask> and <mask> that are in object <mask>)?"
    assert found.model_prompt == Prompt(prompt, (21, 22, 23))
    zones = [RegionView(21, "buffer"), RegionView(22, "buffer"), RegionView(23, "pallet")]
    turned = ground(
        "To the pallet <mask>, which of the zones <mask> <mask> is nearest?",
        [zones[2], *zones[:2]],
        trained=BENCHMARK,
    )
    assert turned.prompt.region_ids == (23, 21, 22)
    assert turned.model_prompt is not None
    assert turned.model_prompt.region_ids == (21, 22, 23)
    text = "Distances from the pallet [Region 2]: [Region 0] 3.1, [Region 7] 9."
    assert turned.model_prompt.renumbered_for(turned.prompt, text) == (
        "Distances from the pallet [Region 0]: [Region 1] 3.1, [Region 7] 9."
    )


def _phrased(sentence: str, rng: np.random.Generator) -> tuple[str, list[RegionView]]:
    labels: list[str] = []
    lists = {"pallets": ("pallet", 4), "buffers": ("buffer", 3), "transporters": ("transporter", 2)}

    def put(match: re.Match[str]) -> str:
        key = match[1]
        if key in ("one", "which"):
            return "rightmost"
        if key == "objects":
            labels.extend(["shelf", "pallet", "transporter"])
            return "the rack <mask>, the pallet <mask> and the transporter <mask>"
        if key in lists:
            label, count = lists[key]
            labels.extend([label] * count)
            return " ".join(["<mask>"] * count)
        label = {"a": "transporter", "b": "buffer", "shelf": "shelf"}[key]
        labels.append(label)
        word = "buffer region" if label == "buffer" else label
        return f"the {word} <mask>"

    question = re.sub(r"\{(\w+)\}", put, sentence)
    places = rng.permutation(600)[: len(labels)]
    views = [
        RegionView(i, label, (float(x), 5.0))
        for i, (label, x) in enumerate(zip(labels, places, strict=True))
    ]
    return question[0].upper() + question[1:], views


def _fits(group: str, meaning: Meaning, views: Sequence[RegionView]) -> bool:
    def of(label: str) -> list[int]:
        return [i for i, v in enumerate(views) if v.label == label]

    def rightmost(label: str) -> int:
        return _by_column(Pick(tuple(of(label)), Order.RIGHTMOST), views)

    ends = {p.single for p in meaning.picks()}
    pick = meaning.subject
    if group == "left_right":
        return meaning.subject == Pick((of("transporter")[0],)) and meaning.reference == Pick(
            (of("buffer")[0],)
        )
    if group == "distance":
        return ends == {of("transporter")[0], of("buffer")[0]}
    if group == "distance_pallets":
        return ends == {rightmost("pallet"), of("buffer")[0]}
    if group == "distance_buffers":
        return ends == {rightmost("buffer"), of("transporter")[0]}
    if group.startswith("count"):
        place = meaning.reference
        if place is None or set(meaning.counted) != set(of("pallet")):
            return False
        if group == "count_named":
            return place.single == of("buffer")[0]
        wanted = Order.NEAREST if group == "count_near" else Order.RIGHTMOST
        near = Pick((of("shelf")[0],)) if group == "count_near" else None
        return place == Pick(tuple(of("buffer")), wanted, 1, near)
    assert pick is not None
    if group == "choice_side":
        return pick == Pick((0, 1, 2), Order.RIGHTMOST)
    if group == "choice_pickup":
        vehicles = Pick(tuple(of("transporter")), Order.EMPTY)
        return pick == Pick(tuple(of("pallet")), Order.NEAREST, 1, vehicles)
    return pick == Pick(tuple(of("buffer")), Order.NEAREST, 1, Pick((of("transporter")[0],)))
