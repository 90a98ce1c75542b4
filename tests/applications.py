"""The models of `keras.applications`, for the tests that build them."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

import keras
import pytest

from convzoo.zoo import entry


def applications(quick: Collection[str]) -> list[Any]:
    """Every function of the module, so that what a new Keras adds is not forgotten.

    Args:
        quick: what the default run builds; all others are slow.
    """
    return [
        pytest.param(name, marks=() if name in quick else pytest.mark.slow)
        for name, _ in inspect.getmembers(keras.applications, inspect.isfunction)
    ]


def function_of(name: str) -> Any:
    """The function that describes an entry of the zoo; it is the same for all of a family."""
    factory = entry(name).factory
    return factory.func if isinstance(factory, partial) else factory


@contextmanager
def one_model_in_memory() -> Iterator[None]:
    """Fresh names for each model, weights of zeros, which are quicker, and no model left over."""

    def zeros(_: Any, shape: Any, dtype: Any = None, **__: Any) -> Any:
        return keras.ops.zeros(shape, dtype)

    keras.backend.clear_session()
    with mock.patch.object(keras.initializers.VarianceScaling, "__call__", zeros):
        yield
    keras.backend.clear_session()
    gc.collect()
