# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Names of things that labels are drawn from, and words for what is not in view."""

from __future__ import annotations

import random

WAREHOUSE = ("pallet", "buffer", "transporter", "shelf")
SYNONYMS = {
    "pallet": ("skid",),
    "transporter": ("agv", "amr", "forklift", "vehicle", "carrier", "cart", "truck"),
    "buffer": ("zone", "bay", "area", "buffer zone", "storage area", "staging area"),
    "shelf": ("rack", "storage rack", "shelving unit"),
    "person": ("human",),
}
THINGS = (
    "person cone chair box door table crate barrel ladder trolley bin bottle bench cabinet drum "
    "stool sign bucket cart humanoid plant pillar desk tote cage forklift car dog bicycle truck "
    "monitor suitcase backpack cup book laptop keyboard sofa bed clock vase umbrella bus train "
    "boat bird cat horse bowl banana apple oven sink toaster scissors phone jack sack tyre pipe "
    "beam valve pump motor fan hose rope bag drawer roll reel spool basket container conveyor "
    "robot helmet glove tool hammer drill printer scanner screen panel lamp mirror carton"
).split()
TWO_WORDS = (
    "traffic light", "cardboard box", "robot arm", "fire extinguisher", "safety cone",
    "hand truck", "pallet jack", "gas cylinder", "wire cage", "stop sign", "potted plant",
    "charging station", "storage bin", "loading dock",
)  # fmt: skip
ABSENT = (
    "gate crane exit wall window lift lane aisle office tripod fork battery picker kitchen corner "
    "ramp tarp floor ceiling roof hall room line order customer package parcel item-rack wheel "
    "camera-stand dock road path driver worker operator supervisor product stack row column "
    "garage toilet elevator stairs fence barrier light switch handle label barcode engine tower"
).split()


def draw_labels(rng: random.Random) -> list[str]:
    """The classes in view of one scene."""
    if rng.random() < 0.55:
        labels = rng.sample(WAREHOUSE, rng.choice((2, 3, 4, 4, 4)))
        if rng.random() < 0.2:
            labels.append(rng.choice(THINGS))
    else:
        pool = [*THINGS, *TWO_WORDS, *WAREHOUSE]
        labels = rng.sample(pool, rng.randint(1, 6))
    kept: list[str] = []
    for label in labels:
        if not any(shares_a_word(label, other) for other in kept):
            kept.append(label)
    return kept


def shares_a_word(first: str, second: str) -> bool:
    """Whether one could stand for the other: "box" for "cardboard box", "rack" for "shelf"."""
    words = [
        {w for name in (n, *SYNONYMS.get(n, ())) for w in name.split()} for n in (first, second)
    ]
    return bool(words[0] & words[1])


def spoken(label: str, labels: list[str], rng: random.Random) -> str:
    """A word for a label: itself, or a synonym."""
    words = [w for w in SYNONYMS.get(label, ()) if w not in labels]
    return rng.choice(words) if words and rng.random() < 0.35 else label


def absent(labels: list[str], rng: random.Random) -> str:
    """A noun for nothing in view."""
    while True:
        noun = rng.choice((*ABSENT, *THINGS, *TWO_WORDS, *WAREHOUSE, "agv", "rack", "zone"))
        if noun == "robot" or any(shares_a_word(noun, label) for label in labels):
            continue
        if any(noun in SYNONYMS.get(label, ()) for label in labels):
            continue
        return noun
