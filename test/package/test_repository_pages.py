# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Links of the repository's pages: all lead somewhere, and to the right page of the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repository_pages import linked_paths, page_of, page_text, resolved, with_site_links

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT))
    for folder in (".", "docs", "examples", "pip_host", "smolrgpt_ros", ".github")
    for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*.md")
)


def headings(text: str) -> set[str]:
    """Fragments that the forge gives a page's headings."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found: set[str] = set()
    for line in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line).lower()
        name = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        count = 1
        while name in found:
            name, count = f"{name.removesuffix(f'-{count - 1}')}-{count}", count + 1
        found.add(name)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text()
    linked_paths(text, page, ROOT)  # raises for a file that is missing
    for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", text):
        link = resolved(target, page, ROOT) if not target.startswith("#") else (page, target[1:])
        if link is None or not link[0].endswith(".md") or link[0].startswith("docs/reference/"):
            continue
        assert link[1] in headings((ROOT / link[0]).read_text()), f"{page}: {target}"


def test_a_link_to_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"docs/x.md links to no_such.md"):
        resolved("no_such.md", "docs/x.md", ROOT)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("README.md", "index.md"),
        ("docs/tutorials/nav2.md", "tutorials/nav2.md"),
        ("config/vocabulary.yaml", "config/vocabulary.yaml.md"),
        ("config/cameras", "config/cameras/index.md"),
        (".devcontainer/devcontainer.json", "devcontainer/devcontainer.json.md"),
        ("docs/images/page.jpg", None),
    ],
)
def test_files_have_these_pages(path: str, uri: str | None) -> None:
    assert page_of(path, ROOT) == uri


def test_links_of_a_page_lead_to_pages_of_the_site() -> None:
    page = "docs/tutorials/index.md"
    for before, after in [
        ("[a](../../config/vocabulary.yaml)", "[a](../config/vocabulary.yaml.md)"),
        ("[b](nav2.md#x)", "[b](nav2.md#x)"),
        ("![c](../images/page.jpg)", "![c](../images/page.jpg)"),
        ("[d](https://e.org) `[e](f)`", "[d](https://e.org) `[e](f)`"),
    ]:
        assert with_site_links(before, page, ROOT) == after
    assert with_site_links("[f](docs/hosts.md)", "README.md", ROOT) == "[f](hosts.md)"


def test_a_file_is_shown_whole_and_a_folder_lists_its_files() -> None:
    source = (ROOT / "msg" / "Region.msg").read_text()
    assert page_text("msg/Region.msg", ROOT) == f"# msg/Region.msg\n\n````text\n{source}````\n"
    assert "* [zed.yaml](cameras/zed.yaml)" in page_text("config/cameras", ROOT)
