"""The playground in a browser: from an empty cache to the first table, and a table after that."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.timing import Comparison, compare
from convzoo.zoo import describe
from tests.site.serving import served

_ROOT = Path(__file__).parents[1]
_PYODIDE = _ROOT / "playground" / "node_modules" / "pyodide"

# Python as Pyodide distributes it, in a worker as ours is, and nothing else.
_BARE = {
    "index.html": '<script type="module">new Worker("w.js", {type: "module"}).onmessage = () => '
    'document.title = "ready";</script>',
    "w.js": 'import { loadPyodide } from "./pyodide.mjs";\nawait loadPyodide();\npostMessage(1);\n',
}
_IS_READY = "document.title === 'ready'"
_HAS_TABLE = "document.querySelector('.pg-totals').textContent.includes('93,322')"
_STACK = "28x28x1 conv:{},3,relu maxpool:2 conv:64,3,relu maxpool:2 flatten dense:10"


@dataclass(frozen=True)
class Figure:
    """One figure.

    Args:
        title: what was measured.
        result: what came out, with its unit.
        goal: what is aimed at.
    """

    title: str
    result: str
    goal: str

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers."""
        return {"What": self.title, "measured": self.result, "goal": self.goal}


def comparisons() -> Iterator[Comparison | Figure]:
    """The page against Pyodide alone, what it transfers, and how quickly a table follows."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site, bare = Path(folder) / "site", Path(folder) / "bare"
        build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
        subprocess.run(build, cwd=_ROOT, check=True, capture_output=True)
        shutil.copytree(_PYODIDE, bare)
        for name, text in _BARE.items():
            (bare / name).write_text(text)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with served(site) as (ours, sent), served(bare) as (theirs, _):
            page = f"{ours}/playground/"
            yield compare(
                "the playground's first table from an empty cache, against starting Pyodide alone",
                partial(_visit, browser, page, _HAS_TABLE),
                partial(_visit, browser, theirs, _IS_READY),
                "<= 1 (and 4 s)",
                runs=7,
            )
            sent.clear()
            _visit(browser, page, _HAS_TABLE)
            yield Figure("transferred, with gzip", f"{sum(sent) / 1e6:.2f} MB", "<= 7 MB")
            times = sorted(_tables(browser, page))
            yield Figure(
                f"a table after a change, {len(times)} of them, from the question to the page",
                f"{median(times):.1f} ms (nine in ten below {times[len(times) * 9 // 10]:.1f} ms)",
                "<= 30 ms",
            )
            large = Path(folder) / "large.keras"
            _write_large(large)
            opened = [_opening(browser, page, large) for _ in range(3)]
            yield Figure(
                "a `.keras` of 500 MB, from when the browser has it to the table",
                f"{median(opened):.0f} ms",
                "<= 1 s",
            )
        browser.close()


def _visit(
    browser: Any, address: str, is_done: str, then: Callable[[Any], Any] | None = None
) -> Any:
    """Open a page with an empty cache, and wait."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(is_done, timeout=120_000)
    found = None if then is None else then(page)
    context.close()
    return found


def _write_large(path: Path) -> None:
    """An archive whose weights are 500 MB."""
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("model.weights.h5", "w", force_zip64=True) as weights:
            for _ in range(50):
                weights.write(bytes(10_000_000))
        archive.writestr("config.json", json.dumps(describe("dense_baseline").to_config()))


def _opening(browser: Any, address: str, file: Path) -> float:
    """The milliseconds that the table of a file takes."""

    def open_file(page: Any) -> float:
        page.locator("#pg-open").set_input_files(file)
        page.locator(".pg-totals", has_text="407,050").wait_for()
        return _milliseconds(page)

    found: float = _visit(browser, address, _HAS_TABLE, open_file)
    return found


def _tables(browser: Any, address: str) -> list[float]:
    """The milliseconds that each table takes while a number is changed."""

    def change(page: Any) -> list[float]:
        times = []
        for number in range(16, 64):
            page.locator("textarea").first.fill(_STACK.format(number))
            time.sleep(0.25)  # Beyond the pause that the page waits for while somebody types.
            times.append(_milliseconds(page))
        return times

    found: list[float] = _visit(browser, address, _HAS_TABLE, change)
    return found


def _milliseconds(page: Any) -> float:
    """What the last table took, by the page's own clock."""
    return float(page.locator("#calculator").get_attribute("data-milliseconds"))
