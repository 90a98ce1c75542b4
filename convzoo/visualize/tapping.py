"""What layers give while a model runs, however deep within models they are.

A model of an inner and an outer one is two graphs, and no `keras.Model` goes from the input of one
to a layer of the other (https://github.com/tensorflow/tensorflow/issues/44462). So the model runs
as it is, and what a layer gives is taken where it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeAlias

Tap: TypeAlias = "Callable[[Any], Any]"
"""Takes what a layer gives, and gives what goes on in its place."""


class _EnoughError(BaseException):
    """All that was wanted of a run is there. No `Exception`: those Keras rewrites."""


@contextmanager
def replaced(layer: Any, attribute: str, value: Any) -> Iterator[None]:
    """Have a layer another attribute of its own for a while."""
    # Past Keras's __setattr__, which would track it as a part of the layer.
    own = layer.__dict__
    had, before = attribute in own, own.get(attribute)
    own[attribute] = value
    try:
        yield
    finally:
        if had:
            own[attribute] = before
        else:
            del own[attribute]


@contextmanager
def tapped(taps: Mapping[Any, Tap]) -> Iterator[None]:
    """Have what layers give at their first call from now on go through a function each.

    Args:
        taps: the function of each layer.
    """
    with ExitStack() as stack:
        for layer, tap in taps.items():
            stack.enter_context(replaced(layer, "call", _at_first_call(layer.call, tap)))
        yield


def _at_first_call(call: Callable[..., Any], tap: Tap) -> Callable[..., Any]:
    is_first = True

    def tapping(*args: Any, **kwargs: Any) -> Any:
        nonlocal is_first
        output = call(*args, **kwargs)
        if not is_first:
            return output
        is_first = False
        return tap(output)

    return tapping


def outputs_of(model: Any, inputs: Any, layers: Sequence[Any]) -> list[Any]:
    """What layers of a model give, as the backend's tensors; it runs no further than to them.

    Args:
        model: the model.
        inputs: what it runs on.
        layers: live layers that it calls.
    """
    wanted = set(layers)
    found: dict[Any, Any] = {}

    def keeping(layer: Any) -> Tap:
        def keep(output: Any) -> Any:
            found[layer] = output
            if len(found) == len(wanted):
                raise _EnoughError
            return output

        return keep

    with suppress(_EnoughError), tapped({layer: keeping(layer) for layer in wanted}):
        model(inputs, training=False)
    return [found[layer] for layer in layers]


def feature_maps(model: Any, inputs: Any, layers: Sequence[str]) -> dict[str, Any]:
    """What layers of a model give.

    Args:
        model: a live Keras model; models within it are looked into.
        inputs: what it runs on, a batch.
        layers: their names, or their paths such as `"base/conv1"`.

    Returns:
        For each of them an array, the batch first.

    Raises:
        UnknownNameError: when there is no such layer.
    """
    import keras

    from convzoo.visualize.survey import Survey

    survey = Survey(model, inputs)
    outputs = outputs_of(model, inputs, [survey.find(name).layer for name in layers])
    arrays = map(keras.ops.convert_to_numpy, outputs)
    return dict(zip(layers, arrays, strict=True))
