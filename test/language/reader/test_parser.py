# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A small grammar written by hand: repetitions, costs, what every reading must use."""

from __future__ import annotations

from pathlib import Path

from smolrgpt_ros.language.reader.grammar import load_grammar
from smolrgpt_ros.language.reader.parser import Mismatch, Parser
from smolrgpt_ros.language.reader.tokens import tokenize
from smolrgpt_ros.language.reader.word_lists import default_word_lists

RULES = """
@near = near | close to

ASK
    go @near? a:THING                  = pair("go", a)
    go a:THING (and b:THING)+          = several(a, b)
    go NOUN to b:THING  ~1             = pair("to", b)
    refuse a:THING                     = refuse(a)

THING
    label:NOUN n:NUMBER                = pair(label, n)
"""


def pair(first: object, second: object) -> tuple[object, object]:
    return first, second


def several(first: object, more: tuple[object, ...]) -> tuple[object, ...]:
    return (first, *more)


def refuse(thing: object) -> object:
    raise Mismatch(f"no {thing}")


NAMES = {"pair": pair, "several": several, "refuse": refuse}


def parser(folder: Path, text: str) -> Parser:
    file = folder / "a.rules"
    file.write_text(RULES, encoding="utf-8")
    return Parser(load_grammar([file], NAMES), tokenize(text, ("box",), default_word_lists()))


def meanings(folder: Path, text: str) -> list[tuple[object, int]]:
    return [(r.meaning, r.cost) for r in parser(folder, text).readings("ASK")]


def test_optional_parts_and_choices(tmp_path: Path) -> None:
    expected = [(("go", ("box", 3.0)), 0)]
    assert meanings(tmp_path, "go box 3") == expected
    assert meanings(tmp_path, "go, close to box 3?") == expected


def test_a_repeated_part_is_a_tuple(tmp_path: Path) -> None:
    assert meanings(tmp_path, "go box 3 and box 5 and box 7") == [
        ((("box", 3.0), ("box", 5.0), ("box", 7.0)), 0)
    ]


def test_a_second_choice_costs_one(tmp_path: Path) -> None:
    assert meanings(tmp_path, "go box to box 3") == [(("to", ("box", 3.0)), 1)]


def test_every_word_must_be_used(tmp_path: Path) -> None:
    parsed = parser(tmp_path, "go box 3 twice")
    assert parsed.readings("ASK") == []
    assert parsed.furthest == 3


def test_a_meaning_that_does_not_fit_is_no_reading(tmp_path: Path) -> None:
    parsed = parser(tmp_path, "refuse box 3")
    assert parsed.readings("ASK") == []
    assert [str(m) for m in parsed.mismatches] == ["no ('box', 3.0)"]
