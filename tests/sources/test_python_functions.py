"""Functions of Keras and TensorFlow in code: operations, those of Keras 2, and Lambda layers."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import convzoo.building
from convzoo import calc
from convzoo.errors import ArgumentError, ConvzooError, ShapeError
from convzoo.operations import OPERATIONS
from convzoo.operations.tensorflow import _FUNCTIONS, order_of
from convzoo.sources.python_code.functions import (
    _BACKEND,
    _OF_NUMBERS,
    _OF_SHAPE,
    _PREPROCESSING,
    _order,
    of_backend,
    of_ops,
)
from tests.keras_oracle import facts_of_model, facts_of_report

_BEFORE = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tensorflow.keras import backend as K
"""

_PROGRAMS = {
    "operations": """
image = keras.Input((32, 32, 3), batch_size=2)
larger = ops.image.resize(image, (64, 64))
patches = ops.reshape(ops.image.extract_patches(image, 8), (2, -1, 192))
x = layers.Dense(64)(patches)
scores = ops.softmax(ops.einsum("bqd,bkd->bqk", x, x) / 8.0, axis=-1)
mixed = ops.rearrange(ops.matmul(scores, x), "b (h w) c -> b h w c", h=4)
heads = ops.reshape(x, (2, 16, 4, 16))
heads = ops.nn.relu6(ops.dot_product_attention(heads, heads, heads, None, None, 0.5))
a, b, c = ops.unstack(ops.image.rgb_to_grayscale(larger)[:, :3], axis=1)
rest = ops.stack([ops.isclose(a, b), ops.isclose(b, c, 1e-3, equal_nan=True)], -1)
model = keras.Model(image, [mixed, heads, ops.norm(x, axis=-1), ops.full_like(x, 2.0), rest])
""",
    "lambdas": """
image = keras.Input((32, 32, 3))
x = layers.Lambda(lambda x: tf.cast(x, tf.float32) / 127.5 - 1)(image)
x = layers.Conv2D(8, 3)(x)
mean = layers.Lambda(lambda x: K.mean(x, axis=[1, 2]))(x)
most = layers.Lambda(lambda x, axis: tf.reduce_max(x, axis=axis), arguments={"axis": (1, 2)})(x)
x = layers.Lambda(tf.nn.depth_to_space, arguments={"block_size": 2})(x)
x = layers.Lambda(lambda x: tf.image.resize(x, (10, 12), tf.image.ResizeMethod.NEAREST_NEIGHBOR))(x)
x = layers.Lambda(lambda x: x[:, ::2, :, tf.newaxis])(x)

def difference(pair):
    one, two = pair
    return K.sqrt(K.maximum(K.sum(K.square(one - two), axis=1, keepdims=True), K.epsilon()))

def sampled(values):
    mean, spread = values
    noise = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]), mean=0.0, stddev=1.0)
    return mean + K.exp(spread / 2) * noise

y = layers.Lambda(difference)([mean, most])
z = layers.Lambda(sampled, name="sampled")([mean, most])
label = layers.Lambda(lambda x: K.argmax(x))(z)
parts = layers.Lambda(lambda x: tf.split(x, 2, axis=-1))(z)
parts = layers.Lambda(lambda p: {"a": p[0], "b": p[1] + 1})(parts)
model = keras.Model(image, [x, y, label, parts["b"], layers.Dense(3)(parts["a"])])
""",
    "preprocessing": """
image = keras.Input((64, 64, 3))
both = [
    keras.applications.mobilenet_v2.preprocess_input(image),
    keras.applications.vgg16.preprocess_input(image),
    keras.applications.densenet.preprocess_input(image),
    keras.applications.efficientnet.preprocess_input(image),
    keras.applications.imagenet_utils.preprocess_input(image, mode="torch"),
]
x = layers.concatenate(both)
x = layers.ZeroPadding2D(keras.src.applications.imagenet_utils.correct_pad(x, 3))(x)
x = layers.Conv2D(4, 3, strides=2)(x)
x = layers.ZeroPadding2D(keras.src.applications.imagenet_utils.correct_pad(x[:, 1:], 5))(x)
model = keras.Model(image, x)
""",
}


def _calc(code: str) -> Any:
    return calc(f"{_BEFORE}{code}")


@pytest.mark.parametrize("name", _PROGRAMS)
def test_code_gives_what_keras_builds_when_it_runs_it(name: str) -> None:
    namespace: dict[str, Any] = {}
    keras.backend.clear_session()
    exec(f"{_BEFORE}{_PROGRAMS[name]}", namespace)
    ours = _calc(_PROGRAMS[name])
    assert ours.complete
    assert facts_of_report(ours) == facts_of_model(namespace["model"])


