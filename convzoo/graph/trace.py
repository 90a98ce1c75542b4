"""The calls of an architecture in the order in which they run, those of nested models in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from convzoo.graph.facts import Window, Work
from convzoo.graph.graph import Graph
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Call, Layer, Tensor, fact_arguments, output_of, windows_of, work_of
from convzoo.graph.structure import leaves, map_leaves


class Step(NamedTuple):
    """One call of a layer that is no model.

    Args:
        row: the layer of the architecture in which it happens: the layer itself, or a model.
        layer: the layer that is called.
        args: its positional arguments, tensors within.
        kwargs: its keyword arguments, those that facts depend on.
        inputs: the tensors within both.
        outputs: the tensors that it gives.
    """

    row: Layer
    layer: Layer
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]

    @property
    def work(self) -> Work | None:
        """What the call computes for one sample; `None` where no rule is known."""
        return work_of(self.layer, *self.args, **self.kwargs)

    @property
    def windows(self) -> tuple[Window, ...] | None:
        """How the outputs see the inputs; `None` where each may see all of them."""
        return windows_of(self.layer, *self.args, **self.kwargs)


class Trace:
    """One run of an architecture.

    Args:
        graph: the architecture.
        inputs: tensors to run it on in place of its own, in the structure of `graph.inputs`.
    """

    def __init__(self, graph: Graph, inputs: Any = None) -> None:
        self.graph = graph
        self._given = inputs
        self._current: dict[Tensor, Tensor] = {}
        self._steps: list[Step] | None = None

    @cached_property
    def inputs(self) -> list[Tensor]:
        """The tensors that it runs on."""
        return self.graph.input_tensors if self._given is None else leaves(self._given)

    @property
    def steps(self) -> list[Step]:
        """The calls, in the order in which Keras makes them."""
        return self._run_once()

    @property
    def outputs(self) -> list[Tensor]:
        """The tensors that it gives."""
        return [self.current(tensor) for tensor in self.graph.output_tensors]

    def current(self, tensor: Tensor) -> Tensor:
        """The tensor of this run in place of one of the architecture's own calls."""
        self._run_once()
        return self._current.get(tensor, tensor)

    def restated(self, restate: Callable[[Tensor], Tensor]) -> Trace:
        """The same steps on other tensors, each in place of one of these."""
        made: dict[Tensor, Tensor] = {}

        def new(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return leaf
            if leaf not in made:
                made[leaf] = restate(leaf)
                made[leaf].call = leaf.call
            return made[leaf]

        other = Trace(self.graph)
        other.inputs = [new(tensor) for tensor in self.inputs]
        other._steps = [
            step._replace(
                args=map_leaves(new, step.args),
                kwargs=map_leaves(new, step.kwargs),
                inputs=[new(tensor) for tensor in step.inputs],
                outputs=[new(tensor) for tensor in step.outputs],
            )
            for step in self.steps
        ]
        for own in {
            *self.graph.output_tensors,
            *(t for c in self.graph.calls for t in c.output_tensors),
        }:
            other._current[own] = new(self.current(own))
        return other

    def _run_once(self) -> list[Step]:
        if self._steps is None:
            steps: list[Step] = []
            if self._given is not None:
                self._current.update(self.graph.matched(self._given))
            self._run(self.graph, None, steps)
            self._steps = steps
        return self._steps

    def _now(self, leaf: Any) -> Any:
        """The tensor of this run in place of one of the description."""
        return self._current.get(leaf, leaf) if isinstance(leaf, Tensor) else leaf

    def _run(self, graph: Graph, row: Layer | None, steps: list[Step]) -> None:
        current = self._current
        for call in graph.calls:
            layer = call.layer
            if isinstance(layer, InputLayer):
                continue
            args, kwargs = call.args, call.kwargs
            if any(tensor in current for tensor in call.inputs):
                args, kwargs = map_leaves(self._now, args), map_leaves(self._now, kwargs)
            # One that was only called on what is unknown has no calls yet.
            if isinstance(layer, Graph) and layer.calls:
                if call.inputs:
                    current.update(layer.matched(args[0] if args else kwargs["inputs"]))
                self._run(layer, row or layer, steps)
                if call.inputs:
                    inner = map(self._now, layer.output_tensors)
                    current.update(zip(call.output_tensors, inner, strict=True))
                continue
            kwargs = fact_arguments(kwargs) if kwargs else kwargs
            inputs = [self._now(tensor) for tensor in call.inputs]
            outputs = self._outputs(call, row is not None, inputs, args, kwargs)
            steps.append(Step(row or layer, layer, args, kwargs, inputs, outputs))

    def _outputs(
        self,
        call: Call,
        is_nested: bool,
        inputs: Sequence[Tensor],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Sequence[Tensor]:
        """What the call gives in this run: tensors of its own where another run has some, too."""
        same = all(map(_alike, inputs, call.inputs))
        if same and not is_nested:
            return call.output_tensors
        if same:
            outputs = [Tensor(tensor.shape, tensor.dtype) for tensor in call.output_tensors]
        else:
            outputs = leaves(output_of(call.layer, *args, **kwargs))
        self._current.update(zip(call.output_tensors, outputs, strict=True))
        return outputs


def _alike(one: Tensor, other: Tensor) -> bool:
    known = one.is_known and other.is_known
    same = one.shape == other.shape if known else one.is_known == other.is_known
    return same and one.dtype == other.dtype
