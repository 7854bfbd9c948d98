# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers in guesses: which one a place in an answer calls for."""

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES
from smolrgpt_ros.model.inference.number_guesses import NumberTokens, with_numbers

WORDS = (" By", " Count", " distance", " height", " whether", " from", " is", " m", " no", " in")
SIGNS = (":", ",", ".", " least")
FIRST = tuple(f" {digit}" for digit in range(10))
LATER = tuple("0123456789")
NAMES = tuple(f" [Region {number}]" for number in range(4))
VOCABULARY = {word: number for number, word in enumerate((*WORDS, *SIGNS, *FIRST, *LATER, *NAMES))}
HEADINGS = [VOCABULARY.get(f" {word}", 1000 + n) for n, word in enumerate(QUANTITIES)]
TOKENS = NumberTokens(
    first=tuple(VOCABULARY[digit] for digit in FIRST),
    later=tuple(VOCABULARY[digit] for digit in LATER),
    point=VOCABULARY["."],
    names=range(VOCABULARY[NAMES[0]], VOCABULARY[NAMES[-1]] + 1),
    separators=(VOCABULARY[":"], VOCABULARY[","]),
    headings=HEADINGS,
)
"""A text is split at spaces and signs; digits and names of regions are tokens."""


def ids(text):
    found, rest = [], text
    while rest:
        word = max((w for w in VOCABULARY if rest.startswith(w)), key=len)
        found.append(VOCABULARY[word])
        rest = rest[len(word) :]
    return tuple(found)


def text_of(tokens):
    words = {number: word for word, number in VOCABULARY.items()}
    return "".join(words[token] for token in tokens)


def quantities():
    """Distances of regions 0 to 2: 3.26 and 12.41 m from the camera, and so on."""
    tables = np.zeros((len(QUANTITIES), 3, 3))
    tables[QUANTITIES.index("distance")] = [[3.26, 4.04, 9.96], [4.04, 12.41, 1.5], [9.96, 1.5, 7]]
    tables[QUANTITIES.index("height")] = [[0.15, 1.44, 2.0]] * 3
    return tables.tolist()


@pytest.mark.parametrize(
    ("answer", "guess", "expected"),
    [
        # From the camera, where the list has no reference; as many decimals as before.
        (" By distance:", " [Region 0] 8.8,", " [Region 0] 3.3,"),
        (" By distance:", " [Region 1] 8.88.", " [Region 1] 12.41."),
        # From the region that the list names first; names behind a comma are of the list.
        (" By distance from [Region 2]: [Region 0]", " 1.2,", " 10.0,"),
        (" By distance from [Region 2]: [Region 0] 10.0,", " [Region 1] 1.2", " [Region 1] 1.5"),
        # A heading ends the reference.
        (" By distance from [Region 2]: [Region 0] 10.0. By height: [Region 1]", " 7.00", " 1.44"),
        # An answer that ends within a number goes on with it, as long as it began like that.
        (" By distance: [Region 1] 1", ".3 least", "2.4 least"),
        (" By distance: [Region 1] 12.", "7 least", "4 least"),
        (" By distance: [Region 1] 7", ".3 least", ".3 least"),
        # Behind the list the last number of as many decimals is said again.
        (" By distance: [Region 0] 3.26. [Region 0] is", " 8.11 m", " 3.26 m"),
        # A list that counts counts on, past those that do not hold; another begins at one.
        (" Count whether in [Region 2]: [Region 0] 1, [Region 1]", " 1,", " 2,"),
        (" Count whether in: [Region 0] no, [Region 1]", " 4.", " 1."),
        (" Count whether in: [Region 0] 1. Count whether: [Region 1]", " 3.", " 1."),
        # Where it holds by a number, the count comes behind that.
        (" Count distance: [Region 0] 3.3 1, [Region 1]", " 1.0 7", " 12.4 2"),
        # A region that the question does not have, or a number that nothing tells, stays.
        (" By distance: [Region 3]", " 8.8", " 8.8"),
        (" [Region 0] is", " 8.8 m", " 8.8 m"),
    ],
)  # fmt: skip
def test_a_place_calls_for_its_number(answer, guess, expected):
    found = with_numbers(TOKENS, ids(answer), ids(guess), quantities())
    assert text_of(found) == expected


def test_numbers_are_written_digit_by_digit():
    assert text_of(TOKENS.of(12.346, 2)) == " 12.35"
    assert text_of(TOKENS.of(-0.001, 1)) == " 0.0"
    assert text_of(TOKENS.of(3.0, 0)) == " 3"


def test_a_model_without_digits_or_headings_has_no_numbers():
    assert TOKENS.usable
    assert not NumberTokens((), TOKENS.later, 1, range(0), (), HEADINGS).usable
    assert not NumberTokens(TOKENS.first, TOKENS.later, 1, range(0), (), ()).usable