def test_work_and_windows_of_a_lambda_are_those_of_its_operations() -> None:
    code = """
    image = keras.Input((8, 8, 4))
    x = layers.Lambda(lambda x: x / 255 - 1)(image)
    x = layers.Lambda(lambda x: tf.nn.max_pool2d(x + 1, 3, 1, "SAME"))(x)
    x = layers.Lambda(lambda x: tf.matmul(x, x, transpose_b=True))(x)
    model = keras.Model(image, x)
    """
    report = _calc(inspect.cleandoc(code)).with_columns(["macs", "element_ops", "receptive_field"])
    _, scaled, pooled, multiplied = report.rows
    assert (scaled.macs, scaled.element_ops) == (0, 2 * 8 * 8 * 4)
    assert multiplied.macs == 8 * 8 * 8 * 4
    sizes = [str(row.receptive_field) for row in (scaled, pooled, multiplied)]
    assert [size.partition(",")[0] for size in sizes] == ["1x1", "3x3", "8x8"]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("unknown_package.norm", "what its function gives is unknown"),
        ("lambda x: np.sqrt(x)", "what its function gives is unknown"),
        ("lambda x: x + other", "what its function gives is unknown"),
        ("lambda x: layers.Dense(3)(x)", "what its function gives is unknown"),
        ("lambda x: 3", "what its function gives is unknown"),
    ],
)
def test_lambda_whose_function_can_not_be_followed_is_unknown(function: str, reason: str) -> None:
    code = (
        "import unknown_package\nother = keras.Input((4,))\nx = keras.Input((4,))\n"
        f"model = keras.Model(x, layers.Dense(2)(layers.Lambda({function})(x)))"
    )
    report = _calc(code)
    assert not report.complete
    assert reason in report.rows[1].notes[0]
    assert report.rows[2].params is None


def test_lambda_takes_its_stated_shape_whatever_its_function_is() -> None:
    code = "x = keras.Input((4,))\nmodel = keras.Model(x, layers.Lambda({}, (7,))(x))"
    assert _calc(code.format("lambda x: ops.reshape(x, (-1, 3))")).rows[1].output_shape == (None, 7)
    assert _calc(code.format("np.sqrt")).rows[1].output_shape == (None, 7)
    with pytest.raises(ShapeError, match="line 8"):
        _calc(code.replace(", (7,)", "").format("lambda x: ops.squeeze(x, 1)"))


# ---------------------------------------------------------------------- functions of keras.ops


def _functions_of_keras() -> list[str]:
    places = (keras.ops, keras.ops.image, keras.ops.linalg, keras.ops.nn)
    return sorted({name for place in places for name in vars(place) if name.islower()})


def test_operations_take_their_arguments_in_the_order_of_keras() -> None:
    found = 0
    for name in _functions_of_keras():
        known = of_ops(name)
        theirs = next(
            getattr(place, name)
            for place in (keras.ops, keras.ops.image, keras.ops.linalg)
            if hasattr(place, name)
        )
        if (
            known is None
            or not inspect.isfunction(theirs)
            or name in ("shape", "einsum", "meshgrid")
        ):
            continue
        kind = OPERATIONS.get(known.call.args[0])  # type: ignore[attr-defined]
        of_call = {x.name: x for x in [*inspect.signature(kind.output).parameters.values()][1:]}
        order = list(inspect.signature(theirs).parameters)
        ours = _order(kind, of_call)
        assert ours == order[: len(ours)], name
        found += 1
    assert found > 200


# ---------------------------------------------------------------------- functions of TensorFlow


def _in_tensorflow(name: str) -> Any:
    for module in ("", "math.", "nn.", "linalg.", "random.", "compat.v1."):
        found: Any = tf
        for part in f"{module}{name}".split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
    return None


def test_functions_of_tensorflow_take_their_arguments_in_its_order() -> None:
    for name in sorted(_FUNCTIONS):
        theirs = _in_tensorflow(name)
        if theirs is None or name == "einsum":
            assert name in ("eq", "ne", "getitem", "einsum"), name
            continue
        # The name of the first argument is never needed.
        _, *order = list(inspect.signature(theirs).parameters)
        _, *ours = [x.replace("strides", "stride") for x in order_of(name)]
        assert ours == [x.replace("strides", "stride") for x in order[: len(ours)]], name


