"""Preprocessing of categories and text. Equals `keras/src/layers/preprocessing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.graph.dims import Dim, Shape
from convzoo.graph.facts import Weight, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.preprocessing import one_look_each

_MODES = ("int", "one_hot", "multi_hot", "count")


def _check_mode(layer: Any, modes: Sequence[str]) -> None:
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(layer.output_mode, layer.output_mode)
    if mode not in modes:
        raise layer.error(
            f"output_mode must be one of {', '.join(modes)}", f"output_mode={layer.output_mode!r}"
        )
    layer.output_mode = mode


def _check_salt(layer: Any) -> None:
    """Bring the salt of a hash to two integers."""
    salt = layer.salt
    if salt is None:
        return
    pair = [salt, salt] if isinstance(salt, int) else salt
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise layer.error("salt must be an integer, or two", f"salt={salt!r}")
    layer.salt = list(pair)


def _check_dense(layer: Any) -> None:
    if layer.sparse and layer.output_mode == "int":
        raise layer.error("integers can't be sparse", "sparse=True with output_mode='int'")


@LAYERS.register("CategoryEncoding")
class CategoryEncoding(Layer):
    """Which categories there are, or how often. Equals `keras.layers.CategoryEncoding`.

    Args:
        num_tokens: categories.
        output_mode: `"one_hot"`, `"multi_hot"` or `"count"`.
        sparse: whether the output is a sparse tensor.
    """

    num_tokens: Any = None
    output_mode: str = "multi_hot"
    sparse: bool = False

    def check_arguments(self) -> None:
        if self.output_mode == "binary":
            del self.output_mode
        _check_mode(self, ("count", "one_hot", "multi_hot"))
        if not isinstance(self.num_tokens, int) or self.num_tokens < 1:
            raise self.error(
                "num_tokens must be an integer of 1 or more", f"num_tokens={self.num_tokens!r}"
            )

    def output(self, inputs: Tensor, count_weights: Tensor | None = None) -> Tensor:
        shape = inputs.shape
        if self.output_mode != "one_hot" or (shape[-1] == 1 and len(shape) > 1):
            shape = shape[:-1]
        return Tensor((*shape, self.num_tokens), self.compute_dtype)

    def weights(self, inputs: Tensor, count_weights: Tensor | None = None) -> tuple[Weight, ...]:
        return ()

    def work(self, inputs: Tensor, count_weights: Tensor | None = None) -> Work:
        return one_look_each(inputs)


class IntegerByDefault(Layer):
    """A layer whose dtype is int64 where it gives integers and no dtype is given."""

    def _check_dtype(self) -> None:
        given = self.__dict__["dtype"]
        super()._check_dtype()
        if given is not None:
            self.__dict__.setdefault("dtype", "float32")

    def check_dtype(self: Any) -> None:
        """Take the dtype that Keras takes."""
        if self.output_mode == "int" and self.dtype is None:
            self.dtype = "int64"
        if self.output_mode != "int" and self.dtype == "float32":
            self.__dict__.pop("dtype", None)


@LAYERS.register("HashedCrossing")
class HashedCrossing(IntegerByDefault):
    """One category for each pair of two. Equals `keras.layers.HashedCrossing`.

    Args:
        num_bins: categories.
        output_mode: `"int"` or `"one_hot"`.
        sparse: whether the output is a sparse tensor.
    """

    num_bins: Any
    output_mode: str = "int"
    sparse: bool = False

    def check_arguments(self) -> None:
        _check_mode(self, ("int", "one_hot"))
        self.check_dtype()
        self.__dict__.pop("trainable", None)  # As Keras, which takes it for nothing.

    def output(self, inputs: Any) -> Tensor:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            shape = inputs.shape if isinstance(inputs, Tensor) else inputs
            raise self.shape_error("must be called on a list of two tensors", shape)
        shape, other = (tensor.shape for tensor in inputs)
        if shape[-1] != other[-1]:
            raise self.shape_error("needs two tensors of one shape", [shape, other])
        if self.output_mode == "one_hot":
            bins = self.num_bins  # Keras takes None, and then knows no size.
            if bins is not None and (not isinstance(bins, int) or bins < 0):
                raise self.error("num_bins must be an integer", f"num_bins={self.num_bins!r}")
            shape = (*(shape[:-1] if shape[-1] == 1 else shape), self.num_bins)
        return Tensor(shape, self.compute_dtype)

    def work(self, inputs: Any) -> Work:
        return one_look_each(*inputs)


@LAYERS.register("Hashing")
class Hashing(IntegerByDefault):
    """One of some categories for each value. Equals `keras.layers.Hashing`.

    Args:
        num_bins: categories.
        mask_value: a value with a category of its own.
        salt: one or two integers that make another hash.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"` or `"count"`.
        sparse: whether the output is a sparse tensor.
    """

    num_bins: Any
    mask_value: Any = None
    salt: Any = None
    output_mode: str = "int"
    sparse: bool = False

    def check_arguments(self) -> None:
        if not isinstance(self.num_bins, int) or self.num_bins <= 0:
            raise self.error(
                "num_bins must be an integer of 1 or more", f"num_bins={self.num_bins!r}"
            )
        if self.output_mode not in _MODES:
            raise self.error(
                f"output_mode must be one of {', '.join(_MODES)}",
                f"output_mode={self.output_mode!r}",
            )
        self.check_dtype()
        if self.output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise self.error("integers have the dtype int32 or int64", f"dtype={self.dtype!r}")
        _check_dense(self)
        _check_salt(self)

    def output(self, inputs: Tensor) -> Tensor:
        shape = inputs.shape
        if self.output_mode != "int":
            shape = (*shape[:-1], self.num_bins)
        return Tensor(shape, self.variable_dtype)

    def work(self, inputs: Tensor) -> Work:
        return one_look_each(inputs)


class Lookup(Layer):
    """The place of each value in a vocabulary.

    Its `dtype` and `trainable` are taken for nothing, as in Keras.
    """

    def check_vocabulary(self: Any, kind: type) -> None:
        """Refuse what Keras refuses, and learn the size of the vocabulary.

        Args:
            kind: the Python type of a value.
        """
        for name in ("trainable", "dtype"):
            self.__dict__.pop(name, None)
        _check_mode(self, (*_MODES, "tf_idf"))
        self._check_numbers()
        if self.oov_method not in ("floormod", "farmhash"):
            raise self.error(
                "oov_method must be 'floormod' or 'farmhash'", f"oov_method={self.oov_method!r}"
            )
        if self.salt is not None and kind is int and self.oov_method != "farmhash":
            raise self.error("a salt needs oov_method='farmhash'", f"salt={self.salt!r}")
        _check_salt(self)
        if self.invert and self.output_mode != "int":
            raise self.error("invert needs output_mode='int'", f"output_mode={self.output_mode!r}")
        _check_dense(self)
        if self.mask_token is not None and not isinstance(self.mask_token, kind):
            raise self.error("mask_token must be a value", f"mask_token={self.mask_token!r}")
        if self.invert and not isinstance(self.oov_token, kind):
            raise self.error("oov_token must be a value", f"oov_token={self.oov_token!r}")
        if (self.idf_weights is not None) != (self.output_mode == "tf_idf") and (
            self.idf_weights is not None or self.vocabulary is not None
        ):
            raise self.error(
                "idf_weights belong to a vocabulary with output_mode='tf_idf'",
                f"idf_weights={self.idf_weights!r} with output_mode={self.output_mode!r}",
            )
        if self.vocabulary is not None and not isinstance(self.vocabulary, str):
            self._take_vocabulary(list(self.vocabulary), kind)

    def _check_numbers(self: Any) -> None:
        most, oov = self.max_tokens, self.num_oov_indices
        if most is not None and (not isinstance(most, int) or most <= 1):
            raise self.error("max_tokens must be an integer above 1", f"max_tokens={most!r}")
        if self.pad_to_max_tokens and most is None:
            raise self.error("pad_to_max_tokens needs max_tokens", "pad_to_max_tokens=True")
        if not isinstance(oov, int) or oov < 0:
            raise self.error("num_oov_indices must be 0 or more", f"num_oov_indices={oov!r}")

    def _take_vocabulary(self: Any, words: list[Any], kind: type) -> None:
        masked = self.mask_token is not None and self.output_mode == "int"
        special = masked + self.num_oov_indices
        begins_with_special = special <= len(words) and words[:special] == (
            [self.mask_token] * masked + [self.oov_token] * self.num_oov_indices
        )
        tokens = words[special:] if begins_with_special else words
        bad = (
            not words
            or len(set(tokens)) != len(tokens)
            or not all(isinstance(token, kind) or hasattr(token, "dtype") for token in tokens)
            or (self.mask_token is not None and self.mask_token in tokens)
            or (self.oov_token is not None and self.invert and self.oov_token in tokens)
        )
        if bad:
            raise self.error(
                f"vocabulary must hold values of type {kind.__name__}, each once, and none that "
                "stands for a mask or an unknown one",
                f"vocabulary={self.vocabulary!r}",
            )
        size = special + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise self.error(
                f"vocabulary must fit into max_tokens={self.max_tokens}", f"{size} values"
            )
        fixed = self.output_mode != "int" and not self.pad_to_max_tokens
        if fixed and self.vocabulary_size not in (None, size):
            raise self.error(
                f"vocabulary must have vocabulary_size={self.vocabulary_size}", f"{size} values"
            )
        if self.idf_weights is not None and len(self.idf_weights) != len(words):
            raise self.error(
                "idf_weights must be as many as the vocabulary", f"idf_weights={self.idf_weights!r}"
            )
        self.vocabulary_size = size

    def encoded_shape(self: Any, shape: Shape) -> Shape:
        """The output's shape."""
        if self.output_mode == "int":
            return shape
        depth: Dim = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size
        one_hot = self.output_mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1)
        return (*(shape if one_hot else shape[:-1]), depth)

    def output(self: Any, inputs: Tensor) -> Tensor:
        dtype = "int64" if self.output_mode == "int" else "float32"
        return Tensor(self.encoded_shape(inputs.shape), dtype)

    def work(self, inputs: Tensor) -> Work:
        return one_look_each(inputs)


