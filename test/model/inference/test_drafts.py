# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Guessed tokens: what is guessed, and that guesses change no answer."""

import random

import pytest
from tiny_questions import QUESTIONS, make_frame

from smolrgpt_ros.model.inference.drafts import AnswerDrafts
from smolrgpt_ros.model.inference.frame_regions import FrameRegions
from smolrgpt_ros.model.inference.generator import DecodedSequence
from smolrgpt_ros.model.inference.question_inputs import question_inputs

ZERO, ONE, TWO, SEVEN = 10, 11, 12, 17
FIRST, SECOND, THIRD = 90, 91, 92
IT, IS, POINT, METRES, AWAY, END = 1, 2, 3, 4, 5, 0
DIGITS, NAMES = range(10, 20), range(90, 94)
HOW_FAR, HOW_WIDE = 50, 51


def drafts(length=3, **options):
    return AnswerDrafts([DIGITS], NAMES, length, **options)


def test_nothing_is_guessed_before_an_answer_is_known():
    assert drafts().guess([HOW_FAR, FIRST], []) == ()


def test_a_question_of_the_same_words_begins_with_the_same_answer():
    known = drafts()
    known.learn([HOW_FAR, FIRST, SECOND], [IT, IS, ONE, POINT, TWO, METRES, END])
    known.learn([HOW_WIDE, FIRST], [TWO, METRES, END])
    assert known.guess([HOW_FAR, THIRD, THIRD, FIRST], []) == (IT, IS, ONE)
    assert known.guess([HOW_WIDE, SECOND], []) == (TWO, METRES, END)


def test_behind_other_digits_the_words_go_on_as_before():
    known = drafts()
    known.learn([HOW_FAR], [IT, IS, ONE, POINT, TWO, METRES, END])
    assert known.guess([HOW_FAR], [IT, IS, SEVEN, POINT, ZERO]) == (METRES, END)


def test_an_answer_is_known_by_its_last_words_wherever_its_question_lies():
    known, words = drafts(), [IT, IS, AWAY, POINT]
    long = [*range(200, 230), *words, METRES, END]
    known.learn([HOW_FAR], long)
    assert known.guess([HOW_WIDE], [*range(218, 230), *words]) == (METRES, END)
    assert known.guess([HOW_FAR], long[:20]) == tuple(long[20:23])


def test_a_list_of_regions_counts_on():
    known = drafts(length=4)
    known.learn([HOW_FAR], [FIRST, IS, AWAY, SECOND, IS, METRES, END])
    assert known.guess([HOW_FAR], [SECOND, IS, AWAY]) == (THIRD, IS, METRES, END)
    # No region has the name behind the last: the guess ends before it.
    assert known.guess([HOW_FAR], [NAMES[-1], IS]) == (AWAY,)


def test_longer_agreement_is_preferred():
    known = drafts(length=1)
    known.learn([HOW_FAR], [IT, IS, AWAY, END])
    known.learn([HOW_WIDE], [AWAY, IS, METRES, END])
    assert known.guess([HOW_FAR], [IT, IS]) == (AWAY,)
    assert known.guess([HOW_FAR], [POINT, IS]) == (METRES,)  # the newer of two


def test_the_oldest_contexts_go():
    known = drafts(limit=4)
    for word in range(100, 130):
        known.learn([word], [word, END])
    assert len(known) == 4
    assert known.guess([129], []) == (129, END)
    assert known.guess([100], []) == ()


@pytest.mark.parametrize(
    ("guessed", "added"), [([7, 8], [5]), ([5, 8], [5, 6]), ([5, 6], [5, 6, 9]), ([7, 6], [5])]
)
def test_tokens_count_up_to_the_first_wrong_guess(guessed, added):
    answer = DecodedSequence(limit=10)
    assert answer.extend(guessed, [5, 6, 9], [-0.5, -0.25, -1.0], end_of_turn=END) == len(added)
    assert answer.token_ids == added
    assert answer.log_probability == sum([-0.5, -0.25, -1.0][: len(added)])
    assert (answer.tokens, answer.steps) == (len(added), 1)


def test_an_answer_ends_with_its_turn_and_at_its_limit_even_where_guesses_go_on():
    ended = DecodedSequence(limit=10)
    assert ended.extend([5, END, 8], [5, END, 8, 8], [0.0] * 4, end_of_turn=END) == 2
    assert (ended.token_ids, ended.ended, ended.tokens) == ([5], True, 2)
    cut = DecodedSequence(limit=3)
    assert cut.extend([5, 6, 7], [5, 6, 7, 8], [0.0] * 4, end_of_turn=END) == 3
    assert (cut.token_ids, cut.ended, cut.finished) == ([5, 6, 7], False, True)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_guessed_the_answers_are_the_same(either_engine, monkeypatch, seed):
    engine, frame = either_engine, make_frame()
    generator = engine._generator
    features = engine._frame_cache.get(frame)
    generator.encode_frame(features, with_regions=True)
    regions = FrameRegions(engine._processor, frame)
    asked = [question_inputs(regions, masks, text) for text, masks in QUESTIONS]
    limits = [9, 14, 5, 12]

    def answers():
        return list(generator.generate(features, asked, limits))[-1]

    plain = answers()
    rng = random.Random(seed)
    known = {tuple(q.token_ids): a.token_ids for q, a in zip(asked, plain, strict=True)}

    def some_right_some_wrong(question, answer):
        following = known[tuple(question)][len(answer) :][: rng.randint(0, 7)]
        return tuple(t if rng.random() < 0.8 else rng.randrange(40) for t in following)

    monkeypatch.setattr(generator._drafts, "guess", some_right_some_wrong)
    guessed = answers()
    assert [a.token_ids for a in guessed] == [a.token_ids for a in plain]
    assert [a.tokens for a in guessed] == limits
    assert sum(a.steps for a in guessed) < sum(a.steps for a in plain)
    for one, other in zip(guessed, plain, strict=True):
        assert one.confidence == pytest.approx(other.confidence, rel=1e-4)


def test_a_second_question_takes_fewer_steps(model, processor):
    import copy

    from tiny_questions import generate

    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    ending = copy.deepcopy(model)
    ids = generate(model, processor, frame, masks, prompt, 8)
    ending.config.eos_token_id = ids[7]
    with SmolRGPTEngine(ending, processor, threads=1) as engine:
        first = engine.answer(frame, masks, prompt)
        again = engine.answer(frame, masks, prompt)
    stop = ids.index(ids[7])
    assert first.token_ids == again.token_ids == ids[:stop]
    assert (first.steps, again.steps) == (stop + 1, 1 + -(-stop // 8))
