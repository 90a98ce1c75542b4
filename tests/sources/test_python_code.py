"""Keras code that only describes a model: what is understood, refused, and never executed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import pytest

from convzoo import calc
from convzoo.building import build
from convzoo.cli import run
from convzoo.errors import ArgumentError, ConvzooError, ShapeError, SourceError, UnknownNameError
from convzoo.graph.graph import Graph
from convzoo.sources import read
from convzoo.sources.python_code import MAX_CHARACTERS, is_code
from tests.keras_oracle import facts_of_model, facts_of_report

_MNIST = """
from keras import layers
from keras import models

model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
model.summary()

from keras.datasets import mnist
from keras.utils import to_categorical

(train_images, train_labels), (test_images, test_labels) = mnist.load_data()
train_images = train_images.reshape((60000, 28, 28, 1))
train_images = train_images.astype('float32') / 255
train_labels = to_categorical(train_labels)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
history = model.fit(train_images, train_labels, epochs=5, batch_size=64)
test_loss, test_acc = model.evaluate(test_images, test_labels)
for epoch, loss in enumerate(history.history['loss']):
    print(f'{epoch}: {loss:.3f}')
"""

_CATS_AND_DOGS = """
import os, shutil
from tensorflow import keras
from tensorflow.keras import layers, optimizers

base_dir = '/Users/fchollet/Downloads/cats_and_dogs_small'
if not os.path.exists(base_dir):
    os.mkdir(base_dir)
model = keras.models.Sequential([
    layers.Conv2D(32, (3, 3), activation='relu', input_shape=(150, 150, 3)),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(64, (3, 3), activation='relu'),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(128, (3, 3), activation='relu'),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(128, (3, 3), activation='relu'),
    layers.MaxPooling2D((2, 2)),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(512, activation='relu'),
    layers.Dense(1, activation='sigmoid'),
])
model.compile(loss='binary_crossentropy', optimizer=optimizers.RMSprop(learning_rate=1e-4))
for data_batch, labels_batch in train_generator:
    print('data batch shape:', data_batch.shape)
    break
"""

_ON_VGG16 = """
from keras import layers, models
from keras.applications import VGG16

conv_base = VGG16(weights='imagenet', include_top=False, input_shape=(150, 150, 3))
model = models.Sequential()
model.add(conv_base)
model.add(layers.Flatten())
model.add(layers.Dense(256, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
conv_base.trainable = True
set_trainable = False
for layer in conv_base.layers:
    if layer.name == 'block5_conv1':
        set_trainable = True
    if set_trainable:
        layer.trainable = True
    else:
        layer.trainable = False
"""

_RESIDUAL = """
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32, 32, 3))
x = layers.Rescaling(1./255)(inputs)

def residual_block(x, filters, pooling=False):
    residual = x
    x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
    x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
    if pooling:
        x = layers.MaxPooling2D(2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2)(residual)
    elif filters != residual.shape[-1]:
        residual = layers.Conv2D(filters, 1)(residual)
    x = layers.add([x, residual])
    return x

x = residual_block(x, filters=32, pooling=True)
x = residual_block(x, filters=64, pooling=True)
x = residual_block(x, filters=128, pooling=False)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
model.summary()
"""

_MINI_XCEPTION = """
import keras
from keras import layers

data_augmentation = keras.Sequential(
    [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.2)]
)
inputs = keras.Input(shape=(180, 180, 3))
x = data_augmentation(inputs)
x = layers.Rescaling(1./255)(x)
x = layers.Conv2D(filters=32, kernel_size=5, use_bias=False)(x)
for size in [32, 64, 128, 256, 512]:
    residual = x
    for _ in range(2):
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    residual = layers.Conv2D(size, 1, strides=2, padding="same", use_bias=False)(residual)
    x = layers.add([x, residual])
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
"""

_UNET = """
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model

def block(x, filters, *, times=2, **kwargs):
    for i in range(times):
        x = Conv2D(filters, 3, padding='same', **kwargs)(x)
        x = BatchNormalization(name=f'bn_{filters}_{i}_{len(names):02d}')(x)
        names.append(filters)
    return x

names = []
inputs = x = Input((64, 64, 1), name='image')
skips = []
sizes = [2 ** k * 8 for k in range(3)]
for filters in sizes:
    x = block(x, filters, activation='relu', kernel_initializer='he_normal')
    skips.append(x)
    x = MaxPooling2D()(x)
