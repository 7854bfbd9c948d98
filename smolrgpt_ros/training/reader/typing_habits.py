# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How people type: articles left out, fillers, missing marks, slips of the finger."""

from __future__ import annotations

import random

from smolrgpt_ros.language.readers.prompt import ids_said

OPENERS = (
    "please", "hey,", "ok,", "so", "and", "um", "hi,", "now", "hello,", "robot,", "quick question:",
    "can you tell me", "tell me", "i want to know:", "question:", "excuse me,", "for my report:",
    "could you please tell me:", "well", "alright,", "just checking,", "sorry,",
)  # fmt: skip
CLOSERS = (
    "please", "thanks", "pls", "thx", "??", "asap", "right now", "at the moment", "currently",
    "in this picture", "in view", "here", "thank you", "now", "if you can", "for me", "exactly",
)  # fmt: skip
VOIDING = (
    "yesterday", "tomorrow", "last week", "in an hour", "in ten minutes", "and why", "by weight",
    "if it rains", "for customer x", "this morning", "before noon", "without the driver",
    "twice", "never", "soon", "later", "per hour", "on the other floor", "in the next hall",
    "according to plan", "times two", "in percent", "at full speed", "and back again", "upstairs",
)  # fmt: skip
ADJECTIVES = (
    "red blue green yellow broken damaged heavy wooden plastic new old metal dirty clean wet "
    "reserved missing fragile expensive dangerous other wrong same second-hand rusty white black"
).split()
_NEIGHBOURS = {
    "a": "sq", "e": "wr", "i": "uo", "o": "ip", "t": "ry", "n": "bm", "s": "ad", "r": "et",
    "l": "k", "c": "xv", "m": "n", "d": "sf", "h": "gj", "u": "yi", "p": "o", "b": "vn",
}  # fmt: skip


def typed(text: str, rng: random.Random) -> str:
    """A question as somebody might type it; its meaning stays."""
    if rng.random() < 0.12:
        text = " ".join(w for w in text.split() if w != "the")
    if rng.random() < 0.10:
        text = f"{rng.choice(OPENERS)} {text}"
    if rng.random() < 0.08:
        text = f"{text.rstrip('?.!')} {rng.choice(CLOSERS)}"
    if rng.random() < 0.5:
        text = text.rstrip("?.!")
    elif text[-1] not in "?.!" and rng.random() < 0.6:
        text += "?"
    for chance in (0.18, 0.06):
        if rng.random() < chance:
            text = _slipped(text, rng)
    return text


def _slipped(text: str, rng: random.Random) -> str:
    """One slip in one of the longer words."""
    words = text.split(" ")
    at = rng.randrange(len(words))
    word = words[at]
    if len(word) < 4 or not word.isalpha() or ids_said(word):  # numbers stay as they are
        return text
    i = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    elif kind == 1:
        word = word[:i] + word[i + 1 :]
    elif kind == 2:
        word = word[:i] + word[i] + word[i:]
    else:
        near = _NEIGHBOURS.get(word[i], word[i])
        word = word[:i] + rng.choice(near) + word[i + 1 :]
    words[at] = word
    return " ".join(words)
