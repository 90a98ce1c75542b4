"""The order in which Keras lists a model's layers and runs their calls.

Equals `map_graph` of `keras/src/ops/function.py`, without recursion, so that depth has no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convzoo.errors import GraphError
from convzoo.graph.layer import Call, Layer, Tensor


def keras_order(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[list[Layer], list[Call]]:
    """Order the layers and calls between the inputs and the outputs.

    Returns:
        Each layer once, as `model.summary()` lists them, and every call, inputs included, as the
        model runs them.

    Raises:
        GraphError: when an output depends on a tensor that no input gives, on a cycle, or when two
            layers have one name.
    """
    calls, first_seen = depth_first(inputs, outputs)
    in_graph = set(calls)
    call_depth: dict[Call, int] = {}
    layer_depth: dict[Layer, int] = {}
    for call in reversed(calls):
        depth = max(call_depth.setdefault(call, 0), layer_depth.get(call.layer, 0))
        layer_depth[call.layer] = call_depth[call] = depth
        for tensor in call.inputs:
            source = tensor.call
            if source is not None and source in in_graph:
                call_depth[source] = max(depth + 1, call_depth.get(source, 0))
    for tensor in inputs:
        source = tensor.call
        if source is not None and not source.inputs and source.layer not in layer_depth:
            layer_depth[source.layer] = 0
            first_seen[source.layer] = -1
            call_depth[source] = 0

    # Sorting is stable: calls of one depth stay in the order in which they got their depth, and
    # layers of one depth in that in which they were seen.
    run = sorted(call_depth, key=call_depth.__getitem__, reverse=True)
    layers = sorted(layer_depth, key=first_seen.__getitem__)
    layers.sort(key=layer_depth.__getitem__, reverse=True)
    _check_connected(inputs, run)
    _check_names(layers)
    return layers, run


def depth_first(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[list[Call], dict[Layer, int]]:
    """All calls that the outputs depend on, each after those it depends on."""
    given = set(inputs)
    finished: set[Call] = set()
    in_progress: set[Call] = set()
    calls: list[Call] = []
    first_seen: dict[Layer, int] = {}
    for output in outputs:
        # A stack entry is a call to enter, or a call to leave when it comes up a second time.
        stack: list[tuple[Tensor, bool]] = [(output, False)]
        while stack:
            tensor, leave = stack.pop()
            call = tensor.call
            if call is None:
                continue
            if leave:
                in_progress.discard(call)
                finished.add(call)
                calls.append(call)
                continue
            if call in finished:
                continue
            if call.inputs and tensor in given:
                finished.add(call)
                continue
            if call in in_progress:
                raise GraphError(f"The output of layer '{call.layer.name}' is part of a cycle.")
            first_seen.setdefault(call.layer, len(first_seen))
            in_progress.add(call)
            stack.append((tensor, True))
            stack += [(source, False) for source in reversed(call.inputs)]
    return calls, first_seen


def _check_connected(inputs: Iterable[Tensor], run: Iterable[Call]) -> None:
    computable = set(inputs)
    for call in run:
        for tensor in call.inputs or call.output_tensors:
            if tensor not in computable:
                place = call.layer.name
                raise GraphError(
                    f"The graph is disconnected at layer '{place}': its input {tensor.shape} comes "
                    "from no input of the model. Add the Input it depends on to the model's inputs."
                )
        computable.update(call.output_tensors)


def _check_names(layers: Iterable[Layer]) -> None:
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise GraphError(
                f"Two layers are named '{layer.name}'. Names must be unique in a model: rename one."
            )
        seen.add(layer.name)
