"""Layers and models whose classes the code defines: what their methods do is followed."""

from __future__ import annotations

import math
from inspect import cleandoc
from typing import Any

import keras
import pytest

from convzoo import calc
from convzoo.analyses import ANALYSES, STANDARD
from convzoo.analyses.explain import explain
from convzoo.analyses.report import Report
from convzoo.cli import run
from convzoo.errors import ConvzooError, GraphError, SourceError

_BEFORE = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
"""

_VISION_TRANSFORMER = """
class Patches(layers.Layer):
    def __init__(self, patch_size):
        super().__init__()
        self.patch_size = patch_size

    def call(self, images):
        batch, height, width, channels = ops.shape(images)
        down, across = height // self.patch_size, width // self.patch_size
        patches = ops.image.extract_patches(images, size=self.patch_size)
        return ops.reshape(patches, (batch, down * across, self.patch_size ** 2 * channels))

    def get_config(self):
        return {**super().get_config(), "patch_size": self.patch_size}

class PatchEncoder(layers.Layer):
    def __init__(self, count, width):
        super().__init__()
        self.count = count
        self.projection = layers.Dense(units=width)
        self.position = layers.Embedding(input_dim=count, output_dim=width)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.count, step=1), axis=0)
        return self.projection(patch) + self.position(positions)

class Token(layers.Layer):
    def build(self, shape):
        self.token = self.add_weight(shape=(1, 1, shape[-1]), initializer="zeros", name="token")

    def call(self, x):
        repeated = ops.tile(self.token * 1.0, (ops.shape(x)[0] or 1, 1, 1))
        return x + repeated

inputs = keras.Input((24, 24, 3), batch_size=2)
x = PatchEncoder(16, 8)(Patches(6)(inputs))
x = Token(name="token")(x)
x = x + layers.MultiHeadAttention(2, 4)(x, x)
model = keras.Model(inputs, layers.Dense(5)(layers.Flatten()(x)))
"""

_RESIDUAL = """
class Block(keras.layers.Layer):
    kernel = 3

    def __init__(self, filters, stride=1, **kwargs):
        super(Block, self).__init__(**kwargs)
        self.conv = layers.Conv2D(filters, self.kernel, stride, "same", use_bias=False)
        self.norms = [layers.BatchNormalization() for _ in range(2)]
        self.named = {"last": layers.Conv2D(filters, 3, padding="same"), "unused": layers.Dense(3)}
        self.short = None
        if stride > 1:
            shorter = layers.Conv2D(filters, 1, strides=stride)
            self.short = keras.Sequential([shorter, layers.ReLU()])
        self.relu = layers.ReLU()
        self.bits = np.zeros(3)

    def call(self, x, training=None):
        y = self.activated(self.norms[0](self.conv(x), training=training))
        y = self.norms[1](self.named["last"](y), training=training)
        return self.activated(y + (x if self.short is None else self.short(x)))

    def activated(self, x):
        return self.relu(x)

class Wide(Block):
    kernel = 5

    def __init__(self, filters, **kwargs):
        super().__init__(2 * filters, stride=2, **kwargs)
        self.dropout = layers.Dropout(0.1)

    def call(self, x, training=False):
        return self.dropout(super().call(x, training), training=training)

inputs = keras.Input((16, 16, 4))
x = Block(4)(inputs)
block = Block(4, name="twice")
x = block(block(x))
frozen = Wide(3, name="frozen")
x = frozen(x)
frozen.trainable = False
early = Wide(1, name="early")
early.trainable = False
x = early(x)
model = keras.Sequential([keras.Input((16, 16, 4)), Block(4), Wide(2), layers.Flatten()])
model = keras.Model(inputs, [layers.Dense(2)(model(inputs)), x, layers.Dense(1)(x)])
"""

_VARIABLES = """
class Linear(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.scale = self.add_weight((), "ones", trainable=False, name="scale")

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], self.units), "normal", "float32")
        self.b = self.add_weight(shape=[self.units], initializer="zeros", dtype="float16")
        self.built = True

    def call(self, inputs):
        bias = ops.sqrt(ops.abs(self.b) + 1e-3)
        return (inputs @ self.w) * -self.scale + ops.cast(bias[None], self.compute_dtype)

