"""The site can be read in both themes, on a phone, and without a mouse, as axe checks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.serving import served

pytestmark = pytest.mark.slow

_AXE = Path(__file__).parents[2] / "playground" / "node_modules" / "axe-core" / "axe.min.js"
_PAGES = [
    "",
    "playground/",
    "learn/convolution/",
    "learn/receptive-field/",
    "use/calc/",
    "zoo/",
    "zoo/lenet5/",
    "reference/layers/",
]
# What axe asks of the contents; the frame around them is the theme's.
_ASK = """axe.run('.md-content', {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'],
    resultTypes: ['violations'],
})"""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as (url, _):
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", _PAGES)
def test_axe_finds_nothing(browser: Any, address: str, path: str, scheme: str) -> None:
    if not _AXE.exists():
        pytest.skip("needs axe-core: run npm ci in playground/")
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{address}/{path}")
    if path == "playground/":
        page.locator(".pg-totals", has_text="Total params").wait_for(timeout=60_000)
    page.add_script_tag(path=_AXE)
    found = page.evaluate(_ASK)["violations"]
    page.close()
    assert not [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"][:5]
    ]


@pytest.mark.parametrize("path", _PAGES)
def test_phone_scrolls_no_page_sideways(browser: Any, address: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/{path}")
    if path == "playground/":
        page.locator(".pg-totals", has_text="Total params").wait_for(timeout=60_000)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    page.close()
    assert width <= 390
