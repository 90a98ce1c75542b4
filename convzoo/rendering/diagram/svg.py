"""Pieces of an SVG: escaped text of a known width, shapes, and colours for light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from convzoo.rendering import printable

TIMES = "\N{MULTIPLICATION SIGN}"

THEMES = ("auto", "light", "dark")
"""Colours for a light and for a dark page; `auto` takes those that the reader has chosen."""

FAMILY_COLOURS = {
    "input": "#64748b",
    "convolution": "#3b82f6",
    "pooling": "#10b981",
    "dense": "#8b5cf6",
    "recurrent": "#06b6d4",
    "attention": "#6366f1",
    "merging": "#ec4899",
    "normalization": "#eab308",
    "activation": "#f97316",
    "regularization": "#a8a29e",
    "model": "#475569",
    "other": "#94a3b8",
    "unknown": "#ef4444",
}
"""A colour for each family of layers, which can be told from the page in light and in dark."""

# What a class of elements looks like on a light and on a dark page.
_COLOURS = {
    "page": ("fill", "#ffffff", "#0d1117"),
    "band": ("fill", "#f6f8fa", "#161b22"),
    "text": ("fill", "#1f2328", "#f0f6fc"),
    "muted": ("fill", "#59636e", "#9198a1"),
    "way": ("stroke", "#818b98", "#7d8590"),
    "tip": ("fill", "#818b98", "#7d8590"),
    "join": ("stroke", "#0969da", "#4493f8"),
    "jointip": ("fill", "#0969da", "#4493f8"),
    "frame": ("stroke", "#afb8c1", "#545d68"),
    "guide": ("stroke", "#c5cdd5", "#3d444d"),
    "series0": ("fill", "#0e9384", "#2dd4bf"),
    "series1": ("fill", "#b54708", "#fdb022"),
    "series2": ("fill", "#6938ef", "#a48afb"),
    "series3": ("fill", "#c11574", "#f670c7"),
}

_LOOKS = (
    "text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}",
    ".title{font-size:20px;font-weight:600}",
    ".heading{font-size:13px;font-weight:600}",
    ".name{font-size:12px;font-weight:600}",
    ".bold{font-weight:600}",
    ".end{text-anchor:end}",
    ".way{fill:none;stroke-width:1.4}",
    ".join{fill:none;stroke-width:1.4}",
    ".guide{fill:none;stroke-dasharray:3 3}",
    ".tint{fill-opacity:.14}",
    ".part{fill-opacity:.4}",
    *(f".{family}{{fill:{colour}}}" for family, colour in FAMILY_COLOURS.items()),
)


def document(title: str, description: str, elements: Iterable[str], size: Size, theme: str) -> str:
    """A whole picture.

    Args:
        title: what it shows.
        description: what is to be seen, for those who don't see it.
        elements: its pieces, the hindmost first.
        size: its width and height.
        theme: one of `THEMES`.
    """
    width, height = map(number, size)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="convzoo" role="img" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-label="{escape(printable(f"{title}: {description}"))}">',
        f"<title>{safe(title)}</title>",
        f"<desc>{safe(description)}</desc>",
        f"<style>\n{_style(theme)}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        *elements,
        "</svg>\n",
    ]
    return "\n".join(lines)


Size = tuple[float, float]


def _style(theme: str) -> str:
    """The style sheet, every rule for this picture only, wherever it's put."""
    light, dark = (
        _rules(f".{name}{{{look[0]}:{look[1 + page]}}}" for name, look in _COLOURS.items())
        for page in (0, 1)
    )
    colours = {
        "light": light,
        "dark": dark,
        "auto": f"{light}@media(prefers-color-scheme:dark){{\n{dark}}}\n",
    }
    return _rules(_LOOKS) + colours[theme]


def _rules(rules: Iterable[str]) -> str:
    return "".join(f".convzoo {rule}\n" for rule in rules)


def safe(text: str) -> str:
    """The text of an element: nothing in it is markup or a control character."""
    return escape(printable(text), quote=False)


def number(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, look: str) -> str:
    """A line of text whose baseline is at `y`."""
    return f'<text class="{look}" x="{number(x)}" y="{number(y)}">{safe(words)}</text>'


def rectangle(x: float, y: float, width: float, height: float, look: str, radius: float = 0) -> str:
    """A rectangle, with round corners where there is a radius."""
    corners = f' rx="{number(radius)}"' if radius else ""
    return (
        f'<rect class="{look}" x="{number(x)}" y="{number(y)}" '
        f'width="{number(width)}" height="{number(height)}"{corners}/>'
    )


def path(data: str, look: str) -> str:
    """A line or a shape."""
    return f'<path class="{look}" d="{data}"/>'


_NARROW = frozenset("iljtfrI.,:;|!'()[] ")
_WIDE = frozenset("mwMWQOGDHN@%&+=<>~_" + TIMES)


def text_width(words: str, size: float = 11) -> float:
    """About how wide a text is, in a wide font."""
    return size * sum(
        (0.36 if c in _NARROW else 0.84 if c in _WIDE else 0.63) if c < "\u2000" else 1.0
        for c in words
    )


def cut(words: str, width: float, size: float = 11) -> str:
    """The text, without its middle where it's wider than that."""
    words = printable(words)
    whole = text_width(words, size)
    if whole <= width:
        return words
    kept = max(int(len(words) * width / whole) - 1, 2)
    return f"{words[: kept - kept // 2]}…{words[len(words) - kept // 2 :]}"