class Mixed(layers.Layer):
    def __init__(self):
        super().__init__()
        self.query = Linear(6)
        self.gate = layers.TimeDistributed(Linear(6))

    def build(self, query_shape, key_shape):
        assert query_shape[-1] == key_shape[-1]
        self.norm = layers.LayerNormalization()

    def call(self, query, key, *, offset=0, mask=None, training=None):
        return self.norm(self.query(query) + ops.sigmoid(self.gate(key)) + offset)

class Pair(layers.Layer):
    def __init__(self, activation="relu"):
        super().__init__()
        self.activation = keras.activations.get(activation)
        self.linear = keras.activations.get(None)
        self.dropout = layers.Dropout(0.1)
        self.norm = layers.BatchNormalization(beta_initializer=keras.initializers.get("ones"))

    def call(self, inputs, training=False):
        inputs = [self.activation(self.linear(x)) for x in inputs]
        inputs[0] = self.dropout(self.norm(inputs[0], training=training), training=training)
        one, two = inputs
        return {"sum": one + two, "product": one * two}

a, b = keras.Input((5, 3)), keras.Input((5, 3))
x = Mixed()(a, b, offset=2)
pair = Pair()([x, Mixed()(b, key=a)])
still = Linear(2, name="still", trainable=False)(pair["sum"])
double = Linear(3, dtype="float64")(pair["product"])
later = Linear(3, name="later")
y = later(still)
later.trainable = False
model = keras.Model([a, b], [still, double, y])
"""

_MODEL = """
class Net(keras.Model):
    def __init__(self, classes=3, **kwargs):
        super().__init__(**kwargs)
        self.convs = []
        for filters in (4, 8):
            self.convs.append(layers.Conv2D(filters, 3, activation="relu"))
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(classes)
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, inputs, training=False):
        x = inputs / 255.0
        for conv in self.convs:
            x = conv(x)
        return self.head(self.pool(x))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.compute_loss(data)
        return {"loss": loss}

    @property
    def metrics(self):
        return [self.tracker]

"""

_HEAD = """
class Head(layers.Layer):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, padding="same")

    def call(self, x):
        y = tf.nn.swish(self.conv(x)) + ops.max(x, axis=-1, keepdims=True)
        return ops.reshape(tf.concat([y, y], axis=-1), {})

head = Head()
inputs = [keras.Input((16, 16, 3)), keras.Input((8, 4, 3))]
model = keras.Model(inputs, [head(x) for x in inputs])
"""

_PROGRAMS = {
    "shared": _HEAD.format("(-1, 8)"),
    "vision_transformer": _VISION_TRANSFORMER,
    "residual": _RESIDUAL,
    "variables": _VARIABLES,
    "in_a_model": f"{_MODEL}i = keras.Input((9, 9, 1))\nmodel = keras.Model(i, Net(name='n')(i))",
    "of_tensors": """
class Ends(keras.Model):
    def __init__(self, size):
        inputs = keras.Input((size, size, 1))
        outputs = layers.Dense(2)(layers.Flatten()(inputs))
        super().__init__(inputs=inputs, outputs=outputs, name="ends")

    def train_step(self, data):
        return {}

