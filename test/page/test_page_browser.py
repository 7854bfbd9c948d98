# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page in a real browser, headless: seen, clicked and typed; and who gets nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nicegui", reason="nicegui is not installed: pip install 'nicegui>=3.18,<4'")

PROGRAM = Path(__file__).parents[1] / "support" / "page_process.py"
#: Longest wait for something in the browser, seconds: software rendering on a busy machine.
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a page on a board made by hand."""
    process = subprocess.Popen(
        [sys.executable, "-P", str(PROGRAM), "4"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.strip().isdigit(), "the page did not start"
        yield int(line)
    finally:
        process.kill()
        process.wait(10.0)


def status_of(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=30.0) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_foreign_page_gets_nothing(port: int) -> None:
    handshake = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    for path in ("/", "/live.jpg", handshake):
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            status, body = status_of(port, path, **headers)
            assert status == 403 and b"evil.example" in body and len(body) < 200
    status, body = status_of(port, "/live.jpg", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="image")
    assert status == 403 and not body.startswith(b"\xff\xd8")
    assert status_of(port, "/live.jpg")[1].startswith(b"\xff\xd8")


def test_everything_the_page_names_is_served_here(port: int) -> None:
    _, page = status_of(port, "/")
    text = page.decode()
    assert "http://" not in text.replace(f"http://127.0.0.1:{port}", "").replace(
        "http://www.w3.org", ""
    )
    assert "https://" not in text


@pytest.fixture(scope="module")
def open_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens a browser of a width and height."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("Chromium is not installed: apt-get install chromium chromium-driver")
    opened = []

    def start(width: int, height: int) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for argument in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--no-first-run", "--enable-unsafe-swiftshader",
            f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
            f"--window-size={max(width, 500)},{height}",
        ):  # fmt: skip
            options.add_argument(argument)
        if width < 500:  # a window is not made so narrow
            metrics = {"width": width, "height": height, "pixelRatio": 1.0}
            options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        browser.set_page_load_timeout(PATIENCE_S)
        opened.append(browser)
        return browser

    yield start
    for browser in opened:
        browser.quit()


def waited(browser: Any, condition: Callable[[], Any], what: str) -> Any:
    """The first value of a condition that is true; elements may be made anew while it is asked:
    a page that lost its connection for a while, on a busy machine, loads again."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    wait = WebDriverWait(browser, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(lambda driver: condition(), what)


def found(browser: Any, selector: str) -> Any:
    """The first displayed element, waited for."""

    def displayed() -> Any:
        elements = browser.find_elements("css selector", selector)
        return next((e for e in elements if e.is_displayed()), None)

    return waited(browser, displayed, f"nothing displayed at {selector}")


def click(browser: Any, selector: str) -> None:
    """Clicks the first displayed element."""

    def clicked() -> bool:
        found(browser, selector).click()
        return True

    waited(browser, clicked, f"nothing to click at {selector}")


def value_of(browser: Any) -> str:
    return str(found(browser, ".question input").get_attribute("value"))


@pytest.mark.slow
def test_people_look_click_and_ask(port: int, open_browser: Any) -> None:
    browser = open_browser(1200, 1400)
    browser.get(f"http://localhost:{port}/")
    assert {lamp.text for lamp in browser.find_elements("css selector", ".lamp")} == {
        "query", "input",
    }  # fmt: skip

    def picture() -> Any:
        return found(browser, ".live img")

    waited(browser, lambda: picture().get_property("naturalWidth") == 160, "the live picture")
    first = picture().get_attribute("src")
    waited(browser, lambda: picture().get_attribute("src") != first, "a second live picture")
    found(browser, ".space canvas")

    click(browser, ".objects tbody tr")
    waited(browser, lambda: value_of(browser) == "pallet 3", "the name of the row")
    box = found(browser, ".question input")
    box.clear()
    box.send_keys("how far is pallet 3 from")
    from selenium.webdriver import ActionChains

    # The transporter's middle is at column 110 of 160; the picture's is at 80.
    live = picture()
    across = round((110 / 160 - 0.5) * live.size["width"])
    ActionChains(browser).move_to_element_with_offset(live, across, 0).click().perform()
    waited(browser, lambda: value_of(browser).endswith("transporter 8"), "the clicked object")
    click(browser, ".question button")
    assert found(browser, ".headline").text == "It is 2.55 m."

    def drawn() -> bool:
        return bool(found(browser, ".answer .drawn img").get_property("naturalWidth") == 160)

    waited(browser, drawn, "the answer's picture")
    facts = found(browser, ".answer dl").text
    assert "How far is pallet 3 from transporter 8?" in facts and "0.06 m" in facts
    waited(browser, lambda: value_of(browser) == "", "the emptied box")

    severe = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert severe == []
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert [name for name in loaded if not name.startswith(f"http://localhost:{port}/")] == []


@pytest.mark.slow
def test_the_page_fits_a_phone(port: int, open_browser: Any) -> None:
    browser = open_browser(390, 844)
    browser.get(f"http://localhost:{port}/")
    click(browser, ".examples button")
    waited(browser, lambda: value_of(browser).endswith("?"), "the example in the box")

    def fits() -> bool:
        return "width=360" in found(browser, ".live img").get_attribute("src")

    waited(browser, fits, "letters for a phone")
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= 390
    for selector in (".live", ".question", ".space", ".objects"):
        assert found(browser, selector).size["width"] > 300
