"""What is fuzzed: for each kind of source its seeds, and the words that it is made of."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from convzoo import calc, describe, plot
from convzoo.errors import ConvzooError
from convzoo.graph.config_writing import config_of
from convzoo.layers import LAYERS

_WILD = Path(__file__).parents[2] / "shared" / "wild"

# Small entries with branches, nesting and layers of many kinds.
_ENTRIES = (
    "mnist_convnet", "lenet5", "nin", "squeezenet_1_1", "mlperf_tiny_dscnn", "mobilenet_v2", "unet",
)  # fmt: skip

# With more layers than these a picture takes too long to draw millions of times.
_MOST_DRAWN = 60


class Target(NamedTuple):
    """One kind of source.

    Args:
        seeds: inputs to begin with.
        words: what inputs are made of, beside their bytes.
        source_of: the source that bytes are taken for.
        seconds: within how many an input is answered or refused.
    """

    seeds: Callable[[], Iterator[bytes]]
    words: tuple[str, ...]
    source_of: Callable[[bytes], object]
    seconds: int = 10


def ask(source: object) -> None:
    """Ask all that can be asked of a source; a refusal is an answer, any other exception is not."""
    try:
        report = calc(source, ["params", "macs", "peak_activation_bytes", "receptive_field"])
        str(report)
        json.dumps(report.to_dict())
        if len(report.rows) <= _MOST_DRAWN:
            plot(report.graph)
    except ConvzooError as error:
        str(error)


def _files(*endings: str) -> Iterator[bytes]:
    """The files of strangers of these kinds, where they are at hand."""
    for path in sorted(_WILD.rglob("*")):
        if path.suffix in endings:
            data = path.read_bytes()
            if len(data) <= 200_000:
                yield data


def _configs() -> Iterator[bytes]:
    for name in _ENTRIES:
        yield json.dumps(config_of(describe(name))).encode()
    yield from _files(".json")


def _archives() -> Iterator[bytes]:
    for config in list(_configs())[:10]:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield archived(config, method)
    yield from _files(".keras")
    yield from _configs()


def archived(config: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """A `.keras` archive with a config and without weights."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", config)
    return file.getvalue()


def _stacks() -> Iterator[bytes]:
    yield b"28x28x1 conv:32,3,relu maxpool:2 flatten dense:10,softmax"
    yield b"input:28x28x1,dtype=uint8 conv:8,3x5,padding=same bn relu gap dense:2"
    yield b"nonex16 lstm:8,return_sequences=true bidirectional gru:4 dropout:0.5"
    yield b"# a comment\n8x8x8x1 conv:4,3,strides=2x1x1 zeropadding3d:1-2 avgpool:2 upsampling3d:2"


_CODE = b"""
from keras import layers, models
def block(x, n):
    y = layers.Conv2D(n, 3, padding="same")(x)
    return layers.add([x, y]) if n else x
inputs = layers.Input((8, 8, 4))
x = inputs
for i, n in enumerate([4, 4]):
    x = block(x, n)
outputs = layers.Dense(2, name=f"out_{i}")(layers.Flatten()(x))
model = models.Model(inputs, outputs)
model.compile("adam"); model.summary()
"""


_CODE_WITH_CLASSES = b"""
import keras, tensorflow as tf
from keras import layers, ops, backend as K
class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)
        self.norms = [layers.LayerNormalization() for _ in range(2)]
    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
    def call(self, x, training=None):
        return self.norms[1](self.dense(self.norms[0](x * self.scale)))
x = keras.Input((8, 4))
y = Block(3)(keras.applications.vgg16.preprocess_input(x[..., :3]))
y = layers.Lambda(lambda t: K.mean(t, axis=-1) + tf.reduce_max(t, axis=-1))(y)
y = tf.concat([ops.relu(y), tf.tile(y, [1, 2])], axis=1)
model = keras.Model(x, y)
"""


def _code() -> Iterator[bytes]:
    yield _CODE
    yield _CODE_WITH_CLASSES
    yield b"import keras\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])\n"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _inside_an_archive(data: bytes) -> bytes:
    """What looks like a config is put into an archive, where random bytes would hardly get."""
    return archived(data) if data[:1] == b"{" else data


_OF_JSON = (
    '"class_name"', '"config"', '"layers"', '"inbound_nodes"', '"name"', '"module"',
    '"keras.layers"', '"registered_name"', '"build_config"', '"input_layers"',
    '"output_layers"', '"batch_shape"', '"__keras_tensor__"', '"__tuple__"', '"__lambda__"',
    '"shared_object_id"', '"Functional"', '"Sequential"', "null", "true", "NaN", "Infinity",
    "-1", "1e999", "[[]]", "{}",
)  # fmt: skip

_OF_CODE = (
    "import ", "keras", "lambda", "for ", " in ", "**", "[0]*", ".add(", "def f():",
    "class A(layers.Layer):", "super().__init__()", "self.", "def call(self, x):", "add_weight(",
    "Lambda(", "tf.", "ops.", "K.", "shape=", "axis=",
)  # fmt: skip

TARGETS = {
    "keras_json": Target(
        _configs, (*_OF_JSON, *(f'"{name}"' for name in LAYERS.names() if name[0].isupper())), bytes
    ),
    "keras_archive": Target(_archives, _OF_JSON, _inside_an_archive),
    # The library comes to no end in some damaged files, and is ended.
    "hdf5": Target(lambda: _files(".h5", ".hdf5", ".keras"), ("model_config",), bytes, seconds=30),
    "stack": Target(_stacks, tuple(LAYERS.names()), _text),
    "python_code": Target(_code, _OF_CODE, _text),
}
"""Every target by name."""
