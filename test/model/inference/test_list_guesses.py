# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Guesses of what lists say: numbers, the next region, the end, extremes."""

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_tokens.quantities import QUANTITIES
from smolrgpt_ros.model.inference.list_guesses import ListTokens, with_lists

WORDS = (" By", " Count", " distance", " height", " whether", " from", " is", " m", " no", " in")
HOLDING = (" inside", " gap", " cargo", " loaded", " Found")
SIGNS = (":", ",", ".", " least", " most")
FIRST = tuple(f" {digit}" for digit in range(10))
LATER = tuple("0123456789")
NAMES = tuple(f" [Region {number}]" for number in range(4))
VOCABULARY = {
    word: number for number, word in enumerate((*WORDS, *HOLDING, *SIGNS, *FIRST, *LATER, *NAMES))
}
HEADINGS = [VOCABULARY.get(f" {word}", 1000 + n) for n, word in enumerate(QUANTITIES)]
TOKENS = ListTokens(
    first=tuple(VOCABULARY[digit] for digit in FIRST),
    later=tuple(VOCABULARY[digit] for digit in LATER),
    point=VOCABULARY["."],
    names=range(VOCABULARY[NAMES[0]], VOCABULARY[NAMES[-1]] + 1),
    colon=VOCABULARY[":"],
    comma=VOCABULARY[","],
    by=(VOCABULARY[" By"],),
    least=VOCABULARY[" least"],
    most=VOCABULARY[" most"],
    no=VOCABULARY[" no"],
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
    # Region 0 is in region 1, and 2 is not; 0 and 1 are next to 2; 0 and 1 are loaded.
    tables[QUANTITIES.index("inside"), 1] = [-2.31, 2.5, 0.4]
    tables[QUANTITIES.index("gap"), 2] = [-0.2, -1.9, 2.5]
    tables[QUANTITIES.index("cargo")] = [-2.1, -0.3, 1.2]
    return tables.tolist()


@pytest.mark.parametrize(
    ("answer", "guess", "expected"),
    [
        # From the camera, where the list has no reference; as many decimals as before.
        (" By distance:", " [Region 0] 8.8 least", " [Region 0] 3.3 least"),
        (" By distance: [Region 0] 3.26, [Region 1]", " 8.88.", " 12.41,"),
        # From the region that the list names first; the list goes on behind it.
        (" By distance from [Region 1]: [Region 0]", " 1.2,", " 4.0,"),
        (" By distance from [Region 1]: [Region 0] 4.0,", " [Region 1] 1.2", " [Region 2] 1.5."),
        # A heading ends the reference.
        (" By distance from [Region 2]: [Region 0] 10.0. By height: [Region 1]", " 7.00", " 1.44"),
        # An answer that ends within a number goes on with it, as long as it began like that.
        (" By distance: [Region 0] 3.3, [Region 1] 1", ".3 least", "2.4,"),
        (" By distance: [Region 0] 3.3, [Region 1] 1", "", "2.4,"),
        (" By distance: [Region 1] 12.", "7 least", "4 least"),
        (" By distance: [Region 1] 7", ".3 least", ".3 least"),
        # A list ends with the last region; each new extreme is marked as the first was.
        (" By distance: [Region 0] 3.3 least", ",", ", [Region 1] 12.4,"),
        (" By distance: [Region 0] 3.3 most", ".", ", [Region 1] 12.4 most"),
        (" By distance: [Region 0] 3.3 most, [Region 1] 12.4 most, [Region 2] 7.0", ",", "."),
        (" By distance from [Region 2]: [Region 0] 10.0 least, [Region 1]", " 9.9.", " 1.5 least."),
        # Behind the list the last number of as many decimals is said again.
        (" By distance: [Region 0] 3.26. [Region 0] is", " 8.11 m", " 3.26 m"),
        # A list that counts counts on, past those that do not hold; another begins at one.
        (" Count whether: [Region 0] 1, [Region 1]", " 2,", " 2, [Region 2]"),
        (" Count whether: [Region 0] 1, [Region 1]", " 4.", " 2, [Region 2]"),
        (" Count whether: [Region 0] no, [Region 1]", " no.", " no, [Region 2]"),
        (" Count whether: [Region 0] 1. Count whether: [Region 1]", " 3,", " 1, [Region 2]"),
        # One that is headed by a sign counts what has it, whatever was guessed.
        (" Count inside [Region 1]: [Region 0]", " 7,", " 1, [Region 2]"),
        (" Count inside [Region 1]: [Region 0] 1, [Region 2]", " 3,", " no."),
        (" Count gap [Region 2]: [Region 0] 1, [Region 1]", " 2.31,", " 2."),
        (" Count cargo loaded: [Region 0] 1, [Region 1] 2, [Region 2]", " 1,", " no."),
        (" Count cargo loaded: [Region 0]", " no, [Region 1]", " 1, [Region 1] 2"),
        # After an entry that says the opposite, it counts what has it not: "empty".
        (" Count cargo in: [Region 0] no, [Region 1]", " 1,", " no, [Region 2] 1."),
        (" Count cargo in: [Region 2]", " no,", " no."),
        (" Count cargo in: [Region 2] 1, [Region 0]", "", " no, [Region 1] no"),
        # What was found is the reference of the next list where that says so, and of no other.
        (" Found [Region 2]. By distance from [Region 2]: [Region 0]", " 7.11,", " 9.96,"),
        (" Found [Region 2]. By distance: [Region 0]", " 7.11,", " 3.26,"),
        # Where it holds by a number, the count comes behind that.
        (" Count distance: [Region 0] 3.3 1, [Region 1]", " 1.0 7", " 12.4 2,"),
        # A region that the question does not have, a number that nothing tells, and words stay.
        (" By distance: [Region 3]", " 8.8", " 8.8"),
        (" [Region 0] is", " 8.8 m", " 8.8 m"),
        (" [Region 0] is in: [Region 2],", " [Region 1].", " [Region 1]."),
    ],
)
def test_a_guess_goes_on_as_lists_do(answer, guess, expected):
    found = with_lists(TOKENS, ids(answer), ids(guess), quantities(), len(ids(expected)))
    assert text_of(found) == expected


def test_a_guess_is_no_longer_than_asked():
    answer, guess = ids(" By distance: [Region 0] 3.3 least"), ids(", [Region 1] 1.1,")
    assert with_lists(TOKENS, answer, guess, quantities(), 3) == ids(", [Region 1] 12.4")[:3]
    assert with_lists(TOKENS, ids(" [Region 0]"), (), quantities(), 3) == ()


def test_numbers_are_written_digit_by_digit():
    assert text_of(TOKENS.number(12.346, 2)) == " 12.35"
    assert text_of(TOKENS.number(-0.001, 1)) == " 0.0"
    assert text_of(TOKENS.number(3.0, 0)) == " 3"


def test_a_model_without_digits_or_headings_has_no_lists():
    assert TOKENS.usable
    assert not replace(TOKENS, first=()).usable
    assert not replace(TOKENS, headings=()).usable