model = Ends(6)
""",
}


def _calc(code: str, **options: Any) -> Report:
    return calc(f"{_BEFORE}{code}", **options)


@pytest.mark.filterwarnings("ignore:`build")
@pytest.mark.parametrize("name", _PROGRAMS)
def test_classes_are_what_keras_makes_of_them(name: str) -> None:
    namespace: dict[str, Any] = {}
    keras.backend.clear_session()
    exec(f"{_BEFORE}{_PROGRAMS[name]}", namespace)
    theirs = namespace["model"]
    ours = _calc(_PROGRAMS[name], columns=["params", "trainable_params", "macs"])
    assert ours.complete
    assert [(row.name, row.class_name, row.params) for row in ours.rows] == [
        (layer.name, type(layer).__name__, layer.count_params() if hasattr(layer, "weights") else 0)
        for layer in theirs._operations
    ]
    trained = sum(math.prod(weight.shape) for weight in theirs.trainable_weights)
    assert ours.total("trainable_params") == trained
    assert ours.total("params") == theirs.count_params()
    assert [tensor.shape for tensor in ours.graph.output_tensors] == [
        tuple(tensor.shape) for tensor in theirs.outputs
    ]
    assert [tensor.dtype for tensor in ours.graph.output_tensors] == [
        tensor.dtype for tensor in theirs.outputs
    ]


def test_row_of_a_layer_has_the_rows_of_what_its_call_does() -> None:
    code = f"{_RESIDUAL}\nmodel = keras.Model(inputs, Wide(2, name='wide')(inputs))"
    report = _calc(code, columns=["params", "macs", "receptive_field"])
    wide = report.rows[1]
    assert (wide.name, wide.class_name, wide.output_shape) == ("wide", "Wide", (None, 8, 8, 4))
    assert [row.class_name for row in wide.layers] == [
        *("InputLayer", "Conv2D", "BatchNormalization", "ReLU", "Conv2D", "BatchNormalization"),
        *("Sequential", "Add", "Dropout"),
    ]
    assert wide.macs == 8 * 8 * 4 * (5 * 5 * 4 + 3 * 3 * 4 + 4)
    assert str(wide.receptive_field).startswith("9x9, stride 2")
    assert wide.params == sum(row.params for row in wide.layers)


def test_own_model_takes_the_shape_that_it_is_built_on_or_that_is_given() -> None:
    built = _calc(f"{_MODEL}model = Net()\nmodel.build((None, 9, 9, 1))")
    called = _calc(f"{_MODEL}net = Net()\nnet(keras.Input((9, 9, 1)))\nnet.summary()")
    given = _calc(f"{_MODEL}model = Net(name='net')", input_shape=(9, 9, 1))
    assert built.total("params") == called.total("params") == given.total("params") == 363
    assert [row.class_name for row in built.rows] == [
        *("InputLayer", "TrueDivide", "Conv2D", "Conv2D", "GlobalAveragePooling2D", "Dense"),
    ]
    assert (built.name, called.name) == ("net", "net")
    with pytest.raises(SourceError, match="'net' has no input shape"):
        _calc(f"{_MODEL}model = Net()")
    with pytest.raises(ConvzooError, match="line 20: Conv2D 'conv2d': its window of 3 must fit"):
        _calc(f"{_MODEL}model = Net()", input_shape=(2, 2, 1))
    with pytest.raises(ConvzooError, match="'net' is of a class of the code, Net, and no config"):
        _calc(f"{_MODEL}model = keras.Sequential([Net()])", input_shape=(9, 9, 1))


def test_model_that_is_never_called_is_not_what_the_code_is_about() -> None:
    code = "small = keras.Sequential([keras.Input((3,)), layers.Dense(2)])\nnet = Net()\nnet.fit(x)"
    assert _calc(f"{_MODEL}{code}").total("params") == 8


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ("def call(self, x):\n    return np.sqrt(x)", "`np.sqrt(x)` (line 8) can't be read"),
        (
            "def call(self, x):\n    return x + other",
            "The graph is disconnected at layer 'input_layer'",
        ),
        ("def call(self, x):\n    return 3", "call() of Own gives what is no tensor"),
        ("def call(self, x):\n    return layers.Dense(3)(x)", "'dense_2' is no attribute of 'own'"),
        ("def call(self, x):\n    return self.more(x)", "`self.more` can't be read"),
        ("pass", "the class Own has no call() to be followed"),
        ("@tf.custom_gradient\n  def call(self, x):\n    return x", "has no call()"),
        (
            "def build(self, shape):\n    self.w = self.add_weight(shape=(4, 4))\n"
            "  def call(self, x):\n    return x",
            "its call does not use all of the variables that it makes",
        ),
        (
            "def build(self, shape):\n    self.w = self.add_weight(shape=(4, 4))\n"
            "  def call(self, x):\n    return x @ (self.w @ self.w)",
            "'matmul' multiplies what does not depend on its input",
        ),
    ],
)
def test_layer_whose_call_can_not_be_followed_is_unknown(members: str, reason: str) -> None:
    code = (
        f"class Own(layers.Layer):\n  {members}\n"
        "other = keras.Input((4,))\ninputs = keras.Input((4,))\n"
        "model = keras.Model(inputs, layers.Dense(3)(Own()(layers.Dense(4)(inputs))))"
    )
    report = _calc(code, columns=["params", "macs"])
    assert not report.complete
    first, own, last = report.rows[1:]
    assert (first.params, own.params, last.params) == (20, None, None)
    [note] = own.layers[-1].notes
    assert note.startswith("its code can't be followed: line ")
    assert reason in note


def test_layer_that_is_called_on_what_is_unknown_is_unknown() -> None:
    code = (
        "class Own(layers.Layer):\n  def __init__(self):\n    super().__init__()\n"
        "    self.dense = layers.Dense(3)\n  def call(self, x):\n    return self.dense(x)\n"
        "x = inputs = keras.Input((4,))\nx = layers.Lambda(np.sqrt)(x)\n"
        "model = keras.Model(inputs, keras.Sequential([Own(), layers.Dense(2)])(Own()(x)))"
    )
    report = _calc(code)
    for column in ANALYSES.names():
        if column not in ("frozen", "unit"):
            rows = report.with_columns([column]).rows
            assert [row.values[column] for row in rows[2:]] == [None, None], column
            assert not report.with_columns([column]).complete


def test_training_counts_the_variables_of_the_code_as_those_of_a_layer() -> None:
    columns = ["params", "weight_gradient_macs", "input_gradient_macs", "training_bytes"]
    code = f"{_VARIABLES.partition('class Mixed')[0]}x = keras.Input((5,))\n"
    code = code.replace("ops.sqrt(ops.abs(self.b) + 1e-3)", "self.b * 1.0")
    code = code.replace(' = self.add_weight((), "ones", trainable=False, name="scale")', " = 1.0")
    code = code.replace(', dtype="float16"', "")
    own = _calc(f"{code}model = keras.Model(x, Linear(4)(layers.Dense(5)(x)))", columns=columns)
    dense = _calc(
        "x = keras.Input((5,))\nmodel = keras.Model(x, layers.Dense(4)(layers.Dense(5)(x)))",
        columns=columns,
    )
    assert [own.total(column) for column in columns[:3]] == [
        dense.total(column) for column in columns[:3]
    ]
    # Beside what a Dense keeps, what its operations give is kept: products, scaled ones.
    assert own.total("training_bytes") - dense.total("training_bytes") == 2 * 4 * 4


def test_variables_of_the_code_are_explained_where_they_are_counted() -> None:
    told = explain(_calc(_VARIABLES).graph, ["params"], STANDARD)
    texts = {one.layer: (one.arithmetic, one.result) for one in told if one.quantity == "params"}
    assert texts["still/matmul"] == ("2 channels x 6 variable", 12)
    assert texts["still/multiply"] == ("1 scale", 1)
    assert texts["pair/multiply"] == ("none: nothing is learned", None)


def test_variable_with_several_gradients_is_not_followed() -> None:
    code = """
