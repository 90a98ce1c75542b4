"""The pages of the zoo have every entry, what is calculated of it, and text as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from pages.entries import entry_diagram, entry_page, stages_of
from pages.markup import badge, table, with_links
from pages.zoo import report_of, results_page, zoo_page

import convzoo
from convzoo.zoo import ZOO, Card, Claim, Source, card, entry, list_models, register
from tests.registries import keep


class _Cells(HTMLParser):
    """The texts of the cells of all rows, and the elements that are open at the end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "img"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"}.intersection(self.open):
            self.rows[-1][-1] += data


def _hostile(monkeypatch: pytest.MonkeyPatch) -> str:
    keep(monkeypatch, ZOO)
    claim = Claim("accuracy", "90 %", on="<b>data</b>", measured="91 %", note="<i>note</i>")
    about = Card(
        title="<script>alert(1)</script>",
        source=Source("A & B", "<u>T</u>", 2020, "https://example.org/?a=1&b=<2>"),
        claims=(claim,),
        notes=("<img src=x>",),
    )

    @register(about)
    def hostile(words: str = "<em>") -> object:
        assert words
        return convzoo.describe("two_convs")

    return "hostile"


def test_table_has_every_entry() -> None:
    rows = _Cells(zoo_page()).rows[1:]
    assert [row[0] for row in rows] == list_models()
    (lenet,) = (row for row in rows if row[0] == "lenet5")
    report = convzoo.calc("lenet5", columns=("params", "macs"))
    assert lenet[2:7] == [
        "1998",
        "32x32x1",
        f"{report.total('params'):,}",
        f"{report.total('macs'):,}",
        "32x32",
    ]


def test_table_is_sorted_by_numbers() -> None:
    found = re.findall(r'<td data-value="(\d+)">([\d,]+)</td>', zoo_page())
    assert len(found) >= 3 * len(list_models())
    assert all(value == text.replace(",", "") for value, text in found)


@pytest.mark.parametrize("name", ["lenet5", "resnet20", "vgg16_features", "unet"])
def test_page_has_what_is_calculated(name: str) -> None:
    page, report = entry_page(name), report_of(name)
    cells = _Cells(page)
    assert cells.open == []
    totals = {row[0]: row[1] for row in cells.rows if len(row) == 2}
    assert totals["Params"] == f"{report.total('params'):,}"
    assert totals["MACs"] == f"{report.total('macs'):,}"
    assert totals["Params of the model that Keras builds"].endswith("the same")
    shown = [row[0].lstrip(" │├└─") for row in cells.rows]
    assert {row.name for row in report.rows} <= set(shown)


def test_every_entry_has_a_page() -> None:
    # Of the large ones the parts are the same: a short one of each family is enough of a test.
    for name in list_models(max_params=300_000):
        page = entry_page(name)
        assert page.startswith(f"# {name}\n")
        for heading in ("Card", "Use it", "Totals", "Diagram", "Layers"):
            assert f"\n## {heading}\n" in page
        assert entry_diagram(name).startswith("<svg")


def test_claims_have_a_label_each() -> None:
    page = entry_page("vgg16")
    for claim in card("vgg16").claims:
        status = claim.status(report_of("vgg16").total)
        assert f"{claim._replace(note='')}".split(" arXiv")[0] in re.sub("<a.*?>", "", page)
        assert badge(status) in page
    assert 'href="https://arxiv.org/abs/1409.1556"' in page


@pytest.mark.parametrize("name", ["resnet110", "nasnet_mobile", "convnext_tiny"])
def test_stages_add_up_to_the_totals(name: str) -> None:
    stages = stages_of(report_of(name), entry(name).card.stages)
    assert stages
    for column in ("params", "macs"):
        assert sum(stage.values[column] or 0 for stage in stages) == report_of(name).total(column)


def test_long_networks_are_folded() -> None:
    page = entry_page("resnet110")
    before, _, folded = page.partition("<details>")
    assert "batch_normalization_1</td>" not in before
    assert "batch_normalization_1</td>" in folded


def test_text_of_a_card_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    page = entry_page(_hostile(monkeypatch))
    for tag in ("<script", "<b>data", "<i>note", "<u>", "<img src=x", "<em>"):
        assert tag not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="https://example.org/?a=1&amp;b=&lt;2&gt;"' in page


def test_results_are_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _Cells(results_page()).rows[1:]
    measured = [
        (name, claim.measured)
        for name in list_models()
        for claim in card(name).claims
        if claim.measured
    ]
    assert [(row[0], row[4]) for row in rows] == measured
    _hostile(monkeypatch)
    assert "&lt;b&gt;data&lt;/b&gt;" in results_page()


def test_cells_are_escaped_and_addresses_are_links() -> None:
    assert "<td>&lt;b&gt;</td>" in table("A", ["H"], [["<b>"]], "kind")
    assert with_links("see github.com/a/b; <x>") == (
        'see <a href="https://github.com/a/b">github.com/a/b</a>; &lt;x&gt;'
    )
