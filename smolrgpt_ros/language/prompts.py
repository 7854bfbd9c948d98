# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prompts in the wording of the benchmark, one ``<mask>`` per mentioned region.

A model that does not list the forms of its training is asked free questions in these: its decoder
has seen little other language, and one form per meaning makes its answers comparable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .english_words import ordinal
from .meaning import RELATIVE, Kind, Meaning, Order, Pick
from .vocabulary import Vocabulary

#: How prompts and answers name a region, by the number of its placeholder.
REGION = re.compile(r"\[Region (\d+)\]")


@dataclass(frozen=True)
class Prompt:
    """A question with placeholders, and the region that each ``[Region i]`` of its answer means.

    Args:
        text: with one ``<mask>`` per entry of ``region_ids``.
        region_ids: the region behind each placeholder, in order; one id may occur twice.
    """

    text: str
    region_ids: tuple[int, ...]

    def renumbered_for(self, other: Prompt, answer: str) -> str:
        """An answer to this prompt with each ``[Region i]`` as ``other`` numbers that region.

        A number beyond this prompt's placeholders is left as it is.
        """

        def number(found: re.Match[str]) -> str:
            index = int(found[1])
            if index >= len(self.region_ids):
                return found[0]
            region_id = self.region_ids[index]
            # Of a region with two placeholders, the second stays the second.
            earlier = self.region_ids[:index].count(region_id)
            places = [i for i, one in enumerate(other.region_ids) if one == region_id]
            return f"[Region {places[min(earlier, len(places) - 1)]}]"

        return answer if other.region_ids == self.region_ids else REGION.sub(number, answer)


def write_prompt(meaning: Meaning, labels: Mapping[int, str], vocabulary: Vocabulary) -> Prompt:
    """The one prompt of a meaning.

    Args:
        meaning: what is asked; ``model_form.is_trained`` holds for it.
        labels: class of each region, by id.
        vocabulary: how classes are said.
    """
    writer = _PromptWriter(labels, vocabulary)
    text = writer.write(meaning)
    return Prompt(text, tuple(writer.mentioned))


class _PromptWriter:
    """Writes one prompt and keeps the order in which regions are mentioned."""

    def __init__(self, labels: Mapping[int, str], vocabulary: Vocabulary) -> None:
        self._labels = labels
        self._vocabulary = vocabulary
        self.mentioned: list[int] = []

    def write(self, meaning: Meaning) -> str:
        """The prompt's text; afterwards ``mentioned`` holds the ids behind its placeholders."""
        subject, reference = meaning.subject, meaning.reference
        if meaning.kind is Kind.CHOICE:
            assert subject is not None
            return self._choice(subject)
        assert reference is not None
        if meaning.kind is Kind.COUNT:
            return self._count(meaning.counted, reference)
        assert subject is not None
        given = self._given(subject, reference)
        first, second = self._named(subject), self._named(reference)
        if meaning.kind is Kind.LEFT_RIGHT:
            return _sentence(given, f"is {first} to the left or right of {second}?")
        return _sentence(given, f"how far is {first} from {second}?")

    def _count(self, counted: tuple[int, ...], place: Pick) -> str:
        what = self._vocabulary.spoken(self._labels[counted[0]], many=True)
        if place.single is not None:
            return f"How many of {self._listed(counted)} are in {self._one(place.single)}?"
        assert place.order is not None
        where = self._vocabulary.spoken(self._labels[place.candidates[0]])
        given = (
            f"Given {self._listed(place.candidates)} and {self._listed(counted)}, "
            f"how many {what} are in the"
        )
        if place.reference is not None:
            near = "closest to" if place.order is Order.NEAREST else "farthest from"
            rank = f"{ordinal(place.rank)} " if place.rank > 1 else ""
            return f"{given} {where} {rank}{near} {self._named(place.reference)}?"
        return f"{given} {_superlative(place)} {where}?"

    def _choice(self, pick: Pick) -> str:
        assert pick.order is not None
        name = self._vocabulary.spoken(self._labels[pick.candidates[0]])
        if pick.order.in_image:
            items = [self._one(i) for i in pick.candidates]
            if len(items) < 3:
                listed = " and ".join(items)
            else:
                listed = ", ".join(items[:-1]) + ", and " + items[-1]
            return f"Which of {listed} is the {_superlative(pick)}?"
        reference = pick.reference
        assert reference is not None
        if reference.order is Order.EMPTY:
            vehicles = self._listed(reference.candidates)
            return (
                f"Given {vehicles} and {self._listed(pick.candidates)}, "
                f"which {name} should the empty transporter pick?"
            )
        given = self._given(reference)
        which = f"which of {self._listed(pick.candidates)}"
        return _sentence(given, f"{which} is nearest to {self._named(reference)}?")

    def _given(self, *picks: Pick) -> str:
        """Introduces the candidates of picks that are not decided yet; ``""`` without such."""
        open_picks = [p for p in picks if p.single is None and p.order is not None]
        lists = dict.fromkeys(p.candidates for p in open_picks)
        return "given " + " and ".join(self._listed(c) for c in lists) if lists else ""

    def _named(self, pick: Pick) -> str:
        if pick.single is not None:
            return self._one(pick.single)
        if pick.order is None:
            return self._listed(pick.candidates)
        name = self._vocabulary.spoken(self._labels[pick.candidates[0]])
        if pick.order in RELATIVE and pick.reference is not None:
            # Only behind a list of the candidates: "the pallet nearest to the transporter M".
            near = "nearest to" if pick.order is Order.NEAREST else "farthest from"
            rank = f"{ordinal(pick.rank)} " if pick.rank > 1 else ""
            return f"the {name} {rank}{near} {self._named(pick.reference)}"
        return f"the {_superlative(pick)} {name}"

    def _one(self, region_id: int) -> str:
        self.mentioned.append(region_id)
        return f"the {self._vocabulary.spoken(self._labels[region_id])} <mask>"

    def _listed(self, region_ids: Sequence[int]) -> str:
        self.mentioned += region_ids
        many = len(region_ids) > 1
        name = self._vocabulary.spoken(self._labels[region_ids[0]], many=many)
        return f"the {name} " + " ".join("<mask>" for _ in region_ids)


def _superlative(pick: Pick) -> str:
    """ "leftmost", "second nearest"."""
    assert pick.order is not None
    return f"{ordinal(pick.rank)} {pick.order.value}" if pick.rank > 1 else pick.order.value


def _sentence(given: str, asked: str) -> str:
    text = f"{given}, {asked}" if given else asked
    return text[0].upper() + text[1:]
