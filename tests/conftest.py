"""Settings for all tests."""

from __future__ import annotations

import os

# Quiet and quick, and the same numbers on every machine; set before Keras is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from hypothesis import HealthCheck, Phase, settings

from tests.plugins import plugins as plugins

_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
# The same examples at every run, so that a change that lands is not held up by a rare find: those
# are for the deep profile, which draws anew.
settings.register_profile("default", max_examples=20, derandomize=True, database=None, **_COMMON)
settings.register_profile("deep", max_examples=400, **_COMMON)
# The first failure as it is found, where making it small takes minutes.
settings.register_profile(
    "first",
    max_examples=20,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    **_COMMON,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