x = block(x, sizes[-1] * 2, times=1)
for filters, skip in zip(sizes[::-1], reversed(skips)):
    x = Conv2DTranspose(filters, 2, strides=2)(x)
    x = concatenate([x, skip], axis=-1)
    x = block(x, filters)
outputs = Conv2D(1, 1, activation='sigmoid')(x)
unet = Model(inputs=[inputs], outputs=[outputs], name='unet')
"""

_PARTIAL = """
import tensorflow as tf
from functools import partial
from tensorflow import keras

DefaultConv2D = partial(keras.layers.Conv2D, kernel_size=3, activation='relu', padding="SAME")
model = keras.models.Sequential([
    DefaultConv2D(filters=64, kernel_size=7, input_shape=[28, 28, 1]),
    keras.layers.MaxPooling2D(pool_size=2),
    DefaultConv2D(filters=128, kernel_regularizer=keras.regularizers.l2(0.01)),
    keras.layers.LeakyReLU(negative_slope=0.1),
    keras.layers.Flatten(),
    keras.layers.Dense(units=10, activation=tf.nn.softmax,
                       kernel_initializer=keras.initializers.RandomNormal(0.0, 0.05)),
])
"""

_OPERATIONS = """
import keras
from keras import layers, ops

inputs = keras.Input((8, 8, 4))
x = layers.Conv2D(6, 3, padding="same")(inputs)
x = 2 * x - x / 3 + x ** 2
y = ops.relu(x[..., :3])
y = ops.concatenate([y, -y], axis=-1)
y = keras.activations.softmax(y)
y = ops.transpose(y, (0, 3, 1, 2))
y = ops.reshape(y, (-1, 6, 64))
y = ops.mean(y, axis=1, keepdims=True)
y = ops.max_pool(ops.expand_dims(x, axis=1)[:, 0], 2) if ops.shape(y)[1] != 1 else y
a, b = ops.split(layers.Flatten()(y), 2, axis=-1)
outputs = layers.Dense(5)(ops.maximum(a, ops.square(b)))
model = keras.Model(inputs, outputs)
"""

_CLASSES = """
import keras
from keras import layers

class Config(dict):
    pass

def conv_bn(x, filters, kernel, strides=(1, 1), activation="relu"):
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x