class Tied(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 5))
    def call(self, x):
        return {}
model = keras.Model(x := keras.Input((4,)), Tied()(x))
"""
    twice = _calc(code.format("ops.matmul(ops.matmul(x, self.w), ops.transpose(self.w))"))
    assert not twice.complete
    assert "'matmul_1' multiplies with a variable that is used before" in str(twice)
    scaled = _calc(code.format("(x @ self.w) * self.w[0] + self.w[1]"), columns=["params", "macs"])
    assert [row.params for row in scaled.rows[1].layers] == [0, 20, 0, 0]
    assert scaled.total("macs") == 20


def test_variables_that_may_be_there_are_unknown() -> None:
    code = (
        "class Own(layers.Layer):\n  def __init__(self):\n    super().__init__()\n    {}\n"
        "  def call(self, x):\n    return x\n"
        "inputs = keras.Input((4,))\nmodel = keras.Model(inputs, Own()(layers.Dense(4)(inputs)))"
    )
    unknown = _calc(code.format("self.x = tf.Variable(1.0)"))
    assert [row.params for row in unknown.rows] == [0, 20, None]
    assert _calc(code.format("self.x = load_encoder()")).rows[2].params is None
    for harmless in ("np.ones(3)", "keras.metrics.Mean()", "keras.random.SeedGenerator(1)", "None"):
        known = _calc(code.format(f"self.x = {harmless}"))
        assert [row.params for row in known.rows] == [0, 20, 0], harmless


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "class Own(layers.Layer):\n  def __init__(self):\n    self.x = 3\nOwn()",
            "line 9: Own: its __init__() does not call super().__init__().",
        ),
        (
            "class Own(layers.Layer):\n  pass\nOwn(units=3)",
            "line 8: Own: Keras's class takes a name",
        ),
        (
            "class Own(layers.Layer):\n  pass\nOwn(keras.Input((3,)))",
            "Received arguments by position.",
        ),
        ("class Own(layers.Layer):\n  pass\nOwn(dtype='x')", "dtype must name a dtype"),
        (
            "class Own(layers.Conv2D):\n  pass\nOwn(3, 3)(keras.Input((8, 8, 1)))\nDense(Own)",
            "`Own`",
        ),
        ("class Own(list):\n  pass\nlayers.Dense(Own())", "`Own` (line 6) can't be read"),
        ("super()", "line 6: super() is followed in the methods of layers and models only."),
        (
            "class Own(layers.Layer):\n  def build(self, s):\n"
            "    self.add_weight(shape=(None, 2))\n"
            "  def call(self, x):\n    return x\nOwn()(keras.Input((3,)))",
            "line 8: add_weight: needs sizes and the name of a dtype. Received (None, 2)",
        ),
        (
            "class Own(layers.Layer):\n  def call(self, x, n):\n    return x * n\n"
            "own = Own()\nx = keras.Input((3,))\nown(x, 2)\nown(x, 3)",
            "line 12: 'own' is called with other arguments than before.",
        ),
        (
            "class Own(layers.Layer):\n  def call(self, x):\n    return ops.reshape(x, (2, 5))\n"
            "Own()(keras.Input((3,), batch_size=2))",
            "line 8: Reshape",
        ),
    ],
)
def test_refusal_of_classes(code: str, message: str) -> None:
    with pytest.raises(ConvzooError) as caught:
        _calc(code)
    assert message in str(caught.value)


def test_layer_that_is_shared_takes_several_shapes_where_it_does_the_same() -> None:
    report = _calc(_HEAD.format("(-1, 8)"), columns=["params", "macs"])
    assert report.total("params") == 3 * 3 * 3 * 4 + 4
    assert report.total("macs") == 3 * 3 * 3 * 4 * (16 * 16 + 8 * 4)
    message = "'head' does something else for inputs of other shapes than those of its first call"
    with pytest.raises(SourceError, match=message):
        _calc(_HEAD.format("(-1, x.shape[1] * 4)"))


def test_variables_of_layers_that_are_called_alone_are_in_no_config() -> None:
    with pytest.raises(GraphError, match="'patch_encoder' is of a class of the code"):
        _calc(_VISION_TRANSFORMER, input_shape=(24, 24, 3))


def test_whether_a_layer_trains_may_be_told_by_position_as_in_keras_2() -> None:
    code = """
