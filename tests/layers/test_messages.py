"""What the layers refuse, word for word: beside the message what caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, layers
from convzoo.errors import ConvzooError


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: layers.PReLU(name="l")(Input((None, 4))),
            "PReLU 'l': needs to know every axis that shared_axes leaves out. Received input "
            "shape (None, None, 4). Share the axes of unknown size, for example shared_axes=(1,"
            " 2).",
        ),
        (
            lambda: layers.Dense(3, dtype="gptq/4/128_from_float32", lora_rank=2, name="l"),
            "Dense 'l': lora_rank does not go with gptq. Received lora_rank=2 with "
            "dtype='gptq/4/128_from_float32'.",
        ),
        (
            lambda: layers.Dense(3, lora_rank=2, kernel_constraint="max_norm", name="l"),
            "Dense 'l': lora_rank and kernel_constraint exclude each other. Received "
            "lora_rank=2. Leave out one of them.",
        ),
        (
            lambda: layers.Dense(0, name="l"),
            "Dense 'l': units must be an integer of 1 or more. Received units=0.",
        ),
        (
            lambda: layers.Conv2D(3, (3, 0), name="l"),
            "Conv2D 'l': kernel_size must be 2 integers of 1 or more. Received kernel_size=(3, "
            "0). Write, for example, kernel_size=2.",
        ),
        (
            lambda: layers.Conv2D(3, 3, data_format="last", name="l"),
            "Conv2D 'l': data_format must be 'channels_last' or 'channels_first'. Received "
            "data_format='last'.",
        ),
        (
            lambda: layers.Attention(name="l")(Input((4, 3))),
            "Attention 'l': must be called on a list of tensors. Received input shape (None, 4,"
            " 3). Write Attention()([query, value]).",
        ),
        (
            lambda: layers.Attention(score_mode="sum", name="l"),
            "Attention 'l': score_mode must be 'dot' or 'concat'. Received score_mode='sum'.",
        ),
        (
            lambda: layers.Attention(dropout="much", name="l"),
            "Attention 'l': dropout must be a number. Received dropout='much'. Try 0.1.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, dropout=1.5, name="l"),
            "MultiHeadAttention 'l': dropout must be from 0 to 1. Received dropout=1.5. Try 0.1.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, output_shape="x", name="l"),
            "MultiHeadAttention 'l': output_shape must be an integer or several. Received "
            "output_shape='x'.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, attention_axes="x", name="l"),
            "MultiHeadAttention 'l': attention_axes must be an integer or several. Received "
            "attention_axes='x'.",
        ),
        (
            lambda: layers.GroupQueryAttention(4, 3, 2, name="l"),
            "GroupQueryAttention 'l': num_key_value_heads must divide num_query_heads. Received"
            " num_key_value_heads=2 with num_query_heads=3.",
        ),
        (
            lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2, name="l"),
            "Conv2D 'l': strides above 1 and a dilation_rate above 1 exclude each other. "
            "Received strides=(2, 2) with dilation_rate=(2, 2). Set one of them to 1.",
        ),
        (
            lambda: layers.Conv2D(3, 3, strides=0, name="l"),
            "Conv2D 'l': strides must be 2 integers of 1 or more. Received strides=0. Write, "
            "for example, strides=2.",
        ),
        (
            lambda: layers.Conv2D(3, 3, name="l")(Input((8, 8, None))),
            "Conv2D 'l': needs to know the channels of its input. Received input shape (None, "
            "8, 8, None). Give the input its channels.",
        ),
        (
            lambda: layers.Conv2D(3, 3, groups=2, name="l"),
            "Conv2D 'l': groups must divide the filters. Received groups=2 with filters=3. "
            "Choose 1 or 3.",
        ),
        (
            lambda: layers.Conv2D(4, 3, groups=4, name="l")(Input((8, 8, 6))),
            "Conv2D 'l': groups must divide the input channels. Received groups=4 with 6 "
            "channels (input shape (None, 8, 8, 6)). Choose 1, 2, 3 or 6.",
        ),
        (
            lambda: layers.Conv2D(3, 9, name="l")(Input((8, 8, 3))),
            "Conv2D 'l': its window of 9 must fit into an axis of 8. Received input shape "
            "(None, 8, 8, 3). Choose a window of 8 at most, a larger input or padding='same'.",
        ),
        (
            lambda: layers.Conv2D(3, 3, padding="full", name="l"),
            "Conv2D 'l': padding must be 'valid' or 'same'. Received padding='full'.",
        ),
        (
            lambda: layers.Conv2DTranspose(3, 3, 2, output_padding=2, name="l"),
            "Conv2DTranspose 'l': output_padding must be less than the strides. Received "
            "output_padding=(2, 2) with strides=(2, 2). Leave it out, or enlarge the strides.",
        ),
        (
            lambda: layers.Dense(3, name="l")(Input((None,))),
            "Dense 'l': needs to know the last axis of its input. Received input shape (None, "
            "None). Give the input its sizes, or pool it globally before.",
        ),
        (
            lambda: layers.EinsumDense(3, 4, name="l"),
            "EinsumDense 'l': equation must be a text. Received equation=3.",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", "x", name="l"),
            "EinsumDense 'l': output_shape must be an integer or several. Received "
            "output_shape='x'.",
        ),
        (
            lambda: layers.Embedding(5, 3, weights=[1], name="l"),
            "Embedding 'l': weights must be one array of shape (5, 3), for a layer without LoRA"
            " and quantization. Received an array of shape None.",
        ),
        (
            lambda: layers.Add(name="l")(Input((4,))),
            "Add 'l': must be called on a list of tensors. Received input shape (None, 4). "
            "Write Add()([a, b]).",
        ),
        (
            lambda: layers.Add(name="l")([Input((4,)), Input((5,))]),
            "Add 'l': needs inputs whose sizes are equal or 1, counted from the last axis. "
            "Received input shape [(None, 4), (None, 5)]. 4 and 5 don't fit.",
        ),
        (
            lambda: layers.Dot("x", name="l"),
            "Dot 'l': axes must be an integer or two. Received axes='x'. Write, for example, "
            "axes=-1.",
        ),
        (
            lambda: layers.Dot(1, name="l")([Input((4,)), Input((5,))]),
            "Dot 'l': needs inputs of one size along axes=1. Received input shape [(None, 4), "
            "(None, 5)]. 4 and 5 don't fit.",
        ),
        (
            lambda: layers.Concatenate("x", name="l"),
            "Concatenate 'l': axis must be an integer. Received axis='x'. Try -1.",
        ),
        (
            lambda: layers.Concatenate(name="l")([Input((4, 3)), Input((5, 3))]),
            "Concatenate 'l': needs inputs of one shape but for axis -1. Received input shape "
            "[(None, 4, 3), (None, 5, 3)].",
        ),
        (
            lambda: layers.BatchNormalization(axis="x", name="l"),
            "BatchNormalization 'l': axis must be an integer. Received axis='x'. Try -1.",
        ),
        (
            lambda: layers.BatchNormalization(
                renorm=True, renorm_clipping={"rmax": 1, "rmin": 2}, name="l"
            ),
            "BatchNormalization 'l': rmax must be at least rmin. Received "
            "renorm_clipping={'rmax': 1, 'rmin': 2}.",
        ),
        (
            lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"dmax": -1}, name="l"),
            "BatchNormalization 'l': dmax must be 0 or more. Received renorm_clipping={'dmax': "
            "-1}.",
        ),
        (
            lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"max": 1}, name="l"),
            "BatchNormalization 'l': renorm_clipping may hold rmax, rmin and dmax. Received "
            "renorm_clipping={'max': 1}.",
        ),
        (
            lambda: layers.BatchNormalization(axis=5, name="l")(Input((4,))),
            "BatchNormalization 'l': has no axis 5 to normalize along. Received input shape "
            "(None, 4).",
        ),
        (
            lambda: layers.BatchNormalization(name="l")(Input((None,))),
            "BatchNormalization 'l': needs to know axis -1 of its input. Received input shape "
            "(None, None). Give it a size.",
        ),
        (
            lambda: layers.LayerNormalization("x", name="l"),
            "LayerNormalization 'l': axis must be an integer or several. Received axis='x'. Try"
            " -1.",
        ),
        (
            lambda: layers.GroupNormalization(5, name="l")(Input((4,))),
            "GroupNormalization 'l': divides the channels into 5 groups. Received input shape "
            "(None, 4). Choose groups that divide them.",
        ),
        (
            lambda: layers.SpectralNormalization(layers.Dense(3), power_iterations=0, name="l"),
            "SpectralNormalization 'l': power_iterations must be above 0. Received "
            "power_iterations=0.",
        ),
        (
            lambda: layers.UnitNormalization("x", name="l"),
            "UnitNormalization 'l': axis must be an integer or several. Received axis='x'. Try -1.",
        ),
        (
            lambda: layers.Dropout("x", name="l"),
            "Dropout 'l': rate must be from 0 to 1. Received rate='x'. Try 0.5.",
        ),
        (
            lambda: layers.Dropout(0.5, noise_shape=(0,), name="l"),
            "Dropout 'l': noise_shape must hold integers of 1 or more, or None. Received "
            "noise_shape=(0,).",
        ),
        (
            lambda: layers.Dropout(0.5, seed="x", name="l"),
            "Dropout 'l': seed must be an integer. Received seed='x'. Try 1337.",
        ),
        (
            lambda: layers.Reshape((3, 3), name="l")(Input((8,))),
            "Reshape 'l': its target_shape (3, 3) must hold the input's 8 elements. Received "
            "input shape (None, 8).",
        ),
        (
            lambda: layers.Permute((1, 3), name="l"),
            "Permute 'l': dims must hold the axes from 1 on, each once. Received dims=(1, 3). "
            "Write, for example, (2, 1).",
        ),
        (
            lambda: layers.Normalization(mean=1.0, name="l"),
            "Normalization 'l': mean and variance must be given together, with the same shape "
            "of at most 1 axes. Received mean=1.0 with variance=None.",
        ),
        (
            lambda: layers.Discretization(name="l"),
            "Discretization 'l': either num_bins or bin_boundaries must be given. Received "
            "num_bins=None with bin_boundaries=None.",
        ),
        (
            lambda: layers.Discretization(num_bins=-1, name="l"),
            "Discretization 'l': num_bins must be an integer of 0 or more. Received num_bins=-1"
            " with bin_boundaries=None.",
        ),
        (
            lambda: layers.Discretization(num_bins=3, output_mode="x", name="l"),
            "Discretization 'l': output_mode must be 'int', 'one_hot', 'multi_hot' or 'count'. "
            "Received output_mode='x'.",
        ),
        (
            lambda: layers.Discretization(num_bins=3, sparse=True, name="l"),
            "Discretization 'l': integers can't be sparse. Received sparse=True with "
            "output_mode='int'.",
        ),
        (
            lambda: layers.CategoryEncoding(0, name="l"),
            "CategoryEncoding 'l': num_tokens must be an integer of 1 or more. Received "
            "num_tokens=0.",
        ),
        (
            lambda: layers.CategoryEncoding(3, output_mode="x", name="l"),
            "CategoryEncoding 'l': output_mode must be one of count, one_hot, multi_hot. "
            "Received output_mode='x'.",
        ),
        (
            lambda: layers.Hashing(0, name="l"),
            "Hashing 'l': num_bins must be an integer of 1 or more. Received num_bins=0.",
        ),
        (
            lambda: layers.Hashing(3, salt="x", name="l"),
            "Hashing 'l': salt must be an integer, or two. Received salt='x'.",
        ),
        (
            lambda: layers.IntegerLookup(max_tokens=1, name="l"),
            "IntegerLookup 'l': max_tokens must be an integer above 1. Received max_tokens=1.",
        ),
        (
            lambda: layers.IntegerLookup(pad_to_max_tokens=True, name="l"),
            "IntegerLookup 'l': pad_to_max_tokens needs max_tokens. Received "
            "pad_to_max_tokens=True.",
        ),
        (
            lambda: layers.IntegerLookup(num_oov_indices=-1, name="l"),
            "IntegerLookup 'l': num_oov_indices must be 0 or more. Received num_oov_indices=-1.",
        ),
        (
            lambda: layers.IntegerLookup(vocabulary=[1, 1], name="l"),
            "IntegerLookup 'l': vocabulary must hold values of type int, each once, and none "
            "that stands for a mask or an unknown one. Received vocabulary=[1, 1].",
        ),
        (
            lambda: layers.IntegerLookup(vocabulary_dtype="int32", name="l"),
            "IntegerLookup 'l': vocabulary_dtype must be 'int64'. Received "
            "vocabulary_dtype='int32'.",
        ),
        (
            lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2, name="l"),
            "StringLookup 'l': vocabulary must fit into max_tokens=2. Received 3 values.",
        ),
        (
            lambda: layers.TextVectorization(ngrams="x", name="l"),
            "TextVectorization 'l': ngrams must be an integer or several. Received ngrams='x'.",
        ),
        (
            lambda: layers.TextVectorization(output_sequence_length="x", name="l"),
            "TextVectorization 'l': output_sequence_length must be an integer, with "
            "output_mode='int'. Received output_sequence_length='x' with output_mode='int'.",
        ),
        (
            lambda: layers.MelSpectrogram(fft_length=8, sequence_length=9, name="l"),
            "MelSpectrogram 'l': fft_length must be at least sequence_length. Received "
            "fft_length=8 with sequence_length=9.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=0, name="l"),
            "STFTSpectrogram 'l': frame_length must be 1 or more. Received frame_length=0.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=8, frame_step=9, name="l"),
            "STFTSpectrogram 'l': frame_step must be from 1 to frame_length. Received "
            "frame_step=9 with frame_length=8.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=8, fft_length=4, name="l"),
            "STFTSpectrogram 'l': fft_length must be at least frame_length. Received "
            "fft_length=4 with frame_length=8.",
        ),
        (
            lambda: layers.STFTSpectrogram(mode="x", name="l"),
            "STFTSpectrogram 'l': mode must be one of ('log', 'magnitude', 'psd', 'real', "
            "'imag', 'angle', 'stft'). Received mode='x'.",
        ),
        (
            lambda: layers.STFTSpectrogram(window="x", name="l"),
            "STFTSpectrogram 'l': window must name one of SciPy's. Received window='x'. hann?",
        ),
        (
            lambda: layers.RandomBrightness(2.0, name="l"),
            "RandomBrightness 'l': factor must be a number from -1 to 1, or two. Received "
            "factor=2.0.",
        ),
        (
            lambda: layers.RandomContrast(1.5, name="l"),
            "RandomContrast 'l': factor must be a number from 0 to 1, or two. Received factor=1.5.",
        ),
        (
            lambda: layers.RandomBrightness(0.5, value_range=3, name="l"),
            "RandomBrightness 'l': value_range must hold two numbers. Received value_range=3. "
            "Try (0, 255).",
        ),
        (
            lambda: layers.RandomGaussianBlur(kernel_size=2, name="l"),
            "RandomGaussianBlur 'l': kernel_size must be an odd number, or two. Received "
            "kernel_size=2.",
        ),
        (
            lambda: layers.RandomGaussianBlur(factor=2, name="l"),
            "RandomGaussianBlur 'l': factor must be a number from 0 to 1, or two. Received "
            "factor=2.",
        ),
        (
            lambda: layers.RandomGrayscale(2.0, name="l"),
            "RandomGrayscale 'l': factor must be a number from 0 to 1, or two. Received "
            "factor=2.0.",
        ),
        (
            lambda: layers.RandomColorDegeneration(2.0, name="l"),
            "RandomColorDegeneration 'l': factor must be a number from -1 to 1, or two. "
            "Received factor=2.0.",
        ),
        (
            lambda: layers.CenterCrop(4, 4, name="l")(Input((3,))),
            "CenterCrop 'l': expects an image or a batch of images. Received input shape (None,"
            " 3).",
        ),
        (
            lambda: layers.LSTM(3, use_cudnn="x", name="l"),
            "LSTM 'l': use_cudnn must be 'auto', True or False. Received use_cudnn='x'.",
        ),
        (
            lambda: layers.LSTM(3, seed="x", name="l"),
            "LSTM 'l': seed must be an integer. Received seed='x'. Try 1337.",
        ),
        (
            lambda: layers.StackedRNNCells(3, name="l"),
            "StackedRNNCells 'l': cells must be a list of cells. Received cells=3.",
        ),
        (
            lambda: layers.RNN(3, name="l"),
            "RNN 'l': cell must be a layer. Received cell=3.",
        ),
        (
            lambda: layers.RNN([3], name="l"),
            "StackedRNNCells: cells must be a layer. Received cells=3.",
        ),
        (
            lambda: layers.Bidirectional(3, name="l"),
            "Bidirectional 'l': layer must be a layer. Received layer=3.",
        ),
        (
            lambda: layers.Bidirectional(layers.LSTM(3), merge_mode="x", name="l"),
            "Bidirectional 'l': merge_mode must be 'concat', 'sum', 'mul', 'ave' or None. "
            "Received merge_mode='x'.",
        ),
        (
            lambda: layers.TimeDistributed(3, name="l"),
            "TimeDistributed 'l': layer must be a layer. Received layer=3.",
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(3), name="l")(Input((4,))),
            "TimeDistributed 'l': expects an input of at least 2 axes besides the batch. "
            "Received input shape (None, 4).",
        ),
        (
            lambda: layers.ConvLSTM2D(3, 3, padding="x", name="l"),
            "ConvLSTM2D 'l': padding must be 'valid' or 'same'. Received padding='x'.",
        ),
        (
            lambda: layers.MaxPooling2D((2, 2, 2), name="l"),
            "MaxPooling2D 'l': pool_size must be 2 integers of 1 or more. Received "
            "pool_size=(2, 2, 2). Write, for example, pool_size=2.",
        ),
        (
            lambda: layers.MaxPooling2D(9, name="l")(Input((4, 4, 1))),
            "MaxPooling2D 'l': its window of 9 must fit into an axis of 4. Received input shape"
            " (None, 4, 4, 1). Choose a window of 4 at most, a larger input or padding='same'.",
        ),
        (
            lambda: layers.AveragePooling2D(2, padding="x", name="l"),
            "AveragePooling2D 'l': padding must be 'valid' or 'same'. Received padding='x'.",
        ),
        (
            lambda: layers.ZeroPadding2D((1, 2, 3), name="l"),
            "ZeroPadding2D 'l': padding must be an integer, or for each of 2 axes a pair of "
            "integers of 0 or more. Received padding=(1, 2, 3). Write, for example, padding=1.",
        ),
        (
            lambda: layers.Cropping2D(3, name="l")(Input((4, 4, 1))),
            "Cropping2D 'l': must leave something of its input with cropping=((3, 3), (3, 3)). "
            "Received input shape (None, 4, 4, 1). Crop less, or enlarge the input.",
        ),
        (
            lambda: layers.RepeatVector(-1, name="l"),
            "RepeatVector 'l': n must be an integer of 1 or more. Received n=-1.",
        ),
        (
            lambda: layers.ReLU(max_value=-1, name="l"),
            "ReLU 'l': max_value must be 0 or more. Received max_value=-1.",
        ),
        (
            lambda: layers.LeakyReLU(-1, name="l"),
            "LeakyReLU 'l': negative_slope must be 0 or more. Received negative_slope=-1.",
        ),
        (
            lambda: layers.GaussianNoise("x", name="l"),
            "GaussianNoise 'l': stddev must be from 0 to 1. Received stddev='x'. Try 0.5.",
        ),
        (
            lambda: layers.Pipeline(3, name="l"),
            "Pipeline 'l': layers must be a list of layers. Received layers=3.",
        ),
        (
            lambda: layers.Attention(dropout=0.5, seed="x", name="l"),
            "Attention 'l': seed must be an integer. Received seed='x'. Try 1337.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, dropout=0.5, seed=True, name="l"),
            "MultiHeadAttention 'l': seed must be an integer. Received seed=True. Try 1337.",
        ),
        (
            lambda: layers.AlphaDropout(2, name="l"),
            "AlphaDropout 'l': rate must be from 0 to 1. Received rate=2. Try 0.5.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=8, window=[1.0] * 7, name="l")(
                Input((32, 2))
            ),
            "STFTSpectrogram 'l': window must have frame_length=8 values. Received 7 values.",
        ),
        (
            lambda: layers.STFTSpectrogram(frame_length=1, name="l")(Input((32, 2))),
            "STFTSpectrogram 'l': frames of 1 sample need a frame_step. Received frame_step=0.",
        ),
        (
            lambda: layers.CategoryEncoding(3, sparse=True, output_mode="int", name="l"),
            "CategoryEncoding 'l': output_mode must be one of count, one_hot, multi_hot. "
            "Received output_mode='int'.",
        ),
        (
            lambda: layers.Hashing(3, sparse=True, name="l"),
            "Hashing 'l': integers can't be sparse. Received sparse=True with output_mode='int'.",
        ),
        (
            lambda: layers.StackedRNNCells([layers.Dense(3, name="d")], name="l"),
            "StackedRNNCells 'l': cells must hold recurrent cells. Received <Dense 'd' "
            "units=3>. Try LSTMCell.",
        ),
        (
            lambda: layers.Wrapper(layers.Dense(3), name="l")(Input((4,))),
            "Wrapper 'l': is a base class and can't be called. Received a call. Use a layer "
            "made from it, such as TimeDistributed.",
        ),
        (
            lambda: layers.Embedding(5, 0, name="l"),
            "Embedding 'l': output_dim must be an integer of 1 or more. Received output_dim=0.",
        ),
        (
            lambda: layers.GroupNormalization(0, name="l"),
            "GroupNormalization 'l': groups must be an integer of 1 or more. Received groups=0.",
        ),
        (
            lambda: layers.Cropping1D((1, 2, 3), name="l"),
            "Cropping1D 'l': cropping must be an integer of 0 or more, or two. Received "
            "cropping=(1, 2, 3). Write, for example, cropping=1.",
        ),
        (
            lambda: layers.ConnectionTableConv2D(2, 3, table=[[0], [9]], name="l")(
                Input((8, 8, 3))
            ),
            "ConnectionTableConv2D 'l': its table names channel 9, and the input has 3. "
            "Received input shape (None, 8, 8, 3). Channels are numbered from 0.",
        ),
        (
            lambda: layers.EuclideanRBF(2, prototypes=[[1, 2]], name="l"),
            "EuclideanRBF 'l': there must be as many prototypes as units. Received 1 prototypes"
            " with units=2.",
        ),
        (
            lambda: layers.RandomShear(0.1, interpolation="x", name="l"),
            "RandomShear 'l': interpolation must be one of nearest, bilinear. Received "
            "interpolation='x'.",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message


def test_shared_slopes_are_refused_for_another_rank() -> None:
    layer = layers.PReLU(shared_axes=(1, 2), name="l")
    layer(Input((4, 5, 3)))
    with pytest.raises(ConvzooError, match=r"^PReLU 'l': is shared, and its weights were made"):
        layer(Input((4, 3)))
