"""Searches with tuners: what is over the budget is never built."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import convzoo

pytestmark = pytest.mark.slow
_EXAMPLES = Path(__file__).parents[2] / "examples"


class _Watched:
    """An example, and whether each network that it describes or builds keeps the budget."""

    def __init__(self, name: str) -> None:
        spec = spec_from_file_location(name, _EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        self.example: ModuleType = module_from_spec(spec)
        spec.loader.exec_module(self.example)
        self.described: list[bool] = []
        self.built: list[bool] = []
        self._network = self.example.network
        self.example.network = self._watch

    def _watch(self, kit: Any, trial: Any) -> Any:
        found = self._network(kit, trial)
        (self.described if kit is convzoo else self.built).append(self.example.IS_WITHIN(found))
        return found


def test_optuna_prunes_before_anything_is_built() -> None:
    pytest.importorskip("optuna", reason="Optuna is not installed: pip install optuna")
    watched = _Watched("optuna_budget")
    study = watched.example.main(trials=3, epochs=1)
    assert watched.described == [False, False, True]
    assert watched.built == [True]
    assert [trial.state.name for trial in study.trials] == ["PRUNED", "PRUNED", "COMPLETE"]


# KerasTuner's own: `threading.currentThread`, and `getName` of a thread.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_keras_tuner_tries_only_what_keeps_the_budget(tmp_path: Path) -> None:
    pytest.importorskip(
        "keras_tuner", reason="KerasTuner is not installed: pip install keras-tuner"
    )
    watched = _Watched("keras_tuner_budget")
    tuner = watched.example.main(str(tmp_path), trials=1, epochs=1)
    assert watched.described == [False, True]
    assert watched.built == [True, True]  # KerasTuner builds the defaults before the first trial.
    assert [trial.status for trial in tuner.oracle.trials.values()] == ["COMPLETED"]
