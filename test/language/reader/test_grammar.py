# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rule files that cannot be read are refused with file, line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from smolrgpt_ros.language.reader.grammar import GrammarError, load_grammar


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("    go = yes()", r"bad\.rules:1: expected the name of a rule before"),
        ("lower\n    go = yes()", r"bad\.rules:1: expected the name of a rule, found 'lower'"),
        ("A\n    go @far = yes()", r"bad\.rules:2: there is no @far"),
        ("A\n    go b:B = yes(b)", r"bad\.rules:2: there is no rule B"),
        ("A\n    go b:B = yes()", r"bad\.rules:2: the meaning drops b"),
        ("A\n    go B b:B = yes(b)", r"bad\.rules:2: the meaning drops B"),
        ("A\n    (go = yes()", r"bad\.rules:2: a '\)' is missing"),
        ("A\n    go) = yes()", r"bad\.rules:2: one '\)' too many"),
        ("A\n    go", r"bad\.rules:2: expected ' = meaning'"),
        ("A\n    go = unknown()", r"bad\.rules:2: nothing to call is named 'unknown'"),
        ("A\n    go = yes(b)", r"bad\.rules:2: nothing is called 'b'"),
        ("A\n    go = 1 + 1", r"bad\.rules:2: a meaning holds calls, names and constants"),
        ("A\n    > go", r"bad\.rules:2: an example stands behind the pattern"),
        ("@far far", r"bad\.rules:1: expected '@name = phrase"),
        ("@far a:A = yes(a)", r"bad\.rules:1: expected '@name = phrase"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.rules"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(GrammarError, match=message):
        load_grammar([file], {"yes": lambda *given: True})


def test_a_rule_is_continued_in_another_file_and_keeps_its_examples(tmp_path: Path) -> None:
    one, two = tmp_path / "1.rules", tmp_path / "2.rules"
    one.write_text("A\n    go = yes()  # a comment\n    > go now\n", encoding="utf-8")
    two.write_text("# Another.\nA\n    halt = yes()\n", encoding="utf-8")
    grammar = load_grammar([one, two], {"yes": lambda: True})
    assert [a.source for a in grammar.rules["A"]] == ["1.rules:2", "2.rules:3"]
    assert [example for example, _ in grammar.examples()] == ["go now"]
    assert grammar.words == {"go", "halt"}


def test_words_are_read_in_one_spelling(tmp_path: Path) -> None:
    file = tmp_path / "1.rules"
    file.write_text("A\n    centre = yes()\n", encoding="utf-8")
    grammar = load_grammar([file], {"yes": lambda: True}, {"centre": "center"})
    assert grammar.words == {"center"}
