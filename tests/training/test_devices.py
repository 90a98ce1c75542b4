"""Several devices that share the batches of one training."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import pytest

from convzoo import train
from convzoo.errors import ArgumentError

_CODE = """
import json
from convzoo import ConvzooError, train

found = []
for data, devices in (("digits:110", 1), ("digits:110", 2), ("digits:111", 2)):
    result = train("nielsen_fc100", data, epochs=2, devices=devices).result
    found.append([result.training_images, result.history[-1].loss, result.test_loss])
try:
    train("nielsen_fc100", "digits:100", epochs=1, batch_size=9, devices=3)
except ConvzooError as error:
    found.append(str(error))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_devices_train_as_one_does() -> None:
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    done = subprocess.run(
        [sys.executable, "-c", _CODE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    one, two, odd, message = json.loads(done.stdout.splitlines()[-1])
    assert one[0] == 100
    assert two == pytest.approx(one, rel=0.01)
    # One image is left out of each epoch, and the others part equally.
    assert odd[0] == 101
    assert all(map(math.isfinite, odd))
    assert message.startswith("devices must be at most 2, as many as JAX has: cpu:0, cpu:1.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"devices": 3}, "3 can't share batches of 10 images equally. Give --batch-size 9, or few"),
        ({"devices": 0}, "devices must be 1 or more. Received 0."),
        ({"devices": 99, "batch_size": 99}, "99 are more than there are images to train on, 90."),
        ({"devices": 2}, "devices: Keras shares batches among devices with the backend jax only"),
    ],
)
def test_devices_that_can_not_share_are_refused(arguments: dict[str, int], message: str) -> None:
    import keras

    if keras.backend.backend() == "jax" and arguments == {"devices": 2}:
        pytest.skip("the backend is JAX")
    with pytest.raises(ArgumentError) as error:
        train("nielsen_fc100", "digits:100", epochs=1, **arguments)  # type: ignore[arg-type]
    assert message in str(error.value)
