"""Preprocessing."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, Inner, LayerCases, Spec
from tests.strategies._drawing import DATA_FORMATS, inputs_of_rank, mostly, mostly_known, some_of

# ---------------------------------------------------------------------- images


@st.composite
def _images(draw: DrawFn) -> Any:
    """A batch of images; sometimes one, several with what belongs to them, or something else."""
    channels = draw(mostly(st.just(3), st.integers(1, 4)))
    sizes = [draw(mostly_known(st.integers(3, 9))) for _ in range(2)]
    batch = [draw(st.sampled_from([None, 2]))] if draw(st.integers(0, 5)) else []
    shape = (*batch, *sizes, channels)
    if draw(st.integers(0, 3)) == 0:
        shape = (*batch, channels, *sizes)
    image = Spec(shape, draw(st.sampled_from(["float32", "uint8", "float16"])))
    boxes = {"boxes": Spec((*batch, 2, 4)), "labels": Spec((*batch, 2), "int32")}
    structures = st.sampled_from(
        [
            {"images": image},
            {"images": image, "labels": Spec((*batch, 5)), "bounding_boxes": boxes},
            {"images": image, "segmentation_masks": image, "labels": Spec((*batch, 5))},
        ]
    )
    return draw(mostly(st.just(image), st.one_of(inputs_of_rank(1, 5), structures)))


_SEED = mostly(st.sampled_from([None, 7]), st.sampled_from(["a", 1.5, True]))
_RANGE = mostly(
    st.sampled_from([(0, 255), [0, 1], (1.0, 0.0)]), st.sampled_from([None, 255, (1,), (0, 1, 2)])
)
_FORMATS = mostly(DATA_FORMATS, st.just("channels"))


def _factor(low: float, high: float) -> SearchStrategy[Any]:
    values = [low, high, (low + high) / 2, (low, high), [high, low]]
    outside = [low - 0.5, high + 0.5, (low, high + 1), (high + 1, high + 2), (low,), "a", None, ()]
    return mostly(st.sampled_from(values), st.sampled_from(outside))


_FRACTION = _factor(0, 1)
_SIGNED = _factor(-1, 1)
_FILL = mostly(
    st.sampled_from(["reflect", "wrap", "constant", "nearest"]), st.sampled_from(["mirror", "no"])
)
_INTERPOLATION = mostly(st.sampled_from(["nearest", "bilinear"]), st.just("bicubic"))
_SIZE = mostly(st.integers(0, 12), st.sampled_from([None, -1, 2.5, "a"]))
_NUMBER = st.sampled_from([0.5, 1, 3])


def _image_layer(
    name: str, required: Arguments | None = None, ranks: tuple[int, ...] = (), **optional: Any
) -> None:
    common = {"data_format": _FORMATS, "bounding_box_format": st.sampled_from([None, "xyxy"])}
    CASES[name] = LayerCases(
        _images(),
        lambda _: st.fixed_dictionaries(required or {}, optional={**common, **optional}),
        ranks,
    )


_SIZES = {"height": _SIZE, "width": _SIZE}
_MIXED = {"value_range": _RANGE, "interpolation": _INTERPOLATION, "seed": _SEED}
_MOVED = {"fill_mode": _FILL, "interpolation": _INTERPOLATION, "fill_value": _NUMBER, "seed": _SEED}

_image_layer(
    "Resizing",
    _SIZES,
    (4,),
    interpolation=st.sampled_from(["bilinear", "nearest"]),
    crop_to_aspect_ratio=st.booleans(),
    pad_to_aspect_ratio=st.booleans(),
    fill_mode=st.just("constant"),
    fill_value=_NUMBER,
    antialias=st.booleans(),
)
_image_layer("CenterCrop", _SIZES, (4,))
# Without a seed Keras makes one up and saves it, so that what it saves is never the same.
_image_layer("RandomCrop", {**_SIZES, "seed": st.just(1)}, (4,))
_image_layer(
    "MaxNumBoundingBoxes",
    {"max_number": mostly(st.sampled_from([0, 5, 2.5, "3"]), st.sampled_from(["a", None]))},
    fill_value=mostly(st.sampled_from([-1, 2.5]), st.sampled_from(["a", None])),
)
_image_layer("AutoContrast", ranks=(4,), value_range=_RANGE)
_image_layer(
    "ContrastLimitedAdaptiveHistogramEqualization",
    ranks=(4,),
    value_range=_RANGE,
    clip_limit=_NUMBER,
    tile_grid_size=st.sampled_from([(8, 8), (2, 3)]),
)
_image_layer("Equalization", value_range=_RANGE, bins=_NUMBER)
_image_layer(
    "Solarization",
    addition_factor=_FRACTION,
    threshold_factor=_FRACTION,
    value_range=_RANGE,
    seed=_SEED,
)
_image_layer(
    "AugMix",
    num_chains=_NUMBER,
    chain_depth=_NUMBER,
    factor=_FRACTION,
    alpha=_NUMBER,
    all_ops=st.booleans(),
    **_MIXED,
)
_image_layer("CutMix", factor=_FRACTION, seed=_SEED)
_image_layer("MixUp", alpha=_NUMBER, seed=_SEED)
_image_layer("RandAugment", num_ops=_NUMBER, factor=_FRACTION, **_MIXED)
for _name, _factors in {
    "RandomBrightness": _SIGNED,
    "RandomColorDegeneration": _SIGNED,
    "RandomContrast": _FRACTION,
    "RandomHue": _FRACTION,
    "RandomPosterization": _factor(1, 8),
    "RandomSaturation": _SIGNED,
    "RandomSharpness": _FRACTION,
}.items():
    _image_layer(_name, {"factor": _factors}, (4,), value_range=_RANGE, seed=_SEED)
_image_layer(
    "RandomColorJitter",
    value_range=_RANGE,
    brightness_factor=_SIGNED,
    contrast_factor=_FRACTION,
    saturation_factor=_SIGNED,
    hue_factor=_FRACTION,
    seed=_SEED,
)
_image_layer(
    "RandomElasticTransform", factor=_FRACTION, scale=_FRACTION, value_range=_RANGE, **_MOVED
)
_image_layer(
    "RandomErasing",
    factor=_FRACTION,
    scale=_FRACTION,
    fill_value=_NUMBER,
    value_range=_RANGE,
    seed=_SEED,
)
_image_layer("RandomFlip", ranks=(4,), mode=st.sampled_from(["horizontal", "no"]), seed=_SEED)
_image_layer(
    "RandomGaussianBlur",
    factor=_FRACTION,
    kernel_size=mostly(st.sampled_from([3, 5, (1, 3)]), st.sampled_from([2, (1, 2), (1,), None])),
    sigma=_FRACTION,
    value_range=_RANGE,
    seed=_SEED,
)
_image_layer(
    "RandomGrayscale",
    factor=mostly(st.sampled_from([0, 0.5, 1]), st.sampled_from([-1, 2, None])),
    seed=_SEED,
)
_image_layer("RandomInvert", factor=_FRACTION, value_range=_RANGE, seed=_SEED)
_image_layer(
    "RandomPerspective",
    factor=_FRACTION,
    scale=mostly(st.sampled_from([0, 0.5]), st.sampled_from([-1, 2, None])),
    interpolation=_INTERPOLATION,
    fill_value=_NUMBER,
    seed=_SEED,
)
_image_layer("RandomRotation", {"factor": _SIGNED}, (4,), **_MOVED)
_image_layer("RandomShear", x_factor=_FRACTION, y_factor=_FRACTION, **_MOVED)
_image_layer("RandomTranslation", {"height_factor": _SIGNED, "width_factor": _SIGNED}, **_MOVED)
_image_layer(
    "RandomZoom",
    {"height_factor": _factor(-0.9, 1)},
    width_factor=st.one_of(st.none(), _SIGNED),
    **_MOVED,
)

# ---------------------------------------------------------------------- numbers

CASES["Rescaling"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: st.fixed_dictionaries({"scale": _NUMBER}, optional={"offset": _NUMBER}),
    (2, 3, 4, 5),
)


@st.composite
def _normalization(draw: DrawFn, spec: Spec) -> Arguments:
    rank = len(spec.shape)
    known = [axis for axis in range(rank) if spec.shape[axis] is not None]
    axes = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else None
    axis = draw(mostly(st.just(axes), st.sampled_from([None, -1, (1, -1), 7, [1, 1], "a"])))
    arguments: Arguments = {"invert": draw(st.booleans())}
    if draw(st.booleans()):
        arguments["axis"] = axis
    if draw(st.integers(0, 2)) == 0:
        kept = sorted(axes or ()) if "axis" in arguments else [rank - 1]
        shape = [spec.shape[axis] or 1 for axis in kept]
        shape = shape[draw(st.integers(0, len(shape))) :]
        arguments["mean"] = draw(
            mostly(st.just(_zeros(shape)), st.sampled_from([None, [1.0, 2.0]]))
        )
        other = st.sampled_from([None, 1.0, [[1.0]]])
        arguments["variance"] = draw(mostly(st.just(arguments["mean"]), other))
    return arguments


def _zeros(shape: list[int]) -> Any:
    return [_zeros(shape[1:])] * shape[0] if shape else 0.5


CASES["Normalization"] = LayerCases(inputs_of_rank(1, 4), _normalization, (2, 3, 4))

_BINS = mostly(st.sampled_from([[], [0.5], [0.0, 1.0, 2.0]]), st.none())
# Arithmetic is explained along known axes after the batch; without one there is none to check.
_NO_BINS = mostly(st.just([]), st.none())


@st.composite
def _discretization(draw: DrawFn, spec: Spec) -> Arguments:
    arguments = draw(
        some_of(
            epsilon=st.just(0.1),
            output_mode=mostly(
                st.sampled_from(["int", "one_hot", "multi_hot", "count"]), st.just("binary")
            ),
            sparse=mostly(st.just(False), st.just(True)),
        )
    )
    name = draw(st.sampled_from(["bin_boundaries", "num_bins"]))
    arguments[name] = draw(
        (_BINS if any(spec.shape[1:]) else _NO_BINS)
        if name[0] == "b"
        else mostly(st.integers(0, 4), st.just(-1))
    )
    if draw(st.integers(0, 9)) == 0:
        arguments["num_bins"] = 3
    return arguments


CASES["Discretization"] = LayerCases(inputs_of_rank(1, 4), _discretization, (2, 3, 4))


@st.composite
def _pipelines(draw: DrawFn, _: Spec) -> Arguments:
    size = st.integers(2, 6)
    inner = st.one_of(
        st.builds(lambda scale: Inner("Rescaling", {"scale": scale}), _NUMBER),
        st.builds(lambda h, w: Inner("Resizing", {"height": h, "width": w}), size, size),
        st.just(Inner("Normalization", {})),
        st.builds(lambda units: Inner("Dense", {"units": units}), size),
        st.just(Inner("RandomFlip", {"seed": 1})),
        st.just(Inner("BatchNormalization", {})),
    )
    layers = draw(mostly(st.lists(inner, min_size=1, max_size=3), st.sampled_from([[], None])))
    return {"layers": layers}


CASES["Pipeline"] = LayerCases(
    st.builds(
        lambda batch, size, channels: Spec((batch, size, 7, channels)),
        st.sampled_from([None, 2]),
        mostly_known(st.integers(3, 8)),
        st.integers(1, 3),
    ),
    _pipelines,
)

# ---------------------------------------------------------------------- audio

CASES["MelSpectrogram"] = LayerCases(
    # The samples of a sound without a batch stand where explanations expect the batch.
    mostly(inputs_of_rank(2, 4, 2000), st.just(Spec((None,)))),
    lambda _: st.fixed_dictionaries(
        {"num_mel_bins": mostly(st.sampled_from([1, 20]), st.sampled_from([-1, None, 2.5]))},
        optional={
            "fft_length": st.sampled_from([64, 2048]),
            "sequence_stride": mostly(st.sampled_from([1, 16, 512]), st.just(0)),
            "sequence_length": mostly(st.sampled_from([None, 16, 64]), st.just(4096)),
            "window": st.sampled_from(["hann", None]),
            "sampling_rate": st.sampled_from([8000, 16000]),
            "min_freq": _NUMBER,
            "max_freq": st.sampled_from([None, 4000]),
            "power_to_db": st.booleans(),
            "top_db": _NUMBER,
            "mag_exp": _NUMBER,
            "min_power": _NUMBER,
            "ref_power": _NUMBER,
        },
    ),
)
CASES["STFTSpectrogram"] = LayerCases(
    mostly(inputs_of_rank(3, 3, 40), inputs_of_rank(1, 5)),
    lambda _: st.fixed_dictionaries(
        {
            "frame_length": mostly(st.integers(1, 9), st.just(0)),
            # A name needs SciPy, which Keras doesn't bring.
            "window": mostly(st.none(), st.just([1.0, 0.5, 1.0])),
        },
        optional={
            "mode": mostly(
                st.sampled_from(["log", "magnitude", "psd", "real", "imag", "angle", "stft"]),
                st.just("power"),
            ),
            "frame_step": mostly(st.sampled_from([None, 1, 2]), st.sampled_from([0, 12])),
            "fft_length": mostly(st.sampled_from([None, 9, 16]), st.just(2)),
            "periodic": st.booleans(),
            "scaling": mostly(st.sampled_from([None, "density", "spectrum"]), st.just("no")),
            "padding": mostly(st.sampled_from(["valid", "same"]), st.just("causal")),
            "expand_dims": st.booleans(),
            "data_format": _FORMATS,
        },
    ),
    (3,),
)

# ---------------------------------------------------------------------- categories and text


def _inputs(*dtypes: str) -> SearchStrategy[Spec]:
    sizes = st.lists(mostly_known(st.sampled_from([1, 1, 2, 5])), max_size=2)
    return st.builds(
        lambda batch, rest, dtype: Spec((batch, *rest), dtype),
        st.sampled_from([None, 1, 3]),
        sizes,
        st.sampled_from(dtypes),
    )


_MODES = ["int", "one_hot", "multi_hot", "count"]
_SPARSE = mostly(st.just(False), st.just(True))
_SALT = mostly(st.sampled_from([None, 7, (1, 2), [3, 4]]), st.sampled_from(["a", (1,)]))
_TOKENS = mostly(st.integers(1, 6), st.sampled_from([0, None, -2]))

CASES["CategoryEncoding"] = LayerCases(
    _inputs("int32", "float32", "int64"),
    lambda _: st.fixed_dictionaries(
        {"num_tokens": _TOKENS},
        optional={
            "output_mode": mostly(st.sampled_from([*_MODES[1:], "binary"]), st.just("int")),
            "sparse": _SPARSE,
        },
    ),
    call_arguments=lambda spec: st.sampled_from([{}, {}, {"count_weights": spec}]),
)


@st.composite
def _pairs(draw: DrawFn) -> Any:
    spec = draw(_inputs("int32", "string"))
    other = draw(mostly(st.just(spec), _inputs("int64")))
    return draw(mostly(st.just([spec, other]), st.sampled_from([spec, (spec, spec), [spec] * 3])))


CASES["HashedCrossing"] = LayerCases(
    _pairs(),
    lambda _: st.fixed_dictionaries(
        {"num_bins": mostly(st.integers(1, 6), st.sampled_from([-1, None]))},
        optional={
            "output_mode": mostly(st.sampled_from(["int", "one_hot"]), st.just("count")),
            "sparse": _SPARSE,
        },
    ),
)
CASES["Hashing"] = LayerCases(
    _inputs("int32", "string", "float32"),
    lambda _: st.fixed_dictionaries(
        {
            "num_bins": _TOKENS,
            "dtype": st.sampled_from([None, None, "int32", "int64", "float32", "mixed_float16"]),
        },
        optional={
            "mask_value": st.sampled_from([None, 1]),
            "salt": _SALT,
            "output_mode": mostly(st.sampled_from(_MODES), st.just("binary")),
            "sparse": _SPARSE,
        },
    ),
)


@st.composite
def _lookup(draw: DrawFn, words: list[Any], mask: Any, wrong: Any) -> Arguments:
    vocabulary = draw(st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True))
    mode = draw(mostly(st.sampled_from([*_MODES, "binary", "tf_idf"]), st.just("hashed")))
    arguments: Arguments = {"output_mode": mode}
    if draw(st.booleans()):
        bad = st.sampled_from([[], [words[0]] * 2, [mask, *vocabulary], [wrong]])
        arguments["vocabulary"] = draw(mostly(st.just(vocabulary), bad))
    if draw(mostly(st.just(mode in ("tf_idf", "tf-idf")), st.booleans())):
        arguments["idf_weights"] = [0.5] * len(arguments.get("vocabulary", words))
    if draw(st.booleans()):
        arguments["max_tokens"] = draw(mostly(st.just(9), st.sampled_from([1, 2, None])))
        arguments["pad_to_max_tokens"] = draw(st.booleans())
    arguments["sparse"] = draw(_SPARSE)
    return arguments


@st.composite
def _index(draw: DrawFn, words: list[Any], mask: Any, wrong: Any, integers: bool) -> Arguments:
    arguments = draw(_lookup(words, mask, wrong))
    farmhash = draw(st.booleans())
    salts = _SALT if farmhash or not integers else mostly(st.none(), st.just(3))
    arguments |= draw(
        some_of(
            num_oov_indices=mostly(st.integers(0, 3), st.just(-1)),
            mask_token=mostly(st.sampled_from([None, mask]), st.just(wrong)),
            oov_token=mostly(st.just(words[0]), st.sampled_from([wrong, None])),
            salt=salts,
        )
    )
    arguments["oov_method"] = "farmhash" if farmhash else "floormod"
    if draw(st.integers(0, 3)) == 0:
        arguments["invert"] = True
        arguments["output_mode"] = draw(mostly(st.just("int"), st.just("one_hot")))
        arguments.pop("idf_weights", None)
    if draw(st.integers(0, 5)) == 0:
        arguments["vocabulary_size"] = draw(st.integers(2, 6))
    return arguments


CASES["IntegerLookup"] = LayerCases(
    _inputs("int64", "int32"), lambda _: _index([11, 12, 13, 14, 15], 0, "a", True)
)
CASES["StringLookup"] = LayerCases(
    _inputs("string"), lambda _: _index(["a", "b", "c", "d", "e"], "", 7, False)
)


@st.composite
def _vectorization(draw: DrawFn, _: Spec) -> Arguments:
    arguments = draw(_lookup(["a", "b", "c", "d", "e"], "", 7))
    if arguments["output_mode"] == "int" or draw(st.integers(0, 11)) == 7:
        lengths = mostly(st.sampled_from([None, 0, 5]), st.sampled_from([-1, 2.5]))
        arguments["output_sequence_length"] = draw(lengths)
        arguments["ragged"] = draw(st.booleans())
    return {
        **arguments,
        **draw(
            some_of(
                standardize=mostly(st.sampled_from([None, "lower"]), st.just("upper")),
                split=mostly(st.sampled_from([None, "whitespace", "character"]), st.just("no")),
                ngrams=mostly(st.sampled_from([None, 2, (1, 2)]), st.sampled_from(["a", (1.5,)])),
                vocabulary_size=mostly(st.none(), st.integers(2, 6)),
            )
        ),
    }


CASES["TextVectorization"] = LayerCases(_inputs("string"), _vectorization)
