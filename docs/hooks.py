"""What the site has beside the written pages: pages and pictures made from the code."""

from __future__ import annotations

from typing import Any

from mkdocs.structure.files import File, Files
from pages.layers import layers_page
from pages.operations import operations_page
from pages.playground import playground
from pages.zoo import zoo_page

from convzoo.plotting import plot


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages and pictures to the site."""
    generated = {
        "reference/layers.md": layers_page(),
        "reference/operations.md": operations_page(),
        "zoo/index.md": zoo_page(),
        **playground(),
        **{f"images/{name}.svg": plot(name) for name in ("lenet5", "resnet20")},
    }
    for path, content in generated.items():
        files.append(File.generated(config, path, content=content))
    return files
