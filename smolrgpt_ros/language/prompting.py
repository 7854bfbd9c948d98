"""Canonical prompts: the wording the model was trained on, one ``<mask>`` per mentioned region.

A free question is always rewritten into one of these forms instead of being patched: the compact
decoder has seen little other language, and one form per meaning makes its answers comparable.
"""

from __future__ import annotations

from collections.abc import Sequence

from .meaning import Kind, Meaning, Order, Pick
from .vocabulary import Vocabulary


class PromptWriter:
    """Writes one prompt and keeps the order in which regions were mentioned.

    Args:
        labels: label per position of the meaning.
        vocabulary: how labels are said.
    """

    def __init__(self, labels: Sequence[str], vocabulary: Vocabulary) -> None:
        self._labels = labels
        self._vocabulary = vocabulary
        self.mentioned: list[int] = []

    def write(self, meaning: Meaning) -> str:
        """The prompt of a meaning; afterwards ``mentioned`` holds the positions in mask order."""
        subject, reference = meaning.subject, meaning.reference
        if meaning.kind is Kind.COUNT:
            return self._count(meaning.counted, reference)
        assert subject is not None
        if meaning.kind is Kind.CHOICE:
            return self._choice(subject)
        given = self._given(subject, reference)
        first = self._said(subject)
        if reference is None or reference.is_camera:
            return _sentence(given, f"how far is {first} from the camera?")
        second = self._said(reference)
        if meaning.kind is Kind.LEFT_RIGHT:
            return _sentence(given, f"is {first} to the left or right of {second}?")
        return _sentence(given, f"how far is {first} from {second}?")

    def _count(self, counted: tuple[int, ...], place: Pick | None) -> str:
        what = self._vocabulary.spoken(self._labels[counted[0]], many=True)
        if place is None:
            return f"How many of {self._listed(counted)} are in view?"
        where = self._vocabulary.spoken(self._labels[place.candidates[0]])
        buffers = self._listed(place.candidates)
        pallets = self._listed(counted)
        given = f"Given {buffers} and {pallets}, how many {what} are in the"
        if place.order is None:
            return f"{given} {where}?"
        if place.order.in_image:
            return f"{given} {place.order.value} {where}?"
        assert place.reference is not None
        return f"{given} {where} closest to {self._said(place.reference)}?"

    def _choice(self, pick: Pick) -> str:
        name = self._vocabulary.spoken(self._labels[pick.candidates[0]])
        if pick.order in (Order.LEFTMOST, Order.RIGHTMOST, Order.MIDDLE):
            items = [self._one(p) for p in pick.candidates]
            listed = (
                " and ".join(items)
                if len(items) < 3
                else (", ".join(items[:-1]) + ", and " + items[-1])
            )
            return f"Which of {listed} is the {pick.order.value}?"
        reference = pick.reference
        if pick.order is Order.NEAREST and reference is not None and reference.order is Order.EMPTY:
            vehicles = self._listed(reference.candidates)
            return (
                f"Given {vehicles} and {self._listed(pick.candidates)}, "
                f"which {name} should the empty transporter pick?"
            )
        order = pick.order.value if pick.order is not None else "nearest"
        which = f"Which {name} among {self._listed(pick.candidates)} is "
        if pick.order in (Order.EMPTY, Order.LOADED):
            return f"{which}{order}?"
        if pick.order in (Order.NEAREST, Order.FARTHEST):
            to = "to" if pick.order is Order.NEAREST else "from"
            where = self._said(reference) if reference is not None else "the camera"
            return f"{which}{order} {to} {where}?"
        return f"{which}the {order}?"

    def _given(self, *picks: Pick | None) -> str:
        """Introduces the candidates of picks that are not decided yet; ``""`` without such."""
        open_picks = [p for p in picks if p is not None and p.single is None and not p.is_camera]
        lists = dict.fromkeys(p.candidates for p in open_picks)
        return "given " + " and ".join(self._listed(c) for c in lists) if lists else ""

    def _said(self, pick: Pick) -> str:
        if pick.is_camera:
            return "the camera"
        if pick.single is not None:
            return self._one(pick.single)
        name = self._vocabulary.spoken(self._labels[pick.candidates[0]])
        if pick.order is None:
            return f"the {self._vocabulary.spoken(self._labels[pick.candidates[0]], many=True)}"
        return f"the {pick.order.value} {name}"

    def _one(self, position: int) -> str:
        self.mentioned.append(position)
        return f"the {self._vocabulary.spoken(self._labels[position])} <mask>"

    def _listed(self, positions: Sequence[int]) -> str:
        self.mentioned += positions
        many = len(positions) > 1
        name = self._vocabulary.spoken(self._labels[positions[0]], many=many)
        return f"the {name} " + " ".join("<mask>" for _ in positions)


def _sentence(given: str, asked: str) -> str:
    text = f"{given}, {asked}" if given else asked
    return text[0].upper() + text[1:]
