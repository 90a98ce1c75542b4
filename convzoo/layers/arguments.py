"""Checks of arguments that layers of several families share; a default needs none.

Equals `keras/src/utils/argument_validation.py`.
"""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import refuse
from convzoo.graph.layer import Layer


def is_size(value: Any) -> bool:
    """Whether the value can be a size: an int, or an array of ints."""
    return (
        type(value) is int
        or (isinstance(value, int) and not isinstance(value, bool))
        or hasattr(value, "dtype")
    )


def check_size(layer: Layer, name: str, least: int = 1) -> None:
    """Refuse an argument that is not an int of at least `least`."""
    value = layer.__dict__.get(name, least)
    if type(value) is int and value >= least:
        return
    refuse(
        not is_size(value) or value < least,
        lambda: layer.error(f"{name} must be an integer of {least} or more", f"{name}={value!r}"),
    )


def check_sizes(layer: Layer, name: str, count: int, least: int = 1) -> None:
    """Bring an argument to a tuple of `count` sizes of at least `least`; one int serves for all."""
    values = layer.__dict__
    value = values[name] if name in values else getattr(layer, name)
    if type(value) is tuple and name not in values:
        return
    if type(value) is int:
        sizes: tuple[Any, ...] = (value,) * count
    elif isinstance(value, (tuple, list)):
        sizes = tuple(value)
    elif hasattr(value, "dtype"):
        sizes = (value,) * count
    else:
        sizes = ()
    if len(sizes) != count:
        raise _bad_sizes(layer, name, count, least, value)
    for size in sizes:
        if type(size) is not int or size < least:
            refuse(
                not is_size(size) or size < least,
                lambda: _bad_sizes(layer, name, count, least, value),
            )
    values[name] = sizes


def _bad_sizes(layer: Layer, name: str, count: int, least: int, value: Any) -> Any:
    example = max(least, 2 if count > 1 else 3)
    return layer.error(
        f"{name} must be {count} {'integer' if count == 1 else 'integers'} of {least} or more",
        f"{name}={value!r}",
        f"Write, for example, {name}={example}.",
    )


def check_padding(layer: Any, allowed: tuple[str, ...], any_case: bool = False) -> None:
    """Refuse a padding that is not allowed."""
    if "padding" not in layer.__dict__:
        return
    given = layer.padding
    if given in allowed:
        return
    value = given.lower() if any_case and isinstance(given, str) else given
    if value not in allowed:
        choices = " or ".join(map(repr, allowed))
        raise layer.error(f"padding must be {choices}", f"padding={given!r}")
    layer.__dict__["padding"] = value


def check_data_format(layer: Any, any_case: bool = True) -> None:
    """Bring the data format to "channels_first", or `None` for the default, "channels_last"."""
    given = layer.__dict__.pop("data_format", None)
    if given is None or given == "channels_last":
        return
    value = str(given).lower() if any_case else given
    if value not in ("channels_last", "channels_first"):
        raise layer.error(
            "data_format must be 'channels_last' or 'channels_first'", f"data_format={given!r}"
        )
    if value == "channels_first":
        layer.data_format = value


def activation_ops(activation: Any) -> int:
    """Element operations of an activation, per output element: none or one."""
    return 0 if activation is None or activation == "linear" else 1


def check_layer(layer: Layer, name: str) -> Layer:
    """Bring an argument that holds a layer, or the config of one, to a layer."""
    value = as_layer(layer, name, getattr(layer, name))
    layer.__dict__[name] = value
    return value


def as_layer(layer: Layer, name: str, value: Any) -> Layer:
    """The layer that an argument gives as it is, or as its config."""
    if isinstance(value, dict):
        from convzoo.graph.config import layer_from_config

        value = layer_from_config(value)
    if not isinstance(value, Layer):
        raise layer.error(f"{name} must be a layer", f"{name}={value!r}")
    return value
