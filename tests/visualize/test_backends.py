"""Other backends give what TensorFlow gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convzoo import visualize
from convzoo.visualize import Subject
from tests.visualize.networks import photograph, tiny

# The numbers of a nested model, and of the same layer where channels come first.
_CODE = """
import json, keras, numpy as np
from convzoo import visualize
from convzoo.visualize import Subject
from tests.visualize.networks import photograph, tiny
model = tiny()
subject = Subject.of(model, photograph(8, 8))
found = visualize.maximal_inputs(subject, "conv", [0, 1], steps=2)
numbers = {"heat": visualize.grad_cam(subject, "conv", 0).map, "after": found.after}
keras.config.set_image_data_format("channels_first")
conv = keras.layers.Conv2D(4, 3, activation="relu", kernel_initializer="zeros", name="conv")
first = keras.Sequential([keras.layers.Input((1, 8, 8)), conv, keras.layers.Flatten()])
conv.set_weights(model.get_layer("base").get_layer("conv").get_weights())
subject = Subject.of(first, photograph(8, 8))
[numbers["maps"]] = subject.maps([subject.find("conv")])
numbers["first"] = visualize.grad_cam(subject, "conv", 7).map
print(json.dumps({name: np.asarray(array).tolist() for name, array in numbers.items()}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_backend_gives_the_same_numbers(backend: str) -> None:
    pytest.importorskip(backend)
    done = subprocess.run(
        [sys.executable, "-c", _CODE],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    numbers = json.loads(done.stdout.splitlines()[-1])
    subject = Subject.of(tiny(), photograph(8, 8))
    heat = visualize.grad_cam(subject, "conv", 0).map
    after = visualize.maximal_inputs(subject, "conv", [0, 1], steps=2).after
    [maps] = subject.maps([subject.find("conv")])
    np.testing.assert_allclose(numbers["heat"], heat, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(numbers["after"], after, rtol=1e-3)
    np.testing.assert_allclose(numbers["maps"], maps, rtol=1e-4, atol=1e-5)
    # Keras flattens channels last either way; output 7 is one unit of the map 7 % 4.
    np.testing.assert_allclose(numbers["first"], maps[..., 3] / 36, rtol=1e-4, atol=1e-5)
