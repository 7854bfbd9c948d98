# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Readings that would decide what the words leave open are refused; clear ones are not."""

import pytest
from asked_of_reader import LABELS, refusal, understood


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("is anything other than a pallet in buffer 8", "of what is left out"),
        ("is nothing but pallets in buffer 8", "of what is left out"),
        ("is person 10 under shelf 6", "covers another"),
        ("how many pallets are over transporter 4", "covers another"),
        ("is pallet 1 directly behind pallet 2", 'leave out "directly"'),
        ("is pallet 1 right in front of shelf 6", 'leave out "right"'),
        ("is person 10 with forklift 12", 'say "on", or "next to"'),
        ("which pallets are with transporter 4", 'say "on", or "next to"'),
        ("is pallet 1 within 3 m of pallets 2 and 3", 'say "or"'),
        ("is pallet 1 next to pallets 2 and 3", 'say "or"'),
        ("is pallet 1 in buffers 8 and 9", 'say "or"'),
        ("is pallet 1 in both buffers 8 and 9", 'say "or"'),
        ("is pallet 1 more than 4 m from a transporter", "any or every one"),
        ("is pallet 1 taller than some pallet", "any or every one"),
        ("tallest pallet minus shortest pallet height", "subtraction"),
        ("what else is in buffer 8", '"else" leaves open'),
        ("just pallet 1 in buffer 8?", "there is no other"),
        ("how far away are pallets 1 and 2", "it is open from what"),
        ("all pallets within 5 m of shelf 6?", 'say "list all ..."'),
        ("is the leftmost pallet [Region 3] taller than pallet 2", "by its number or by its place"),
        ("which is the tallest pallet, pallet 1 or pallet 2", "not understood"),
        ("how many vehicles are there", "a transporter or a forklift"),
    ],
)
def test_what_is_open_is_refused_with_what_to_say(text, said):
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "are there any objects other than pallets in buffer 8",
            "Are there any objects that are (not one of pallets) and in buffer 8?",
        ),
        ("is pallet 1 below shelf 6", "Is pallet 1 below shelf 6?"),
        ("is buffer 8 under pallet 1", "Is buffer 8 holding at least 1 of pallet 1?"),
        (
            "which pallet is directly behind pallet 2",
            "Which is the closest of (pallets that are behind pallet 2) to pallet 2?",
        ),
        (
            "which transporters are with pallet 1",
            "List transporters that are holding at least 1 of pallet 1.",
        ),
        ("is pallet 1 in buffer 8 or 9", "Is pallet 1 in buffers 8 or 9?"),
        (
            "is pallet 1 within 3 m of pallet 2 or pallet 3",
            "Is pallet 1 less than 3 m from pallet 2 or less than 3 m from pallet 3?",
        ),
        (
            "is pallet 1 within 3 m of both pallet 2 and pallet 3",
            "Is pallet 1 less than 3 m from pallet 2 and less than 3 m from pallet 3?",
        ),
        (
            "is pallet 1 more than 3 m from pallets 2 and 3",
            "Is pallet 1 more than 3 m from pallets 2 and 3?",
        ),
        (
            "which pallets are not within 2 m of a shelf",
            "List pallets that are at least 2 m from the shelf.",
        ),
        (
            "what else is in buffer 8 besides pallet 1",
            "List objects that are in buffer 8 and (not one of pallet 1).",
        ),
        ("only one forklift?", "Is (the number of forklifts) equal to 1?"),
        ("how far apart are pallets 1 and 2", "How far is pallet 1 from pallet 2?"),
        (
            "all pallets within 5 m of shelf 6",
            "List pallets that are less than 5 m from shelf 6.",
        ),
        (
            "is there a person in every buffer",
            "Are all buffers 8 and 9 holding at least 1 of persons?",
        ),
        (
            "is nobody within 3 m of forklift 12",
            "Is (the number of (persons that are less than 3 m from forklift 12)) equal to 0?",
        ),
        ("who is left of shelf 6", "List persons that are left of shelf 6."),
        (
            "what holds pallet 1",
            "List (objects and buffers) that are holding at least 1 of pallet 1.",
        ),
        (
            "which pallet is closest to the empty transporter [Region 4]",
            "Which is the closest pallet to (transporter 4 that are empty)?",
        ),
        (
            "distance between pallet 1 and pallet 2 and shelf 6",
            "What are the (distance from pallet 1) and the (distance from pallet 2) and the "
            "(distance from shelf 6) of each of (pallets 1 and 2 and shelf 6)?",
        ),
        (
            "how far apart are pallets 1, 2 and 3",
            "What are the (distance from pallet 1) and the (distance from pallet 2) and the "
            "(distance from pallet 3) of each of pallets 1, 2 and 3?",
        ),
        (
            "is the pallet in buffer 8 taller than the one in buffer 9",
            "Is (the only pallet that is in buffer 8) more than (the only pallet that is in buffer "
            "9) in height?",
        ),
        ("how many forklifts are there", "What is the number of forklifts?"),
    ],
)
def test_what_is_clear_is_read(text, sentence):
    assert understood(text) == sentence


def test_a_vehicle_is_a_transporter_where_no_forklift_is_in_view():
    without = {i: label for i, label in LABELS.items() if label != "forklift"}
    assert understood("how many vehicles are there", without) == (
        "What is the number of transporters?"
    )


def test_one_of_a_class_leaves_nothing_open():
    one = {1: "pallet", 2: "pallet", 4: "transporter"}
    assert understood("is pallet 1 more than 4 m from a transporter", one) == (
        "Is pallet 1 more than 4 m from the transporter?"
    )
