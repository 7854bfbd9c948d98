# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of the query language for property tests, in all forms, about a few regions."""

from __future__ import annotations

from hypothesis import strategies as st

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.references import ON_FLOOR, class_of

LABELS = {
    1: "pallet", 2: "pallet", 3: "buffer", 5: "buffer", 7: "pallet", 9: "pallet",
    10: "transporter", 12: "shelf", 14: "traffic light", 15: "person",
}  # fmt: skip
CLASSES = sorted(set(LABELS.values()))
LENGTHS = st.integers(1, 4000).map(lambda n: n / 100)
IDS = st.lists(st.sampled_from(sorted(LABELS)), min_size=1, max_size=3, unique=True)


def ids(numbers: list[int]) -> q.Ids:
    labels = {LABELS[i] for i in numbers}
    return q.Ids(tuple(numbers), labels.pop() if len(labels) == 1 else "region")


SIMPLE = st.one_of(
    IDS.map(ids), st.sampled_from(CLASSES).map(q.OfClass), st.just(q.Everything()),
)  # fmt: skip
DIMENSIONS = st.sampled_from(q.Dimension)
COMPARISONS = st.sampled_from(q.Comparison)
SIDEWAYS = st.sampled_from([q.Comparison.LESS, q.Comparison.MORE])


def keys(selections: st.SearchStrategy[q.Selection]) -> st.SearchStrategy[q.Key]:
    return st.one_of(
        ENDS.map(q.DistanceTo), DIMENSIONS.map(q.SizeOf), selections.map(q.Holding),
        st.just(q.Column()), st.just(q.Bearing()),
    )  # fmt: skip


ENDS: st.SearchStrategy[q.Selection] = st.one_of(
    st.sampled_from(sorted(LABELS)).map(lambda i: q.Ids((i,), LABELS[i])),
    st.sampled_from(CLASSES).map(q.OfClass),
    st.just(q.Camera()),
)


def conditions(inner: st.SearchStrategy[q.Selection]) -> st.SearchStrategy[q.Condition]:
    simple = st.one_of(
        st.sampled_from(q.LoadState).map(q.State),
        inner.map(q.Inside),
        inner.map(q.OnTop),
        st.builds(q.Beside, st.sampled_from(q.Side), ENDS),
        ENDS.map(q.NextTo),
        st.builds(q.Between, ENDS, ENDS),
        inner.map(q.Among),
        st.builds(q.Compared, ENDS.map(q.DistanceTo), COMPARISONS, st.one_of(LENGTHS, ENDS)),
        st.builds(q.Compared, st.just(q.Bearing()), COMPARISONS, LENGTHS),
        st.builds(q.Compared, st.just(q.Column()), SIDEWAYS, inner),
        st.builds(q.Compared, DIMENSIONS.map(q.SizeOf), COMPARISONS, st.one_of(LENGTHS, ENDS)),
        st.builds(
            q.Compared, inner.map(q.Holding), COMPARISONS,
            st.one_of(st.integers(0, 9).map(float), ENDS),
        ),
        st.builds(
            q.Compared, st.one_of(ENDS.map(q.DistanceTo), DIMENSIONS.map(q.SizeOf)), COMPARISONS,
            st.builds(q.Mean, inner, DIMENSIONS.map(q.SizeOf)),
        ),
    )  # fmt: skip
    negated = st.one_of(simple, simple.map(q.negated))
    several = st.lists(negated, min_size=2, max_size=3, unique=True).map(tuple)
    return st.one_of(simple, negated, several.map(q.All), several.map(q.AnyOf))


def ranked(inner: st.SearchStrategy[q.Selection]) -> st.SearchStrategy[q.Selection]:
    ends = st.sampled_from([q.Extreme.LEAST, q.Extreme.MOST])
    return st.one_of(
        st.builds(q.Ranked, inner, keys(inner), ends, st.integers(1, 4)),
        st.builds(q.Ranked, inner, keys(inner), ends, st.just(1), st.integers(2, 4)),
        # "The middle of pallet 1" is its centre.
        st.builds(
            q.Ranked,
            inner.filter(lambda of: not (isinstance(of, q.Ids) and len(of.ids) == 1)),
            st.just(q.Column()),
            st.just(q.Extreme.MIDDLE),
        ),
    )


def deeper(inner: st.SearchStrategy[q.Selection]) -> st.SearchStrategy[q.Selection]:
    return st.one_of(
        st.builds(q.where, inner, conditions(inner)),
        ranked(inner),
        st.lists(inner, min_size=2, max_size=3, unique=True)
        .map(lambda parts: q.union(*parts))
        .filter(names_each_once),
        inner.flatmap(counted),
    )


