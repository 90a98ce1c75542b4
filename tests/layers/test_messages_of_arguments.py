"""Which arguments the layers refuse, word for word: beside the message what caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import layers
from convzoo.errors import ConvzooError
from convzoo.layers import LAYERS


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: layers.Embedding(5, 3, dtype="gptq/4/128_from_float32", name="l"),
            "Embedding 'l': can be quantized as int8 or int4. Received "
            "dtype='gptq/4/128_from_float32'. Write, for example, dtype='int8_from_float32'.",
        ),
        (
            lambda: layers.Dense(3, quantization_config="x", name="l"),
            "Dense 'l': quantization_config must be one of keras.quantizers, or its config. "
            "Received quantization_config='x'.",
        ),
        (
            lambda: layers.Dense(
                3, quantization_config={"class_name": "Int8QuantizationConfig"}, name="l"
            ),
            "Dense 'l': quantization_config must be one of keras.quantizers, or its config. "
            "Received quantization_config={'class_name': 'Int8QuantizationConfig'}.",
        ),
        (
            lambda: LAYERS.get("inception_resnet_v2.CustomScaleLayer")("x", name="l"),
            "CustomScaleLayer 'l': scale must be a number. Received scale='x'. Try 0.1.",
        ),
        (
            lambda: layers.GroupQueryAttention(4, 4, 2, sliding_window=0, name="l"),
            "GroupQueryAttention 'l': sliding_window must be an integer of 1 or more, or None. "
            "Received sliding_window=0.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, sliding_window=0, name="l"),
            "MultiHeadAttention 'l': sliding_window must be an integer of 1 or more, or None. "
            "Received sliding_window=0.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, dropout=0.5, flash_attention=True, name="l"),
            "MultiHeadAttention 'l': flash attention has no dropout. Received dropout=0.5 with "
            "flash_attention=True. Leave one of them out.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, kernel_initializer=None, name="l"),
            "MultiHeadAttention 'l': kernel_initializer must be an initializer. Received "
            "kernel_initializer=None.",
        ),
        (
            lambda: layers.MultiHeadAttention(0, 3, name="l"),
            "MultiHeadAttention 'l': num_heads must be an integer of 1 or more. Received "
            "num_heads=0.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, value_dim=0, name="l"),
            "MultiHeadAttention 'l': value_dim must be an integer of 1 or more. Received "
            "value_dim=0.",
        ),
        (
            lambda: layers.GroupQueryAttention(0, 4, 2, name="l"),
            "GroupQueryAttention 'l': head_dim must be an integer of 1 or more. Received "
            "head_dim=0.",
        ),
        (
            lambda: layers.GroupQueryAttention(4, 4, None, name="l"),
            "GroupQueryAttention 'l': num_key_value_heads must be an integer of 1 or more. "
            "Received num_key_value_heads=None.",
        ),
        (
            lambda: layers.Conv2D(3, 3, lora_rank=2, kernel_constraint="max_norm", name="l"),
            "Conv2D 'l': lora_rank and kernel_constraint exclude each other. Received "
            "lora_rank=2. Leave out one of them.",
        ),
        (
            lambda: layers.EinsumDense(
                "ab,bc->ac", 3, lora_rank=2, kernel_constraint="max_norm", name="l"
            ),
            "EinsumDense 'l': lora_rank and kernel_constraint exclude each other. Received "
            "lora_rank=2. Leave out one of them.",
        ),
        (
            lambda: layers.ReversibleEmbedding(5, 3, weights=[1], name="l"),
            "ReversibleEmbedding 'l': takes no weights. Received weights. Give an "
            "embeddings_initializer.",
        ),
        (
            lambda: layers.ReversibleEmbedding(5, 3, tie_weights=False, lora_rank=2, name="l"),
            "ReversibleEmbedding 'l': lora_rank goes with tied weights only. Received lora_rank=2 "
            "with tie_weights=False.",
        ),
        (
            lambda: layers.ConnectionTableConv2D(2, 3, table=3, name="l"),
            "ConnectionTableConv2D 'l': table must have the numbers of one or more channels for "
            "each filter. Received table=3. Write, for example, table=[[0, 1], [1, 2]] for two "
            "filters.",
        ),
        (
            lambda: layers.EuclideanRBF(2, prototypes=3, name="l"),
            "EuclideanRBF 'l': prototypes must be lists of numbers. Received prototypes of type "
            "int. Write, for example, prototypes=[[1, -1, -1], [-1, 1, 1]] for two units.",
        ),
        (
            lambda: layers.EuclideanRBF(2, prototypes=[[1, 2], [1]], name="l"),
            "EuclideanRBF 'l': prototypes must have equally many components. Received prototypes "
            "of 2, 1.",
        ),
        (
            lambda: layers.ConnectionTableConv2D(2, 3, table=[[0]], name="l"),
            "ConnectionTableConv2D 'l': table must have as many entries as there are filters. "
            "Received 1 entries with filters=2.",
        ),
        (
            lambda: layers.GroupNormalization(2, axis="x", name="l"),
            "GroupNormalization 'l': axis must be an integer. Received axis='x'. Try -1.",
        ),
        (
            lambda: layers.Pipeline([], dtype="float16", name="l"),
            "Pipeline 'l': has no argument dtype. Received dtype='float16'.",
        ),
        (
            lambda: layers.Normalization("x", name="l"),
            "Normalization 'l': axis must be an integer, several or None. Received axis='x'.",
        ),
        (
            lambda: layers.Discretization(num_bins=3, trainable=False, name="l"),
            "Discretization 'l': has no argument trainable. Received trainable=False.",
        ),
        (
            lambda: layers.Pipeline([], trainable=False, name="l"),
            "Pipeline 'l': has no argument trainable. Received trainable=False.",
        ),
        (
            lambda: layers.HashedCrossing(3, output_mode="x", name="l"),
            "HashedCrossing 'l': output_mode must be one of int, one_hot. Received "
            "output_mode='x'.",
        ),
        (
            lambda: layers.HashedCrossing(3, output_mode="multi_hot", name="l"),
            "HashedCrossing 'l': output_mode must be one of int, one_hot. Received "
            "output_mode='multi_hot'.",
        ),
        (
            lambda: layers.IntegerLookup(output_mode="x", name="l"),
            "IntegerLookup 'l': output_mode must be one of int, one_hot, multi_hot, count, "
            "tf_idf. Received output_mode='x'.",
        ),
        (
            lambda: layers.IntegerLookup(oov_method="x", name="l"),
            "IntegerLookup 'l': oov_method must be 'floormod' or 'farmhash'. Received "
            "oov_method='x'.",
        ),
        (
            lambda: layers.IntegerLookup(salt=3, name="l"),
            "IntegerLookup 'l': a salt needs oov_method='farmhash'. Received salt=3.",
        ),
        (
            lambda: layers.IntegerLookup(invert=True, output_mode="count", name="l"),
            "IntegerLookup 'l': invert needs output_mode='int'. Received output_mode='count'.",
        ),
        (
            lambda: layers.IntegerLookup(mask_token="x", name="l"),
            "IntegerLookup 'l': mask_token must be a value. Received mask_token='x'.",
        ),
        (
            lambda: layers.IntegerLookup(invert=True, oov_token="x", name="l"),
            "IntegerLookup 'l': oov_token must be a value. Received oov_token='x'.",
        ),
        (
            lambda: layers.IntegerLookup(vocabulary=[1, 2], idf_weights=[1, 2], name="l"),
            "IntegerLookup 'l': idf_weights belong to a vocabulary with output_mode='tf_idf'. "
            "Received idf_weights=[1, 2] with output_mode='int'.",
        ),
        (
            lambda: layers.IntegerLookup(
                vocabulary=[1, 2], vocabulary_size=7, output_mode="count", name="l"
            ),
            "IntegerLookup 'l': vocabulary must have vocabulary_size=7. Received 3 values.",
        ),
        (
            lambda: layers.IntegerLookup(
                vocabulary=[1, 2], idf_weights=[1], output_mode="tf_idf", name="l"
            ),
            "IntegerLookup 'l': idf_weights must be as many as the vocabulary. Received "
            "idf_weights=[1].",
        ),
        (
            lambda: layers.TextVectorization(ragged=True, output_mode="count", name="l"),
            "TextVectorization 'l': only integers can be ragged. Received output_mode='count'.",
        ),
        (
            lambda: layers.TextVectorization(standardize="x", name="l"),
            "TextVectorization 'l': standardize must be one of ('lower_and_strip_punctuation', "
            "'lower', 'strip_punctuation', None). Received standardize='x'.",
        ),
        (
            lambda: layers.TextVectorization(split="x", name="l"),
            "TextVectorization 'l': split must be one of ('whitespace', 'character', None). "
            "Received split='x'.",
        ),
        (
            lambda: layers.TextVectorization(output_mode="x", name="l"),
            "TextVectorization 'l': output_mode must be one of int, one_hot, multi_hot, count, "
            "tf_idf. Received output_mode='x'.",
        ),
        (
            lambda: layers.RandomBrightness(0.5, seed="x", name="l"),
            "RandomBrightness 'l': seed must be an integer. Received seed='x'. Try 1337.",
        ),
        (
            lambda: layers.RandomRotation(0.5, seed="x", name="l"),
            "RandomRotation 'l': seed must be an integer. Received seed='x'. Try 1337.",
        ),
        (
            lambda: layers.MaxNumBoundingBoxes("x", name="l"),
            "MaxNumBoundingBoxes 'l': max_number must be an integer. Received max_number='x'.",
        ),
        (
            lambda: layers.RNN(layers.Dense(3, name="d"), name="l"),
            "RNN 'l': cell must be a recurrent cell or a list of them. Received cell=<Dense 'd' "
            "units=3>. Try LSTMCell.",
        ),
        (
            lambda: layers.LSTM(3, dropout="x", name="l"),
            "LSTM 'l': dropout must be a number from 0 to 1. Received dropout='x'.",
        ),
        (
            lambda: layers.ConvLSTM2D(3, 3, strides=2, dilation_rate=2, name="l"),
            "ConvLSTM2D 'l': strides above 1 and a dilation_rate above 1 exclude each other. "
            "Received strides=(2, 2) with dilation_rate=(2, 2). Set one of them to 1.",
        ),
        (
            lambda: layers.Bidirectional(layers.LSTM(3), weights=3, name="l"),
            "Bidirectional 'l': weights must be a list of arrays. Received weights=3.",
        ),
        (
            lambda: layers.Bidirectional(layers.Dense(3, name="d"), name="l"),
            "Bidirectional 'l': layer must be a recurrent layer. Received layer=<Dense 'd' "
            "units=3>. Try LSTM.",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(3), backward_layer=layers.Dense(3, name="d"), name="l"
            ),
            "Bidirectional 'l': backward_layer must be a recurrent layer. Received "
            "backward_layer=<Dense 'd' units=3>. Try LSTM.",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(3),
                backward_layer=layers.LSTM(3, return_state=True, go_backwards=True),
                name="l",
            ),
            "Bidirectional 'l': both layers must have the same stateful, return_sequences, "
            "return_state. Received [False, False, False] and [False, False, True].",
        ),
        (
            lambda: layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3), name="l"),
            "Bidirectional 'l': one of both layers must go backwards, and one not. Received "
            "go_backwards=False for both. Leave go_backwards out, or give backward_layer the "
            "other value.",
        ),
        (
            lambda: layers.SpatialDropout2D(0.5, trainable=False, name="l"),
            "SpatialDropout2D 'l': has no argument 'trainable'. Received trainable=False.",
        ),
        (
            lambda: layers.ActivityRegularization(0.1, activity_regularizer="l2", name="l"),
            "ActivityRegularization 'l': has its own activity_regularizer. Received another. "
            "Leave it out.",
        ),
        (
            lambda: layers.ActivityRegularization(l1=-1, name="l"),
            "ActivityRegularization 'l': l1 must be 0 or more. Received l1=-1. Try 0.01.",
        ),
        (
            lambda: layers.ActivityRegularization(l2="x", name="l"),
            "ActivityRegularization 'l': l2 must be 0 or more. Received l2='x'. Try 0.01.",
        ),
        (
            lambda: layers.Reshape((-1, -1), name="l"),
            "Reshape 'l': target_shape must hold sizes of 0 or more, and -1 at most once. "
            "Received target_shape=(-1, -1). Write, for example, (7, 7, 64).",
        ),
        (
            lambda: layers.Reshape((3, -2), name="l"),
            "Reshape 'l': target_shape must hold sizes of 0 or more, and -1 at most once. "
            "Received target_shape=(3, -2). Write, for example, (7, 7, 64).",
        ),
        (
            lambda: layers.UpSampling2D(interpolation=3, name="l"),
            "UpSampling2D 'l': interpolation must be a name. Received interpolation=3. Write, for "
            "example, interpolation='bilinear'.",
        ),
        (
            lambda: layers.ZeroPadding1D((1, -9), name="l"),
            "ZeroPadding1D 'l': padding must be an integer of 0 or more, or two. Received "
            "padding=(1, -9). Write, for example, padding=1.",
        ),
        (
            lambda: layers.Dense(3, kernel_initializer="he", name="l"),
            "Dense 'l': kernel_initializer must be the name of a Keras initializer. Received "
            "kernel_initializer='he'. Choose, for example, 'he_normal'.",
        ),
        (
            lambda: layers.Dense([3], name="l"),
            "Dense 'l': units must be an integer of 1 or more. Received units=[3].",
        ),
        (
            lambda: layers.Dense(name="l"),
            "Dense: missing argument 'units'. Write Dense(units, ...).",
        ),
        (
            lambda: layers.UpSampling2D(0, name="l"),
            "UpSampling2D 'l': size must be 2 integers of 1 or more. Received size=0. Write, for "
            "example, size=2.",
        ),
        (
            lambda: layers.UpSampling3D((1, 2), name="l"),
            "UpSampling3D 'l': size must be 3 integers of 1 or more. Received size=(1, 2). Write, "
            "for example, size=2.",
        ),
        (
            lambda: layers.Cropping2D("x", name="l"),
            "Cropping2D 'l': cropping must be an integer, or for each of 2 axes a pair of "
            "integers of 0 or more. Received cropping='x'. Write, for example, cropping=1.",
        ),
        (
            lambda: layers.Cropping3D(((1, 2), (3, 4), (5, -6)), name="l"),
            "Cropping3D 'l': cropping must be an integer, or for each of 3 axes a pair of "
            "integers of 0 or more. Received cropping=((1, 2), (3, 4), (5, -6)). Write, for "
            "example, cropping=1.",
        ),
        (
            lambda: layers.Flatten("x", name="l"),
            "Flatten 'l': data_format must be 'channels_last' or 'channels_first'. Received "
            "data_format='x'.",
        ),
        (
            lambda: layers.Permute((0, 1), name="l"),
            "Permute 'l': dims must hold the axes from 1 on, each once. Received dims=(0, 1). "
            "Write, for example, (2, 1).",
        ),
        (
            lambda: layers.SeparableConv2D(3, 3, depth_multiplier=0, name="l"),
            "SeparableConv2D 'l': depth_multiplier must be an integer of 1 or more. Received "
            "depth_multiplier=0.",
        ),
        (
            lambda: layers.DepthwiseConv2D(3, depth_multiplier=0, name="l"),
            "DepthwiseConv2D 'l': depth_multiplier must be an integer of 1 or more. Received "
            "depth_multiplier=0.",
        ),
        (
            lambda: layers.Conv2DTranspose(3, 3, strides=2, dilation_rate=2, name="l"),
            "Conv2DTranspose 'l': strides above 1 and a dilation_rate above 1 exclude each other. "
            "Received strides=(2, 2) with dilation_rate=(2, 2). Set one of them to 1.",
        ),
        (
            lambda: layers.Conv2DTranspose(3, 3, output_padding=-1, name="l"),
            "Conv2DTranspose 'l': output_padding must be 2 integers of 0 or more. Received "
            "output_padding=-1. Write, for example, output_padding=2.",
        ),
        (
            lambda: layers.Conv1D(3, 3, padding="full", name="l"),
            "Conv1D 'l': padding must be 'valid' or 'same' or 'causal'. Received padding='full'.",
        ),
        (
            lambda: layers.Conv1D(0, 3, name="l"),
            "Conv1D 'l': filters must be an integer of 1 or more. Received filters=0.",
        ),
        (
            lambda: layers.AdaptiveMaxPooling2D("x", name="l"),
            "AdaptiveMaxPooling2D 'l': output_size must be 2 integers of 0 or more. Received "
            "output_size='x'. Write, for example, output_size=2.",
        ),
        (
            lambda: layers.L2Pooling2D(0, name="l"),
            "L2Pooling2D 'l': pool_size must be 2 integers of 1 or more. Received pool_size=0. "
            "Write, for example, pool_size=2.",
        ),
        (
            lambda: layers.RandomZoom(-2, name="l"),
            "RandomZoom 'l': height_factor must be a number from -1 to 1, or two. Received "
            "height_factor=-2.",
        ),
        (
            lambda: layers.RandomTranslation(2, 0.1, name="l"),
            "RandomTranslation 'l': height_factor must be a number from -1 to 1, or two. Received "
            "height_factor=2.",
        ),
        (
            lambda: layers.Solarization(2, name="l"),
            "Solarization 'l': addition_factor must be a number from 0 to 1, or two. Received "
            "addition_factor=2.",
        ),
        (
            lambda: layers.AutoContrast(value_range=3, name="l"),
            "AutoContrast 'l': value_range must hold two numbers. Received value_range=3. Try (0, "
            "255).",
        ),
        (
            lambda: layers.RandomHue(2.0, name="l"),
            "RandomHue 'l': factor must be a number from 0 to 1, or two. Received factor=2.0.",
        ),
        (
            lambda: layers.RandomPosterization(9, name="l"),
            "RandomPosterization 'l': factor must be a number from 1 to 8, or two. Received "
            "factor=9.",
        ),
        (
            lambda: layers.CutMix(factor=2, name="l"),
            "CutMix 'l': factor must be a number from 0 to 1, or two. Received factor=2.",
        ),
        (
            lambda: layers.RandomErasing(scale=2, name="l"),
            "RandomErasing 'l': scale must be a number from 0 to 1, or two. Received scale=2.",
        ),
        (
            lambda: layers.RandomErasing(factor=2, name="l"),
            "RandomErasing 'l': factor must be a number from 0 to 1, or two. Received factor=2.",
        ),
        (
            lambda: layers.RandomPerspective(factor=2, name="l"),
            "RandomPerspective 'l': factor must be a number from 0 to 1, or two. Received "
            "factor=2.",
        ),
        (
            lambda: layers.RandomElasticTransform(scale="x", name="l"),
            "RandomElasticTransform 'l': scale must be a number from 0 to 1, or two. Received "
            "scale='x'.",
        ),
        (
            lambda: layers.RandomRotation(0.5, fill_mode="x", name="l"),
            "RandomRotation 'l': fill_mode must be one of reflect, wrap, constant, nearest. "
            "Received fill_mode='x'.",
        ),
        (
            lambda: layers.RandomRotation(0.5, fill_mode="x", interpolation="x", name="l"),
            "RandomRotation 'l': fill_mode must be one of reflect, wrap, constant, nearest. "
            "Received fill_mode='x'.",
        ),
        (
            lambda: layers.RandomInvert(2, name="l"),
            "RandomInvert 'l': factor must be a number from 0 to 1, or two. Received factor=2.",
        ),
        (
            lambda: layers.RandomSharpness(2, name="l"),
            "RandomSharpness 'l': factor must be a number from 0 to 1, or two. Received factor=2.",
        ),
        (
            lambda: layers.RandomShear(-2, name="l"),
            "RandomShear 'l': x_factor must be a number from 0 to 1, or two. Received x_factor=-2.",
        ),
        (
            lambda: layers.RandomSaturation(2, name="l"),
            "RandomSaturation 'l': factor must be a number from -1 to 1, or two. Received "
            "factor=2.",
        ),
        (
            lambda: layers.Hashing(3, output_mode="x", name="l"),
            "Hashing 'l': output_mode must be one of int, one_hot, multi_hot, count. Received "
            "output_mode='x'.",
        ),
        (
            lambda: layers.Hashing(3, dtype="float32", name="l"),
            "Hashing 'l': integers have the dtype int32 or int64. Received dtype='float32'.",
        ),
        (
            lambda: layers.ZeroPadding1D(-5, name="l"),
            "ZeroPadding1D 'l': padding must be an integer of 0 or more, or two. Received "
            "padding=-5. Write, for example, padding=1.",
        ),
        (
            lambda: layers.MaxNumBoundingBoxes(3, fill_value="x", name="l"),
            "MaxNumBoundingBoxes 'l': fill_value must be an integer. Received fill_value='x'.",
        ),
        (
            lambda: layers.ReLU(max_value="x", name="l"),
            "ReLU: an argument is of a kind that does not belong there (TypeError: '<' not "
            "supported between instances of 'str' and 'int').",
        ),
        (
            lambda: layers.Dropout([], name="l"),
            "Dropout 'l': rate must be from 0 to 1. Received rate=[]. Try 0.5.",
        ),
        (
            lambda: layers.Permute(3, name="l"),
            "Permute 'l': dims must hold the axes from 1 on, each once. Received dims=3. Write, "
            "for example, (2, 1).",
        ),
        (
            lambda: layers.Reshape(3, name="l"),
            "Reshape 'l': target_shape must hold sizes of 0 or more, and -1 at most once. "
            "Received target_shape=3. Write, for example, (7, 7, 64).",
        ),
        (
            lambda: layers.Normalization(mean="x", variance="y", name="l"),
            "Normalization 'l': mean and variance must be given together, with the same shape of "
            "at most 1 axes. Received mean='x' with variance='y'.",
        ),
        (
            lambda: layers.RandomColorJitter(brightness_factor=2, name="l"),
            "RandomColorJitter 'l': brightness_factor must be a number from -1 to 1, or two. "
            "Received brightness_factor=2.",
        ),
        (
            lambda: layers.RandomColorJitter(contrast_factor=(), name="l"),
            "RandomColorJitter 'l': contrast_factor must be a number from 0 to 1, or two. "
            "Received contrast_factor=().",
        ),
        (
            lambda: layers.RandomColorJitter(saturation_factor=2, name="l"),
            "RandomColorJitter 'l': saturation_factor must be a number from -1 to 1, or two. "
            "Received saturation_factor=2.",
        ),
        (
            lambda: layers.RandomColorJitter(hue_factor=2, name="l"),
            "RandomColorJitter 'l': hue_factor must be a number from 0 to 1, or two. "
            "Received hue_factor=2.",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message