@pytest.mark.parametrize(
    "call",
    [
        "tf.reshape(x, [-1, 4 * 6])",
        "tf.reshape(x, (tf.shape(x)[0], -1, 2))",
        "tf.concat([x, x], 2)",
        "tf.reduce_mean(x, [1, 2], True)",
        "tf.math.reduce_max(x, axis=-1)",
        "tf.expand_dims(x, -1)",
        "tf.transpose(x, perm=[0, 3, 1, 2])",
        "tf.split(x, 3, axis=-1)",
        "tf.split(x, [1, 2], -1)",
        "tf.pad(x, [[0, 0], [1, 1], [1, 0], [0, 0]], 'REFLECT')",
        "tf.image.resize(x, (8, 9))",
        "tf.nn.avg_pool2d(x, 2, 2, 'VALID')",
        "tf.nn.l2_normalize(x, axis=-1)",
        "tf.image.extract_patches(x, [1, 2, 1, 1], [1, 1, 2, 1], [1, 1, 1, 1], 'VALID')",
        "tf.image.extract_patches(images=x, sizes=(1, 2, 2, 1), strides=(1, 3, 1, 1), "
        "rates=(1, 2, 1, 1), padding='SAME')",
        "tf.einsum('bhwc,bhvc->bwv', x, x)",
        "tf.tile(x, [1, 2, 1, 3])",
        "tf.stack([x, x], axis=1)",
        "tf.squeeze(x[:, :1], 1)",
        "tf.gather(x, [0, 1, 0], axis=2)",
        "tf.one_hot(tf.cast(x, tf.int32), 5)",
        "tf.one_hot(tf.argmax(x, -1), 5, axis=1, dtype=tf.float16)",
        "tf.matmul(x, x, transpose_b=True)",
        "tf.nn.moments(x, [1, 2])",
        "tf.clip_by_value(x, 0.0, 6.0)",
        "tf.add(x, 1.0)",
        "tf.nn.swish(x)",
        "tf.abs(x)",
    ],
)
def test_functions_of_tensorflow_give_what_it_gives(call: str) -> None:
    report = _calc(f"x = keras.Input((4, 2, 3), batch_size=5)\nmodel = keras.Model(x, {call})")
    x = tf.zeros((5, 4, 2, 3))
    theirs = eval(call, {"tf": tf, "x": x})
    outputs = report.graph.output_tensors
    assert [(y.shape, y.dtype) for y in outputs] == [
        (tuple(y.shape), y.dtype.name)
        for y in (theirs if isinstance(theirs, (list, tuple)) else [theirs])
    ]


def test_function_of_tensorflow_is_a_layer_of_its_name() -> None:
    code = "x = keras.Input((4,))\nmodel = keras.Model(x, tf.tile(tf.tile(x, [1, 2]), (1, 3)))"
    rows = [(row.name, row.class_name, row.output_shape) for row in _calc(code).rows[1:]]
    assert rows == [("tf.tile", "TFOpLambda", (None, 8)), ("tf.tile_1", "TFOpLambda", (None, 24))]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("tf.tile(x, [1, 2], 'name', 3)", "tf.tile: give its arguments from number 3 by name."),
        ("tf.reshape(shape=(2,), values=x)", "tf.reshape: give its first argument by position."),
        ("tf.nn.ctc_loss(x, x)", "`tf.nn.ctc_loss(x, x)` (line 8) can't be read without"),
        ("tf.math.sqrt(tf.zeros(3)) + x", "`tf.math.sqrt(tf.zeros(3))` (line 8) can't"),
        ("tf.concat([x, load()], 1)", "`load` is not defined in this code."),
    ],
)
def test_refusal_of_a_function_of_tensorflow(call: str, message: str) -> None:
    with pytest.raises(ConvzooError) as caught:
        _calc(f"x = keras.Input((4,))\nmodel = keras.Model(x, {call})")
    assert message in str(caught.value)


def test_functions_are_calculated_of_numbers_as_tensorflow_does() -> None:
    for name in _OF_NUMBERS.keys() - {"cast", "constant"}:
        count = len(inspect.signature(getattr(keras.ops, name)).parameters)
        given = [4.0, 2.0][:count] if name != "abs" else [-3.0]
        theirs = np.array(getattr(tf.math, name)(*given))
        numbers = ", ".join(map(str, given))
        for package in ("tf", "tf.math", "ops"):
            code = f"n = int(10 * {package}.{name}({numbers}))"
            code += "\nmodel = keras.Sequential([keras.Input((n + 1,)), layers.Dense(1)])"
            if package == "tf" and not hasattr(tf, name):
                continue
            assert _calc(code).total("params") == int(10 * theirs) + 2, code


# ---------------------------------------------------------------------- functions of Keras 2


_ARGUMENTS = {
    "cast": "'int32'",
    "clip": "0.0, 1.0",
    "concatenate": "axis=-1",
    "expand_dims": "1",
    "l2_normalize": "axis=1",
    "permute_dimensions": "(0, 2, 1)",
    "pow": "2",
    "repeat_elements": "3, axis=1",
    "reshape": "(-1, 2)",
    "reverse": "axes=1",
    "squeeze": "axis=1",
    "tile": "(1, 2, 3)",
    "equal": "x",
    "greater": "x",
    "greater_equal": "x",
    "less": "x",
    "less_equal": "x",
    "maximum": "x",
    "minimum": "x",
    "not_equal": "x",
    "max": "axis=1",
    "mean": "1, True",
    "sum": "(1, 2)",
}


