"""Preprocessing: work, and what Keras saves of it."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest
from scipy.signal import get_window

from convzoo import Input, calc, layers
from convzoo.errors import ConvzooError
from convzoo.graph.config_writing import config_of
from convzoo.sources import read


def test_spectrogram_counts_as_the_convolutions_it_is() -> None:
    """Each channel is convolved on its own, by a kernel for each part."""
    spectrogram = layers.STFTSpectrogram("stft", 8, 2, 16).work(Input((40, 3)))
    convolution = layers.Conv1D(9, 8, 2, use_bias=False).work(Input((40, 1)))
    assert spectrogram.macs == 3 * 2 * convolution.macs


def test_resizing_leaves_its_window_open_and_a_crop_does_not() -> None:
    images = Input((9, 8, 3))
    assert layers.Resizing(4, 4).windows(images) is None
    crop = layers.CenterCrop(4, 4).windows(images)
    assert [(window.axis, window.before) for window in crop] == [(1, -2), (2, -2)]


_LAYERS: list[tuple[Any, tuple[Any, ...], str]] = [
    (keras.layers.Resizing(4, 5), (8, 8, 3), "float32"),
    (keras.layers.RandomBrightness(0.2), (8, 8, 3), "float32"),
    (keras.layers.RandomErasing(), (8, 8, 3), "float32"),
    (keras.layers.RandomGaussianBlur(), (8, 8, 3), "float32"),
    (keras.layers.Solarization(0.5), (8, 8, 3), "float32"),
    (keras.layers.Normalization(), (8,), "float32"),
    (keras.layers.Discretization([0.0, 1.0], output_mode="one_hot"), (1,), "float32"),
    (keras.layers.CategoryEncoding(5), (3,), "int32"),
    (keras.layers.Hashing(5), (3,), "int32"),
    (keras.layers.StringLookup(vocabulary=["a", "b"]), (1,), "string"),
    (keras.layers.IntegerLookup(vocabulary=[1, 2], output_mode="one_hot"), (1,), "int64"),
    (keras.layers.TextVectorization(output_sequence_length=4), (1,), "string"),
    (keras.layers.MelSpectrogram(), (4000,), "float32"),
    (keras.layers.STFTSpectrogram(frame_length=8), (40, 2), "float32"),
    (keras.layers.STFTSpectrogram("psd", 8, window=[1.0] * 8), (40, 2), "float32"),
    (keras.layers.STFTSpectrogram("stft", 8, expand_dims=True, window=None), (40, 2), "float32"),
    (keras.layers.Pipeline([keras.layers.Rescaling(2.0)]), (8, 8, 3), "float32"),
]


@pytest.mark.parametrize(
    ("layer", "shape", "dtype"), _LAYERS, ids=[type(case[0]).__name__ for case in _LAYERS]
)
def test_saved_layers_are_read_and_written_back(layer: Any, shape: Any, dtype: str) -> None:
    inputs = keras.Input(shape, dtype=dtype)
    model = keras.Model(inputs, layer(inputs))
    graph = read(json.loads(model.to_json()))
    assert [tensor.shape for tensor in graph.output_tensors] == [tuple(model.output.shape)]
    assert calc(graph).total("params") == model.count_params()
    again = keras.models.model_from_json(json.dumps(config_of(graph)))
    assert tuple(again.output.shape) == tuple(model.output.shape)


def _made(make: Any, **arguments: Any) -> Any:
    """The layer; `None` where it is refused."""
    try:
        return make(**arguments)
    except (ConvzooError, ValueError, TypeError):
        return None


_FACTORS = [
    ("AugMix", "factor"),
    ("CutMix", "factor"),
    ("RandAugment", "factor"),
    ("RandomBrightness", "factor"),
    ("RandomColorDegeneration", "factor"),
    ("RandomColorJitter", "brightness_factor"),
    ("RandomColorJitter", "contrast_factor"),
    ("RandomContrast", "factor"),
    ("RandomElasticTransform", "factor"),
    ("RandomElasticTransform", "scale"),
    ("RandomErasing", "factor"),
    ("RandomErasing", "scale"),
    ("RandomGaussianBlur", "factor"),
    ("RandomGaussianBlur", "sigma"),
    ("RandomGrayscale", "factor"),
    ("RandomHue", "factor"),
    ("RandomInvert", "factor"),
    ("RandomPerspective", "factor"),
    ("RandomPerspective", "scale"),
    ("RandomPosterization", "factor"),
    ("RandomRotation", "factor"),
    ("RandomSaturation", "factor"),
    ("RandomSharpness", "factor"),
    ("RandomShear", "x_factor"),
    ("RandomShear", "y_factor"),
    ("RandomZoom", "height_factor"),
    ("Solarization", "addition_factor"),
    ("Solarization", "threshold_factor"),
]
_VALUES = [-1.1, -1, -0.1, 0, 0.5, 1, 1.1, 2, 8, 9, (0.1, 0.5), (-0.1, 0.5), (0.5, 1.1), "x"]


@pytest.mark.parametrize(("class_name", "argument"), _FACTORS)
def test_factors_are_refused_and_saved_as_in_keras(class_name: str, argument: str) -> None:
    ours, theirs = getattr(layers, class_name), getattr(keras.layers, class_name)
    for value in _VALUES:
        layer = _made(ours, name="l", **{argument: value})
        saved = _made(theirs, name="l", **{argument: value})
        assert (layer is None) == (saved is None), value
        if layer is not None:
            # What Keras saves is the same layer, whatever it has made of the factor.
            assert ours.from_config(saved.get_config()).to_config() == layer.to_config(), value


# What SciPy takes for the name of a window that needs no number.
_WINDOWS = """
    bart barthann bartlett bkh black blackharr blackman blackmanharris blk bman bmn bohman box
    boxcar brt brthan bth cosine exponential flat flattop flt halfcosine ham hamm hamming han hann
    lanczos nut nutl nuttall ones par parz parzen poisson rect rectangular sinc taylor taylorwin tri
    triang triangle tuk tukey
"""


@pytest.mark.parametrize("name", _WINDOWS.split())
def test_windows_are_those_of_scipy(name: str) -> None:
    assert len(get_window(name, 8)) == 8
    assert layers.STFTSpectrogram(window=name).window == name
