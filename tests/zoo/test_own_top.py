"""Entries that leave their classifier out themselves, as cards can't tell what remains."""

from __future__ import annotations

import pytest

import convzoo
from convzoo.errors import ArgumentError


@pytest.mark.parametrize(
    ("name", "last"), [("convnext_tiny", "layer_normalization"), ("nasnet_mobile", "activation_")]
)
def test_pooling_stands_where_keras_has_it(name: str, last: str) -> None:
    names = [layer.name for layer in convzoo.describe(name, include_top=False).layers]
    assert names[-1].startswith(last)
    pooled = convzoo.describe(name, include_top=False, pooling="max")
    assert len(pooled.output_tensors[0].shape) == 2
    place = -2 if name == "convnext_tiny" else -1
    assert [layer.name for layer in pooled.layers][place] == "global_max_pooling2d"


@pytest.mark.parametrize("name", ["convnext_tiny", "nasnet_mobile"])
def test_pooling_is_refused_as_everywhere(name: str) -> None:
    with pytest.raises(ArgumentError, match=r"pooling='avg' pools the last stage in place of the"):
        convzoo.describe(name, pooling="avg")
    with pytest.raises(ArgumentError, match=r'pooling must be "avg", "max" or None\. Received 3'):
        convzoo.describe(name, include_top=False, pooling=3)


def test_nasnet_without_sizes_ends_in_another_activation() -> None:
    graph = convzoo.describe("nasnet_mobile", include_top=False, input_shape=(None, None, 3))
    assert graph.layers[-1].name == "activation_190"
    stages = convzoo.describe("nasnet_mobile", features="stages", input_shape=(None, None, 3))
    assert [tensor.shape[3] for tensor in stages.output_tensors] == [264, 528, 1056]
