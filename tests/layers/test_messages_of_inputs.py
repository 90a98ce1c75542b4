"""Which inputs the layers refuse, word for word: beside the message what caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, layers
from convzoo.errors import ConvzooError
from convzoo.layers import LAYERS


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: LAYERS.get("inception_resnet_v2.CustomScaleLayer")(0.1, name="l")(
                [Input((4,), dtype="int32"), Input((4,), dtype="int32")]
            ),
            "CustomScaleLayer 'l': needs two inputs of floats, or of one kind of integers and an "
            "integer scale. Received scale=0.1 with int32 and int32.",
        ),
        (
            lambda: LAYERS.get("inception_resnet_v2.CustomScaleLayer")(0.1, name="l")(Input((4,))),
            "CustomScaleLayer 'l': must be called on a list of two tensors. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: LAYERS.get("convnext.LayerScale")(0.1, 5, name="l")(Input((4,))),
            "LayerScale 'l': needs sizes that are equal or 1, counted from the last axis. "
            "Received input shape (4, 5). 4 and 5 don't fit.",
        ),
        (
            lambda: layers.AdditiveAttention(name="l")([Input((4, None)), Input((4, None))]),
            "AdditiveAttention 'l': needs to know the last axis of its query. Received input "
            "shape [(None, 4, None), (None, 4, None)].",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, name="l")(
                Input((4, 3)), Input((5, 3)), Input((6, 3))
            ),
            "MultiHeadAttention 'l': needs a value and a key that differ in their last axis only. "
            "Received input shape [(None, 5, 3), (None, 6, 3)].",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, output_shape=-1, name="l")(
                Input((4, 3)), Input((4, 3))
            ),
            "MultiHeadAttention 'l': output_shape must hold sizes of 0 or more. Received "
            "output_shape=(-1,).",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, attention_axes=9, name="l")(
                Input((4, 3)), Input((4, 3))
            ),
            "MultiHeadAttention 'l': has no axes (9,) to attend along. Received input shape "
            "(None, 4, 3).",
        ),
        (
            lambda: layers.GroupQueryAttention(4, 4, 2, name="l")(Input((4, 3)), Input((4, 5))),
            "GroupQueryAttention 'l': needs a query and a value with the same last axis. Received "
            "input shape [(None, 4, 3), (None, 4, 5)].",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3, name="l")(Input((None,))),
            "EinsumDense 'l': needs to know the axes of its kernel in 'ab,bc->ac'. Received input "
            "shape (None, None).",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ad", 3, name="l")(Input((4,))),
            "EinsumDense 'l': the axis 'd' must also stand in the input or the kernel. Received "
            "equation='ab,bc->ad'.",
        ),
        (
            lambda: layers.EinsumDense("ab,cd->ad", 3, name="l")(Input((4,))),
            "EinsumDense 'l': the axis 'c' must also stand in the input or the output. Received "
            "equation='ab,cd->ad'.",
        ),
        (
            lambda: layers.EinsumDense("ab,bc", 3, name="l")(Input((4,))),
            "EinsumDense 'l': equation must be of the form 'ab,bc->ac', '...ab,bc->...ac' or "
            "'ab...,bc->ac...'. Received equation='ab,bc'.",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="x", name="l")(Input((4,))),
            "EinsumDense 'l': bias_axes must hold axes of the output. Received bias_axes='x'. "
            "Choose of ac.",
        ),
        (
            lambda: layers.EinsumDense(
                "...b,bc->...c", 3, dtype="gptq/4/128_from_float32", name="l"
            )(Input((4,))),
            "EinsumDense 'l': a quantized layer needs an equation without '...'. Received "
            "equation='...b,bc->...c'. Write out all of its axes.",
        ),
        (
            lambda: layers.EinsumDense(
                "ab,bcde->acde", (3, 4, 5), dtype="gptq/4/128_from_float32", name="l"
            )(Input((6,))),
            "EinsumDense 'l': gptq needs a kernel with 2 or 3 axes. Received "
            "equation='ab,bcde->acde'. Choose int8 or int4.",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", 3, name="l")(Input((4,))),
            "EinsumDense 'l': has 3 along 'b' in its output and 4 in its input. Received input "
            "shape (None, 4).",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->acb", (3, 9), name="l")(Input((4,))),
            "EinsumDense 'l': has 9 along 'b' in its output and 4 in its input. Received input "
            "shape (None, 4).",
        ),
        (
            lambda: layers.ConnectionTableConv2D(2, 3, table=[[0], [1]], name="l")(
                Input((8, 8, None))
            ),
            "ConnectionTableConv2D 'l': needs to know the channels of its input. Received input "
            "shape (None, 8, 8, None). Give the input its channels.",
        ),
        (
            lambda: layers.TrainableSubsampling2D(2, name="l")(Input((8, 8, None))),
            "TrainableSubsampling2D 'l': needs to know the channels of its input. Received input "
            "shape (None, 8, 8, None). Give the input its channels.",
        ),
        (
            lambda: layers.EuclideanRBF(2, prototypes=[[1, 2], [3, 4]], name="l")(Input((3,))),
            "EuclideanRBF 'l': expects 2 features, as many as a prototype has components. "
            "Received input shape (None, 3).",
        ),
        (
            lambda: layers.Dot(1, name="l")([Input((4,)), Input((4,)), Input((4,))]),
            "Dot 'l': must be called on two tensors. Received input shape [(None, 4), (None, 4), "
            "(None, 4)].",
        ),
        (
            lambda: layers.Subtract(name="l")([Input((4,)), Input((4,)), Input((4,))]),
            "Subtract 'l': must be called on two tensors. Received input shape [(None, 4), (None, "
            "4), (None, 4)].",
        ),
        (
            lambda: layers.Dot(0, name="l")([Input(batch_shape=(4,)), Input(batch_shape=(4,))]),
            "Dot 'l': needs inputs with a batch and another axis. Received input shape [(4,), "
            "(4,)].",
        ),
        (
            lambda: layers.Add(name="l")([Input(batch_shape=()), Input((4,))]),
            "Add 'l': needs inputs with a batch axis. Received input shape [(), (None, 4)].",
        ),
        (
            lambda: layers.Dot(5, name="l")([Input((4,)), Input((4,))]),
            "Dot 'l': has no axis 5 to sum along. Received input shape [(None, 4), (None, 4)].",
        ),
        (
            lambda: layers.Concatenate(5, name="l")([Input((4,)), Input((4,))]),
            "Concatenate 'l': has no axis 5 to join along. Received input shape [(None, 4), "
            "(None, 4)].",
        ),
        (
            lambda: layers.Add(name="l")([Input(batch_shape=(2, 4)), Input(batch_shape=(3, 4))]),
            "Add 'l': needs inputs of one batch size. Received input shape [(2, 4), (3, 4)].",
        ),
        (
            lambda: layers.LayerNormalization(name="l")(Input((None,))),
            "LayerNormalization 'l': needs to know axis -1 of its input. Received input shape "
            "(None, None). Give it a size.",
        ),
        (
            lambda: layers.RMSNormalization((1, 2), name="l")(Input((4, None))),
            "RMSNormalization 'l': needs to know axis (1, 2) of its input. Received input shape "
            "(None, 4, None). Give it a size.",
        ),
        (
            lambda: layers.GroupNormalization(2, name="l")(Input((None,))),
            "GroupNormalization 'l': needs to know the size along axis -1. Received input shape "
            "(None, None).",
        ),
        (
            lambda: layers.GroupNormalization(2, axis=7, name="l")(Input((4,))),
            "GroupNormalization 'l': needs to know the size along axis 7. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.SpectralNormalization(layers.ReLU(6, name="r"), name="l")(Input((4,))),
            "SpectralNormalization 'l': wraps a layer with a kernel or embeddings of floats. "
            "Received layer=<ReLU 'r' max_value=6>.",
        ),
        (
            lambda: layers.LayerNormalization(7, name="l")(Input((4,))),
            "LayerNormalization 'l': has no axis 7 to normalize along. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.UnitNormalization(7, name="l")(Input((4,))),
            "UnitNormalization 'l': has no axis 7 to normalize along. Received input shape (None, "
            "4).",
        ),
        (
            lambda: layers.Normalization(7, name="l")(Input((4,))),
            "Normalization 'l': has no axes (7,) to normalize along. Received input shape (None, "
            "4).",
        ),
        (
            lambda: layers.Normalization(name="l")(Input((None,))),
            "Normalization 'l': needs to know the axes (-1,) of its input. Received input shape "
            "(None, None).",
        ),
        (
            lambda: layers.Normalization((1, -1), name="l")(Input((4,))),
            "Normalization 'l': keeps an axis twice. Received input shape (None, 4). axis=(1, -1)",
        ),
        (
            lambda: layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0], name="l")(
                Input((3,))
            ),
            "Normalization 'l': can't use a mean of shape (2,) for the axes (-1,). Received input "
            "shape (None, 3).",
        ),
        (
            lambda: layers.Pipeline([], name="l")(Input((4,))),
            "Pipeline 'l': needs a layer at least. Received layers=[].",
        ),
        (
            lambda: layers.MelSpectrogram(num_mel_bins=-1, name="l")(Input((4096,))),
            "MelSpectrogram 'l': num_mel_bins must be an integer of 0 or more, and "
            "sequence_stride not 0. Received num_mel_bins=-1 with sequence_stride=512.",
        ),
        (
            lambda: layers.MelSpectrogram(sequence_stride=0, name="l")(Input((4096,))),
            "MelSpectrogram 'l': num_mel_bins must be an integer of 0 or more, and "
            "sequence_stride not 0. Received num_mel_bins=128 with sequence_stride=0.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=8, name="l")(Input((32, None))),
            "STFTSpectrogram 'l': needs to know the channels of its input. Received input shape "
            "(None, 32, None).",
        ),
        (
            lambda: layers.HashedCrossing(3, name="l")(Input((1,), dtype="int32")),
            "HashedCrossing 'l': must be called on a list of two tensors. Received input shape "
            "(None, 1).",
        ),
        (
            lambda: layers.HashedCrossing(3, name="l")(
                [Input((1,), dtype="int32"), Input((2,), dtype="int32")]
            ),
            "HashedCrossing 'l': needs two tensors of one shape. Received input shape [(None, 1), "
            "(None, 2)].",
        ),
        (
            lambda: layers.Resizing(4, 4, name="l")(
                {"images": Input((8, 8, 3)), "labels": Input((1,))}
            ),
            "Resizing 'l': has a known output for one tensor only. Received input shape "
            "{'images': <Tensor shape=(None, 8, 8, 3), dtype=float32>, 'labels': <Tensor "
            "shape=(None, 1), dtype=float32>}. Call it on the images, without labels and boxes.",
        ),
        (
            lambda: layers.CenterCrop("x", 4, name="l")(Input((8, 8, 3))),
            "CenterCrop 'l': height must be an integer of 0 or more. Received height='x'.",
        ),
        (
            lambda: layers.CenterCrop(4, -4, name="l")(Input((8, 8, 3))),
            "CenterCrop 'l': width must be an integer of 0 or more. Received width=-4.",
        ),
        (
            lambda: layers.Resizing("x", 4, name="l")(Input((8, 8, 3))),
            "Resizing 'l': height must be an integer of 0 or more. Received height='x'.",
        ),
        (
            lambda: layers.MaxNumBoundingBoxes(3, name="l")(
                {"images": Input((8, 8, 3)), "bounding_boxes": {"boxes": Input((3, 4))}}
            ),
            "MaxNumBoundingBoxes 'l': needs bounding_boxes of boxes and labels. Received input "
            "shape {'images': <Tensor shape=(None, 8, 8, 3), dtype=float32>, 'bounding_boxes': "
            "{'boxes': <Tensor shape=(None, 3, 4), dtype=float32>}}.",
        ),
        (
            lambda: layers.MaxNumBoundingBoxes(-3, name="l")(
                {
                    "images": Input((8, 8, 3)),
                    "bounding_boxes": {"boxes": Input((3, 4)), "labels": Input((3,))},
                }
            ),
            "MaxNumBoundingBoxes 'l': can't bring an axis after the batch to -3. Received input "
            "shape (None, 3, 4).",
        ),
        (
            lambda: layers.LSTM(3, stateful=True, name="l")(Input((4, 3))),
            "LSTM 'l': is stateful and needs to know the size of a batch. Received input shape "
            "(None, 4, 3). Give the input its batch_size.",
        ),
        (
            lambda: layers.LSTMCell(3, name="l")(Input((4,)), [Input((3,))]),
            "LSTMCell 'l': must be called on an input and 2 of its states. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.GRUCell(3, name="l")(Input((4,)), Input((5,))),
            "GRUCell 'l': needs states of 3 units. Received input shape (None, 5).",
        ),
        (
            lambda: layers.GRUCell(3, name="l")(Input((4,)), Input((3,), dtype="int32")),
            "GRUCell 'l': needs states of floats, not int32. Received input shape (None, 3).",
        ),
        (
            lambda: layers.GRUCell(3, name="l")(Input((None,)), Input((3,))),
            "GRUCell 'l': needs to know the last axis of its input. Received input shape (None, "
            "None). Give it a size.",
        ),
        (
            lambda: layers.GRU(3, name="l")(Input((5, None))),
            "GRUCell 'gru_cell': needs to know the last axis of its input. Received input shape "
            "(None, None). Give it a size.",
        ),
        (
            lambda: layers.SimpleRNNCell(3, name="l")(
                Input(batch_shape=(2, 4)), Input(batch_shape=(5, 3))
            ),
            "SimpleRNNCell 'l': needs inputs and states that fit. Received input shape [(2, 3), "
            "(5, 3)].",
        ),
        (
            lambda: layers.ConvLSTM1D(3, 3, name="l")(Input((5, None, 3))),
            "ConvLSTMCell1D 'conv_lstm_cell': needs to know every axis of a step. Received input "
            "shape (None, None, 3). Give the input its sizes.",
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(3), name="l")(
                [Input((4, 3)), Input((4, 3))]
            ),
            "TimeDistributed 'l': must be called on one tensor. Received input shape [(None, 4, "
            "3), (None, 4, 3)].",
        ),
        (
            lambda: layers.TimeDistributed(layers.LSTM(3, return_state=True), name="l")(
                Input((4, 3, 2))
            ),
            "TimeDistributed 'l': needs a layer that gives one tensor. Received input shape "
            "(None, 4, 3, 2).",
        ),
        (
            lambda: layers.Cropping1D(3, name="l")(Input((4, 1))),
            "Cropping1D 'l': must leave something of its input with cropping=(3, 3). Received "
            "input shape (None, 4, 1). Crop less, or enlarge the input.",
        ),
        (
            lambda: layers.Cropping1D((9, 0), name="l")(Input((4, 1))),
            "Cropping1D 'l': must leave something of its input with cropping=(9, 0). Received "
            "input shape (None, 4, 1). Crop less, or enlarge the input.",
        ),
        (
            lambda: layers.Permute((2, 1), name="l")(Input((4,))),
            "Permute 'l': expects an input of 2 axes besides the batch. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.RepeatVector(2, name="l")(Input((4, 3))),
            "RepeatVector 'l': expects an input of 1 axis besides the batch. Received input shape "
            "(None, 4, 3).",
        ),
        (
            lambda: layers.Conv1DTranspose(3, 1, 3, output_padding=0, name="l")(Input((0, 3))),
            "Conv1DTranspose 'l': has nothing to spread. Received input shape (None, 0, 3). "
            "Enlarge the input.",
        ),
        (
            lambda: layers.EinsumDense("abcd,de->abce", (3, 4, 5), name="l")(Input((4,))),
            "EinsumDense 'l': has 3 along 'b' in its output and 4 in its input. Received input "
            "shape (None, 4).",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", (), name="l")(Input((4,))),
            "EinsumDense 'l': needs an input and an output_shape with the axes of 'ab,bc->ac'. "
            "Received input shape (None, 4).",
        ),
        (
            lambda: layers.RandomColorDegeneration(0.5, name="l")(Input((8, 8, 2))),
            "RandomColorDegeneration 'l': expects images with 3 channels. Received input shape "
            "(None, 8, 8, 2).",
        ),
        (
            lambda: layers.HashedCrossing("x", output_mode="one_hot", name="l")(
                [Input((1,), dtype="int32"), Input((1,), dtype="int32")]
            ),
            "HashedCrossing 'l': num_bins must be an integer. Received num_bins='x'.",
        ),
        (
            lambda: layers.CenterCrop(4, 4, name="l")(Input(batch_shape=(8,))),
            "CenterCrop 'l': expects an image or a batch of images. Received input shape (8,).",
        ),
        (
            lambda: layers.CenterCrop(4, 4, name="l")(Input(batch_shape=())),
            "CenterCrop 'l': expects an image or a batch of images. Received input shape ().",
        ),
        (
            lambda: layers.Resizing(4, 4, name="l")(Input(batch_shape=(8,))),
            "Resizing 'l': expects images. Received input shape (8,).",
        ),
        (
            lambda: layers.Resizing(4, 4, data_format="channels_first", name="l")(
                Input(batch_shape=(8, 8))
            ),
            "Resizing 'l': expects images. Received input shape (8, 8).",
        ),
        (
            lambda: layers.RandomCrop(4, 4, name="l")(Input(batch_shape=(8,))),
            "RandomCrop 'l': expects images. Received input shape (8,).",
        ),
        (
            lambda: layers.RandomCrop("x", 4, name="l")(Input((8, 8, 3))),
            "RandomCrop 'l': height must be an integer of 0 or more. Received height='x'.",
        ),
        (
            lambda: layers.StackedRNNCells(
                [layers.GRUCell(1, name="a"), layers.GRUCell(2, name="b")], name="l"
            )(Input((4,)), [Input((3,)), Input((2,))]),
            "GRUCell 'a': needs states of 1 units. Received input shape (None, 3).",
        ),
        (
            lambda: layers.ConvLSTM2D(3, 3, strides=0, name="l")(Input((5, 8, 8, 3))),
            "ConvLSTMCell2D 'conv_lstm_cell': strides must be 1 or more. Received strides=(0, 0). "
            "Try 1.",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(3, stateful=True, return_state=True), name="l"
            )(Input(batch_shape=(2, 5, 3))),
            "Bidirectional 'l': can't be stateful and return its states. Received stateful=True "
            "with return_state=True. Leave one of them out.",
        ),
        (
            lambda: layers.ZeroPadding2D(-5, name="l")(Input((4, 4, 1))),
            "ZeroPadding2D 'l': crops more than there is with ((-5, -5), (-5, -5)). Received "
            "input shape (None, 4, 4, 1).",
        ),
        (
            lambda: layers.LSTM(3, name="l")(Input((5,))),
            "LSTM 'l': expects an input of 2 axes besides the batch. Received input shape "
            "(None, 5).",
        ),
        (
            lambda: layers.ConvLSTM1D(3, 3, name="l")(Input((5, 3))),
            "ConvLSTM1D 'l': expects an input of 3 axes besides the batch. Received input shape "
            "(None, 5, 3).",
        ),
        (
            lambda: layers.ConvLSTM2D(3, 3, name="l")(Input((5, 8, 3))),
            "ConvLSTM2D 'l': expects an input of 4 axes besides the batch. Received input shape "
            "(None, 5, 8, 3).",
        ),
        (
            lambda: layers.ConvLSTM3D(3, 3, name="l")(Input((5, 8, 8, 3))),
            "ConvLSTM3D 'l': expects an input of 5 axes besides the batch. Received input shape "
            "(None, 5, 8, 8, 3).",
        ),
        (
            lambda: layers.EinsumDense("ab,ccb->c", (), dtype="int8_from_float32", name="l")(
                Input(batch_shape=(2, 2))
            ),
            "EinsumDense 'l': can't be quantized to int8. Received equation='ab,ccb->c'.",
        ),
        (
            lambda: layers.RNN(layers.GRUCell(3), name="l")(Input(batch_shape=(2,))),
            "RNN 'l': expects an input of 2 axes besides the batch. Received input shape (2,).",
        ),
        (
            lambda: layers.StackedRNNCells(
                [layers.GRUCell(1, name="a"), layers.GRUCell(2, name="b")], name="l"
            )(Input((4,)), [Input((None,)), Input((2,))]),
            "StackedRNNCells 'l': makes None values where 'b' takes 1. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.Dense(3, name="l")(Input(batch_shape=(2,))),
            "Dense 'l': expects an input of at least 1 axis besides the batch. Received input "
            "shape (2,).",
        ),
        (
            lambda: layers.EuclideanRBF(1, [[1, 2]], name="l")(Input(batch_shape=(2,))),
            "EuclideanRBF 'l': expects an input of at least 1 axis besides the batch. Received "
            "input shape (2,).",
        ),
        (
            lambda: layers.AdaptiveMaxPooling1D(2, name="l")(Input(batch_shape=())),
            "AdaptiveMaxPooling1D 'l': expects an input of at least 0 axes besides the batch. "
            "Received input shape ().",
        ),
        (
            lambda: layers.AdaptiveMaxPooling1D(2, data_format="channels_first", name="l")(
                Input(batch_shape=(2,))
            ),
            "AdaptiveMaxPooling1D 'l': expects an input of at least 1 axis besides the batch. "
            "Received input shape (2,).",
        ),
        (
            lambda: layers.SpatialDropout1D(0.5, name="l")(Input((4,))),
            "SpatialDropout1D 'l': expects an input of 2 axes besides the batch. Received input "
            "shape (None, 4).",
        ),
        (
            lambda: layers.SpatialDropout2D(0.5, name="l")(Input((4, 3))),
            "SpatialDropout2D 'l': expects an input of 3 axes besides the batch. Received input "
            "shape (None, 4, 3).",
        ),
        (
            lambda: layers.SpatialDropout3D(0.5, name="l")(Input((4, 4, 3))),
            "SpatialDropout3D 'l': expects an input of 4 axes besides the batch. Received input "
            "shape (None, 4, 4, 3).",
        ),
        (
            lambda: layers.LSTMCell(3, name="l")(Input((5, 4)), [Input((3,)), Input((3,))]),
            "LSTMCell 'l': expects an input of 1 axis besides the batch. Received input shape "
            "(None, 5, 3).",
        ),
        (
            lambda: layers.GRUCell(3, name="l")(Input((4,)), Input((5, 3))),
            "GRUCell 'l': expects an input of 1 axis besides the batch. Received input shape "
            "(None, 5, 3).",
        ),
        (
            lambda: layers.SimpleRNNCell(3, name="l")(Input((4,)), Input(batch_shape=())),
            "SimpleRNNCell 'l': needs states of 3 units. Received input shape ().",
        ),
        (
            lambda: layers.Flatten(name="l")(Input(batch_shape=())),
            "Flatten 'l': expects an input of at least 0 axes besides the batch. Received input "
            "shape ().",
        ),
        (
            lambda: layers.Reshape((2,), name="l")(Input(batch_shape=())),
            "Reshape 'l': expects an input of at least 0 axes besides the batch. Received input "
            "shape ().",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message
