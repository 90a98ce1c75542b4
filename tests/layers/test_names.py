"""The names of layers, which files and typed stacks hold: none may go or come to mean another."""

from __future__ import annotations

from convzoo.layers import LAYERS

# The name of the class in small letters.
_SMALL = """
    Activation ActivityRegularization AdaptiveAveragePooling{n}D AdaptiveMaxPooling{n}D Add
    AlphaDropout Average BatchNormalization Concatenate ConnectionTableConv2D Conv{n}D ConvLSTM{n}D
    Cropping{n}D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout EinsumDense ELU Embedding
    EuclideanRBF Flatten GaussianDropout GaussianNoise GroupNormalization GRU Identity
    LayerNormalization LeakyReLU LSTM Masking Maximum Minimum Multiply Permute PReLU ReLU
    RepeatVector Reshape ReversibleEmbedding RMSNormalization SeparableConv1D SeparableConv2D
    SimpleRNN Softmax SpatialDropout{n}D SpectralNormalization Subtract TrainableSubsampling2D
    UnitNormalization UpSampling{n}D Wrapper ZeroPadding{n}D
"""
_OTHERS = {
    "act": "Activation",
    "adaptiveavgpool{n}d": "AdaptiveAveragePooling{n}D",
    "adaptivemaxpool{n}d": "AdaptiveMaxPooling{n}D",
    "avgpool{n}d": "AveragePooling{n}D",
    "AvgPool{n}D": "AveragePooling{n}D",
    "batchnorm": "BatchNormalization",
    "bn": "BatchNormalization",
    "convnext.LayerScale": "LayerScale",
    "convnext.StochasticDepth": "StochasticDepth",
    "Convolution{n}D": "Conv{n}D",
    "Convolution{n}DTranspose": "Conv{n}DTranspose",
    "convtranspose{n}d": "Conv{n}DTranspose",
    "convzoo>ConnectionTableConv2D": "ConnectionTableConv2D",
    "convzoo>EuclideanRBF": "EuclideanRBF",
    "convzoo>L2Pooling{n}D": "L2Pooling{n}D",
    "convzoo>TrainableSubsampling2D": "TrainableSubsampling2D",
    "crop{n}d": "Cropping{n}D",
    "deconv{n}d": "Conv{n}DTranspose",
    "dwconv1d": "DepthwiseConv1D",
    "dwconv2d": "DepthwiseConv2D",
    "gap{n}d": "GlobalAveragePooling{n}D",
    "globalavgpool{n}d": "GlobalAveragePooling{n}D",
    "GlobalAvgPool{n}D": "GlobalAveragePooling{n}D",
    "globalmaxpool{n}d": "GlobalMaxPooling{n}D",
    "GlobalMaxPool{n}D": "GlobalMaxPooling{n}D",
    "gmp{n}d": "GlobalMaxPooling{n}D",
    "gn": "GroupNormalization",
    "gqa": "GroupQueryAttention",
    "groupnorm": "GroupNormalization",
    "GroupedQueryAttention": "GroupQueryAttention",
    "inception_resnet_v2.CustomScaleLayer": "CustomScaleLayer",
    "l2pool{n}d": "L2Pooling{n}D",
    "layernorm": "LayerNormalization",
    "leaky_relu": "LeakyReLU",
    "ln": "LayerNormalization",
    "maxpool{n}d": "MaxPooling{n}D",
    "MaxPool{n}D": "MaxPooling{n}D",
    "mha": "MultiHeadAttention",
    "pad{n}d": "ZeroPadding{n}D",
    "rmsnorm": "RMSNormalization",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "sepconv1d": "SeparableConv1D",
    "sepconv2d": "SeparableConv2D",
    "spectralnorm": "SpectralNormalization",
    "unitnorm": "UnitNormalization",
    "up{n}d": "UpSampling{n}D",
    "zeropad{n}d": "ZeroPadding{n}D",
}
_WITHOUT_THEIR_CLASS_S = {"LayerScale", "StochasticDepth", "CustomScaleLayer"}


def test_names_are_these_and_mean_these_classes() -> None:
    named = {name.lower(): name for name in _SMALL.split()} | _OTHERS
    expected = {
        name.format(n=rank): class_name.format(n=rank)
        for name, class_name in named.items()
        for rank in (1, 2, 3)
    }
    found = {name: layer.class_name for name, layer in LAYERS.items()}
    assert expected.items() <= found.items()
    assert set(found.values()) - found.keys() == _WITHOUT_THEIR_CLASS_S
