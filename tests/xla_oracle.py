"""What XLA counts of a model, asked of a process in which Keras runs on JAX."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from convzoo import calc
from convzoo.graph.config_writing import config_of
from convzoo.graph.graph import Graph


class Xla:
    """Counts multiply-accumulates of one sample. To be used in a `with` statement."""

    def __enter__(self) -> Xla:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.xla_worker"],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def program_macs(self, graph: Graph) -> int:
        """Half of all floating-point operations of the forward pass."""
        return self._ask(graph, False, "program")[0]

    def macs(self, graph: Graph, padding: bool = False) -> int:
        """Those of the contractions of the forward pass.

        Args:
            graph: the model.
            padding: whether the zeros that convolutions pad with count.
        """
        return self._ask(graph, padding, "forward")[0]

    def backward_macs(self, graph: Graph) -> int:
        """Those of the contractions of the backward pass."""
        forward, training = self._ask(graph, False, "forward", "training")
        return training - forward

    def gradient_macs(self, graph: Graph) -> tuple[int, int]:
        """Those of gradients of inputs, and those of gradients of weights.

        Each weight must have a bias beside it: a bias needs the same gradients of inputs, and no
        product of its own.
        """
        counts = self._ask(graph, False, "forward", "training_biases", "training")
        forward, biases, training = counts
        return biases - forward, training - biases

    def _ask(self, graph: Graph, padding: bool, *counts: str) -> list[int]:
        """Half of each count."""
        question = {"model": config_of(graph), "padding": padding, "counts": counts}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in reply:
            raise RuntimeError(f"{question['model']}\n{reply['error']}")
        if reply["params"] != calc(graph).total("params"):
            raise RuntimeError("Keras has made another model")
        if any(reply[name] % 2 for name in counts):
            raise RuntimeError(f"half a multiply-accumulate: {reply}")
        return [reply[name] // 2 for name in counts]
