"""The site's figures, driven in a browser as a reader drives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import convzoo

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

_DOCS = Path(__file__).parents[2] / "docs"
_SITE = "http://site.test"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Figures</title>
<link rel="stylesheet" href="stylesheets/figures.css">
<script type="module" src="javascripts/convolution-figure.js"></script>
<script type="module" src="javascripts/receptive-field-figure.js"></script>
<body class="md-typeset">{}</body></html>
"""

Show = Callable[..., Any]


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    """Shows elements on a page that has the files of the site, and fails on any error there."""
    errors: list[str] = []
    contexts = []

    def show(elements: str, **settings: Any) -> Any:
        def answer(route: Any) -> None:
            path = route.request.url.removeprefix(f"{_SITE}/")
            if path:
                route.fulfill(path=_DOCS / path)
            else:
                route.fulfill(body=_PAGE.format(elements), content_type="text/html")

        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(request.url))
        page.route("**/*", answer)
        page.goto(f"{_SITE}/")
        return page

    yield show
    for context in contexts:
        context.close()
    assert errors == []


def _set(figure: Any, **values: int) -> None:
    for name, value in values.items():
        figure.locator(f"input[name={name}]").fill(str(value))


def _result(figure: Any) -> str:
    text: str = figure.locator("[aria-live=polite]").inner_text()
    return text


def test_convolution_follows_its_attributes_and_sliders(show: Show) -> None:
    figure = show(
        '<convolution-figure size="6" kernel="3">No script.</convolution-figure>'
    ).locator("convolution-figure")
    assert "No script." not in figure.inner_text()
    assert _result(figure) == "The output is 4 x 4."
    assert "floor((6 - 3) / 1) + 1 = 4" in figure.inner_text()
    assert "3 x 3 + 1 bias = 10" in figure.inner_text()
    _set(figure, size=13, kernel=5, stride=3)
    expected = convzoo.calc("13x13x1 conv:1,5,3").to_dict()["layers"][0]
    assert _result(figure) == "The output is {1} x {2}.".format(*expected["output_shape"])
    assert f"5 x 5 + 1 bias = {expected['params']}" in figure.inner_text()
    playwright.expect(figure.locator(".figure-grid").nth(0).locator(".figure-cell")).to_have_count(
        13 * 13
    )
    playwright.expect(figure.locator(".figure-grid").nth(1).locator(".figure-cell")).to_have_count(
        3 * 3
    )


def test_convolution_draws_padding_and_holes(show: Show) -> None:
    figure = show('<convolution-figure padding="same" dilation="2"></convolution-figure>').locator(
        "convolution-figure"
    )
    playwright.expect(figure.locator(".figure-cell--padding")).to_have_count(10 * 10 - 6 * 6)
    playwright.expect(figure.locator(".figure-tap")).to_have_count(9)
    assert "max((6 - 1) x 1 + 5 - 6, 0) = 4, 2 before and 2 after" in figure.inner_text()
    assert "rows -2 to 2 and columns -2 to 2, every second" in figure.inner_text()
    figure.locator("select[name=padding]").select_option("valid")
    playwright.expect(figure.locator(".figure-cell--padding")).to_have_count(0)
    assert _result(figure) == "The output is 2 x 2."
    _set(figure, stride=2)
    assert _result(figure).endswith("Keras refuses a stride and a dilation above 1 together.")


def test_convolution_that_does_not_fit_says_so(show: Show) -> None:
    figure = show('<convolution-figure size="3" kernel="5"></convolution-figure>').locator(
        "convolution-figure"
    )
    assert "The window spans 5 and does not fit into an input of 3." in _result(figure)
    assert not figure.locator(".figure-grids").is_visible()
    assert not figure.locator("input[name=cell]").is_visible()
    _set(figure, size=5)
    assert _result(figure) == "The output is 1 x 1."
    assert figure.locator(".figure-grids").is_visible()


def test_window_moves_by_keys_clicks_and_slider(show: Show) -> None:
    page = show('<convolution-figure size="6" kernel="3"></convolution-figure>')
    figure = page.locator("convolution-figure")
    position = figure.locator("input[name=cell]")
    position.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    assert position.get_attribute("aria-valuetext") == "row 2, column 1"
    assert "Output (2, 1) reads rows 2 to 4 and columns 1 to 3." in figure.inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert position.get_attribute("aria-valuetext") == "row 0, column 1"
    figure.locator(".figure-cell--choosable").nth(15).click()
    assert "Output (3, 3) reads rows 3 to 5" in figure.inner_text()
    _set(figure, cell=4)
    assert position.get_attribute("aria-valuetext") == "row 1, column 0"
    # A smaller output keeps the window within it.
    _set(figure, cell=15, size=4)
    assert position.get_attribute("aria-valuetext") == "row 1, column 1"


def test_play_moves_the_window_until_it_is_paused(show: Show) -> None:
    page = show('<convolution-figure size="6" kernel="3"></convolution-figure>')
    position = page.locator("input[name=cell]")
    page.get_by_role("button", name="Play").click()
    playwright.expect(position).not_to_have_value("0")
    page.get_by_role("button", name="Pause").click()
    value = position.input_value()
    page.wait_for_timeout(800)
    assert position.input_value() == value


