"""An example of every layer: a call, and the named sizes of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from convzoo.analyses.explain import Explanation, explain
from convzoo.graph.facts import Work
from convzoo.graph.formula import Formula
from convzoo.graph.layer import Layer, Tensor, work_of
from convzoo.graph.naming import fresh_names
from convzoo.graph.structure import leaves
from convzoo.layers import LAYERS, Input
from convzoo.models import Model

Sizes: TypeAlias = Mapping[str, int]

_COLUMNS = ("params", "macs", "element_ops")
_VECTOR = {"C": 16}
_SERIES = {"T": 10, "C": 16}
_IMAGE = {"H": 28, "W": 28, "C": 3}
_VOLUME = {"D": 16, "H": 16, "W": 16, "C": 3}
_MAPS = {"H": 7, "W": 7, "C": 64}
_FILM = {"T": 5, "H": 28, "W": 28, "C": 3}
_TOKENS = {"T": 10}
_STATE = {"32": 32}
_COLOURS = {"H": 28, "W": 28, "3": 3}
_BY_RANK = {"1D": _SERIES, "2D": _IMAGE, "3D": _VOLUME}


class Example(NamedTuple):
    """A call of a layer.

    Args:
        code: the call; its inputs are `x`, `y` and `z`.
        inputs: the sizes of each input by their names, without the batch. What must be that size
            has it for a name.
        dtype: the dtype of the inputs.
    """

    code: str
    inputs: tuple[Sizes, ...]
    dtype: str = "float32"

    @property
    def layer(self) -> type[Layer]:
        """The class whose example it is."""
        return _CLASSES[self.code.partition("(")[0]]

    @property
    def words(self) -> str:
        """The sizes of the inputs, those of the same sizes together: `x` and `y` of 7 x 7 x 64."""
        names: dict[str, list[str]] = {}
        for name, sizes in zip("xyz", self.inputs, strict=False):
            names.setdefault(_product(sizes.values()), []).append(f"`{name}`")
        return ", ".join(f"{' and '.join(each)} of {sizes}" for sizes, each in names.items())

    @property
    def names(self) -> str:
        """The names of the sizes, such as `H x W x C`."""
        return ", ".join(dict.fromkeys(map(_product, self.inputs)))

    @property
    def numbers(self) -> str:
        """The sizes, such as `28 x 28 x 3`."""
        return ", ".join(dict.fromkeys(_product(sizes.values()) for sizes in self.inputs))


def _product(sizes: Iterable[object]) -> str:
    return " x ".join(map(str, sizes))


class InSizes(NamedTuple):
    """What a call gives and costs, as formulas in the sizes of its inputs.

    Args:
        output: the dims of the first output, without the batch.
        params: the parameters, those that don't learn among them.
        work: what it computes for one sample.
    """

    output: tuple[object, ...]
    params: object
    work: Work | None


def arithmetic(example: Example) -> list[Explanation]:
    """How the numbers of an example come about, as `convzoo calc --explain` has it."""
    with fresh_names():
        inputs = [Input(tuple(sizes.values()), dtype=example.dtype) for sizes in example.inputs]
        return explain(Model(inputs, _called(example, inputs)), _COLUMNS)


def in_sizes(example: Example) -> InSizes:
    """The layer's own formulas, run on sizes that have no value but a name."""
    with fresh_names():
        inputs = [Tensor((None, *map(_named, sizes)), example.dtype) for sizes in example.inputs]
        output = leaves(_called(example, inputs))[0]
        call = output.call
        params = sum(weight.elements for weight in call.layer.variables)
        return InSizes(output.shape[1:], params, work_of(call.layer, *call.args, **call.kwargs))


def _named(name: str) -> int | Formula:
    return int(name) if name.isdecimal() else Formula.named(name)


def _called(example: Example, inputs: list[Tensor]) -> object:
    # The code stands in this file: what is shown is what is run.
    return eval(example.code, dict(_CLASSES), dict(zip("xyz", inputs, strict=False)))


