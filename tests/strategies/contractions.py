"""Models whose multiply-accumulates others count, too: all that is drawn is valid and small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from operator import lt
from string import ascii_lowercase
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from convzoo import Input
from tests.strategies import Arguments, Inner, LayerCase, Spec, layer_of
from tests.strategies.models import OURS, Program, Step

Shape = tuple[int, ...]
"""The shape of a sample: without the batch."""

_MOST = 1500
"""The elements of a tensor above which a stack ends."""


@dataclass(frozen=True)
class Style:
    """What a stack may hold.

    Args:
        paddings: the paddings of its convolutions, beside those that one rank alone has.
        zeros: whether there are layers that pad with zeros.
        transposed: whether there are transposed convolutions.
        separable: whether there are separable ones.
        low_rank: whether kernels may have a LoRA, which is trained.
        is_linear: whether there is nothing but contractions and what moves elements.
        is_trained: whether all kernels have a bias, and layers may be frozen.
        in_tensorflow: whether there is only what TensorFlow can run on a CPU.
    """

    paddings: tuple[str, ...] = ("valid",)
    zeros: bool = True
    transposed: bool = True
    separable: bool = True
    low_rank: bool = False
    is_linear: bool = False
    is_trained: bool = False
    in_tensorflow: bool = False


Layers = SearchStrategy[tuple[str, Arguments]]

_INPUTS = st.one_of(
    st.tuples(st.integers(1, 20)),
    st.tuples(st.integers(2, 12), st.integers(1, 6)),
    st.tuples(st.integers(2, 9), st.integers(2, 9), st.integers(1, 6)),
    st.tuples(st.integers(2, 9), st.integers(2, 9), st.integers(1, 6)),
    st.tuples(st.integers(2, 6), st.integers(2, 6), st.integers(2, 6), st.integers(1, 4)),
)


@st.composite
def contraction_stacks(
    draw: DrawFn, style: Style, given_shape: Shape | None = None, depth: int = 1
) -> Program:
    """A Sequential model, at times with another one within."""
    shape = draw(_INPUTS) if given_shape is None else given_shape
    spec, steps = Spec((None, *shape)), []
    for _ in range(draw(st.integers(1, 5))):
        if depth > 0 and draw(st.integers(0, 7)) == 0:
            step = Step((0,), model=draw(contraction_stacks(style, shape, depth - 1)))
            shape = _shape_of(step.model)
        else:
            step = Step((0,), *draw(_layers(shape, style)))
            shape = _shape_after(shape, step)
        steps.append(step)
        if prod(shape) > _MOST:
            break
    trainable = not style.is_trained or draw(st.integers(0, 7)) > 0
    return Program((spec,), tuple(steps), 0, stack=True, trainable=trainable)


@st.composite
def contraction_cases(draw: DrawFn, style: Style) -> LayerCase:
    """One layer with a kernel."""
    shape = draw(_INPUTS)
    kind = draw(st.sampled_from(_contractions(shape, style)))
    return LayerCase(*draw(kind(shape, style)), Spec((None, *shape)))


def _shape_of(program: Program | None) -> Shape:
    assert program is not None
    shape: Any = program.inputs[0].shape[1:]
    for step in program.steps:
        shape = _shape_of(step.model) if step.model else _shape_after(shape, step)
    return tuple(shape)


def _shape_after(shape: Shape, step: Step) -> Shape:
    layer = layer_of(step.class_name, step.arguments, OURS.layer_class)
    output = layer(Input(shape))
    return tuple(output.shape[1:])


def _layers(shape: Shape, style: Style) -> Layers:
    """The layers that fit an input."""
    kinds = [*_contractions(shape, style), _moves]
    if 2 <= len(shape) <= 4 and (style.zeros or max(shape[:-1]) > 1):
        kinds.append(_paddings)
    if not style.is_linear:
        kinds.append(_others)
    return st.sampled_from(kinds).flatmap(lambda kind: kind(shape, style))


def _contractions(shape: Shape, style: Style) -> list[Callable[[Shape, Style], Layers]]:
    """Those with a kernel; the more arguments one has, the more often it stands there."""
    rank = len(shape) - 1
    kinds: list[Callable[[Shape, Style], Layers]] = [_dense, _einsum_dense]
    if 1 <= rank <= 3:
        kinds += [_convolution] * 4
        if style.transposed:
            kinds += [_transposed] * 2
    if 1 <= rank <= 2:
        kinds += [_depthwise] * 2
        if style.separable:
            kinds += [_separable] * 2
    return kinds


@st.composite
def _options(draw: DrawFn, style: Style, *without: str) -> Arguments:
    """Bias, activation and whether the layer is trained."""
    if style.is_linear:
        return {} if "use_bias" in without else {"use_bias": False}
    options: Arguments = {"activation": draw(st.sampled_from([None, "relu", "tanh"]))}
    if style.is_trained:
        options["trainable"] = draw(st.integers(0, 3)) > 0
    elif "use_bias" not in without:
        options["use_bias"] = draw(st.booleans())
    if style.low_rank and "lora_rank" not in without and draw(st.integers(0, 2)) == 0:
        options |= {"lora_rank": draw(st.integers(1, 3)), "trainable": True}
    return options


# ---------------------------------------------------------------------- convolutions


def _data_formats(style: Style) -> SearchStrategy[str]:
    return st.sampled_from(["channels_last", "channels_first"][: 1 if style.in_tensorflow else 2])


@st.composite
def _windows(draw: DrawFn, shape: Shape, style: Style, mixes: bool) -> Arguments:
    """Where a kernel that fits the input is applied.

    Args:
        draw: draws.
        shape: the input's.
        style: of the stack.
        mixes: whether the kernel mixes the channels: then it may be causal, and strides and a
            dilation exclude each other.
    """
    rank = len(shape) - 1
    data_format = draw(_data_formats(style))
    sizes = shape[:-1] if data_format == "channels_last" else shape[1:]
    more = ("causal",) if mixes and rank == 1 and "same" in style.paddings else ()
    padding = draw(st.sampled_from(style.paddings + more))
    reaches = sizes if padding == "valid" else (9,) * rank
    kernel = tuple(draw(st.integers(1, min(4, reach))) for reach in reaches)
    arguments: Arguments = {
        "kernel_size": kernel,
        "padding": padding,
        "data_format": data_format,
    }
    stretched = draw(st.sampled_from(["strides", "dilation_rate", ""]))
    if style.in_tensorflow and not mixes:
        arguments["strides"] = (draw(st.integers(1, 3)),) * rank if stretched == "strides" else 1
    elif stretched == "strides" or not mixes:
        arguments["strides"] = tuple(draw(_stride(taps, rank, style)) for taps in kernel)
    if stretched == "dilation_rate":
        arguments["dilation_rate"] = tuple(
            draw(st.integers(1, min(3, (reach - 1) // max(taps - 1, 1)) or 1))
            for reach, taps in zip(reaches, kernel, strict=True)
        )
    return arguments


def _stride(taps: int, rank: int, style: Style) -> SearchStrategy[int]:
    # Along three axes padded "same", strides larger than the kernel make TensorFlow on a CPU read
    # other elements than those that Keras reads on JAX, the middle one of each stride.
    return st.integers(1, min(3, taps) if style.in_tensorflow and rank == 3 else 3)


def _channels(shape: Shape, windows: Arguments) -> int:
    return shape[-1 if windows["data_format"] == "channels_last" else 0]


@st.composite
def _convolution(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    windows = draw(_windows(shape, style, mixes=True))
    channels = _channels(shape, windows)
    groups = draw(st.sampled_from([g for g in range(1, channels + 1) if channels % g == 0]))
    filters = groups * draw(st.integers(1, max(6 // groups, 1)))
    arguments = {"filters": filters, "groups": groups, **windows, **draw(_options(style))}
    return f"Conv{len(shape) - 1}D", arguments


@st.composite
def _transposed(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    rank = len(shape) - 1
    kernel = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    arguments: Arguments = {
        "filters": draw(st.integers(1, 4)),
        "kernel_size": kernel,
        "padding": draw(st.sampled_from(style.paddings)),
        "data_format": draw(_data_formats(style)),
    }
    if not style.in_tensorflow and draw(st.booleans()):
        arguments["dilation_rate"] = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    else:
        stretches = tuple(draw(_stride(taps, rank, style)) for taps in kernel)
        arguments["strides"] = stretches
        # With padding "same" an even kernel needs one more, so that every input has an output.
        least = [0 if arguments["padding"] == "valid" else 1 - taps % 2 for taps in kernel]
        if all(map(lt, least, stretches)) and draw(st.booleans()):
            arguments["output_padding"] = tuple(
                draw(st.integers(low, stride - 1))
                for low, stride in zip(least, stretches, strict=True)
            )
    return f"Conv{rank}DTranspose", {**arguments, **draw(_options(style, "lora_rank"))}


@st.composite
def _depthwise(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    return f"DepthwiseConv{len(shape) - 1}D", {
        "depth_multiplier": draw(st.integers(1, 3)),
        **_even(draw(_windows(shape, style, mixes=False)), len(shape) - 1),
        **draw(_options(style, "lora_rank")),
    }


@st.composite
def _separable(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    return f"SeparableConv{len(shape) - 1}D", {
        "filters": draw(st.integers(1, 6)),
        "depth_multiplier": draw(st.integers(1, 3)),
        **_even(draw(_windows(shape, style, mixes=False)), len(shape) - 1),
        **draw(_options(style, "lora_rank")),
    }


def _even(windows: Arguments, rank: int) -> Arguments:
    """With an integer in place of a tuple of one."""
    return {
        key: value[0] if rank == 1 and isinstance(value, tuple) else value
        for key, value in windows.items()
    }


# ---------------------------------------------------------------------- matrix products


@st.composite
def _dense(draw: DrawFn, _: Shape, style: Style) -> tuple[str, Arguments]:
    return "Dense", {"units": draw(st.integers(1, 6)), **draw(_options(style))}


@st.composite
def _einsum_dense(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    """An equation in which each axis is summed, shared with the kernel, or left to itself."""
    axes = ascii_lowercase[1 : len(shape) + 1]
    sizes = dict(zip(axes, shape, strict=True))
    summed = draw(st.lists(st.sampled_from(axes), min_size=1, unique=True))
    kept = [axis for axis in axes if axis not in summed]
    shared = [axis for axis in kept if draw(st.integers(0, 3)) == 0]
    new = ["y", "z"][: draw(st.integers(1, 2 if len(kept) < 3 else 1))]
    sizes.update((axis, draw(st.integers(1, 4))) for axis in new)
    kernel = draw(st.permutations([*summed, *shared, *new]))
    output = draw(st.permutations([*kept, *new]))
    equation = f"a{axes},{''.join(kernel)}->a{''.join(output)}"
    arguments: Arguments = {"output_shape": tuple(sizes[axis] for axis in output)}
    plain = list(axes) == [*kept, *summed] and output == [*kept, *new] and not shared
    # Keras reverses the axes that an equation leaves out, so there is one, beside the batch.
    if plain and len(kept) < 2 and draw(st.booleans()):
        equation = f"...{''.join(summed)},{''.join(kernel)}->...{''.join(new)}"
        arguments["output_shape"] = tuple(sizes[axis] for axis in new)
    arguments["equation"] = equation
    arguments |= draw(_options(style, "use_bias"))
    if not style.is_linear and (style.is_trained or draw(st.booleans())):
        arguments["bias_axes"] = new[-1]
    return "EinsumDense", arguments


# ---------------------------------------------------------------------- the rest


@st.composite
def _paddings(draw: DrawFn, shape: Shape, style: Style) -> tuple[str, Arguments]:
    rank = len(shape) - 1
    if style.zeros and draw(st.booleans()):
        margins = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(rank)]
        return f"ZeroPadding{rank}D", {"padding": tuple(margins) if rank > 1 else margins[0]}
    crops = []
    for size in shape[:-1]:
        before = draw(st.integers(0, min(2, size - 1)))
        crops.append((before, draw(st.integers(0, min(2, size - 1 - before)))))
    return f"Cropping{rank}D", {"cropping": tuple(crops) if rank > 1 else crops[0]}


@st.composite
def _moves(draw: DrawFn, shape: Shape, _: Style) -> tuple[str, Arguments]:
    kind = draw(st.sampled_from(["Flatten", "Permute", "Reshape"]))
    if kind == "Flatten":
        return kind, {}
    if kind == "Permute":
        return kind, {"dims": tuple(draw(st.permutations(range(1, len(shape) + 1))))}
    sizes = draw(st.permutations(shape))
    if len(sizes) > 1 and draw(st.booleans()):
        sizes = [sizes[0] * sizes[1], *sizes[2:]]
    elif len(sizes) < 4:
        sizes = [1, *sizes]
    return kind, {"target_shape": tuple(sizes)}


@st.composite
def _others(draw: DrawFn, shape: Shape, _: Style) -> tuple[str, Arguments]:
    """Layers without a contraction."""
    rank = len(shape) - 1
    names = ["Activation"]
    if 1 <= rank <= 3:
        names += [f"MaxPooling{rank}D", f"AveragePooling{rank}D", f"UpSampling{rank}D"]
    name = draw(st.sampled_from(names))
    if name == "Activation":
        return name, {"activation": draw(st.sampled_from(["relu", "softmax"]))}
    if name.startswith("UpSampling"):
        return name, {"size": draw(st.integers(1, 2))}
    return name, {"pool_size": min(2, *shape[:-1])}


# ---------------------------------------------------------------------- recurrent layers


@st.composite
def recurrent_stacks(draw: DrawFn, is_trained: bool = False) -> Program:
    """Recurrent layers, the cells written out at times, and what they may be wrapped in.

    Args:
        draw: draws.
        is_trained: whether all kernels have a bias, and nothing is padded.
    """
    size = st.integers(1, 5)
    shape: Shape = draw(
        st.one_of(
            st.tuples(size, size),
            st.tuples(st.integers(1, 4), size, st.integers(1, 3)),
            st.tuples(st.integers(1, 3), size, size, st.integers(1, 3)),
        )
    )
    spec, steps = Spec((None, *shape)), []
    for _ in range(draw(st.integers(1, 3))):
        if len(shape) == 1:
            break
        step = Step((0,), *draw(_recurrent(shape, is_trained)))
        steps.append(step)
        shape = _shape_after(shape, step)
    return Program((spec,), tuple(steps), 0, stack=True)


@st.composite
def _recurrent(draw: DrawFn, shape: Shape, is_trained: bool) -> tuple[str, Arguments]:
    options = {} if is_trained else {"use_bias": draw(st.booleans())}
    kind = draw(st.integers(0, 5))
    if kind == 0:
        style = Style(transposed=False, separable=False, is_trained=is_trained)
        inner = draw(_layers(shape[1:], style))
        return "TimeDistributed", {"layer": Inner(*inner)}
    if len(shape) > 2:
        # The state of a recurrent convolution is always padded, where the kernel needs it.
        name, arguments = draw(_recurrent_convolution(shape, 1 if is_trained else 3, options))
    elif kind == 1:
        cells = [
            Inner(f"{name}Cell", {"units": draw(st.integers(1, 4)), **options})
            for name in draw(st.lists(st.sampled_from(_CELLS), min_size=1, max_size=3))
        ]
        name, arguments = "RNN", {"cell": cells if len(cells) > 1 else cells[0]}
    else:
        name, arguments = draw(st.sampled_from(_CELLS)), {"units": draw(st.integers(1, 4))}
        arguments |= options
        if name == "GRU":
            arguments["reset_after"] = draw(st.booleans())
    arguments["return_sequences"] = draw(st.booleans())
    # Written out, the first step needs no gradient of its state, which a loop always has.
    if not is_trained and not name.startswith("ConvLSTM"):
        arguments["unroll"] = draw(st.booleans())
    if kind == 2:
        merge = draw(st.sampled_from(["concat", "sum"]))
        return "Bidirectional", {"layer": Inner(name, arguments), "merge_mode": merge}
    return name, {**arguments, "go_backwards": draw(st.booleans())}


_CELLS = ["SimpleRNN", "GRU", "LSTM"]


@st.composite
def _recurrent_convolution(
    draw: DrawFn, shape: Shape, most: int, options: Arguments
) -> tuple[str, Arguments]:
    sizes = shape[1:-1]
    rank = len(sizes)
    kernel = tuple(draw(st.integers(1, min(most, size))) for size in sizes)
    arguments = {"filters": draw(st.integers(1, 3)), "kernel_size": kernel, **options}
    arguments["padding"] = draw(st.sampled_from(["valid", "same"]))
    if draw(st.booleans()):
        arguments["strides"] = tuple(draw(st.integers(1, 2)) for _ in kernel)
    return f"ConvLSTM{rank}D", arguments


# ---------------------------------------------------------------------- products of two inputs


@st.composite
def attention_cases(draw: DrawFn) -> LayerCase:
    """A layer that multiplies what it is called on, with itself or with weights."""
    kinds = [_dot, _list_attention, _multi_head_attention, _group_query_attention]
    return draw(st.sampled_from(kinds).flatmap(lambda kind: kind()))


_SIZE = st.integers(1, 5)


def _spec(*shape: int) -> Spec:
    return Spec((None, *shape))


@st.composite
def _dot(draw: DrawFn) -> LayerCase:
    one = draw(st.lists(_SIZE, min_size=1, max_size=3))
    other = draw(st.lists(_SIZE, min_size=1, max_size=3))
    axes = draw(st.integers(1, len(one))), draw(st.integers(1, len(other)))
    other[axes[1] - 1] = one[axes[0] - 1]
    arguments = {"axes": axes, "normalize": draw(st.booleans())}
    return LayerCase("Dot", arguments, [_spec(*one), _spec(*other)])


@st.composite
def _list_attention(draw: DrawFn) -> LayerCase:
    queries, keys, size, value_size = (draw(_SIZE) for _ in range(4))
    inputs = [_spec(queries, size), _spec(keys, size)]
    if draw(st.booleans()):
        inputs[1:] = [_spec(keys, value_size), _spec(keys, size)]
    return LayerCase("Attention", {"use_scale": draw(st.booleans())}, inputs)


@st.composite
def _multi_head_attention(draw: DrawFn) -> LayerCase:
    positions = draw(st.lists(_SIZE, min_size=1, max_size=2))
    arguments: Arguments = {
        "num_heads": draw(st.integers(1, 3)),
        "key_dim": draw(_SIZE),
        "use_bias": draw(st.booleans()),
        "use_gate": draw(st.booleans()),
    }
    if draw(st.booleans()):
        arguments["output_shape"] = draw(st.sampled_from([3, (2, 3)]))
    seen = draw(st.lists(_SIZE, min_size=len(positions), max_size=len(positions)))
    if len(positions) == 2 and draw(st.booleans()):
        along = draw(st.integers(0, 1))
        arguments["attention_axes"] = along + 1
        seen[1 - along] = positions[1 - along]
    if draw(st.booleans()):
        # With dropout Keras multiplies by an equation: JAX's own attention has no values of
        # another size than the keys.
        arguments |= {"value_dim": draw(_SIZE), "dropout": 0.5}
    call: Arguments = {"value": _spec(*seen, draw(_SIZE))}
    if draw(st.booleans()):
        call["key"] = _spec(*seen, draw(_SIZE))
    return LayerCase("MultiHeadAttention", arguments, _spec(*positions, draw(_SIZE)), call)


@st.composite
def _group_query_attention(draw: DrawFn) -> LayerCase:
    groups, size = draw(st.integers(1, 2)), draw(_SIZE)
    arguments = {
        "head_dim": draw(_SIZE),
        "num_query_heads": groups * draw(st.integers(1, 3)),
        "num_key_value_heads": groups,
        "use_bias": draw(st.booleans()),
        "use_gate": draw(st.booleans()),
    }
    call: Arguments = {"value": _spec(draw(_SIZE), size)}
    if draw(st.booleans()):
        call["key"] = _spec(call["value"].shape[1], draw(_SIZE))
    return LayerCase("GroupQueryAttention", arguments, _spec(draw(_SIZE), size), call)
