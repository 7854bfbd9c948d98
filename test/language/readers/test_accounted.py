# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A reading accounts for its question: nothing dropped, nothing invented, roles as said."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.reader import default_reader, read_question
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.accounted import unaccounted
from smolrgpt_ros.language.readers.parts_said import parts_said
from smolrgpt_ros.language.readers.words_said import Kind, phrases_of_parts, words_said

VIEW = View(
    {0: "buffer", 2: "buffer", 4: "shelf", 5: "shelf", 6: "pallet", 7: "pallet", 9: "transporter"}
)


def left(text: str, reading: str) -> str:
    """What a text and the reading that a canonical sentence has do not share."""
    question = read_question(reading, dict(VIEW.labels))
    return unaccounted(words_said(default_reader().tokens(text, VIEW)), question, VIEW)


def test_words_carry_their_kind_and_the_longest_phrase_counts() -> None:
    said = words_said(default_reader().tokens("how many pallets in front of #9, 2nd?", VIEW))
    assert [(word.text, word.kind) for word in said] == [
        ("how many", Kind.WORD),
        ("pallets", Kind.NOUN),
        ("in front of", Kind.WORD),
        ("9", Kind.NUMBER),
        ("second", Kind.ORDINAL),
    ]
    assert said[1].label == "pallet" and said[3].number == 9 and "front" in said[2].notions


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("how broad is pallet 6", "What is the width of pallet 6?"),
        ("which of the shelves is remotest?", "Which is the farthest shelf from the camera?"),
        ("pallet 6 to pallet 7 in feet", "How far is pallet 6 from pallet 7 in feet?"),
        ("the gap of the two shelves", "What is the clearance between shelf 4 and shelf 5?"),
        (
            "pallets not closer than 2 m to me",
            "List pallets that are at least 2 m from the camera.",
        ),
        (
            "count the pallets besides 6 outside buffer 2",
            "What is the number of (pallets that are (not one of pallet 6) and (not in buffer 2))?",
        ),
    ],
)
def test_a_reading_of_all_words_is_accounted_for(text: str, reading: str) -> None:
    assert left(text, reading) == ""


@pytest.mark.parametrize(
    ("text", "reading", "dropped"),
    [
        ("how broad is pallet 6 unless loaded", "What is the width of pallet 6?", "unless"),
        ("how many red pallets", "What is the number of pallets?", "red"),
        ("how many pallets not in buffer 2", "What is the number of pallets?", "not"),
        ("pallet 6 and 7: width", "What is the width of pallet 6?", "and"),
        ("third remotest pallet", "Which is the farthest pallet from the camera?", "third"),
        (
            "pallets under 2 m from me",
            "List pallets that are less than 3 m from the camera.",
            "2 m",
        ),
        ("shelf next to its pallet", "Which is the closest shelf to the camera?", "next to"),
        ("the gap between shelf 4 and it", "How far is shelf 4 from the camera?", "gap"),
    ],
)
def test_a_dropped_word_is_named(text: str, reading: str, dropped: str) -> None:
    assert left(text, reading) == f"{dropped!r} is not in it"


@pytest.mark.parametrize(
    ("text", "reading", "invented"),
    [
        ("which pallet", "Which is the tallest pallet?", "'height'"),
        ("how broad are they", "What is the width of the shelf?", "'shelf'"),
        ("which pallet is remotest", "Which is the second farthest pallet from the camera?", "2"),
        ("pallets in buffers", "List pallets that are in buffers and not on the floor.", None),
    ],
)
def test_an_invented_part_is_named(text: str, reading: str, invented: str | None) -> None:
    found = left(text, reading)
    assert found.startswith("no word says")
    assert invented is None or found.endswith(invented)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("isn't it false that pallet 6 is not in buffer 2", "Is pallet 6 not in buffer 2?"),
        (
            "is shelf 4 closer to me than shelf 5",
            "Is (the distance between shelf 5 and the camera) less than "
            "(the distance between shelf 4 and the camera)?",
        ),
        ("which pallet carries transporter 9", "List transporters that are on top of pallets."),
        ("which object carries pallet 6", "List objects that are on top of pallet 6."),
    ],
)
def test_a_changed_role_is_found(text: str, reading: str) -> None:
    assert left(text, reading) != ""


def test_a_number_compared_with_itself_is_no_reading() -> None:
    count = q.Count(q.OfClass("pallet"))
    said = words_said(
        default_reader().tokens("ratio of the number of pallets to the number of pallets", VIEW)
    )
    assert unaccounted(said, q.HowMuch(q.Ratio(count, count)), VIEW) == "a part of it stands twice"


def test_every_notion_that_a_part_needs_has_words() -> None:
    camera, pallets = q.Camera(), q.OfClass("pallet")
    keys: list[q.Key] = [q.Column(), q.Bearing(), q.DistanceTo(camera), *map(q.SizeOf, q.Dimension)]
    values: list[object] = [q.State(state) for state in q.LoadState]
    values += [q.Beside(side, camera) for side in q.Side]
    values += [q.Distance(camera, pallets, mode) for mode in q.Mode]
    values += [q.Size(pallets, dimension) for dimension in q.Dimension]
    values += [q.Compared(key, c, 2.0) for key in keys for c in q.Comparison]
    values += [q.Relation(kind, pallets, camera) for kind in q.RelationKind]
    values += [q.Pair(pallets, extreme) for extreme in (q.Extreme.LEAST, q.Extreme.MOST)]
    values += [q.Order(pallets, keys[0], descending) for descending in (True, False)]
    values += [q.Dimensions(pallets, unit) for unit in list(q.Unit)[:6]]
    values += [q.Inside(pallets), q.OnTop(pallets), q.Not(q.NextTo(camera)), q.NextTo(camera)]
    values += [q.Between(camera, pallets), q.Count(pallets), q.WhereIs(pallets), q.ClassOf(pallets)]
    known = set[str]().union(*phrases_of_parts().values())
    for value, part in zip(values, parts_said(values), strict=True):
        assert not part.needs or known & set(part.needs), value