def test_where_no_motion_is_wanted_the_button_is_a_step(show: Show) -> None:
    page = show("<convolution-figure></convolution-figure>", reduced_motion="reduce")
    position = page.locator("input[name=cell]")
    page.get_by_role("button", name="Next cell").click()
    page.wait_for_timeout(800)
    assert position.input_value() == "1"
    page.emulate_media(reduced_motion="no-preference")
    playwright.expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_receptive_field_grows_with_the_stack(show: Show) -> None:
    page = show(
        '<receptive-field-figure stack="conv:3 pool:2 conv:3" size="12"></receptive-field-figure>'
    )
    figure = page.locator("receptive-field-figure")
    assert _result(figure) == "The receptive field of the last layer is 8, its stride 2."
    assert "Unit 1 sees 8 of 12 inputs, from 2 to 9." in figure.inner_text()
    report = convzoo.calc("12x1 conv:1,3 maxpool:2 conv:1,3", columns=["receptive_field"])
    seen = [row["receptive_field"] for row in report.to_dict()["layers"]]
    shown = figure.locator("tbody tr")
    playwright.expect(shown).to_have_count(1 + len(seen))
    for row, field in zip(shown.all()[1:], seen, strict=True):
        numbers = row.locator("strong").all_inner_texts()
        assert numbers == [str(field[name][0]) for name in ("size", "stride", "start")]
    assert "4 + (3 - 1) x 2" in shown.nth(3).inner_text()

    _set(figure, unit=0)
    assert "Unit 0 sees 8 of 12 inputs, from 0 to 7." in figure.inner_text()
    playwright.expect(figure.locator(".figure-cone")).to_have_count(3)
    figure.locator(".figure-cell--choosable").last.click()
    assert "Unit 2 sees 8 of 12 inputs, from 4 to 11." in figure.inner_text()


def test_layers_are_added_changed_and_removed(show: Show) -> None:
    page = show('<receptive-field-figure stack="conv:3"></receptive-field-figure>')
    figure = page.locator("receptive-field-figure")
    assert figure.locator("input[name=size]").input_value() == "5"
    add = figure.get_by_role("button", name="Add a layer")
    add.click()
    layer = figure.get_by_role("group", name="Layer 2")
    layer.get_by_label("Kernel").fill("5")
    layer.get_by_label("Dilation").fill("2")
    assert _result(figure) == "The receptive field of the last layer is 11, its stride 1."
    # The input grew, so that the layer fits.
    assert figure.locator("input[name=size]").input_value() == "11"
    _set(figure, size=9)
    assert "Layer 2 does not fit: its window spans 9, and there are 7 units" in _result(figure)
    assert not figure.locator("svg").is_visible()
    layer.get_by_label("Padding").select_option("same")
    playwright.expect(figure.locator(".figure-cell--padding")).to_have_count(8)
    layer.get_by_label("Kind").select_option("pool")
    assert layer.get_by_label("Dilation").is_disabled()
    assert _result(figure) == "The receptive field of the last layer is 7, its stride 1."
    figure.get_by_role("button", name="Remove layer 2").click()
    assert page.evaluate("document.activeElement.ariaLabel") == "Remove layer 1"
    figure.get_by_role("button", name="Remove layer 1").click()
    assert _result(figure) == "The receptive field of the input is 1, its stride 1."
    assert page.evaluate("document.activeElement.textContent") == "Add a layer"
    for _ in range(8):
        add.click()
    assert add.is_disabled()


def test_numbers_that_are_none_change_nothing(show: Show) -> None:
    figure = show('<receptive-field-figure stack="conv:3"></receptive-field-figure>').locator(
        "receptive-field-figure"
    )
    kernel = figure.get_by_label("Kernel")
    for text, kept in (("", "3"), ("2.5", "3"), ("99", "9"), ("-4", "1")):
        kernel.fill(text)
        kernel.blur()
        assert kernel.input_value() == kept


def test_stack_that_is_none_is_told(show: Show) -> None:
    page = show('<receptive-field-figure stack="dense:3"></receptive-field-figure>')
    assert page.locator("receptive-field-figure").inner_text().startswith("'dense:3' is no layer.")


@pytest.mark.parametrize("width", [390, 1300])
def test_figures_fit_the_page_and_every_control_has_a_name(show: Show, width: int) -> None:
    figures = (
        '<convolution-figure size="16" kernel="7" dilation="4" padding="same"></convolution-figure>'
        '<receptive-field-figure stack="conv:3,1,2,same conv:3 pool:2 conv:5 pool:2 conv:9">'
        "</receptive-field-figure>"
    )
    page = show(figures, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for control in page.locator("input, select, button").all():
        name = "it => it.labels?.[0]?.textContent || it.ariaLabel || it.textContent"
        assert control.evaluate(name)
    for drawing in page.locator("svg").all():
        assert drawing.get_attribute("aria-label")


def test_focus_is_seen(show: Show) -> None:
    page = show("<convolution-figure></convolution-figure>")
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate("document.activeElement.name") == "size"
    assert page.evaluate(outline) == "solid"


def test_without_scripts_the_sentence_stays(show: Show) -> None:
    page = show(
        "<convolution-figure>A window of 3 fits 4 times into 6.</convolution-figure>",
        java_script_enabled=False,
    )
    assert page.locator("body").inner_text() == "A window of 3 fits 4 times into 6."
