# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From noun phrases to the regions in view; never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from ..meaning import CAMERA, RELATIVE, Order, Pick
from ..vocabulary import Vocabulary
from .noun_phrases import NounPhrase


@dataclass(frozen=True)
class RegionView:
    """A region as the reader needs it.

    Args:
        id: region id, as clients name it.
        label: class, ``""`` where unknown.
        centroid: mask centroid ``(x, y)`` in pixels; ``None`` where the mask is empty.
    """

    id: int
    label: str
    centroid: tuple[float, float] | None = None

    @classmethod
    def of(cls, region: Region) -> RegionView:
        """What is needed of a region of a frame."""
        return cls(region.id, region.label, region.centroid)


@dataclass(frozen=True)
class ReferenceResolver:
    """Resolves noun phrases against the regions in view.

    Args:
        views: the regions a question may mean, by id.
        vocabulary: how classes are said in messages.
        placeholder_ids: the region of each ``<mask>`` of the question, in order; one id may occur
            twice.
        decides: whether "the leftmost pallet" becomes the region that is it.
    """

    views: Mapping[int, RegionView]
    vocabulary: Vocabulary
    placeholder_ids: tuple[int, ...]
    decides: bool = True

    @property
    def labels(self) -> Mapping[int, str]:
        """Class of each region, by id."""
        return {region_id: view.label for region_id, view in self.views.items()}

    def ids_of(self, phrase: NounPhrase) -> tuple[int, ...]:
        """The regions that an explicit phrase names.

        Raises:
            QueryError: UNKNOWN_REGION for an id out of view or of another class.
        """
        for region_id in phrase.ids:
            name = self._name(phrase.label)
            view = self.views.get(region_id)
            if view is None:
                raise self.unknown(f"{name} {region_id} is not in view")
            if phrase.label and view.label and view.label != phrase.label:
                raise self.unknown(
                    f"{name} {region_id} is not in view: region {region_id} is a "
                    f"{self._name(view.label)}"
                )
        return tuple(self.placeholder_ids[i] for i in phrase.placeholders) + phrase.ids

    def ids_of_all(self, phrases: Iterable[NounPhrase]) -> tuple[int, ...]:
        """The regions that explicit phrases name, each once, or once per placeholder it has."""
        found: list[int] = []
        for region_id in (i for phrase in phrases for i in self.ids_of(phrase)):
            if found.count(region_id) < max(1, self.placeholder_ids.count(region_id)):
                found.append(region_id)
        return tuple(found)

    def of_class(self, label: str, within: Sequence[int] | None = None) -> tuple[int, ...]:
        """Regions of the class, in order of the placeholders; restricted to ``within`` if given.

        Raises:
            QueryError: UNKNOWN_REGION if there is none.
        """
        pool = self.placeholder_ids if within is None else within
        found = [i for i in pool if self.views[i].label == label]
        if not found and within is not None:
            found = list(within)  # unlabelled client regions: the question says what they are
        if not found:
            raise self.unknown(f"no {self._name(label)} is in view")
        return tuple(found)

    def are_one(self, first: Pick, second: Pick) -> bool:
        """Whether two picks are the same, and not one region given for two placeholders."""
        twice = first.single is not None and self.placeholder_ids.count(first.single) > 1
        return first == second and not twice

    def pick(self, phrase: NounPhrase, scope: Sequence[int] | None = None) -> Pick:
        """The selection a phrase stands for; image superlatives are decided at once.

        Args:
            phrase: a named phrase.
            scope: regions listed elsewhere ("among the pallets ...") that it selects from.

        Raises:
            QueryError: UNKNOWN_REGION, or BAD_QUESTION where several regions fit.
        """
        if phrase.camera:
            return CAMERA
        if phrase.explicit:
            candidates = self.ids_of(phrase)
        elif phrase.label is not None:
            candidates = self.of_class(phrase.label, scope)
        else:
            raise self.bad("which region is meant?")
        reference = self.pick(phrase.reference) if phrase.reference is not None else None
        return self.select(candidates, phrase, reference)

    def select(
        self, candidates: tuple[int, ...], phrase: NounPhrase, reference: Pick | None
    ) -> Pick:
        """Applies the phrase's order to its candidates."""
        if len(candidates) == 1:
            return Pick(candidates)
        if phrase.order is None:
            if phrase.plural:
                return Pick(candidates)
            if self._all_transporters(candidates):
                # The benchmark's "the transporter in M M" is the one without load.
                return Pick(candidates, Order.EMPTY)
            raise self.bad(
                f"which {self._name(phrase.label)}? {len(candidates)} are in view "
                f"({self._listed(candidates)})"
            )
        if phrase.rank > len(candidates):
            raise self.unknown(
                f"number {phrase.rank} of {len(candidates)} "
                f"{self.vocabulary.spoken(phrase.label or '', many=True)} is not in view"
            )
        relative = phrase.order in RELATIVE
        pick = Pick(candidates, phrase.order, phrase.rank, reference if relative else None)
        return self.decided(pick) if phrase.order.in_image else pick

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

    def by_column(self, region_ids: Sequence[int]) -> list[int]:
        """Regions from left to right by mask centroid."""
        without = [i for i in region_ids if self.views[i].centroid is None]
        if without:
            raise self.bad(f"the masks of regions {without} are empty, they have no left or right")
        return sorted(region_ids, key=lambda i: (self.views[i].centroid or (0.0, 0.0))[0])

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
        for view in self.views.values():
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

    def _listed(self, region_ids: Sequence[int]) -> str:
        return ", ".join(f"region {i}" for i in region_ids)