class Own(layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()
        self.head = keras.Sequential([layers.Dropout(0.1), layers.Dense(2)])
    def call(self, x, training=None):
        return self.head(self.norm(x, training), training, None)
model = keras.Model(x := keras.Input((4,)), Own()(x, True))
"""
    assert _calc(code).total("params") == 4 * 4 + 10


def test_methods_are_looked_up_as_python_does() -> None:
    code = """
class A(layers.Layer):
    def call(self, x): return self.own(x)
    def own(self, x): return layers.Dense(1)(x)
class B(A):
    def own(self, x): return super().own(x)
class C(A):
    def own(self, x): return x + 2
class D(B, C):
    def call(self, x): return super().call(x) * 2
model = keras.Model(x := keras.Input((4,)), D()(x))
"""
    assert [row.class_name for row in _calc(code).rows[1].layers[1:]] == ["Add", "Multiply"]


def test_variables_of_the_code_are_in_no_config() -> None:
    graph = _calc(_VARIABLES).graph
    with pytest.raises(GraphError, match="'linear_1' is of a class of the code, Linear"):
        graph.to_config()


def test_command_shows_a_model_of_a_class(tmp_path: Any, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"{cleandoc(_BEFORE)}\n{_MODEL}model = Net()\n")
    assert run(["calc", str(path), "--input-shape", "9x9x1", "--columns", "macs"]) == 0
    assert "Total MACs: 8,988" in capfd.readouterr().out
