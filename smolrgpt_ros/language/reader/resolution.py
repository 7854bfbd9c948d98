# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a reading names, looked up among the regions in view: ids and classes must be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smolrgpt_ros.scene.status import QueryError, Status

from .. import question as q
from .definite import with_one_each
from .open_references import check_from_what
from .references import (
    ON_FLOOR,
    PERSON,
    AllOf,
    Counted,
    Excepted,
    It,
    LeftOut,
    Matrix,
    Regions,
    Robot,
    Such,
    That,
    Who,
    class_of,
    one_by_one,
)
from .superlatives import Unsaid


@dataclass(frozen=True)
class View:
    """The regions that a question may mean: the class of each, by id, in the asker's order."""

    labels: Mapping[int, str]

    def ids_of(self, label: str) -> tuple[int, ...]:
        return tuple(i for i, found in self.labels.items() if found == label)

    def is_only(self, label: str) -> bool:
        """Whether one region of a class is in view."""
        return len(self.ids_of(label)) == 1

    def listed(self, limit: int = 12) -> str:
        """What is in view, for messages: "pallet 1, 3; buffer 2"."""
        groups: dict[str, list[str]] = {}
        for number, label in self.labels.items():
            groups.setdefault(label or "region", []).append(str(number))
        named = [f"{label} {', '.join(ids[:limit])}" for label, ids in groups.items()]
        return "; ".join(named) if named else "nothing"


def resolved(meaning: Any, view: View, placeholders: Sequence[int] = ()) -> Any:
    """A reading with its placeholders and references filled in.

    Raises:
        QueryError: UNKNOWN_REGION for a region or class that is not in view, BAD_QUESTION for a
            pronoun that stands for nothing, and for placeholders that do not fit.
    """
    meaning = q.changed(_seen_from_robot(with_one_each(meaning), view), _object_on_top)
    parts = q.parts_of(meaning)
    _check_nearest_to_each(meaning, view)
    _check_nearest_to_what(meaning, view)
    check_from_what(meaning, view.listed())
    _check_left_out(meaning, view)
    if placeholders and not any(i < 0 for p in parts if isinstance(p, q.Ids) for i in p.ids):
        raise QueryError(Status.BAD_QUESTION, "the question uses none of its <mask> placeholders")
    classes = {p.label for p in parts if isinstance(p, q.OfClass | Counted)}
    question = q.changed(meaning, lambda part: _filled(part, view, placeholders, classes))
    _check_nearest_to_several(question, view)
    return question


def _filled(part: Any, view: View, placeholders: Sequence[int], classes: set[str]) -> Any:
    """A part of a reading with what it refers to.

    Args:
        part: of the reading; its own parts are filled in already.
        view: the regions that may be meant.
        placeholders: see :func:`resolved`.
        classes: that the reading names.
    """
    match part:
        case q.Ids():
            return _ids(part, view, placeholders)
        case q.OfClass(label) | AllOf(label) | Counted(label) if not view.ids_of(label):
            raise QueryError(
                Status.UNKNOWN_REGION,
                f"nothing called {label!r} is in view; in view: {view.listed()}",
            )
        case q.Union(members):
            return q.union(*members)
        case LeftOut(others):
            return q.Among(others)
        case Excepted(denied):
            return q.negated(denied)
        case q.All(conditions):
            return q.all_of(*conditions)
        case Regions():
            places = [q.OfClass(label) for label in ON_FLOOR if view.ids_of(label)]
            return q.union(q.Everything(), *places)
        case AllOf(label):
            return q.Ids(view.ids_of(label), label)
        case Counted():
            return _counted(part, view)
        case Who():
            return q.OfClass(PERSON) if view.ids_of(PERSON) else q.Everything()
        case Such() if len(classes) == 1:
            return q.OfClass(next(iter(classes)))
        case Such():
            raise QueryError(
                Status.BAD_QUESTION,
                'the question says "one" and leaves open which class is meant; in view: '
                f"{view.listed()}",
            )
        case Unsaid():
            return q.Camera()
        case Matrix():
            return _matrix(part, view)
        case It() | That():
            raise QueryError(
                Status.BAD_QUESTION,
                'it is open what the question speaks of where it says "it", "one" or nothing; '
                "name that; in view: "
                f"{view.listed()}",
            )
    return part


def _object_on_top(value: Any) -> Any:
    """ "The one on the transporter": no transporter, where the question names no other class."""
    match value:
        case q.Where(Such(), q.OnTop(q.OfClass() | q.Ids()) as held):
            return q.Where(q.Everything(), held)
    return value


def _seen_from_robot(meaning: Any, view: View) -> Any:
    """ "The robot" as the camera, wherever the question asks for distances and sides from it.

    Raises:
        QueryError: BAD_QUESTION for a question about the robot itself: its size, its load.
    """

    def camera(end: Any) -> Any:
        return q.Camera() if end == Robot() else end

    def change(value: Any) -> Any:
        match value:
            case q.Distance(first, second, mode) if q.Camera() not in (first, second):
                return q.Distance(camera(first), camera(second), mode)
            case q.DistanceTo(target):
                return q.DistanceTo(camera(target))
            case q.Beside(side, of):
                return q.Beside(side, camera(of))
            case q.Between(first, second):
                return q.Between(camera(first), camera(second))
            case q.Relation(kind, first, second):
                return q.Relation(kind, first, camera(second))
            case q.Direction(subject, viewer):
                return q.Direction(subject, camera(viewer))
            case q.Route(stops):
                return q.Route(tuple(map(camera, stops)))
        return value

    found = q.changed(meaning, change)
    if Robot() in q.parts_of(found):
        raise QueryError(
            Status.BAD_QUESTION,
            'it is open which robot is meant: say "the camera" for the one that looks, or name '
            f"the region; in view: {view.listed()}",
        )
    return found


