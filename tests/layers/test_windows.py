"""Windows name the inputs that Keras's layers see: a lone input changes just those outputs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from convzoo import layers
from convzoo.graph.facts import Window
from tests.strategies import Arguments

_SIZES = st.integers(1, 9)
_PADDINGS = st.sampled_from(["valid", "same"])


@st.composite
def _sliding(draw: DrawFn, name: str, paddings: SearchStrategy[str] = _PADDINGS) -> Arguments:
    """A kernel that fits into an input of 9."""
    kernel = draw(st.integers(1, 4))
    stretched = draw(st.sampled_from(["strides", "dilation_rate"]))
    stretch = draw(st.integers(1, 2 if stretched == "dilation_rate" else 4))
    return {name: kernel, stretched: stretch, "padding": draw(paddings)}


@st.composite
def _transposed(draw: DrawFn) -> Arguments:
    kernel, stride = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    padding = draw(_PADDINGS)
    arguments = {"kernel_size": kernel, "strides": stride, "padding": padding}
    # TensorFlow can't compute an output that has nothing of the last input.
    least = 1 - kernel % 2 if padding == "same" else 0
    if least < stride and draw(st.booleans()):
        arguments["output_padding"] = draw(st.integers(least, stride - 1))
    return arguments


def _pooling() -> SearchStrategy[Arguments]:
    return st.fixed_dictionaries(
        {"pool_size": st.integers(1, 4), "padding": _PADDINGS},
        optional={"strides": st.integers(1, 4)},
    )


def _with(more: Arguments, arguments: SearchStrategy[Arguments]) -> SearchStrategy[Arguments]:
    return arguments.map(lambda drawn: {**more, **drawn})


_ONES: Arguments = {"kernel_initializer": "ones", "filters": 1}
_PER_CHANNEL: Arguments = {"depthwise_initializer": "ones"}
_WITH_CAUSAL = st.sampled_from(["valid", "same", "causal"])

# Layers and the arguments with which they see along one axis, on an input of 9.
_LAYERS: dict[str, SearchStrategy[Arguments]] = {
    "Conv1D": _with(_ONES, _sliding("kernel_size", _WITH_CAUSAL)),
    "DepthwiseConv1D": _with(_PER_CHANNEL, _sliding("kernel_size")),
    "SeparableConv1D": _with(
        {**_PER_CHANNEL, "pointwise_initializer": "ones", "filters": 1}, _sliding("kernel_size")
    ),
    "Conv1DTranspose": _with(_ONES, _transposed()),
    "MaxPooling1D": _pooling(),
    "AveragePooling1D": _pooling(),
    "AdaptiveMaxPooling1D": st.fixed_dictionaries({"output_size": st.integers(1, 20)}),
    "AdaptiveAveragePooling1D": st.fixed_dictionaries({"output_size": st.integers(1, 20)}),
    "ZeroPadding1D": st.fixed_dictionaries({"padding": st.tuples(_SIZES, _SIZES)}),
    "Cropping1D": st.fixed_dictionaries(
        {"cropping": st.tuples(st.integers(0, 4), st.integers(0, 4))}
    ),
    "UpSampling1D": st.fixed_dictionaries({"size": st.integers(1, 5)}),
}


@pytest.mark.parametrize("class_name", sorted(_LAYERS))
@given(data=st.data())
def test_windows_along_one_axis_are_those_of_keras(class_name: str, data: st.DataObject) -> None:
    arguments = data.draw(_LAYERS[class_name])
    size = 9 if class_name.startswith("Crop") else data.draw(st.integers(8, 9))
    inputs = np.eye(size, dtype="float32")[..., None]
    seen = _seen(getattr(keras.layers, class_name)(**arguments)(inputs))
    [window] = getattr(layers, class_name)(**arguments).windows(layers.Input((size, 1)))
    assert _told(window, size, len(seen)) == seen


@given(kernel=st.integers(1, 4), dilation=st.integers(2, 3), padding=_PADDINGS)
def test_windows_of_a_dilated_transposed_convolution_are_those_of_its_taps(
    kernel: int, dilation: int, padding: str
) -> None:
    # TensorFlow has no dilation here on a CPU: a kernel with zeros between its taps stands for it.
    reach = dilation * (kernel - 1) + 1
    taps = np.zeros((reach, 1, 1), "float32")
    taps[::dilation] = 1
    theirs = keras.layers.Conv1DTranspose(1, reach, padding=padding, use_bias=False)
    theirs.build((None, 8, 1))
    theirs.set_weights([taps])
    seen = _seen(theirs(np.eye(8, dtype="float32")[..., None]))
    ours = layers.Conv1DTranspose(1, kernel, padding=padding, dilation_rate=dilation)
    [window] = ours.windows(layers.Input((8, 1)))
    assert _told(window, 8, len(seen)) == seen


_INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]


@pytest.mark.parametrize("interpolation", _INTERPOLATIONS)
@given(factor=st.integers(2, 5), size=st.integers(1, 14))
def test_windows_of_an_enlarged_image_are_those_of_keras(
    interpolation: str, factor: int, size: int
) -> None:
    arguments: Arguments = {"size": (factor, 1), "interpolation": interpolation}
    inputs = np.eye(size, dtype="float32")[:, :, None, None]
    seen = _seen(keras.layers.UpSampling2D(**arguments)(inputs)[:, :, 0])
    window, *_ = layers.UpSampling2D(**arguments).windows(layers.Input((size, 1, 1)))
    told = _told(window, size, len(seen))
    if factor % 2 and interpolation not in ("nearest", "bilinear"):
        # Where an output lies on an input it reads that input's neighbours with weight 0.
        middle = factor // 2
        assert seen[middle::factor] == [{number} for number in range(size)]
        del seen[middle::factor], told[middle::factor]
    assert told == seen


def test_axes_of_windows_follow_the_data_format() -> None:
    image = layers.Input((3, 8, 9))
    first = layers.Conv2DTranspose(2, 3, strides=(1, 2), data_format="channels_first")
    assert [(window.axis, window.upsample) for window in first.windows(image)] == [(2, 1), (3, 2)]
    pooled = layers.AdaptiveMaxPooling2D((4, 4), data_format="channels_first").windows(image)
    assert pooled == (Window(2, 2, 2), Window(3, 12, 9, before=3, upsample=4))


def test_windows_of_an_unknown_size_are_told_where_they_do_not_depend_on_it() -> None:
    steps = layers.Input((None, 3))
    assert layers.Conv1DTranspose(2, 3, 2).windows(steps) == (Window(1, 3, before=2, upsample=2),)
    assert layers.AdaptiveMaxPooling1D(4).windows(steps) is None


# Layers whose output has the places of their input, and whether they are told to see each alone.
_PLACES: list[tuple[str, Arguments, bool]] = [
    ("Activation", {"activation": "tanh"}, True),
    ("ActivityRegularization", {"l1": 0.1}, True),
    ("AlphaDropout", {"rate": 0.5}, True),
    ("AutoContrast", {}, False),
    ("BatchNormalization", {}, True),
    ("Dense", {"units": 3}, True),
    ("Dropout", {"rate": 0.5}, True),
    ("ELU", {}, True),
    ("GaussianDropout", {"rate": 0.5}, True),
    ("GaussianNoise", {"stddev": 0.5}, True),
    ("GroupNormalization", {"groups": 3}, False),
    ("Identity", {}, True),
    ("LayerNormalization", {}, True),
    ("LayerNormalization", {"axis": [3]}, True),
    ("LayerNormalization", {"axis": (2, 3)}, False),
    ("LayerNormalization", {"axis": 2}, False),
    ("LeakyReLU", {}, True),
    ("Masking", {}, True),
    ("Normalization", {"mean": 1.0, "variance": 2.0, "axis": None}, True),
    ("PReLU", {}, True),
    ("Permute", {"dims": (1, 2, 3)}, True),
    ("Permute", {"dims": (2, 1, 3)}, False),
    ("RMSNormalization", {}, True),
    ("RMSNormalization", {"axis": (1, 3)}, False),
    ("ReLU", {"threshold": 0.1}, True),
    ("Rescaling", {"scale": 2.0}, True),
    ("Softmax", {}, True),
    ("Softmax", {"axis": 3}, True),
    ("Softmax", {"axis": [-1]}, True),
    ("Softmax", {"axis": [2, 3]}, False),
    ("SpatialDropout2D", {"rate": 0.5}, True),
    ("UnitNormalization", {}, True),
    ("UnitNormalization", {"axis": 1}, False),
    *(
        (name, {} if argument is None else {argument: 0.5}, True)
        for name, argument in [
            ("AugMix", None),
            ("CutMix", None),
            ("Equalization", None),
            ("MixUp", None),
            ("RandAugment", None),
            ("RandomBrightness", "factor"),
            ("RandomColorDegeneration", "factor"),
            ("RandomColorJitter", None),
            ("RandomContrast", "factor"),
            ("RandomElasticTransform", None),
            ("RandomErasing", None),
            ("RandomFlip", None),
            ("RandomGaussianBlur", None),
            ("RandomGrayscale", None),
            ("RandomHue", "factor"),
            ("RandomInvert", None),
            ("RandomPerspective", None),
            ("RandomRotation", "factor"),
            ("RandomSaturation", "factor"),
            ("RandomSharpness", "factor"),
            ("RandomShear", None),
            ("RandomZoom", "height_factor"),
            ("Solarization", None),
        ]
    ),
]


@pytest.mark.parametrize(("class_name", "arguments", "alone"), _PLACES)
def test_layer_sees_places_one_to_one_where_keras_does(
    class_name: str, arguments: Arguments, alone: bool
) -> None:
    ours = getattr(layers, class_name)(**arguments).windows(layers.Input((4, 4, 3)))
    assert ours == (() if alone else None)
    theirs = getattr(keras.layers, class_name)(**arguments)
    # In each image but the last another place is changed.
    images = np.random.default_rng(1).uniform(0.2, 0.8, (1, 4, 4, 3)).astype("float32")
    theirs.build(images.shape)
    for weight in theirs.trainable_weights:
        weight.assign(np.random.default_rng(2).uniform(0.2, 0.8, weight.shape))
    images = np.repeat(images, 17, axis=0)
    for place in range(16):
        images[place, place // 4, place % 4, 0] += 0.15
    *changed, unchanged = np.asarray(theirs(images, training=False)).reshape(17, 16, -1)
    differ = [np.abs(image - unchanged).max(axis=-1) > 1e-6 for image in changed]
    seen = [set(np.flatnonzero(places).tolist()) for places in differ]
    assert all(places <= {place} for place, places in enumerate(seen)) is alone


def _seen(outputs: Any) -> list[set[int]]:
    """The inputs that each output sees, from the outputs of lone inputs."""
    by_input = np.asarray(outputs)[..., 0]
    return [set(np.flatnonzero(np.abs(column) > 1e-6).tolist()) for column in by_input.T]


def _told(window: Window, size: int, outputs: int) -> list[set[int]]:
    """The inputs that each output sees, from the window."""
    assert window.before is not None
    told = []
    for output in range(outputs):
        first = output * window.stride - window.before
        places = [first + window.dilation * tap for tap in range(window.kernel)]
        inputs = {place // window.upsample for place in places if place % window.upsample == 0}
        told.append({number for number in inputs if 0 <= number < size})
    return told
