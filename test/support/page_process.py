# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page on a board made by hand, as a process: prints its port, and answers every question."""

from __future__ import annotations

import sys
import time

import numpy as np

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.page.board import Board
from smolrgpt_ros.page.lamps import Lamp, Light
from smolrgpt_ros.page.objects import PageObject
from smolrgpt_ros.page.pictures import Display, live_picture, page_jpeg
from smolrgpt_ros.page.server import PageServer
from smolrgpt_ros.page.state import (
    PageState,
    with_answer,
    with_lamps,
    with_marks,
    with_objects,
    with_picture,
    with_question,
)
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status

HEIGHT, WIDTH = 120, 160
FLOOR = ((-2.0, 1.0, 3.0), (0.0, 1.0, 3.0), (0.0, 1.0, 5.0), (-2.0, 1.0, 5.0))


def mask(x0: int, x1: int) -> np.ndarray:
    made = np.zeros((HEIGHT, WIDTH), bool)
    made[40:80, x0:x1] = True
    return made


OBJECTS = (
    PageObject(Region(3, "pallet", mask(10, 50), 0.9), (-1.0, 0.6, 4.0), (1.2, 0.8, 0.8)),
    PageObject(Region(8, "transporter", mask(90, 130), 0.8), (1.5, 0.8, 4.5), (1.5, 0.4, 0.8)),
    PageObject(Region(5, "buffer", mask(0, 60), 0.7), (-1.0, 1.0, 4.0), (2.0, 0.0, 2.0)),
)


def main(arguments: list[str]) -> None:
    board = Board(with_objects(PageState(node="/spatial_query"), "camera", OBJECTS))
    board.change(lambda state: with_marks(state, {5: FLOOR}, ()))
    lamps = (Lamp("query", Light.GREEN, "ready"), Lamp("input", Light.RED, "no image"))
    board.change(lambda state: with_lamps(state, lamps, time.monotonic() + 1e6))
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)

    async def ask(question: str) -> str:
        board.change(lambda state: with_question(state, question))
        record = AnswerRecord(
            question, Status.OK, understood="How far is pallet 3 from transporter 8?",
            kind=Kind.DISTANCE, value=2.55, unit="m", std=0.06, answer="It is 2.55 m.",
            region_ids=(3, 8), complete=True,
        )  # fmt: skip
        picture = live_picture(rgb, [item.region for item in OBJECTS])
        strong = frozenset({3, 8})
        board.answer(lambda s: with_answer(s, record, strong, "12:00:00", True), picture)
        return ""

    server = PageServer(
        board, ask, host="127.0.0.1", port=0, origins=(), token="", clients=int(arguments[0])
    )
    noise = np.random.default_rng(0)
    while True:
        shape = (HEIGHT, WIDTH, 3)
        live = page_jpeg(noise.integers(0, 255, shape, np.uint8) // 4 + rgb // 2)
        board.show({Display.WIDE: live})
        if board.change(lambda state: with_picture(state, WIDTH, time.monotonic())).picture == 1:
            print(server.port, flush=True)
        time.sleep(0.25)


if __name__ == "__main__":
    main(sys.argv[1:])