def squeeze_excite(x, ratio=4):
    filters = x.shape[-1]
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Dense(max(1, filters // ratio), activation="relu")(s)
    return layers.Multiply()([x, layers.Dense(filters, activation="sigmoid")(s)])

cfg = {"stem": 16, "blocks": [(16, 1), (24, 2), (32, 2)], "classes": 7}
inputs = keras.layers.Input(shape=(48, 48, 3))
x = conv_bn(inputs, cfg["stem"], 3, strides=2)
for number, (filters, strides) in enumerate(cfg["blocks"], start=1):
    shortcut = x
    x = layers.DepthwiseConv2D(3, strides=strides, padding="same")(x)
    x = conv_bn(x, filters, 1, activation=None)
    x = squeeze_excite(x)
    if strides == 1 and shortcut.shape[-1] == filters:
        x = layers.Add(name="add_{}".format(number))([x, shortcut])
x = layers.GlobalMaxPooling2D()(x)
x = layers.Dropout(rate=0.2, seed=1)(x)
outputs = layers.Dense(cfg.get("classes", 10), activation="softmax")(x)
model = keras.Model(inputs, outputs)
"""

_TEXT = """
import numpy as np
import keras
from keras import layers

vocabulary = 1000
left = keras.Input((None,), dtype="int64")
right = keras.Input(shape=(None,), dtype="int64")
embed = layers.Embedding(vocabulary, 16)
lstm = layers.Bidirectional(layers.LSTM(8, return_sequences=True))
branches = [lstm(embed(side)) for side in (left, right)]
x = layers.Dot(axes=-1)([layers.GlobalMaxPooling1D()(branch) for branch in branches])
model = keras.Model([left, right], layers.Dense(1)(x))
"""

_MIDDLE = """
import keras
from keras import layers
from keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input

image = keras.Input((96, 96, 3))
base = MobileNetV2(include_top=False, weights=None, input_tensor=image)
base.trainable = False
middle = base.get_layer("block_6_expand_relu").output
features = keras.Model(inputs=base.input, outputs=[middle, base.layers[-1].output])
a, b = features(image, training=False)
x = layers.Concatenate()([layers.GlobalAveragePooling2D()(t) for t in (a, b)])
model = keras.Model(base.inputs, layers.Dense(3)(x))
"""

_OWN = "class A(layers.Layer):\n def __init__(self):\n  super().__init__()\n"

_LISTINGS = {
    "mnist": (_MNIST, 93_322),
    "cats_and_dogs": (_CATS_AND_DOGS, 3_453_121),
    "on_vgg16": (_ON_VGG16, 16_812_353),
    "residual": (_RESIDUAL, 297_697),
    "mini_xception": (_MINI_XCEPTION, 721_857),
}

_COMPARED = {
    "mnist": _MNIST.partition("from keras.datasets")[0],
    "on_vgg16": _ON_VGG16.replace("'imagenet'", "None"),
    "residual": _RESIDUAL,
    "mini_xception": _MINI_XCEPTION,
    "unet": _UNET.replace(
        "import *",
        "import Input, Conv2D, BatchNormalization, MaxPooling2D, Conv2DTranspose, concatenate",
    ),
    "partial": _PARTIAL,
    "operations": _OPERATIONS,
    "classes": _CLASSES,
    "text": _TEXT,
    "middle": _MIDDLE,
}


def _read(code: str) -> Graph:
    return read(f"import keras\n{code}")


def _params(code: str) -> Any:
    return calc(f"import keras\n{code}").total("params")


def _dense(arguments: str, before: str = "") -> Any:
    """The parameters of a dense layer on 4 values, which tell what its arguments are."""
    return _params(f"{before}\nmodel = Sequential([Input((4,)), layers.Dense({arguments})])")


def _refusal(code: str) -> str:
    with pytest.raises(ConvzooError) as caught:
        calc(f"import keras\n{code}")
    return str(caught.value).removeprefix("the text: ")


# ---------------------------------------------------------------------- what is understood


@pytest.mark.parametrize("name", _LISTINGS)
def test_listing_of_the_book_has_its_count(name: str) -> None:
    code, params = _LISTINGS[name]
    assert calc(code).total("params") == params


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
@pytest.mark.parametrize("name", _COMPARED)
def test_code_describes_what_keras_builds_when_it_runs_it(name: str) -> None:
    code = _COMPARED[name].replace("model.summary()", "")
    namespace: dict[str, Any] = {}
    keras.backend.clear_session()
    exec(code, namespace)
    theirs = namespace.get("model") or namespace["unet"]
    ours = calc(code)
    assert ours.total("params") == theirs.count_params()
    assert facts_of_report(ours) == facts_of_model(theirs)


@pytest.mark.parametrize(
    ("before", "arguments", "units"),
    [
        ("import keras.layers as l\nn = l.Dense(5).units", "n", 5),
        ("a, (b, *c), d = 1, (2, 3, 4), 5", "a + b + c[1] + d", 12),
        ("a = b = 3\na += 2\na *= b", "a", 15),
        ("a: int = 3\ndel a\na = 4", "a", 4),
        ("xs = [1, 2]\nxs += (3,)\nxs.append(4)\nxs.extend([5])\nxs.insert(0, 9)", "sum(xs)", 24),
        ("xs = [1, 2, 3]\nxs[0] = 7\nxs[1:] = [4]\nn = xs.pop()", "n + len(xs) + xs[0]", 12),
        ("d = {'a': 1, **{'b': 2}}\nd.update(c=3)\nd['e'] = 4", "sum(d.values())", 10),
        ("d = dict(a=3)\nk = [k for k, v in d.items()]", "d.get('z', 2) * len(k)", 2),
        ("n = sum(i * j for i in range(4) for j in (1, 2) if i % 2)", "n", 12),
        ("n = len({x: 1 for x in 'abc'}) + len({1, 1}) + max([2, 3]) + min(1, 2)", "n", 8),
        ("def f(a, *b, c=2, **d):\n    return a + sum(b) + c + d['e']", "f(1, 2, 3, e=4)", 12),
        ("def f(n):\n    return n * f(n - 1) if n else 1", "f(4)", 24),
        ("def f():\n    global n\n    n = 6\nf()", "n", 6),
        (
            "def f():\n  n = 1\n  def g():\n    nonlocal n\n    n += 2\n  g()\n  return n",
            "f()",
            3,
        ),
        ("f = lambda x, y=2: x * y", "f(3)", 6),
        ("n = 0\nwhile n < 9:\n    n += 1\n    if n == 7: break", "n", 7),
        (
            "n = 0\nfor i in range(5):\n  if i == 1: continue\n  n += i\nelse:\n  n += 1",
            "n",
            10,
        ),
        ("n = 3 if not None and (True or x) else 4", "n", 3),
        ("n = 1\nif 2 > 1 >= 1 != 3 and 'a' in 'abc' and 1 not in [2]: n = 2", "n", 2),
        ("n = (m := 4) + m", "n", 8),
        ("import math\nn = math.ceil(math.sqrt(10)) + int(7.9) + round(2.4) + abs(-1)", "n", 14),
        ("import numpy as np\nn = np.prod((2, 3))", "n", 6),
        ("try:\n    import nothing\nexcept ImportError:\n    n = 0\nelse:\n    n = 2", "n", 2),
        ("with strategy.scope():\n    n = 2", "n", 2),
        ("if __name__ == '__main__':\n    n = 3", "n", 3),
        ("x = layers.Conv2D(8, 3)(Input((9, 9, 3)))\n_, h, w, c = x.shape", "h + w + c", 22),
        ("x = keras.Input((9, 3))\nn = K.int_shape(x)[1:][0] + x.shape.as_list()[-1]", "n", 12),
        (
            "m = Sequential([Input((4,)), layers.Dense(6)])",
            "m.output_shape[-1] + m.input_shape[1]",
            10,
        ),
        ("m = Sequential([Input((4,)), layers.Dense(6)])", "m.layers[-1].output.shape[-1]", 6),
        (
            "n = 0\nfor k in (layers.Dense, layers.Add): n += isinstance(layers.Dense(1), k)",
            "n",
            1,
        ),
        ("n = list(map(lambda x: x + 1, filter(lambda x: x, [0, 2])))[0]", "n", 3),
        (
            "K.set_floatx('float32')\nn = len(K.image_data_format())",
            "n",
            13,
        ),
        ("n = getattr(layers, 'Dense')(8).units", "n", 8),
    ],
)
def test_python_is_followed(before: str, arguments: str, units: int) -> None:
    assert _dense(arguments, before) == 5 * units


def test_arguments_that_change_no_number_may_be_unknown() -> None:
    assert _dense("3, kernel_initializer=my.init(), bias_regularizer=reg(0.1)") == 15
    assert _dense("3, activation=f", "def f(x):\n    return x") == 15
    assert _dense("3, activation=partial(f, 1)", "f = lambda x, y: x") == 15
    assert "`f` is not defined" in _refusal(
        "Sequential([Input((4,)), layers.Dense(3, activation=f)])"
    )


def test_initializers_and_regularizers_are_kept() -> None:
    code = """
import keras
from keras import layers, initializers
from keras.regularizers import L1L2
model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(3, kernel_regularizer=L1L2(0.1, l2=0.2), activation=keras.activations.gelu,
                 kernel_initializer=initializers.he_normal(),
                 bias_initializer=initializers.Constant(0.5)),
])
"""
    layer = build(_read(code)).layers[-1]
    assert layer.kernel_regularizer.get_config() == pytest.approx({"l1": 0.1, "l2": 0.2})
    assert layer.bias_initializer.value == 0.5
    assert type(layer.kernel_initializer).__name__ == "HeNormal"
    assert layer.activation is keras.activations.gelu


# ---------------------------------------------------------------------- which model


def test_model_is_the_one_of_that_name_or_the_last_one() -> None:
    first, second = (f"Sequential([Input(({n},)), layers.Dense(1)])" for n in (3, 7))
    assert _params(f"model = {first}\nother = {second}") == 4
    assert _params(f"a = {first}\nb = {second}") == 8
    assert _params(f"{first}\n{second}") == 8
    assert _params(f"model = {first}\nmodel = keras.models.load_model('best.keras')") == 4


def test_function_that_needs_no_arguments_is_called_where_nothing_makes_a_model() -> None:
    make = "return Sequential([Input((n,)), layers.Dense(1)])"
    assert _params(f"def make(n=3):\n    {make}") == 4
    assert _params(f"def help():\n    pass\ndef build_model(n=3):\n    {make}") == 4
    assert _refusal(f"def make(n):\n    {make}") == (
        "is code that makes no model. Call its function: model = make(...)."
    )
    assert _refusal("x = 1").startswith("is code that makes no model. Write, for example, model = ")


def test_code_is_told_from_stacks_and_other_texts(tmp_path: Path) -> None:
    for text in (
        "import keras",
        "# 28x28x1\n\n  # more\nfrom keras import layers",
        '"""A model."""\nimport keras',
        "model = Sequential()",
        "(a, b), c = load()",
        "def f(a=1):",
        "@decorated\nclass A: pass",
        "%matplotlib inline\nimport keras",
        "x: int = 3",
        "a, b = 1, 2",
        "model.add(x)",
        "#" * 4096,
    ):
        assert is_code(text.encode()), text
    for text in (
        "28x28x1\nconv:3,3",
        "# a stack\n28x28x1 # import keras\nconv:3,3",
        "input:28x28x1,dtype=uint8 flatten",
        "garbage",
        "",
        "PK\x00import",
        "<html>",
        "a" + " " * 100_000 + "!",
        "mnist_convnet",
    ):
        assert not is_code(text.encode()), text
    path = tmp_path / "stack.txt"
    path.write_text("# comment\n" * 1000 + "4 dense:3")
    assert calc(path).total("params") == 15
    assert calc("4 dense:3\ndense:1").total("params") == 19
    assert (
        calc(
            b"\xef\xbb\xbfimport keras\nmodel = keras.Sequential([keras.Input((4,)),\n"
            b"keras.layers.Dense(3)])"
        ).total("params")
        == 15
    )
    assert calc("Sequential([Input((4,)), Dense(3)])").total("params") == 15


def test_notebook_is_read() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": "", "outputs": [{"image/png": "A" * 3_000_000}]},
        {
            "cell_type": "code",
            "source": ["%matplotlib inline\n", "!ls\n", "import keras"],
        },
        {"cell_type": "code", "source": "model = keras.Sequential([keras.Input((4,))])"},
        {"cell_type": "code", "source": ["\n", "model.add(keras.layers.Dense(3))"]},
    ]
    notebook = {"cells": cells, "nbformat": 4, "metadata": {}}
    assert calc(json.dumps(notebook).encode()).total("params") == 15
    cells[-1]["source"] = ["\n", "model.add(keras.layers.Dense(0))"]
    with pytest.raises(ArgumentError, match=r"the bytes: code cell 4, line 2: Dense: units must"):
        calc(json.dumps(notebook).encode())
    with pytest.raises(SourceError, match="is a notebook without code"):
        calc(json.dumps({"cells": [], "nbformat": 4}))


def test_lines_may_end_in_any_way() -> None:
    code = "import keras\n\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(n)])"
    for end in ("\r\n", "\r"):
        with pytest.raises(SourceError, match=r"^the bytes: line 3: `n` is not defined"):
            calc(code.replace("\n", end).encode())
    with pytest.raises(SourceError, match=r"^the bytes: line 2: is no UTF-8 text\."):
        calc(b"import keras\nx = '\xff'")
    broken = {"cell_type": "code", "source": "x = '\ud800'\nSequential([Input((4,)), Dense(3)])"}
    with pytest.raises(SourceError, match="holds what no text does"):
        calc(json.dumps({"cells": [broken], "nbformat": 4}).encode())


def test_what_trains_or_shows_a_model_is_passed_over() -> None:
    model = "model = Sequential([Input((4,)), layers.Dense(3)])"
    for after in (
        "print('%s' % model, '{} {}'.format(model, 1), f'{model} {model.count_params():,}')",
        "losses = []\nfor x, y in data:\n    losses.append(model.train_on_batch(x, y))\n    break",
        "history = model.fit(x, y, callbacks=[keras.callbacks.EarlyStopping(patience=3)])",
        "keras.utils.plot_model(model, show_shapes=True)\nmodel.save('model.keras')",
        "for i, layer in enumerate(model.layers):\n    print(i, layer.name, layer.get_weights())",
        "with tf.GradientTape() as tape:\n    loss = tf.reduce_mean(model(images))",
        "if not os.path.exists('x'):\n    os.makedirs('x')\nelse:\n    raise ValueError",
        "class Shown(keras.callbacks.Callback):\n    pass\nmodel.fit(x, callbacks=[Shown(model)])",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2], history.history['loss'])\nplt.show()",
        "def step(x):\n    if x > 1:\n        return 1\n    return 2\nn = step(data)",
    ):
        assert _params(f"{model}\n{after}") == 15, after


def test_what_may_change_a_model_makes_it_unknown() -> None:
    model = "model = Sequential([Input((4,)), layers.Dense(3)])"
    for after in (
        "if flag:\n    model.add(layers.Dense(2))",
        "for n in sizes:\n    model.add(layers.Dense(n))",
        "for i in range(3):\n    if flag: break\n    model.add(layers.Dense(2))",
        "def grow():\n    if flag:\n        return\n    model.add(layers.Dense(2))\ngrow()",
        "while flag:\n    model.add(layers.Dense(2))",
        "grow(model)",
        "model = prune(model)",
        "model = flag and model",
    ):
        assert "can't be read" in _refusal(f"{model}\n{after}") or "is not defined" in _refusal(
            f"{model}\n{after}"
        ), after


def test_open_model_takes_an_input_shape() -> None:
    with pytest.raises(SourceError, match="has no input shape"):
        calc("model = Sequential([layers.Dense(3)])")
    assert calc("model = Sequential([layers.Dense(3)])", input_shape=(4,)).total("params") == 15
    assert _params("model = Sequential([layers.Dense(3)])\nmodel.build((None, 4))") == 15


def test_command_reads_a_file_of_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.py"
    path.write_text(_MNIST)
    assert run(["calc", str(path)]) == 0
    assert "Total params: 93,322" in capfd.readouterr().out
    path.write_text("import keras\nmodel = keras.Sequential([keras.layers.Dense(0)])")
    assert run(["calc", str(path)]) == 2
    message = f"{path}: line 2: Dense: units must be an integer of 1 or more. Received units=0."
    assert message in capfd.readouterr().err


def test_command_reads_code_from_standard_input() -> None:
    command = [sys.executable, "-m", "convzoo", "calc", "-"]
    done = subprocess.run(command, input=_MNIST, text=True, capture_output=True, check=True)
    assert "Total params: 93,322" in done.stdout


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = (", "line 2: is no Python: '(' was never closed."),
        (
            "Sequential([\n Input((4, 4, 3)),\n layers.Conv2D(8, 3),\n layers.Conv2D(8, 3),\n])",
            "line 5: Conv2D 'conv2d_1': its window of 3 must fit into an axis of 2.",
        ),
        ("model = Sequential([layers.Conv2d(8, 3)])", "line 2: Unknown layer 'Conv2d'. Did you "),
        (
            "model = keras.applications.VGG61()",
            "line 2: Unknown model of keras.applications 'VGG61'",
        ),
        (
            "class Net(keras.layers.Conv2D):\n    pass\nmodel = Net()",
            "line 2: `Net` (line 2) can't be read without running it. It is a class with code of "
            "its own. Connect its layers with keras.Model(inputs, outputs), or build the model and "
            "save it with model.save('model.keras').",
        ),
        (
            "class Block(dict):\n  pass\nx = Input((3,))\nx = Block(3)(x)\nModel(x, x)",
            "line 6: `Block` (line 2) can't be read without running it. It is a class with code of",
        ),
        (
            "import numpy as np\nx = np.load('x.npy')\nmodel = Sequential([Input(x.shape[1:])])",
            "line 4: `np.load('x.npy')` (line 3) can't be read without running it. Write the value "
            "that is needed from it in its place.",
        ),
        ("model = Sequential([layers.Dense(n)])", "line 2: `n` is not defined in this code. "),
        (
            "import tensorflow as tf\nx = Input((3,))\ny = tf.nn.fold([x, x], 1)\nModel(x, y)",
            "line 5: `tf.nn.fold([x, x], 1)` (line 4) can't be read without running it. Use a "
            "layer or a function of keras.ops in its place.",
        ),
        (
            "import os\nn = 3\nif os.path.exists('x'):\n    n = 4\nlayers.Dense(n)",
            "line 6: `os.path.exists('x')` (line 4) can't be read without running it.",
        ),
        (
            "model = Sequential([Input((3,))])\nfor n in load():\n    model.add(layers.Dense(n))",
            "line 4: `load` is not defined in this code.",
        ),
        (
            "from blocks import add_block\nmodel = Sequential([Input((3,))])\nadd_block(model)",
            "line 4: `add_block(model)` (line 4) can't be read without running it. It may ",
        ),
        (
            "keras.mixed_precision.set_global_policy('mixed_float16')",
            "line 2: set_global_policy() changes every layer that follows, which is not followed.",
        ),
        ("def f(x):\n    return x\nf()", "line 4: f() is called without its argument 'x'."),
        ("def f(x):\n    return x\nf(1, 2)", "line 4: f() takes 1 arguments. Received 2."),
        ("def f(x):\n    return x\nf(y=2, x=1)", "line 4: f() has no argument 'y'."),
        ("a, b = 1, 2, 3", "line 2: unpacks 3 values into 2 names."),
        ("x = {'a': 1}['b']", "line 2: the dict has no key 'b'."),
        ("x = [1][3]", "line 2: goes wrong: list index out of range."),
        ("x = 1 / 0", "line 2: goes wrong: division by zero."),
        ("raise ValueError('no')", "line 2: the code raises an error here."),
        ("x = 3\nx.real", "line 3: `x.real` can't be read without running it."),
        ("x = 3\nx()", "line 3: calls 3."),
        ("model = keras.Model()", "line 2: Model: missing argument 'inputs' and 'outputs'."),
        ("match 1:\n    case 1: pass", "line 2: `match` can't be read without running it."),
        ("async def f(): pass", "line 2: `async` can't be read without"),
        ("a = Input((3,))\nlayers.dot([a, a], 1, 2)", "line 3: dot: takes 2 by position, the rest"),
        ("a = Input((3,))\nlayers.add([a, a], 1)", "line 3: add: takes 1 by position, the rest by"),
        ("return 3", "line 2: is no Python: 'return' outside function."),
        ("class A(layers.Layer):\n return 3", "line 3: is no Python: 'return' outside function."),
    ],
)
def test_refusal_names_the_line_and_the_reason(code: str, message: str) -> None:
    assert _refusal(code).startswith(message)


def test_errors_keep_their_kind() -> None:
    with pytest.raises(ShapeError):
        _read("Sequential([Input((2, 2, 3)), layers.Conv2D(8, 3)])")
    with pytest.raises(UnknownNameError):
        _read("convzoo.describe('mnist_convnets')")


# ---------------------------------------------------------------------- what is never done


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos.system('touch CANARY')",
        "import subprocess\nsubprocess.run(['touch', 'CANARY'])",
        "__import__('os').system('touch CANARY')",
        "open('CANARY', 'w').write('x')",
        'exec(\'open("CANARY", "w")\')',
        'eval(\'open("CANARY", "w")\')',
        "from pathlib import Path\nPath('CANARY').touch()",
        "keras.utils.get_file('CANARY', 'file:///etc/hostname')",
        "().__class__.__bases__[0].__subclasses__()",
        "keras.__loader__.load_module('os').system('touch CANARY')",
        "layers.Dense.__init__.__globals__['__builtins__']['open']('CANARY', 'w')",
        "getattr(layers.Dense(1), '__class__').__init__.__globals__",
        "'{0.__class__}'.format(layers)",
        "(lambda: 0).__globals__",
        "[].append.__self__.__class__",
        "def f(): open('CANARY', 'w')\nlayers.Lambda(lambda x: f())(Input((3,)))",
        "class A(layers.Layer):\n def call(self, x):\n  open('CANARY', 'w')\n  return x\n"
        "model = Sequential([Input((3,)), A()])",
        "class A(keras.Model):\n open('CANARY', 'w')\n x = __import__('os').system('touch CANARY')",
        "class A(layers.Layer):\n def __init__(self):\n  super().__init__()\n"
        "  self.__class__.__init__.__globals__['open']('CANARY', 'w')\nA()",
        "class A(layers.Layer):\n def __reduce__(self): open('CANARY', 'w')\nA()(Input((3,)))",
        "class A(layers.Layer, metaclass=open('CANARY', 'w')): pass\nA()",
        "class A(layers.Layer):\n def __init_subclass__(c): open('CANARY', 'w')\nclass B(A): pass",
    ],
)
def test_nothing_is_executed(code: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    model = "model = Sequential([Input((3,)), layers.Dense(1)])"
    text = f"# code\n{model}\n{code.replace('CANARY', str(canary))}"
    with suppress(ConvzooError):
        calc(text)
    assert not canary.exists()


def test_module_of_the_code_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imported_by_code.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    code = "import imported_by_code\nfrom imported_by_code import *\n"
    assert _params(f"{code}model = Sequential([Input((3,)), layers.Dense(1)])") == 4
    assert "imported_by_code" not in sys.modules


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "for i in range(10 ** 12): x = i",
        "x = 10 ** 10 ** 10",
        "x = 7\nfor i in range(99): x = x * x",
        "x = 1 << 10 ** 9",
        "x = 'a' * 10 ** 12",
        "x = [0] * 10 ** 9",
        "x = list(range(10 ** 9))",
        "x = [i for i in range(10 ** 9)]",
        "x = []\nwhile True: x.append(x)",
        "x = []\nfor i in range(10 ** 6): x += [x] * 1000",
        "x = '%1000000000d' % 1",
        "x = f'{1:1000000000}'",
        "x = '{:1000000000}'.format(1)",
        "x = ('a' * 9999).replace('a', 'b' * 9999)",
        "x = 'a'.join(['b' * 9999] * 9999)",
        "x = [0]\nfor i in range(60): x = [x, x]\nstr(x)",
        "x = (0,)\nfor i in range(60): x = (x, x)\ny = {x: 1}",
        "x = [0]\nfor i in range(60): x = [x, x]\nx == [x]",
        "x = [0]\nfor i in range(60): x = [x, x]\nlayers.Dense(x)",
        "x = []\nx.append(x)\nlayers.Dense(x)",
        "def f(): return f()\nf()",
        "def f(n): return f(n - 1) + f(n - 1) if n else 1\nf(28)",
        "def f(*a): return a\nf(*range(10 ** 9))",
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "1 + " * 40_000 + "1",
        "x = " + "1 + " * 900 + "1",
        "x = a" + ".b" * 60_000,
        "x = a" + "(1)" * 40_000,
        "x = " + "lambda: " * 20_000 + "1",
        "x = 1\n" * (MAX_CHARACTERS // 5),
        "m = Sequential([Input((3,)), Dense(3)])\nfor i in range(60): m = Sequential([m, m])",
        "i = Input((3,))\nm = Model(i, layers.Dense(3)(i))\nfor k in range(60):\n"
        "    j = Input((3,))\n    m = Model(j, m(m(j)))",
        "i = x = Input((3,))\nfor k in range(10 ** 6): x = layers.Dense(3)(x)",
        "x = layers.Dense(3)\nfor k in range(60): x = layers.TimeDistributed(x)",
        "for i in range(1000): keras.applications.NASNetLarge(weights=None)",
        "a, b = ops.split(Input((2 ** 60,)), 2 ** 50, axis=-1)",
        "x = a\nfor i in range(10 ** 6): x = x.b",
        "x = [0]\nfor i in range(60): x = [x, x]\nlayers.Dense(x, weights=x)",
        "layers.Reshape((1,) * 9999)(Input((2,)))",
        "layers.Dense(" + "a" * 9999 + ")",
        "x = Input((3,))\nwhile True: x = tf.tile(x, [1, 1])",
        "ops.unstack(Input((10 ** 9,)), axis=1)",
        "tf.split(Input((10 ** 9,)), 10 ** 8, axis=1)",
        "def f(x): return layers.Lambda(f)(x)\nlayers.Lambda(f)(Input((3,)))\nDense(n)",
        "def f(x): return f(x)\nlayers.Lambda(f)(Input((3,)))\nDense(n)",
        "f = lambda x: x + 1\nfor i in range(10 ** 5): f = layers.Lambda(f)\nf(Input((3,)))",
        "x = Input((3,))\nfor i in range(10 ** 6): x = layers.Lambda(lambda x: x + i)(x)",
        "def f(x):\n    while True: x = x + 1\nlayers.Lambda(f)(Input((3,)))\nDense(n)",
        f"{_OWN}  self.me = self\n def call(self, x):\n  return self.me(x)\n"
        "A()(Input((3,)))\nDense(n)",
        f"{_OWN}  self.me = []\n  self.me.append(self.me)\nA()(Input((3,)))\nDense(n)",
        f"{_OWN}  self.a = A()\nA()",
        f"{_OWN}  while True: self.add_weight((3,))\nA()",
        f"{_OWN} def call(self, x):\n  while True: x = x + 1\nA()(Input((3,)))\nDense(n)",
        f"{_OWN}  self.a = a\n def call(self, x): return self.a(self.a(x))\na = layers.Dense(3)\n"
        "for i in range(60): a = A()\na(Input((3,)))\nDense(n)",
        f"{_OWN}  self.a = layers.Dense(3)\n def call(self, x): return self.a(x)\n"
        "while True: A()(Input((3,)))",
        f"{_OWN}  while True: self.x = [self]\nA()",
        "class A(layers.Layer): pass\n" * 3000 + "Dense(n)",
        "class A0(layers.Layer): pass\n"
        + "".join(f"class A{i + 1}(A{i}): pass\n" for i in range(2000))
        + "class B(A2000):\n def call(self, x): return self.y\nB()(Input((3,)))\nDense(n)",
    ],
    ids=lambda code: code[:40],
)
def test_hostile_code_ends_soon_in_a_refusal(code: str) -> None:
    begin = perf_counter()
    message = _refusal(code)
    assert perf_counter() - begin < 20
    assert len(message) < 1000


def test_interpreter_is_loaded_for_code_alone() -> None:
    program = (
        "import sys, convzoo; convzoo.calc('mnist_convnet'); convzoo.calc('4 dense:3');"
        "convzoo.calc(b'4 dense:3');"
        "sys.exit(any(name.startswith('convzoo.sources.python_code.') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
