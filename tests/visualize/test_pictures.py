"""The pictures are valid, and something is on them."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from convzoo import visualize
from convzoo.errors import BuildError, ConvzooWarning, NothingToShowError, UnknownNameError
from tests.visualize.networks import nested, photograph, seeded


def test_every_picture_is_drawn_and_not_blank(tmp_path: Path) -> None:
    pictures = visualize.look(nested(), photograph(), steps=2, filters=4)
    assert [picture.name for picture in pictures] == [
        *("activations-c1", "activations-relu", "filters-c1", "filters-c2"),
        *("gradcam", "maximal-c1", "maximal-relu", "receptive_field"),
    ]
    for picture in pictures:
        path = tmp_path / f"{picture.name}.png"
        picture.save(path)
        with Image.open(path) as opened:
            pixels = np.asarray(opened.convert("RGB"), "float64")
        height, width, _ = pixels.shape
        assert width == 960
        assert 200 < height < 3000
        assert (pixels[:4] == 255).all()  # On white,
        assert pixels.var() > 100  # with something on it,
        assert pixels[:100].min() < 80  # the title dark.
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20


def test_svg_is_well_formed_and_the_same_each_time(tmp_path: Path) -> None:
    names = ["gradcam", "receptive_field"]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for picture in visualize.look(nested(), photograph(), names):
            picture.save(tmp_path / folder / f"{picture.name}.svg")
    for name in names:
        first, second = (tmp_path / folder / f"{name}.svg" for folder in ("one", "two"))
        assert ElementTree.parse(first).getroot().tag.endswith("svg")
        assert first.read_bytes() == second.read_bytes()


def test_colour_depthwise_and_pointwise_filters_are_drawn() -> None:
    model = keras.Sequential(
        [
            layers.Input((10, 14, 3)),
            layers.Conv2D(70, 3, name="colour"),
            layers.DepthwiseConv2D(3, name="depthwise"),
            layers.SeparableConv2D(6, (2, 3), name="separable"),
            layers.Conv2D(3, 1, name="pointwise"),
        ]
    )
    image = photograph(20, 20, 3)
    for layer, subtitle in [
        ("colour", "70 filters of 3 x 3 on 3 channels, as colours: grey is 0; the first 64"),
        ("depthwise", "70 filters of 3 x 3, each on a channel of its own; the first 64"),
        ("separable", "70 filters of 2 x 3, each on a channel of its own; the first 64"),
        ("pointwise", "3 filters of 1 x 1 on 6 channels: a row for each"),
    ]:
        [picture] = visualize.look(seeded(model), image, ["filters"], layer=layer)
        assert picture.name == f"filters-{layer}"
        assert subtitle in [text.get_text() for text in picture.draw().texts]


def test_unit_and_class_are_those_that_were_asked_for() -> None:
    [box] = visualize.look(nested(), photograph(), ["receptive_field"], unit=(0, 4))
    legend = box.draw().axes[0].get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == [
        "c1\n  unit 0,4: 3 x 3",
        "relu\n  unit 0,4: 8 x 8,\n  in the image 6 x 6",
    ]
    [heat] = visualize.look(nested(), photograph(), ["gradcam"], layer="c1", class_index=1)
    assert "class 1" in heat.draw().texts[1].get_text()


@pytest.mark.parametrize("package", ["PIL", "matplotlib"])
def test_missing_package_is_told(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = nested()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(BuildError, match=rf"{package} is missing.*pip install 'convzoo\[viz\]'"):
        visualize.look(model, photograph())


def test_kind_that_a_model_has_nothing_for_is_left_out_with_a_warning() -> None:
    model = keras.Sequential([layers.Input((8, 8, 1)), layers.AveragePooling2D(2), layers.ReLU()])
    with pytest.warns(ConvzooWarning, match="has no layer with filters"):
        pictures = visualize.look(model, photograph(8, 8))
    assert "gradcam" in [picture.name for picture in pictures]
    with pytest.raises(NothingToShowError, match="has no layer with filters"):
        visualize.look(model, photograph(8, 8), ["filters"])
    with pytest.raises(UnknownNameError, match="Unknown kind of picture 'gradca'"):
        visualize.look(model, photograph(8, 8), ["gradca"])
