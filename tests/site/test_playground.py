"""The playground, as its readers use it in a browser."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

import convzoo
from convzoo.building import build
from convzoo.zoo import describe
from tests.site.serving import served

expect = pytest.importorskip("playwright.sync_api", reason="needs playwright").expect

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("playground")]

STACK = (
    "28x28x1 conv:32,3,relu maxpool:2 conv:64,3,relu maxpool:2 conv:64,3,relu "
    "flatten dense:64,relu dense:10,softmax"
)
CODE = """
from keras import layers, models

model = models.Sequential([layers.Input((28, 28, 1))])
for filters in (32, 64):
    model.add(layers.Conv2D(filters, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
model.add(layers.Conv2D(64, (3, 3), activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="rmsprop", loss="categorical_crossentropy")
"""

CODE_OF_CLASSES = """
import keras
import tensorflow as tf
from keras import layers

class Scaled(layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], initializer="ones", name="scale")

    def call(self, x):
        return x * self.scale

inputs = keras.Input((32, 32, 3))
x = keras.applications.mobilenet_v2.preprocess_input(inputs)
x = Scaled()(layers.Conv2D(8, 3)(x))
x = layers.Lambda(lambda x: tf.image.resize(x, (8, 8)))(x)
model = keras.Model(inputs, layers.Dense(4)(tf.reduce_mean(x, axis=[1, 2])))
"""

_START_MS = 60_000

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the page."""
    with served(site) as (url, _):
        yield f"{url}/playground/"


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Open]:
    """Opens the page with a state, and fails on any error there and any request elsewhere."""
    troubles: list[str] = []
    contexts = []

    def visit(**state: str) -> Any:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        host = address.removesuffix("playground/")
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((host, "blob:")) else troubles.append(request.url)
            ),
        )
        page.goto(f"{address}#{urlencode(state)}" if state else address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not troubles


def _told(page: Any, text: str) -> None:
    page.locator(".pg-totals", has_text=text).wait_for(timeout=_START_MS)


def test_typed_mnist_convnet_is_counted(visit: Open) -> None:
    page = visit()
    page.get_by_label("Architecture").fill(STACK)
    _told(page, "Total params: 93,322 (364.54 KiB)")
    expect(page.locator("#pg-status")).to_have_text("")
    rows = page.locator(".pg-table tbody tr")
    expect(rows).to_have_count(8)
    shown = rows.nth(2).inner_text().split("\t")
    assert shown[2:5] == ["(None, 11, 11, 64)", "18,496", "2,230,272"]


def test_keras_code_is_read(visit: Open) -> None:
    page = visit(source=CODE)
    _told(page, "Total params: 93,322 (364.54 KiB)")


def test_classes_and_functions_of_keras_code_are_followed(visit: Open) -> None:
    page = visit(source=CODE_OF_CLASSES)
    _told(page, f"Total params: {convzoo.calc(CODE_OF_CLASSES).total('params'):,} ")
    expect(page.locator(".pg-table tbody tr", has_text="Scaled")).to_have_count(1)


def test_keras_file_is_opened(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "a real model.keras"
    build(describe("lenet5")).save(path)
    page = visit()
    page.locator("#pg-open").set_input_files(path)
    _told(page, f"Total params: {convzoo.calc(path).total('params'):,}")
    expect(page.locator(".pg-file-name").first).to_have_text("a real model.keras")
    page.get_by_role("button", name="Close the file").click()
    page.get_by_label("Architecture").fill("8x8x1 conv:1,3")
    _told(page, "Total params: 10 ")


def test_json_file_is_dropped(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(build(describe("two_convs")).to_json(), encoding="utf-8")
    page = visit()
    data = page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "model.json"));
            return data;
        }""",
        path.read_text("utf-8"),
    )
    page.locator(".pg-source").first.dispatch_event("drop", {"dataTransfer": data})
    _told(page, "Total params: 18,816")


def test_large_file_is_opened_without_its_weights(visit: Open, tmp_path: Path) -> None:
    """Of 500 MB only the archive's list and its config are read: what else there is, is broken."""
    path = tmp_path / "large.keras"
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("model.weights.h5", "w", force_zip64=True) as weights:
            for _ in range(50):
                weights.write(bytes(10_000_000))
        archive.writestr("config.json", build(describe("two_convs")).to_json())
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(b"broken")  # Whoever reads the weights finds that their checksum is wrong.
    page = visit()
    _told(page, "93,322")
    page.locator("#pg-open").set_input_files(path)
    _told(page, "Total params: 18,816")


