"""Padding before a stride equals Keras's."""

from __future__ import annotations

import keras
import pytest
from keras.src.applications.imagenet_utils import correct_pad

from convzoo.graph.dims import Shape
from convzoo.graph.layer import Tensor
from convzoo.zoo.padding import padding_before_stride_2


@pytest.mark.parametrize("sizes", [(8, 8), (7, 8), (8, 7), (7, 7), (None, None), (None, 7)])
@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_padding_before_stride_2_equals_keras(sizes: Shape, kernel_size: int) -> None:
    ours = padding_before_stride_2(Tensor((None, *sizes, 3)), kernel_size)
    assert ours == correct_pad(keras.KerasTensor((None, *sizes, 3)), kernel_size)
