"""From noun phrases to the regions in view; never a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smolrgpt_ros.scene.status import QueryError, Status

from ..meaning import CAMERA, Order, Pick
from ..vocabulary import Vocabulary
from .noun_phrases import Mention


@dataclass(frozen=True)
class RegionView:
    """What grounding needs to know of a region.

    Args:
        id: region id, as clients name it.
        label: class, ``""`` where unknown.
        centroid: mask centroid ``(x, y)`` in pixels; ``None`` where the mask is empty.
        box: ``(x0, y0, x1, y1)`` in pixels, exclusive; ``None`` where the mask is empty.
    """

    id: int
    label: str
    centroid: tuple[float, float] | None = None
    box: tuple[int, int, int, int] | None = None


Locate = Callable[[Pick], "int | None"]
"""Decides a pick that needs depth; ``None`` where depth cannot. Positions are into the views."""


@dataclass(frozen=True)
class Resolver:
    """Resolves noun phrases against the regions in view.

    Args:
        views: the regions a question may mean; with placeholders those given, in order.
        vocabulary: how classes are said in messages.
        placeholders: whether the question came with ``<mask>``.
        decides: whether "the leftmost pallet" becomes the region that is it.
    """

    views: Sequence[RegionView]
    vocabulary: Vocabulary
    placeholders: bool = False
    decides: bool = True

    def positions(self, mention: Mention) -> tuple[int, ...]:
        """Positions an explicit mention names.

        Raises:
            QueryError: UNKNOWN_REGION for an id out of view or of another class.
        """
        found = list(mention.masks)
        for region_id in mention.ids:
            matches = [i for i, view in enumerate(self.views) if view.id == region_id]
            name = self._name(mention.label)
            if not matches:
                raise self.unknown(f"{name} {region_id} is not in view")
            view = self.views[matches[0]]
            if mention.label and view.label and view.label != mention.label:
                raise self.unknown(
                    f"{name} {region_id} is not in view: region {region_id} is a "
                    f"{self._name(view.label)}"
                )
            found.append(matches[0])
        return tuple(found)

    def of_class(self, label: str, within: Sequence[int] | None = None) -> tuple[int, ...]:
        """Positions of the class, in order of region ids; restricted to ``within`` if given.

        Raises:
            QueryError: UNKNOWN_REGION if there is none.
        """
        pool = range(len(self.views)) if within is None else within
        found = [i for i in pool if self.views[i].label == label]
        if not found and within is not None:
            found = list(within)  # unlabelled client regions: the question says what they are
        if not found:
            raise self.unknown(f"no {self._name(label)} is in view")
        if not self.placeholders:
            found.sort(key=lambda i: self.views[i].id)
        return tuple(found)

    def pick(self, mention: Mention, scope: Sequence[int] | None = None) -> Pick:
        """The selection a phrase stands for; image superlatives are decided at once.

        Args:
            mention: a named phrase.
            scope: positions listed elsewhere ("among the pallets ...") that it selects from.

        Raises:
            QueryError: UNKNOWN_REGION, or BAD_QUESTION where several regions fit.
        """
        if mention.camera:
            return CAMERA
        if mention.explicit:
            candidates = self.positions(mention)
        elif mention.label is not None:
            candidates = self.of_class(mention.label, scope)
        else:
            raise self.bad("which region is meant?")
        reference = self.pick(mention.reference) if mention.reference is not None else None
        return self.select(candidates, mention, reference)

    def select(self, candidates: tuple[int, ...], mention: Mention, reference: Pick | None) -> Pick:
        """Applies the phrase's order to its candidates."""
        if len(candidates) == 1:
            return Pick(candidates)
        if mention.order is None:
            if mention.plural or (mention.explicit and not self.placeholders):
                return Pick(candidates)
            if self.placeholders and self._all_transporters(candidates):
                # The benchmark's "the transporter in M M" is the one without load.
                return Pick(candidates, Order.EMPTY)
            raise self.bad(
                f"which {self._name(mention.label)}? {len(candidates)} are in view "
                f"({self._listed(candidates)})"
            )
        if mention.rank > len(candidates):
            raise self.unknown(
                f"number {mention.rank} of {len(candidates)} "
                f"{self.vocabulary.spoken(mention.label or '', many=True)} is not in view"
            )
        relative = mention.order in (Order.NEAREST, Order.FARTHEST)
        pick = Pick(candidates, mention.order, mention.rank, reference if relative else None)
        return self.decided(pick) if mention.order.in_image else pick

    def decided(self, pick: Pick) -> Pick:
        """A pick by image position as the single region it selects.

        Raises:
            QueryError: BAD_QUESTION for the middle one of an even number.
        """
        if pick.single is not None or pick.order is None or not pick.order.in_image:
            return pick
        if not self.decides:
            return pick
        ranked = self.by_column(pick.candidates)
        if pick.order is Order.MIDDLE:
            if len(ranked) % 2 == 0:
                raise self.bad(
                    f"{len(ranked)} regions have no middle one ({self._listed(pick.candidates)})"
                )
            return Pick((ranked[len(ranked) // 2],))
        if pick.order is Order.RIGHTMOST:
            ranked.reverse()
        return Pick((ranked[pick.rank - 1],))

    def by_column(self, positions: Sequence[int]) -> list[int]:
        """Positions from left to right by mask centroid."""
        without = [self.views[i].id for i in positions if self.views[i].centroid is None]
        if without:
            raise self.bad(f"the masks of regions {without} are empty, they have no left or right")
        return sorted(positions, key=lambda i: (self.views[i].centroid or (0.0, 0.0))[0])

    def unknown(self, what: str) -> QueryError:
        return QueryError(Status.UNKNOWN_REGION, f"{what}. In view: {self.in_view()}.")

    def bad(self, what: str) -> QueryError:
        return QueryError(
            Status.BAD_QUESTION,
            f"Cannot tell what is asked: {what}. In view: {self.in_view()}. "
            'Ask like "How far is pallet 3 from transporter 4?"',
        )

    def in_view(self) -> str:
        """All regions in view, by class, as a message lists them."""
        if not self.views:
            return "nothing"
        by_label: dict[str, list[int]] = {}
        for view in self.views:
            by_label.setdefault(view.label, []).append(view.id)
        return "; ".join(
            f"{self.vocabulary.spoken(label, many=len(ids) > 1)} "
            + ", ".join(str(i) for i in sorted(ids))
            for label, ids in sorted(by_label.items())
        )

    def _all_transporters(self, candidates: Sequence[int]) -> bool:
        return all(self.views[i].label == "transporter" for i in candidates)

    def _name(self, label: str | None) -> str:
        return self.vocabulary.spoken(label or "")

    def _listed(self, positions: Sequence[int]) -> str:
        return ", ".join(f"region {self.views[i].id}" for i in positions)
