"""What Keras 1, Keras 2 and tf.keras wrote, in the words of Keras 3.

Source: `keras/legacy` of Keras 2.0, and `keras/src/legacy` and `keras/src/saving` of Keras 3.
"""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]

# Classes that had another name, where Keras 3 has one that computes the same.
_CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "DenseV1": "Dense",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
}

# Classes of layers that hold a TensorFlow function.
TENSORFLOW_CLASSES = frozenset({"SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"})

# Classes within `keras.applications`, which many have under the same name: with their arguments.
_IN_APPLICATIONS = {
    "LayerScale": ("convnext", {"init_values", "projection_dim"}),
    "StochasticDepth": ("convnext", {"drop_path_rate"}),
    "CustomScaleLayer": ("inception_resnet_v2", {"scale"}),
}

# What the one class for merging was in each mode.
_MERGES = {
    "ave": "Average",
    "concat": "Concatenate",
    "dot": "Dot",
    "max": "Maximum",
    "mul": "Multiply",
    "sum": "Add",
}

# Arguments that had another name, for every class.
_RENAMED = {
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "atrous_rate": "dilation_rate",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "nb_feature": "filters",
    "nb_filter": "filters",
    "p": "rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}

# Arguments that had another name in one class.
_RENAMED_IN = {
    "Dense": {"output_dim": "units"},
    "GRU": {"output_dim": "units"},
    "Concatenate": {"concat_axis": "axis"},
    "Dot": {"dot_axes": "axes"},
    "GaussianNoise": {"sigma": "stddev"},
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LSTM": {"output_dim": "units"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "Reshape": {"dims": "target_shape"},
    "SimpleRNN": {"output_dim": "units"},
    "UpSampling1D": {"length": "size"},
}

# Arguments that say nothing of shapes, weights or work, and that Keras 3 has no more.
_DROPPED = frozenset(
    {
        "adjustment",
        "b_learning_rate_multiplier",
        "consume_less",
        "fused",
        "implementation",
        "input_dtype",
        "input_length",
        "mode",
        "node_indices",
        "tensor_indices",
        "time_major",
        "virtual_batch_size",
    }
)
_DROPPED_IN = {
    "DepthwiseConv2D": frozenset(
        {"filters", "groups", "kernel_constraint", "kernel_initializer", "kernel_regularizer"}
    ),
    "Lambda": frozenset({"module", "function_type", "output_shape_type", "output_shape_module"}),
    "MultiHeadAttention": frozenset({"query_shape", "key_shape", "value_shape"}),
}
_DATA_FORMATS = {"tf": "channels_last", "th": "channels_first", "default": None}
_KERNEL_AXES = ("kernel_dim1", "kernel_dim2", "kernel_dim3")


def class_in_keras_3(class_name: str, config: Any) -> str:
    """Keras 3's name of a class."""
    if class_name == "Merge" and isinstance(config, dict):
        return _MERGES.get(str(config.get("mode")), class_name)
    if class_name in _IN_APPLICATIONS and isinstance(config, dict):
        file, arguments = _IN_APPLICATIONS[class_name]
        if config.keys() - {"name", "trainable", "dtype"} == arguments:
            return f"{file}.{class_name}"
    return _CLASSES.get(class_name, class_name)


def is_in_keras_3(class_name: str, config: Config, known: Config) -> bool:
    """Whether the arguments need no translation."""
    if class_name == "BatchNormalization":
        return config.keys() <= known.keys() and not isinstance(config.get("axis"), list)
    return config.keys() <= known.keys()


def arguments_in_keras_3(class_name: str, config: Config, known: Config) -> Config:
    """The arguments of a layer in the words of Keras 3.

    Args:
        class_name: Keras 3's name of the class.
        config: the arguments that a file has.
        known: the arguments that the class has in Keras 3; what is among them is not touched, but
            for values that had another form.

    Returns:
        The arguments; what is neither known nor a former name is handed on as it is.
    """
    renamed = {**_RENAMED, **_RENAMED_IN.get(class_name, {})}
    dropped = _DROPPED | _DROPPED_IN.get(class_name, frozenset())
    made: Config = {}
    for key, value in config.items():
        if key in known:
            made[key] = value
        elif key == "dim_ordering":
            made["data_format"] = _DATA_FORMATS.get(value, value)
        elif renamed.get(key) in known:
            made[renamed[key]] = value
        elif key not in dropped:
            made[key] = value
    _gather_kernel(made)
    if class_name == "BatchNormalization" and isinstance(made.get("axis"), list):
        made["axis"] = made["axis"][0] if len(made["axis"]) == 1 else made["axis"]
    return made


def with_old_defaults(class_name: str, config: Config) -> Config:
    """The arguments of a layer that was saved without naming its module, as before Keras 2.13.

    What a file left out then had the default of its time.
    """
    if class_name in ("GRU", "GRUCell") and "reset_after" not in config:
        return {**config, "reset_after": False}
    return config


def _gather_kernel(made: Config) -> None:
    """Keras 1 wrote a kernel's axes apart."""
    for axes in (("nb_row", "nb_col"), _KERNEL_AXES):
        if all(axis in made for axis in axes):
            made["kernel_size"] = [made.pop(axis) for axis in axes]