def test_nonsense_is_an_error_beside_what_was_told(visit: Open) -> None:
    page = visit(source="28x28x1 conv:32,30")
    error = page.get_by_role("alert")
    error.wait_for(timeout=_START_MS)
    expect(error).to_contain_text("its window of 30 must fit into an axis of 28")
    page.get_by_label("Architecture").fill("28x28x1 conv:32,3")
    _told(page, "Total params: 320")
    expect(error).to_be_hidden()
    page.get_by_label("Architecture").fill("28x28x1 konv:32,3")
    error.wait_for()
    expect(error).to_contain_text("konv")
    expect(page.locator(".pg-totals")).to_contain_text("320")


def test_slider_changes_the_number_at_the_cursor(visit: Open) -> None:
    page = visit(source="28x28x1 conv:32,3 flatten dense:10")
    _told(page, "Total params: 216,650")
    page.get_by_label("Number at the cursor").fill("1")
    _told(page, f"Total params: {10 + 26 * 26 * 10 + 10:,}")
    area = page.get_by_label("Architecture")
    expect(area).to_have_value("28x28x1 conv:1,3 flatten dense:10")
    area.press("Control+End")
    page.get_by_label("Number at the cursor").fill("2")
    _told(page, f"Total params: {10 + 26 * 26 * 2 + 2:,}")
    expect(area).to_have_value("28x28x1 conv:1,3 flatten dense:2")


def test_layer_that_is_pointed_at_is_explained(visit: Open) -> None:
    page = visit()
    _told(page, "93,322")
    page.get_by_role("button", name="conv2d_1").focus()
    lines = page.locator(".pg-row-lines")
    lines.get_by_text("64 filters x (3 x 3 x 32 weights + 1 bias) = 18,496").wait_for()
    field = page.locator(".pg-field")
    expect(field).to_contain_text("Unit (5, 5) sees 10 to 17 x 10 to 17")
    seen = field.locator(".pg-seen")
    for name, value in {"x": "10", "y": "10", "width": "8", "height": "8"}.items():
        expect(seen).to_have_attribute(name, value)
    field.get_by_label("Unit along axis 2").fill("0")
    expect(seen).to_have_attribute("x", "0")


def test_two_are_compared_and_the_address_holds_all(visit: Open) -> None:
    page = visit()
    _told(page, "93,322")
    page.get_by_role("button", name="Compare two").click()
    page.get_by_label("Compared with").fill("dense_baseline")
    pair = page.locator(".pg-pair")
    pair.get_by_text("407,050").first.wait_for()
    page.get_by_label("weight bytes").check()
    page.get_by_role("columnheader", name="Weight bytes").wait_for()
    again = visit()
    again.goto(page.url)
    again.locator(".pg-pair").get_by_text("407,050").first.wait_for(timeout=_START_MS)
    expect(again.get_by_role("columnheader", name="Weight bytes")).to_be_visible()


def test_diagram_is_drawn_in_the_theme(visit: Open) -> None:
    page = visit(source="lenet5")
    _told(page, "Total params")
    page.locator(".pg-diagram summary").click()
    drawn = "document.querySelector('.pg-diagram img').naturalWidth > 300"
    page.wait_for_function(drawn)
    light = page.locator(".pg-diagram img").get_attribute("src")
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    page.wait_for_function(f"document.querySelector('.pg-diagram img').src !== '{light}'")
    page.wait_for_function(drawn)


def test_names_of_a_file_are_text(visit: Open) -> None:
    name = "<img src=x onerror=alert(1)>"
    config = json.loads(build(describe("two_convs")).to_json())
    config["config"]["name"] = name
    config["config"]["layers"][-1]["config"]["name"] = name
    page = visit(source=json.dumps(config))
    _told(page, "18,816")
    assert page.locator(".pg-results img[src=x]").count() == 0
    assert page.locator(".pg-table caption").inner_text().startswith(name)


@pytest.mark.parametrize("ending", [".mjs", ".js"])
def test_wrong_type_is_told_and_not_waited_for(browser: Any, site: Path, ending: str) -> None:
    """What a host serves as text is no module: the calculator does not load, and says so."""
    types = {ending: "text/plain"}
    with served(site, types) as (url, _):
        page = browser.new_page()
        page.goto(f"{url}/playground/")
        if ending == ".mjs":
            page.get_by_text("The calculator stopped").wait_for(timeout=_START_MS)
        else:  # Not even the page's own script is loaded.
            page.get_by_text("The playground has not started").wait_for(timeout=_START_MS)
        page.close()


def test_other_pages_load_nothing_of_it(browser: Any, site: Path) -> None:
    with served(site) as (url, _):
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in ("", "tour/", "zoo/", "learn/convolution/"):
            page.goto(f"{url}/{path}")
        page.close()
        assert not [one for one in asked if "playground/" in one]
        assert all(one.startswith((url, "data:")) for one in asked)
