"""The one function that goes the whole way from a source to a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.analyses import STANDARD, Setting
from convzoo.analyses.report import Report
from convzoo.errors import ArgumentError
from convzoo.sources import read


def calc(
    source: Any,
    columns: Sequence[str] = ("params",),
    input_shape: Any = None,
    depth: int | None = None,
    *,
    batch: int = 1,
    dtype: str | None = None,
    optimizer: str = "adam",
    unit: Sequence[int] = (),
    sort: str | None = None,
    top: int | None = None,
    shares: bool = False,
) -> Report:
    """Tell output shapes, parameters and more of an architecture, without building it.

    Args:
        source: a name of the zoo, with arguments if need be (`"mnist_convnet:classes=5"`), a path,
            a typed stack, a text of Keras code that only describes a model, a Keras config, a
            description made with `convzoo.layers`, or a live Keras model.
        columns: the columns of the report, by the names of the JSON contract.
        input_shape: other dims for the input, without the batch; a list of them for several inputs.
            An entry of the zoo is described for it; other layers are taken as they are.
        depth: down to how many models within models rows are shown; `None` for all.
        batch: samples that go through it at once, for work and memory.
        dtype: the dtype of every float in memory, such as `"int8"`; by default the policies'.
        optimizer: what trains it, for the memory of training.
        unit: a place along the spatial axes, for the column `unit`.
        sort: a column by which the rows are sorted, the largest first.
        top: how many rows are shown; `None` for all.
        shares: whether the table has the share of the total beside each value.

    Returns:
        The report; `print` shows its table.

    Raises:
        SourceError: when the source holds no architecture.
        ConvzooError: when the architecture is refused, as Keras refuses it, or an option can't be.
    """
    setting = checked_setting(batch, dtype, optimizer, unit)
    for name, count, least in (("depth", depth, 0), ("top", top, 1)):
        if count is not None and (not isinstance(count, int) or count < least):
            raise ArgumentError(f"{name} must be {least} or more. Received {count!r}.")
    graph = read(source, input_shape)
    if not graph.calls and all(layer.unknown_because is None for layer in graph.layers):
        from convzoo.errors import SourceError

        raise SourceError(
            f"{graph.name!r} has no input shape, so no shapes or weights follow from it. "
            "Give it one: input_shape=(28, 28, 1), or --input-shape 28x28x1."
        )
    if unit:
        from convzoo.analyses.unit import check_place
        from convzoo.graph.trace import Trace

        check_place(unit, Trace(graph))
    return Report(graph, columns, depth, setting, sort, top, shares)


def checked_setting(
    batch: int = 1, dtype: str | None = None, optimizer: str = "adam", unit: Sequence[int] = ()
) -> Setting:
    """What answers depend on beside the architecture.

    Args:
        batch, dtype, optimizer, unit: as in `calc`.

    Raises:
        ArgumentError: when the batch or the dtype can't be.
        UnknownNameError: when there is no such optimizer.
    """
    setting = Setting(batch, dtype, optimizer, tuple(unit))
    if setting == STANDARD:
        return setting
    from convzoo.analyses.memory import check_optimizer
    from convzoo.graph.dtypes import bits

    if not isinstance(batch, int) or batch < 1:
        raise ArgumentError(f"batch must be 1 or more. Received {batch!r}.")
    if dtype is not None and (not isinstance(dtype, str) or bits(dtype) is None):
        raise ArgumentError(
            f"dtype must name a dtype of numbers. Received {dtype!r}. Try float16 or int8."
        )
    return setting._replace(optimizer=check_optimizer(optimizer))