@LAYERS.register("IntegerLookup")
class IntegerLookup(Lookup):
    """The places of integers in a vocabulary. Equals `keras.layers.IntegerLookup`.

    Args:
        max_tokens: the most places.
        num_oov_indices: places for unknown values.
        mask_token: a value that stands for a missing one.
        oov_token: what an unknown value becomes when inverted.
        vocabulary: the known values.
        invert: whether places become values.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"`, `"count"` or `"tf_idf"`.
        pad_to_max_tokens: whether an encoding has `max_tokens` places whatever the vocabulary.
        vocabulary_size: the places, as Keras saves them.
    """

    max_tokens: Any = None
    num_oov_indices: Any = 1
    mask_token: Any = None
    oov_token: Any = -1
    vocabulary: Any = None
    vocabulary_dtype: str = "int64"
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    sparse: bool = False
    pad_to_max_tokens: bool = False
    oov_method: str = "floormod"
    salt: Any = None
    vocabulary_size: Any = None

    def check_arguments(self) -> None:
        if self.vocabulary_dtype != "int64":
            raise self.error(
                "vocabulary_dtype must be 'int64'", f"vocabulary_dtype={self.vocabulary_dtype!r}"
            )
        self.check_vocabulary(int)


@LAYERS.register("StringLookup")
class StringLookup(Lookup):
    """The places of texts in a vocabulary. Equals `keras.layers.StringLookup`.

    Args:
        max_tokens: the most places.
        num_oov_indices: places for unknown values.
        mask_token: a value that stands for a missing one.
        oov_token: what an unknown value becomes when inverted.
        vocabulary: the known values.
        invert: whether places become values.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"`, `"count"` or `"tf_idf"`.
        pad_to_max_tokens: whether an encoding has `max_tokens` places whatever the vocabulary.
        vocabulary_size: the places, as Keras saves them.
    """

    max_tokens: Any = None
    num_oov_indices: Any = 1
    mask_token: Any = None
    oov_token: Any = "[UNK]"
    vocabulary: Any = None
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    pad_to_max_tokens: bool = False
    sparse: bool = False
    encoding: str = "utf-8"
    salt: Any = None
    oov_method: str = "floormod"
    vocabulary_size: Any = None

    def check_arguments(self) -> None:
        self.check_vocabulary(str)


