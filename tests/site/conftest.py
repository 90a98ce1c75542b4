"""The built site, and a browser that looks at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site: that of `CONVZOO_SITE`, or one that is built now."""
    if given := os.environ.get("CONVZOO_SITE"):
        return Path(given)
    pytest.importorskip("mkdocs", reason="the site is built by the extra docs")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def playground(site: Path) -> Path:
    """The folder of the files that the playground loads."""
    found = [path.parent for path in site.glob("playground/*/worker.js")]
    if not found:
        pytest.skip("the site was built without the playground: run npm ci in playground/")
    return found[0]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: what the machine has, or what Playwright has installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with playwright.sync_playwright() as started:
        try:
            running = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except playwright.Error:
            pytest.skip("needs chromium, which is not installed")
        yield running
        running.close()