@pytest.mark.parametrize("name", sorted(_BACKEND))
def test_function_of_keras_2_gives_what_it_gave(name: str) -> None:
    if name in ("shape", "int_shape"):
        return
    first = (
        "[x, x]" if name in ("concatenate", "stack") else "x[:, :1]" if name == "squeeze" else "x"
    )
    call = f"K.{name}({first}, {_ARGUMENTS.get(name, '')})"
    report = _calc(f"x = keras.Input((4, 2), batch_size=5)\nmodel = keras.Model(x, {call})")
    x = np.random.default_rng(0).uniform(0.1, 2, (5, 4, 2)).astype("float32")
    theirs = eval(call, {"K": tf.keras.backend, "x": tf.constant(x)})
    ours = convzoo.building.build(report.graph)(x)
    np.testing.assert_allclose(np.array(ours), np.array(theirs), rtol=1e-5)


def test_backend_has_its_constants() -> None:
    code = "n = int(K.epsilon() * 3e7) + len(K.floatx())"
    code += "\nmodel = keras.Sequential([keras.Input((n,)), layers.Dense(1)])"
    assert _calc(code).total("params") == 3 + len("float32") + 1
    assert of_backend("ctc_batch_cost") is None


# ---------------------------------------------------------------------- the rest


def test_every_module_of_applications_preprocesses_as_keras_does() -> None:
    for module, mode in _PREPROCESSING.items():
        theirs = getattr(keras.applications, module).preprocess_input
        image = np.arange(12.0, dtype="float32").reshape((1, 2, 2, 3))
        image_utils = keras.applications.imagenet_utils
        wanted = image_utils.preprocess_input(image.copy(), mode=mode) if mode else image
        np.testing.assert_allclose(theirs(image.copy()), wanted, err_msg=module)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("keras.applications.imagenet_utils.preprocess_input(x, mode='own')", "in another way"),
        ("keras.applications.vgg16.preprocess_input(x, 'channels_first')", "in another way"),
        ("keras.src.applications.imagenet_utils.correct_pad(3, 3)", "takes a tensor and the size"),
    ],
)
def test_refusal_of_what_applications_do(code: str, error: str) -> None:
    with pytest.raises(ConvzooError, match=error):
        _calc(f"x = keras.Input((8, 8, 3))\ny = {code}")


@pytest.mark.parametrize(
    "code",
    [
        "images = keras.applications.vgg16.preprocess_input(np.load('x.npy'))",
        "x = np.uint8(np.load('x.npy'))",
        "noise = tf.random.normal([16, 3])\nprint(model(noise).numpy())",
        "noise = K.random_normal((2, 3))\nnoise.shape",
        "y = tf.math.equal(np.load('x.npy'), 3)",
        "model.add_loss(3.0)",
    ],
)
def test_what_happens_to_data_is_passed_over(code: str) -> None:
    model = "model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])"
    assert _calc(f"{model}\n{code}").total("params") == 4


def test_tensors_of_a_shape_are_made_within_layers() -> None:
    for path in sorted(_OF_SHAPE):
        name = path.replace("keras.backend", "K").replace("tensorflow", "tf")
        name = name.replace("keras.ops", "ops")
        code = f"x = keras.Input((4,))\ny = layers.Lambda(lambda x: x + {name}((1, 4)))(x)"
        assert _calc(f"{code}\nmodel = keras.Model(x, y)").rows[1].output_shape == (None, 4), path


@pytest.mark.parametrize(
    "call",
    [
        "ops.arange(4)",
        "ops.arange(1, 5)",
        "K.arange(2, 10, 2)",
        "tf.range(start=0, limit=8, delta=2)",
    ],
)
def test_tensors_of_a_range_are_made_within_layers(call: str) -> None:
    code = f"x = keras.Input((4,), dtype='int32')\ny = layers.Lambda(lambda x: x + {call})(x)"
    assert _calc(f"{code}\nmodel = keras.Model(x, y)").rows[1].output_shape == (None, 4)


def test_merging_functions_need_no_import() -> None:
    code = "from keras.layers import *\nx = Input((4,))\nmodel = keras.Model(x, multiply([x, x]))"
    assert calc(f"import keras\n{code}").rows[1].class_name == "Multiply"


def test_arguments_that_an_operation_has_not_are_refused() -> None:
    with pytest.raises(ArgumentError, match="Relu: takes at most 1 arguments"):
        _calc("ops.relu(keras.Input((3,)), 2)")
