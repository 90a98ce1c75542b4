"""What the site has beside the written pages: pages and pictures made from the code."""

from __future__ import annotations

from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pages.benchmarks import with_tables
from pages.changelog import changelog_page
from pages.entries import entry_diagram, entry_page
from pages.layers import layers_page
from pages.operations import operations_page
from pages.playground import playground
from pages.zoo import results_page, zoo_page

from convzoo.plotting import plot
from convzoo.zoo import list_models


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages and pictures to the site."""
    generated = {
        "reference/layers.md": layers_page(),
        "reference/operations.md": operations_page(),
        "zoo/index.md": zoo_page(),
        **playground(),
        "zoo/results.md": results_page(),
        **{f"zoo/{name}.md": entry_page(name) for name in list_models()},
        **{f"zoo/{name}.svg": entry_diagram(name) for name in list_models()},
        "about/changelog.md": changelog_page(),
        **{f"images/{name}.svg": plot(name) for name in ("lenet5", "resnet20")},
    }
    for path, content in generated.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Put what was measured into the page of the benchmarks."""
    is_theirs = page.file.src_uri == "about/benchmarks.md"
    return with_tables(markdown) if is_theirs else markdown
