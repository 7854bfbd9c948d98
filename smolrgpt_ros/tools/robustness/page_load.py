# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Many browsers on a running page, some of which never read, and what its process takes.

python -m smolrgpt_ros.tools.robustness.page_load --process PID --clients 20 --silent 3
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Sequence

import aiohttp

from ..programs import WatchedProcess

_SOCKET = (
    "/_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id={client}&implicit_handshake=true"
    "&next_message_id=0&tab_id={name}&document_id={name}"
)


async def browse(address: str, name: str, silent: bool, end: float, patience_s: float) -> None:
    """One browser until a time: loads the page, opens its socket, fetches pictures.

    Args:
        address: of the page.
        name: of its tab.
        silent: whether it reads nothing once it has opened the socket.
        end: time of the steady clock.
        patience_s: longest wait for one answer of the page, seconds.
    """
    timeout = aiohttp.ClientTimeout(total=patience_s)
    async with aiohttp.ClientSession(address, timeout=timeout) as session:
        while time.monotonic() < end:
            async with session.get("/") as page:
                found = re.search(r"'client_id': '([0-9a-f-]+)'", await page.text())
            if found is None:
                raise RuntimeError(f"{address} serves no page of NiceGUI")
            path = _SOCKET.format(client=found[1], name=name)
            async with session.ws_connect(path, autoping=False) as socket:
                await socket.send_str("40")
                if silent:
                    await asyncio.sleep(max(end - time.monotonic(), 0.0))
                    return
                pictures = asyncio.create_task(_fetch_pictures(session, end))
                try:
                    await asyncio.wait_for(_answer_pings(socket), end - time.monotonic())
                except TimeoutError:
                    return
                finally:
                    pictures.cancel()


async def _answer_pings(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Read everything; ends when the server closes the socket."""
    async for message in socket:
        if message.data == "2":
            await socket.send_str("3")


async def _fetch_pictures(session: aiohttp.ClientSession, end: float) -> None:
    while time.monotonic() < end:
        async with session.get("/live.jpg") as picture:
            await picture.read()
        await asyncio.sleep(0.5)


async def foreign_status(address: str) -> int:
    """What a page of another address gets: the status of its request."""
    headers = {"Origin": "https://elsewhere.example"}
    async with aiohttp.ClientSession(address) as session:
        async with session.get("/live.jpg", headers=headers) as answer:
            return answer.status


async def load(options: argparse.Namespace) -> tuple[list[float], int]:
    """Memory of the process every ten seconds, MiB, and how many browsers failed."""
    end = time.monotonic() + 60.0 * options.minutes
    browsers = [
        asyncio.create_task(
            browse(options.address, f"load-{n}", n < options.silent, end, options.patience)
        )
        for n in range(options.clients)
    ]
    process = WatchedProcess(options.process)
    memory = [process.mib()]
    while time.monotonic() < end:
        await asyncio.sleep(min(10.0, max(end - time.monotonic(), 0.0)))
        memory.append(process.mib())
    ended = await asyncio.gather(*browsers, return_exceptions=True)
    failures = [outcome for outcome in ended if outcome is not None]
    for failure in failures:
        print(f"page_load: a browser ended: {failure!r:.200}", file=sys.stderr)
    return memory, len(failures)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit code: 0 where memory stayed within the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://localhost:8090")
    parser.add_argument("--process", type=int, required=True, help="id of the page's process")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--silent", type=int, default=3, help="how many of them never read")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds that a browser waits for the page"
    )
    parser.add_argument("--limit", type=float, default=30.0, help="MiB that memory may grow by")
    options = parser.parse_args(arguments)
    foreign = asyncio.run(foreign_status(options.address))
    memory, failed = asyncio.run(load(options))
    settled = memory[min(6, len(memory) - 1)]  # a minute: all browsers are there
    grown = memory[-1] - settled
    print(
        f"page_load: {options.clients} browsers, {options.silent} silent, {options.minutes:g} min: "
        f"{memory[0]:.0f} MiB before, {settled:.0f} after a minute, {max(memory):.0f} at most, "
        f"{memory[-1]:.0f} at the end ({grown:+.1f}); {failed} failed; a foreign page got {foreign}"
    )
    return 0 if grown <= options.limit and not failed and foreign == 403 else 1


if __name__ == "__main__":
    sys.exit(main())