def _check_nearest_to_each(meaning: Any, view: View) -> None:
    """Refuses "the distance of each pallet to the nearest shelf": another shelf for each pallet.

    Raises:
        QueryError: BAD_QUESTION, where more than one could be the nearest.
    """
    for part in q.parts_of(meaning):
        if isinstance(part, q.Table):
            keys = part.keys
        elif isinstance(part, q.Each | q.Mean | q.Total | q.Order | q.Compared | q.Ranked):
            keys = (part.key,)
        else:
            continue
        for end in (end for key in keys for end in q.parts_of(key)):
            if not isinstance(end, q.Ranked) or Unsaid() not in q.parts_of(end.key):
                continue
            if not isinstance(end.of, q.OfClass) or len(view.ids_of(end.of.label)) > 1:
                raise QueryError(
                    Status.BAD_QUESTION,
                    "each object may have another one nearest to it; ask for each on its own, or "
                    f"name the one to measure to; in view: {view.listed()}",
                )


def _check_nearest_to_what(meaning: Any, view: View) -> None:
    """Refuses "is pallet 9 left of the nearest shelf": the nearest to pallet 9, or to the camera.

    Raises:
        QueryError: BAD_QUESTION, where more than one could be the nearest.
    """
    for part in q.parts_of(meaning):
        match part:
            case q.Whether(q.Holds(subject, end)) if Unsaid() not in q.parts_of(subject):
                pass
            case q.Difference(q.Size(subject), q.Size(end)) if Unsaid() not in q.parts_of(subject):
                pass
            case q.Between():
                end = part
            case _:
                continue
        for named in q.parts_of(end):
            match named:
                case q.Ranked(of, q.DistanceTo(Unsaid())) if len(_named(of, view)) != 1:
                    raise QueryError(
                        Status.BAD_QUESTION,
                        'it is open what the nearest one is nearest to: say "to the camera", or '
                        f"name the region; in view: {view.listed()}",
                    )


def _check_nearest_to_several(question: q.Question, view: View) -> None:
    """Refuses "nearest to both shelves": to one of them, or to the two of them together.

    Raises:
        QueryError: BAD_QUESTION.
    """
    for part in q.parts_of(question):
        match part:
            case q.Ranked(_, q.DistanceTo(q.Ids(ids) | q.Union(ids))) | q.Order(
                _, q.DistanceTo(q.Ids(ids) | q.Union(ids))
            ) if len(ids) > 1:
                raise QueryError(
                    Status.BAD_QUESTION,
                    "it is open how far something is from several objects: from the nearest of "
                    f"them or from all together; name one of them; in view: {view.listed()}",
                )


def _check_left_out(meaning: Any, view: View) -> None:
    """Refuses "pallets other than 2" where region 2 is no pallet: nothing would be left out.

    Raises:
        QueryError: UNKNOWN_REGION.
    """
    for part in q.parts_of(meaning):
        label = class_of(part) if isinstance(part, q.Where) else ""
        if not label:
            continue
        for condition in one_by_one([part.condition]):
            match condition:
                case q.Not(LeftOut(q.Ids(ids, "region"))) if min(ids) >= 0:
                    _ids(q.Ids(ids, label), view, ())


def _matrix(value: Matrix, view: View) -> q.Table:
    columns = _named(value.columns, view)
    if len(columns) < 2:
        raise QueryError(
            Status.BAD_QUESTION,
            "a table of distances is to two objects or more that are named or all of their class; "
            f"in view: {view.listed()}",
        )
    ends = [q.Ids((i,), view.labels[i] or "region") for i in columns]
    return q.Table(value.rows, tuple(q.DistanceTo(end) for end in ends))


def _named(selection: q.Selection, view: View) -> tuple[int, ...]:
    """The regions of a selection that no measuring decides."""
    match selection:
        case q.Ids(ids):
            return ids
        case q.OfClass(label):
            return view.ids_of(label)
        case q.Everything():
            return tuple(i for i, label in view.labels.items() if label not in ON_FLOOR)
        case q.Union(members):
            return tuple(dict.fromkeys(i for m in members for i in _named(m, view)))
    return ()


def _counted(value: Counted, view: View) -> q.Ids:
    found = view.ids_of(value.label)
    if len(found) != value.number:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"the question speaks of {value.number} objects called {value.label!r}, found "
            f"{len(found)}; in view: {view.listed()}",
        )
    return q.Ids(found if value.index is None else (found[value.index],), value.label)


def _ids(value: q.Ids, view: View, placeholders: Sequence[int]) -> q.Ids:
    found: list[int] = []
    for number in value.ids:
        if number < 0:
            if -1 - number >= len(placeholders):
                raise QueryError(
                    Status.BAD_QUESTION,
                    "the question has more <mask> placeholders than region ids "
                    f"({len(placeholders)})",
                )
            found.append(placeholders[-1 - number])
            continue
        if number not in view.labels:
            raise QueryError(
                Status.UNKNOWN_REGION,
                f"region {number} is not in view; in view: {view.listed()}",
            )
        if value.label not in ("region", "") and view.labels[number] not in ("", value.label):
            raise QueryError(
                Status.UNKNOWN_REGION,
                f"region {number} is a {view.labels[number]}, not a {value.label}; in view: "
                f"{view.listed()}",
            )
        found.append(number)
    labels = {view.labels.get(i) or value.label for i in found}
    label = labels.pop() if len(labels) == 1 else "region"
    return q.Ids(tuple(dict.fromkeys(found)), label)