@LAYERS.register("TextVectorization")
class TextVectorization(Layer):
    """Texts as the places of their words. Equals `keras.layers.TextVectorization`.

    Args:
        max_tokens: the most places.
        standardize: what is done to a text before.
        split: how it is cut to words.
        ngrams: how many words are taken together.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"`, `"count"` or `"tf_idf"`.
        output_sequence_length: the words that each text is brought to.
        pad_to_max_tokens: whether an encoding has `max_tokens` places whatever the vocabulary.
        vocabulary: the known words.
        vocabulary_size: the places, as Keras saves them.
    """

    max_tokens: Any = None
    standardize: Any = "lower_and_strip_punctuation"
    split: Any = "whitespace"
    ngrams: Any = None
    output_mode: str = "int"
    output_sequence_length: Any = None
    pad_to_max_tokens: bool = False
    vocabulary: Any = None
    idf_weights: Any = None
    sparse: bool = False
    ragged: bool = False
    encoding: str = "utf-8"
    vocabulary_size: Any = None

    def check_arguments(self) -> None:
        _check_mode(self, (*_MODES, "tf_idf"))
        for name, choices in _TEXT_CHOICES.items():
            value = getattr(self, name)
            # A function that Keras saved is a dict.
            if value not in choices and not callable(value) and not isinstance(value, dict):
                raise self.error(f"{name} must be one of {choices}", f"{name}={value!r}")
        ngrams = self.ngrams
        # A list is refused by Keras's constructor, but is what Keras saves.
        several = isinstance(ngrams, (list, tuple)) and all(isinstance(n, int) for n in ngrams)
        if ngrams is not None and not isinstance(ngrams, int) and not several:
            raise self.error("ngrams must be an integer or several", f"ngrams={ngrams!r}")
        length = self.output_sequence_length
        if length is not None and (
            self.output_mode != "int" or not isinstance(length, int) or length < 0
        ):
            raise self.error(
                "output_sequence_length must be an integer, with output_mode='int'",
                f"output_sequence_length={length!r} with output_mode={self.output_mode!r}",
            )
        if self.ragged and self.output_mode != "int":
            raise self.error("only integers can be ragged", f"output_mode={self.output_mode!r}")
        self._lookup = StringLookup(
            self.max_tokens,
            vocabulary=self.vocabulary,
            idf_weights=self.idf_weights,
            pad_to_max_tokens=self.pad_to_max_tokens,
            mask_token="",
            output_mode=self.output_mode,
            sparse=self.sparse,
            vocabulary_size=self.vocabulary_size,
            name="lookup",
        )

    def to_config(self) -> dict[str, Any]:
        # Keras reads no config without them.
        needed = {name: getattr(self, name) for name in ("standardize", "split", "ngrams")}
        return {**needed, **super().to_config()}

    def output(self, inputs: Tensor) -> Tensor:
        shape = inputs.shape
        if self.output_mode == "int":
            return Tensor((shape[0], self.output_sequence_length), "int64")
        if self.split is not None:
            shape = (*shape, None)
        elif len(shape) == 1:
            shape = (*shape, 1)
        return Tensor(self._lookup.encoded_shape(shape), "float32")


_TEXT_CHOICES: dict[str, tuple[Any, ...]] = {
    "standardize": ("lower_and_strip_punctuation", "lower", "strip_punctuation", None),
    "split": ("whitespace", "character", None),
}
