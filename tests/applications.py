"""The models of `keras.applications`, for the tests that build them."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any
from unittest import mock

import keras
import pytest

from convzoo.zoo import ZOO, card, entry, list_models


def applications(quick: Collection[str]) -> list[Any]:
    """Every function of the module, so that what a new Keras adds is not forgotten.

    Args:
        quick: what the default run builds; of a family the smallest is slow, the others are deep.
    """
    names = [name for name, _ in inspect.getmembers(keras.applications, inspect.isfunction)]
    return [pytest.param(name, marks=() if name in quick else _mark_of(name)) for name in names]


def _mark_of(name: str) -> pytest.MarkDecorator:
    is_larger = ZOO.find(name) is not None and entry(name).name not in smallest_of_families()
    return pytest.mark.deep if is_larger else pytest.mark.slow


@cache
def smallest_of_families() -> set[str]:
    """Of all entries that one function describes, the one with the fewest parameters."""
    smallest: dict[Any, str] = {}
    for name in sorted(list_models(), key=lambda name: card(name).params or 0):
        smallest.setdefault(function_of(name), name)
    return set(smallest.values())


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