def names_each_once(selection: q.Selection) -> bool:
    """Whether it names no class beside objects of it: "the pallets and pallet 3" is refused."""
    parts = selection.members if isinstance(selection, q.Union) else ()
    classes = {part.label for part in parts if isinstance(part, q.OfClass)}
    return not any(isinstance(part, q.Ids) and part.label in classes for part in parts)


def counted(selection: q.Selection) -> st.SearchStrategy[q.Selection]:
    if isinstance(selection, q.Where) and isinstance(selection.of, q.OfClass | q.Everything):
        return st.builds(q.Exactly, st.just(selection), st.integers(1, 4))
    return st.just(selection)


SELECTIONS = st.recursive(SIMPLE, deeper, max_leaves=4)
SINGLE = st.one_of(ENDS, SELECTIONS)
LEAVES = st.one_of(
    # "The buffer from the buffer" is refused: nobody can tell the two ends apart.
    st.builds(q.Distance, SINGLE, SINGLE, st.sampled_from(q.Mode)).filter(
        lambda distance: (
            not isinstance(distance.first, q.OfClass) or distance.first != distance.second
        )
    ),
    st.builds(q.Size, SINGLE, DIMENSIONS),
    SELECTIONS.map(q.Count),
    st.builds(q.Total, SELECTIONS, keys(SELECTIONS)),
    st.builds(q.Mean, SELECTIONS, keys(SELECTIONS)),
    st.lists(ENDS, min_size=3, max_size=4).map(lambda stops: q.Route(tuple(stops))),
)
QUANTITIES = st.one_of(
    LEAVES,
    st.builds(q.Difference, LEAVES, LEAVES, st.booleans()),
    st.builds(q.Ratio, LEAVES, LEAVES),
)
PROPOSITIONS = st.one_of(
    SELECTIONS.map(q.Exists),
    st.builds(q.Holds, SELECTIONS, conditions(SELECTIONS)),
    st.builds(q.Same, SINGLE, SINGLE),
    st.builds(q.SamePlace, SELECTIONS, SELECTIONS),
    st.builds(q.Compares, LEAVES, COMPARISONS, st.one_of(LEAVES, LENGTHS)),
)
UNITS = st.sampled_from([u for u in q.Unit if u not in (q.Unit.LITRE, q.Unit.PERCENT)])
VOLUME = q.SizeOf(q.Dimension.SIZE)
PLAIN = st.one_of(
    st.builds(q.HowMuch, QUANTITIES, UNITS),
    st.builds(q.HowMuch, st.builds(q.Total, SELECTIONS, st.just(VOLUME)), st.just(q.Unit.LITRE)),
    st.builds(q.HowMuch, st.builds(q.Ratio, LEAVES, LEAVES), st.just(q.Unit.PERCENT)),
    SELECTIONS.map(q.Which),
    SELECTIONS.map(q.Listing),
    st.builds(q.Order, SELECTIONS, keys(SELECTIONS), st.booleans()),
    st.builds(q.Each, SELECTIONS, keys(SELECTIONS), UNITS),
    st.builds(q.Each, SELECTIONS, st.just(VOLUME), st.just(q.Unit.LITRE)),
    st.builds(
        q.Table,
        SELECTIONS,
        st.lists(
            st.one_of(ENDS.map(q.DistanceTo), st.sampled_from(q.Dimension).map(q.SizeOf)).filter(
                lambda key: key not in (VOLUME, q.SizeOf(q.Dimension.FOOTPRINT))
            ),
            min_size=2,
            max_size=3,
            unique=True,
        ).map(tuple),
        UNITS,
    ),
    st.builds(q.Pair, SELECTIONS, st.sampled_from([q.Extreme.LEAST, q.Extreme.MOST])),
    PROPOSITIONS.map(q.Whether),
    st.builds(q.Relation, st.sampled_from(q.RelationKind), SINGLE, SINGLE),
    st.builds(q.Direction, SINGLE, SINGLE),
    SINGLE.map(q.WhereIs),
    st.builds(q.Dimensions, SINGLE, UNITS),
    SINGLE.map(q.ClassOf),
)


def has_no_floor_region_below(question: q.Question) -> bool:
    """A region of the floor "below" something is the one that holds it, and is asked for so."""
    return not any(
        class_of(part.subject if isinstance(part, q.Holds) else part.of) in ON_FLOOR
        and any(
            isinstance(condition, q.Beside) and condition.side is q.Side.BELOW
            for condition in q.parts_of(part.condition)
        )
        for part in q.parts_of(question)
        if isinstance(part, q.Where | q.Holds)
    )


QUESTIONS = st.one_of(PLAIN, st.builds(q.Conditional, PROPOSITIONS, PLAIN, PLAIN)).filter(
    has_no_floor_region_below
)