_CLASSES = {layer.class_name: layer for _, layer in LAYERS.items()}


def _of_ranks(family: str, arguments: str = "", ranks: str = "123") -> list[Example]:
    return [
        Example(f"{family.format(f'{rank}D')}({arguments})(x)", (_BY_RANK[f"{rank}D"],))
        for rank in ranks
    ]


EXAMPLES: dict[type[Layer], Example] = {
    example.layer: example
    for example in [
        *_of_ranks("Conv{}", "32, 3", ranks="12"),
        *_of_ranks("Conv{}", "32, 3, padding='same'", ranks="3"),
        *_of_ranks("Conv{}Transpose", "8, 3, strides=2"),
        *_of_ranks("DepthwiseConv{}", "3", ranks="12"),
        *_of_ranks("SeparableConv{}", "32, 3", ranks="12"),
        *_of_ranks("MaxPooling{}", "2"),
        *_of_ranks("AveragePooling{}", "2"),
        *_of_ranks("L2Pooling{}", "2"),
        *_of_ranks("GlobalMaxPooling{}"),
        *_of_ranks("GlobalAveragePooling{}"),
        *_of_ranks("AdaptiveAveragePooling{}", "4"),
        *_of_ranks("AdaptiveMaxPooling{}", "4"),
        *_of_ranks("ZeroPadding{}", "1"),
        *_of_ranks("Cropping{}", "1"),
        *_of_ranks("UpSampling{}", "2"),
        *_of_ranks("SpatialDropout{}", "0.5"),
        Example("Flatten()(x)", (_MAPS,)),
        Example("Reshape((-1, 64))(x)", (_MAPS,)),
        Example("Permute((3, 1, 2))(x)", (_IMAGE,)),
        Example("RepeatVector(5)(x)", (_VECTOR,)),
        Example("Dense(10)(x)", (_VECTOR,)),
        Example("EinsumDense('ab,bc->ac', output_shape=10)(x)", (_VECTOR,)),
        *(
            Example(f"{call}(x)", (_MAPS,))
            for call in (
                "Activation('relu')", "ReLU()", "LeakyReLU()", "PReLU(shared_axes=[1, 2])", "ELU()",
                "Softmax()", "Identity()", "BatchNormalization()", "LayerNormalization()",
                "RMSNormalization()", "UnitNormalization()", "GroupNormalization(32)",
                "SpectralNormalization(Conv2D(32, 3))", "StochasticDepth(0.1)", "Dropout(0.5)",
                "GaussianNoise(0.1)", "GaussianDropout(0.5)", "AlphaDropout(0.5)",
                "ActivityRegularization(0.01)", "TrainableSubsampling2D(2)",
            )
        ),
        Example("ConnectionTableConv2D(2, 5, [[0, 1], [1, 2]])(x)", ({"H": 14, "W": 14, "3": 3},)),
        Example("EuclideanRBF(2, [[1, -1, 1], [-1, 1, 1]])(x)", ({"3": 3},)),
        Example("LayerScale(1e-06, 64)(x)", ({"H": 7, "W": 7, "64": 64},)),
        Example("CustomScaleLayer(0.2)([x, y])", (_MAPS, _MAPS)),
        *(
            Example(f"{name}()([x, y])", (_MAPS, _MAPS))
            for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum",
                         "Concatenate")
        ),
        Example("Dot(axes=1)([x, y])", (_VECTOR, _VECTOR)),
        Example("Attention()([x, y])", (_SERIES, _SERIES)),
        Example("AdditiveAttention()([x, y])", (_SERIES, _SERIES)),
        Example("MultiHeadAttention(2, 8)(x, y)", (_SERIES, _SERIES)),
        Example("GroupQueryAttention(8, 4, 2)(x, y)", (_SERIES, _SERIES)),
        Example("Embedding(1000, 16)(x)", (_TOKENS,), "int32"),
        Example("ReversibleEmbedding(1000, 16)(x)", (_TOKENS,), "int32"),
        Example("Masking()(x)", (_SERIES,)),
        Example("Lambda(lambda x: x, output_shape=(10,))(x)", (_VECTOR,)),
        Example("Rescaling(1 / 255)(x)", (_IMAGE,)),
        Example("Normalization()(x)", (_IMAGE,)),
        Example("Discretization([0.0, 1.0])(x)", (_VECTOR,)),
        Example("Pipeline([Rescaling(1 / 255), RandomFlip()])(x)", (_IMAGE,)),
        Example("MelSpectrogram()(x)", ({"T": 16000},)),
        Example("STFTSpectrogram()(x)", ({"T": 16000, "C": 1},)),
        *(
            Example(f"{call}(x)", (_IMAGE,))
            for call in (
                "Resizing(14, 14)", "CenterCrop(24, 24)", "RandomCrop(24, 24)", "AutoContrast()",
                "ContrastLimitedAdaptiveHistogramEqualization()", "Equalization()",
                "Solarization()", "AugMix()", "CutMix()", "MixUp()", "RandAugment()",
                "RandomBrightness(0.2)", "RandomColorJitter()", "RandomContrast(0.2)",
                "RandomElasticTransform()", "RandomErasing()", "RandomFlip()",
                "RandomGaussianBlur()", "RandomGrayscale()", "RandomHue(0.5)", "RandomInvert()",
                "RandomPerspective()", "RandomPosterization(4)", "RandomRotation(0.1)",
                "RandomSaturation(0.5)", "RandomSharpness(0.5)", "RandomShear()",
                "RandomTranslation(0.1, 0.1)", "RandomZoom(0.1)",
            )
        ),
        Example("RandomColorDegeneration(0.5)(x)", (_COLOURS,)),
        Example("CategoryEncoding(10)(x)", (_TOKENS,), "int32"),
        Example("HashedCrossing(10)((x, y))", ({"C": 1}, {"C": 1}), "int32"),
        Example("Hashing(10)(x)", (_TOKENS,), "int32"),
        Example("IntegerLookup(vocabulary=[1, 2, 3])(x)", (_TOKENS,), "int32"),
        Example("StringLookup(vocabulary=['a', 'b'])(x)", (_TOKENS,), "string"),
        Example("TextVectorization(output_sequence_length=8)(x)", ({"C": 1},), "string"),
        *(
            Example(f"{name}(32)(x)", (_SERIES,)) for name in ("SimpleRNN", "GRU", "LSTM")
        ),
        Example("SimpleRNNCell(32)(x, y)", (_VECTOR, _STATE)),
        Example("GRUCell(32)(x, y)", (_VECTOR, _STATE)),
        Example("LSTMCell(32)(x, [y, z])", (_VECTOR, _STATE, _STATE)),
        Example("StackedRNNCells([GRUCell(32), GRUCell(8)])(x, [y, z])",
                (_VECTOR, _STATE, {"8": 8})),
        Example("RNN(LSTMCell(32))(x)", (_SERIES,)),
        Example("ConvLSTM1D(8, 3, padding='same')(x)", ({"T": 5, "W": 28, "C": 3},)),
        Example("ConvLSTM2D(8, 3, padding='same')(x)", (_FILM,)),
        Example("ConvLSTM3D(8, 3, padding='same')(x)", ({"T": 5, **_VOLUME},)),
        Example("TimeDistributed(Conv2D(32, 3))(x)", (_FILM,)),
        Example("Bidirectional(LSTM(32))(x)", (_SERIES,)),
    ]
}  # fmt: skip
"""The example of each layer."""

WITHOUT_EXAMPLE = {
    "Wrapper": "It is the base of layers that hold a layer, and is not called itself.",
    "InputLayer": "It holds the shape of an input and calculates nothing.",
    "MaxNumBoundingBoxes": "It takes bounding boxes; images go through it unchanged.",
}
"""Why a layer of which something is known has no example."""
