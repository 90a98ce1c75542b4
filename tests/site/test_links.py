"""Every link of the built site leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow


class _Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.append(value)
            if value and (name == "id" or (tag == "a" and name == "name")):
                self.anchors.add(value)


def broken_links(site: Path) -> Iterator[str]:
    """The links within a site that lead nowhere, each with the page that has it."""
    pages = {path: _Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        if path.name == "404.html":  # Its links are absolute.
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            anchor = unquote(parts.fragment)
            is_lost = anchor and target in pages and anchor not in pages[target].anchors
            # The state of the playground is kept where an anchor would be.
            if not target.exists() or (is_lost and not anchor.startswith("source=")):
                yield f"{path.relative_to(site)}: {link}"


def test_no_link_is_broken(site: Path) -> None:
    assert not [*broken_links(site)]


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<p id="here"><a href="#here"></a><a href="#there"></a><a href="lost/"></a>'
        '<img src="lost.png"><a href="https://example.org/"></a>'
    )
    assert [*broken_links(tmp_path)] == [
        "index.html: #there",
        "index.html: lost/",
        "index.html: lost.png",
    ]
