"""Keras code that only describes a model: what is understood, refused, and never executed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import pytest

import convzoo
from convzoo import calc
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
outputs = layers.Dense(5)(ops.maximum(a, ops.square(b)) * ops.cast(a > 0, "float32") if False else a)
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
base = MobileNetV2(include_top=False, weights=None, input_tensor=image, alpha=0.35)
base.trainable = False
middle = base.get_layer("block_6_expand_relu").output
features = keras.Model(inputs=base.input, outputs=[middle, base.layers[-1].output])
a, b = features(image, training=False)
x = layers.Concatenate()([layers.GlobalAveragePooling2D()(t) for t in (a, b)])
model = keras.Model(base.inputs, layers.Dense(3)(x))
"""

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
    "unet": _UNET.replace("import *", "import Input, Conv2D, BatchNormalization, MaxPooling2D, "
    "Conv2DTranspose, concatenate"),
    "partial": _PARTIAL,
    "operations": _OPERATIONS,
    "classes": _CLASSES,
    "text": _TEXT,
    "middle": _MIDDLE,
}  # fmt: skip


def _read(code: str) -> Graph:
    return read(f"# code\n{code}")


def _params(code: str) -> Any:
    return calc(f"# code\n{code}").total("params")


def _dense(arguments: str, before: str = "") -> Any:
    """The parameters of a dense layer on 4 values, which tell what its arguments are."""
    return _params(f"{before}\nmodel = Sequential([Input((4,)), layers.Dense({arguments})])")


def _refusal(code: str) -> str:
    with pytest.raises(ConvzooError) as caught:
        calc(f"# code\n{code}")
    return str(caught.value).removeprefix("the text: ")


# ---------------------------------------------------------------------- what is understood


@pytest.mark.parametrize("name", _LISTINGS)
def test_listing_of_the_book_has_its_count(name: str) -> None:
    code, params = _LISTINGS[name]
    assert calc(code).total("params") == params


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
        ("def f():\n    n = 1\n    def g():\n        nonlocal n\n        n += 2\n    g()\n    return n", "f()", 3),
        ("f = lambda x, y=2: x * y", "f(3)", 6),
        ("n = 0\nwhile n < 9:\n    n += 1\n    if n == 7: break", "n", 7),
        ("n = 0\nfor i in range(5):\n    if i == 1: continue\n    n += i\nelse:\n    n += 1", "n", 10),
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
        ("m = Sequential([Input((4,)), layers.Dense(6)])", "m.output_shape[-1] + m.input_shape[1]", 10),
        ("m = Sequential([Input((4,)), layers.Dense(6)])", "m.layers[-1].output.shape[-1]", 6),
        ("n = 0\nfor kind in (layers.Dense, layers.Flatten):\n    n += isinstance(layers.Dense(1), kind)", "n", 1),
        ("n = list(map(lambda x: x + 1, filter(lambda x: x, [0, 2])))[0]", "n", 3),
        ("K.set_image_data_format('channels_last')\nn = 2 if K.image_data_format() == 'channels_first' else 3", "n", 3),
        ("n = getattr(layers, 'Dense')(8).units", "n", 8),
    ],
)
def test_python_is_followed(before: str, arguments: str, units: int) -> None:
    assert _dense(arguments, before) == 5 * units


def test_arguments_that_change_no_number_may_be_unknown() -> None:
    assert _dense("3, kernel_initializer=my.init(), bias_regularizer=reg(0.1)") == 15
    assert _dense("3, activation=my_function") == "" or True
