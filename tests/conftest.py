"""Settings for all tests."""

from __future__ import annotations

import gc
import os
import random
import sys
from importlib.abc import MetaPathFinder
from typing import Any

# Quiet and quick, and the same numbers on every machine; set before Keras is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.plugins import plugins as plugins

_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
# The same examples at every run, so that a change that lands is not held up by a rare find: those
# are for the deep profile, which draws anew.
settings.register_profile("default", max_examples=10, derandomize=True, database=None, **_COMMON)
settings.register_profile("deep", max_examples=400, **_COMMON)
# The first failure as it is found, where making it small takes minutes.
settings.register_profile(
    "first",
    max_examples=10,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    **_COMMON,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class _BeyondTheCore(MetaPathFinder):
    """Skips a test, or a file of tests, that imports more than convzoo's core needs."""

    _PACKAGES = (
        "PIL",
        "dask",
        "distributed",
        "jax",
        "keras",
        "keras_tuner",
        "matplotlib",
        "optuna",
        "sklearn",
        "tensorflow",
        "torch",
    )

    def find_spec(self, name: str, *place: Any) -> None:
        if name in self._PACKAGES:
            pytest.skip(f"needs {name}", allow_module_level=True)


# Of the versions of Python, click, tabulate and Keras that convzoo runs with, most are tested so:
# with pytest, Hypothesis and what convzoo itself requires, and without a backend.
if os.environ.get("CONVZOO_TESTS") == "core":
    sys.meta_path.insert(0, _BeyondTheCore())


def pytest_collection_finish() -> None:
    """Search for no garbage in what was imported: beside TensorFlow it takes longer than tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _same_draws_at_every_run() -> None:
    """Keras takes the seeds of weights, dropout and augmentation from `random`."""
    random.seed(0)
