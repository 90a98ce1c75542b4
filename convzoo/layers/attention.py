"""Attention. Equals `keras/src/layers/attention`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from convzoo.graph.dims import Dim, Shape, product, total
from convzoo.graph.facts import Weight, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.dense import EinsumDense
from convzoo.layers.holding import Holder


class ListAttention(Layer, ABC):
    """Attention without projections, called on `[query, value]` or `[query, value, key]`."""

    def check_dropout(self: Any) -> None:
        """Refuse a rate that is no number, and a seed that Keras can't use."""
        if not isinstance(self.dropout, (int, float)):
            raise self.error("dropout must be a number", f"dropout={self.dropout!r}", "Try 0.1.")
        if self.dropout > 0:
            check_seed(self)

    def _tensors(self, inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Query, value and key."""
        if not isinstance(inputs, list) or len(inputs) not in (2, 3):
            shape = inputs.shape if isinstance(inputs, Tensor) else inputs
            raise self.shape_error(
                "must be called on a list of tensors",
                shape,
                f"Write {self.class_name}()([query, value]).",
            )
        query, value = inputs[:2]
        return query, value, inputs[2] if len(inputs) > 2 else value

    def output(self, inputs: Any, return_attention_scores: bool = False) -> Any:
        query, value, key = self._tensors(inputs)
        output = Tensor((*query.shape[:-1], value.shape[-1]), self.compute_dtype)
        if not return_attention_scores:
            return output
        return output, Tensor((*query.shape[:-1], key.shape[-2]), self.compute_dtype)

    def work(self, inputs: Any, return_attention_scores: bool = False) -> Work | None:
        query, value, key = self._tensors(inputs)
        if min(query.rank, value.rank, key.rank) < 3:
            return None
        scores = product((*query.shape[1:-1], key.shape[-2]))
        scored = self.score_work(scores, product((scores, query.shape[-1])))
        softmax = scores
        values = product((scores, value.shape[-1]))
        return scored._replace(
            macs=total((scored.macs, values)),
            activation_macs=total((scored.activation_macs, values)),
            element_ops=total((scored.element_ops, softmax)),
        )

    @abstractmethod
    def score_work(self, scores: Dim, pairs: Dim) -> Work:
        """What the scores cost.

        Args:
            scores: how many there are.
            pairs: how often an element of a query meets one of a key.
        """


@LAYERS.register("Attention")
class Attention(ListAttention):
    """The values, weighted by how well their keys fit the query. Equals `keras.layers.Attention`.

    Args:
        use_scale: whether a learned number scales the scores.
        score_mode: `"dot"`, the product of query and key, or `"concat"`, the hyperbolic tangent of
            their sum.
        dropout: the fraction of the scores set to 0 in training.
    """

    use_scale: Any = False
    score_mode: str = "dot"
    dropout: Any = 0.0
    seed: Any = None

    def check_arguments(self) -> None:
        self.check_dropout()
        check_score_mode(self)

    def weights(self, inputs: Any, return_attention_scores: bool = False) -> tuple[Weight, ...]:
        found = [("scale", self.use_scale), ("concat_score_weight", self.score_mode == "concat")]
        return tuple(Weight(name, ()) for name, used in found if used)

    def score_work(self, scores: Dim, pairs: Dim) -> Work:
        if self.score_mode == "dot":
            return Work(
                macs=pairs, element_ops=scores if self.use_scale else 0, activation_macs=pairs
            )
        # Each pair is added, scaled, bent and summed up, and each score weighted.
        return Work(element_ops=total((product((4 if self.use_scale else 3, pairs)), scores)))


@LAYERS.register("AdditiveAttention")
class AdditiveAttention(ListAttention):
    """Attention whose scores are sums of tanh(query + key).

    Equals `keras.layers.AdditiveAttention`.

    Args:
        use_scale: whether each element of the sum has a learned weight.
        dropout: the fraction of the scores set to 0 in training.
        score_mode: checked, but not used.
    """

    use_scale: Any = True
    dropout: Any = 0.0
    seed: Any = None
    score_mode: str = "dot"

    def check_arguments(self) -> None:
        self.check_dropout()
        check_score_mode(self)
        self.__dict__.pop("score_mode", None)

    def weights(self, inputs: Any, return_attention_scores: bool = False) -> tuple[Weight, ...]:
        size = self._tensors(inputs)[0].shape[-1]
        if self.use_scale and size is None:
            raise self.shape_error(
                "needs to know the last axis of its query", [tensor.shape for tensor in inputs]
            )
        return (Weight("scale", (size,)),) if self.use_scale else ()

    def score_work(self, scores: Dim, pairs: Dim) -> Work:
        if self.use_scale:
            return Work(macs=pairs, element_ops=product((2, pairs)), inner_macs=pairs)
        return Work(element_ops=product((3, pairs)))


class ProjectedAttention(Holder):
    """Attention by several heads, each with projections of its own."""

    @property
    def layers_within(self) -> Sequence[Layer]:
        within: Sequence[Layer] = self.__dict__.get("_within", ())
        return within

    @property  # type: ignore[misc]
    def variables(self) -> tuple[Weight, ...] | None:  # type: ignore[override]
        """The weights of the projections, once the first call has made these."""
        return super().variables if self.layers_within else None

    def check_common(self: Any) -> None:
        """Refuse what Keras's constructor refuses."""
        window = self.sliding_window
        if window is not None and (not isinstance(window, int) or window <= 0):
            raise self.error(
                "sliding_window must be an integer of 1 or more, or None",
                f"sliding_window={window!r}",
            )
        # Keras refuses a wrong rate and a wrong seed when it builds.
        if not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout <= 1:
            raise self.error("dropout must be from 0 to 1", f"dropout={self.dropout!r}", "Try 0.1.")
        if self.dropout > 0:
            check_seed(self)
            if self.flash_attention:
                raise self.error(
                    "flash attention has no dropout",
                    f"dropout={self.dropout!r} with flash_attention={self.flash_attention!r}",
                    "Leave one of them out.",
                )
        for name in ("kernel_initializer", "bias_initializer"):
            if getattr(self, name) is None:
                raise self.error(f"{name} must be an initializer", f"{name}=None")

    def require_same_positions(self, value: Tensor, key: Tensor | None) -> None:
        """Refuse a key whose positions are not those of the value."""
        if key is not None and value.shape[1:-1] != key.shape[1:-1]:
            raise self.shape_error(
                "needs a value and a key that differ in their last axis only",
                [value.shape, key.shape],
            )

    def projection(
        self: Any, name: str, equation: str, shape: Shape, sizes: Sequence[Dim], bias_axes: str
    ) -> EinsumDense:
        """A projection, with the variables for an input of this shape."""
        layer = EinsumDense(
            equation,
            tuple(sizes),
            bias_axes=bias_axes if self.use_bias else None,
            name=name,
            dtype=self.dtype,
        )
        layer.build(Tensor(shape))
        return layer

    def attention_work(
        self: Any,
        projections: Sequence[tuple[Dim, Dim, Dim]],
        scores: Dim,
        head_sizes: Sequence[Dim],
    ) -> Work:
        """The work of the whole.

        Args:
            projections: for each the positions, the inputs and the outputs at one position; query
                and output stand first, and last the gate where there is one.
            scores: how many there are.
            head_sizes: the elements of a key and of a value, of one head.
        """
        outputs = [product((positions, units)) for positions, _, units in projections]
        scaled = outputs[0]
        attended = [product((scores, size)) for size in head_sizes]
        gate = product((2, outputs[-1])) if self.use_gate else 0
        return Work(
            macs=total((*(product(projection) for projection in projections), *attended)),
            bias_adds=total(outputs) if self.use_bias else 0,
            element_ops=total((scaled, scores, gate)),
            inner_macs=product(projections[1]),
            activation_macs=total(attended),
        )


@LAYERS.register("MultiHeadAttention", "mha")
class MultiHeadAttention(ProjectedAttention):
    """Attention by several heads side by side. Equals `keras.layers.MultiHeadAttention`.

    Args:
        num_heads: heads.
        key_dim: elements of a query and of a key, of one head.
        value_dim: elements of a value, of one head; `key_dim` where not given.
        dropout: the fraction of the scores set to 0 in training.
        use_bias: whether the projections add one.
        output_shape: the output's sizes at one position; those of the query where not given.
        attention_axes: the axes over which positions see each other; all where not given.
        sliding_window: how far apart query and key may stand; `None` for any distance.
        flash_attention: how the scores are computed; changes no number.
        use_gate: whether the output is multiplied by a projection of the query.
    """

    num_heads: int
    key_dim: int
    value_dim: Any = None
    dropout: Any = 0.0
    use_bias: bool = True
    # On an instance the argument stands before the method of this name, which is not used.
    output_shape: Any = None
    attention_axes: Any = None
    sliding_window: Any = None
    flash_attention: Any = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = False
    seed: Any = None

    def check_arguments(self) -> None:
        values = self.__dict__
        for name in ("num_heads", "key_dim", "value_dim"):
            size = getattr(self, name)
            optional = name == "value_dim" and size is None
            if not optional and (not isinstance(size, int) or size <= 0):
                raise self.error(f"{name} must be an integer of 1 or more", f"{name}={size!r}")
        if self.value_dim == self.key_dim:
            values.pop("value_dim")
        self.check_common()
        sizes = values.pop("output_shape", None)
        if sizes:
            sizes = (sizes,) if isinstance(sizes, int) else sizes
            if not isinstance(sizes, (list, tuple)):
                raise self.error(
                    "output_shape must be an integer or several", f"output_shape={sizes!r}"
                )
            self.output_shape = tuple(sizes)
        axes = self.attention_axes
        if axes is not None:
            axes = (axes,) if isinstance(axes, int) else axes
            if not isinstance(axes, (list, tuple)):
                raise self.error(
                    "attention_axes must be an integer or several", f"attention_axes={axes!r}"
                )
            self.attention_axes = tuple(axes)

    def output(  # type: ignore[override]
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        return_attention_scores: bool = False,
    ) -> Any:
        self.require_same_positions(value, key)
        if not self.layers_within:
            self._make(query.shape, value.shape, (key or value).shape)
        shape = query.shape
        if self.output_shape:
            shape = (*shape[:-1], *self.output_shape)
        output = Tensor(shape, self.compute_dtype)
        if not return_attention_scores:
            return output
        # Keras takes the query's length for that of the value, too.
        length = query.shape[1]
        scores = (query.shape[0], self.num_heads, length, length)
        return output, Tensor(scores, self.compute_dtype)

    def _make(self, query: Shape, value: Shape, key: Shape) -> None:
        """Make the projections, as Keras does for the first call, and only for that."""
        heads, size = self.num_heads, self.value_dim or self.key_dim
        within = [
            self._projection("query", query, len(query), (heads, self.key_dim)),
            self._projection("key", key, len(key), (heads, self.key_dim)),
            self._projection("value", value, len(value), (heads, size)),
        ]
        if self.use_gate:
            within.insert(2, self._projection("gate", query, len(query), (heads, size)))
        self.attention_axes = self._axes(value)
        made = (*within[0].analyse(query).output[:-1], size)
        sizes = self.output_shape or (query[-1],)
        if any(isinstance(size, int) and size < 0 for size in sizes):
            raise self.error("output_shape must hold sizes of 0 or more", f"output_shape={sizes}")
        within.append(self._projection("attention_output", made, len(query), sizes, bound=2))
        self.__dict__["_within"] = tuple(within)

    def _projection(
        self, name: str, shape: Shape, rank: int, sizes: Sequence[Dim], bound: int = 1
    ) -> EinsumDense:
        """A projection of the last axes, `bound` of them, to axes of these sizes."""
        letters, free = ascii_lowercase, rank - 1
        inputs, units = letters[: free + bound], letters[free + bound :][: len(sizes)]
        equation = f"{inputs},{inputs[free:]}{units}->{inputs[:free]}{units}"
        # The batch is no part of an output_shape.
        sizes = (*(None for _ in range(free - 1)), *sizes)
        return self.projection(name, equation, shape, sizes, units)

    def _axes(self, value: Shape) -> tuple[int, ...]:
        rank = len(value)
        if self.attention_axes is None:
            return tuple(range(1, rank - 1))
        axes = tuple(axis if axis >= 0 else rank + axis for axis in self.attention_axes)
        if any(not -rank - 1 <= axis <= rank for axis in axes):
            raise self.shape_error(f"has no axes {self.attention_axes} to attend along", value)
        return axes

    def work(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        return_attention_scores: bool = False,
    ) -> Work | None:
        axes = set(self._axes(value.shape))
        if not axes <= set(range(1, value.rank - 1)):
            return None  # Attention among heads or samples, for which there is no rule.
        key = key or value
        queries, values = product(query.shape[1:-1]), product(value.shape[1:-1])
        keys, size = product((self.num_heads, self.key_dim)), self.value_dim or self.key_dim
        combined = product((self.num_heads, size))
        projections = [
            (queries, query.shape[-1], keys),
            (queries, combined, product(self.output_shape or (query.shape[-1],))),
            (values, key.shape[-1], keys),
            (values, value.shape[-1], combined),
        ]
        if self.use_gate:
            projections.append((queries, query.shape[-1], combined))
        seen = product(value.shape[axis] for axis in sorted(axes))
        scores = product((queries, self.num_heads, seen))
        return self.attention_work(projections, scores, (self.key_dim, size))


@LAYERS.register("GroupQueryAttention", "GroupedQueryAttention", "gqa")
class GroupQueryAttention(ProjectedAttention):
    """Attention by several heads, groups of which share keys and values.

    Equals `keras.layers.GroupQueryAttention`, whose class is named `GroupedQueryAttention`.

    Args:
        head_dim: elements of a query, a key and a value, of one head.
        num_query_heads: heads of the query.
        num_key_value_heads: heads of key and value.
        dropout: the fraction of the scores set to 0 in training.
        use_bias: whether the projections add one.
        sliding_window: how far apart query and key may stand; `None` for any distance.
        flash_attention: how the scores are computed; changes no number.
        use_gate: whether the output is multiplied by a projection of the query.
    """

    head_dim: int
    num_query_heads: int
    num_key_value_heads: int
    dropout: Any = 0.0
    use_bias: bool = True
    sliding_window: Any = None
    flash_attention: Any = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = False
    seed: Any = None

    def check_arguments(self) -> None:
        for name in ("head_dim", "num_query_heads", "num_key_value_heads"):
            size = getattr(self, name)
            if not isinstance(size, int) or size <= 0:
                raise self.error(f"{name} must be an integer of 1 or more", f"{name}={size!r}")
        if self.num_query_heads % self.num_key_value_heads:
            raise self.error(
                "num_key_value_heads must divide num_query_heads",
                f"num_key_value_heads={self.num_key_value_heads} with "
                f"num_query_heads={self.num_query_heads}",
            )
        self.check_common()

    def output(  # type: ignore[override]
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        return_attention_scores: bool = False,
    ) -> Any:
        if not self.layers_within:
            self._make(query.shape, value.shape, (key or value).shape)
        if query.shape[-1] != value.shape[-1]:
            raise self.shape_error(
                "needs a query and a value with the same last axis", [query.shape, value.shape]
            )
        self.require_same_positions(value, key)
        output = Tensor(query.shape, self.compute_dtype)
        if not return_attention_scores:
            return output
        lengths = (query.shape[1], (key or value).shape[1])
        scores = (query.shape[0], self.num_query_heads, *lengths)
        return output, Tensor(scores, self.compute_dtype)

    def _make(self, query: Shape, value: Shape, key: Shape) -> None:
        """Make the projections, as Keras does for the first call, and only for that."""
        heads = (None, self.num_query_heads, self.head_dim)
        groups = (None, self.num_key_value_heads, self.head_dim)
        within = [
            self.projection("query", "bqm,muh->bquh", query, heads, "uh"),
            self.projection("key", "bkm,mvh->bkvh", key, groups, "vh"),
            self.projection("value", "bkm,mvh->bkvh", value, groups, "vh"),
        ]
        if self.use_gate:
            within.insert(2, self.projection("gate", "bqm,muh->bquh", query, heads, "uh"))
        made, sizes = (None, *heads), (None, query[-1])
        within.append(self.projection("attention_output", "bquh,uhm->bqm", made, sizes, "m"))
        self.__dict__["_within"] = tuple(within)

    def work(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        return_attention_scores: bool = False,
    ) -> Work | None:
        if query.rank != 3 or value.rank != 3:
            return None  # Keras makes such a layer, but can't run it.
        key = key or value
        queries, values = query.shape[1], value.shape[1]
        heads = product((self.num_query_heads, self.head_dim))
        groups = product((self.num_key_value_heads, self.head_dim))
        projections = [
            (queries, query.shape[-1], heads),
            (queries, heads, query.shape[-1]),
            (values, key.shape[-1], groups),
            (values, value.shape[-1], groups),
        ]
        if self.use_gate:
            projections.append((queries, query.shape[-1], heads))
        scores = product((self.num_query_heads, queries, values))
        return self.attention_work(projections, scores, (self.head_dim, self.head_dim))


# Keras names it by its class, not by what it is exported as.
GroupQueryAttention._named_after = "GroupedQueryAttention"


def check_seed(layer: Any) -> None:
    """Refuse a seed that is no integer."""
    seed = layer.seed
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise layer.error("seed must be an integer", f"seed={seed!r}", "Try 1337.")


def check_score_mode(layer: Any) -> None:
    """Refuse a score_mode that Keras doesn't know."""
    if layer.score_mode not in ("dot", "concat"):
        raise layer.error(
            "score_mode must be 'dot' or 'concat'", f"score_mode={layer.score_mode!r}"
        )
