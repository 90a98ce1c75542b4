"""Every backbone of KerasHub, built small: what is complete equals Keras, the rest claims less.

Run it with `pytest -m deep` where `keras-hub` is installed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import pytest

from convzoo import calc
from convzoo.analyses.report import Report

models: Any = pytest.importorskip("keras_hub", reason="keras-hub is not installed").models

pytestmark = [
    pytest.mark.deep,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

# Small values of the arguments that most of the backbones share.
_SMALL: dict[str, Any] = {
    "attention_bias": False,
    "attention_dropout": 0.0,
    "decoder_num_heads": 2,
    "decoder_num_layers": 1,
    "embedding_dim": 8,
    "encoder_num_heads": 2,
    "encoder_num_layers": 1,
    "filter_dim": 16,
    "head_dim": 8,
    "head_size": 8,
    "hidden_dim": 16,
    "hidden_size": 16,
    "image_shape": (32, 32, 3),
    "image_size": 16,
    "intermediate_dim": 32,
    "layer_norm_epsilon": 1e-6,
    "linear_key_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_value_head_dim": 8,
    "max_position_embeddings": 24,
    "max_sequence_length": 24,
    "mlp_bias": False,
    "mlp_dim": 32,
    "moe_intermediate_dim": 8,
    "num_attention_heads": 2,
    "num_auxiliary_layers": 1,
    "num_experts": 2,
    "num_frames": 2,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_layers": 2,
    "num_layers_dec": 2,
    "num_layers_enc": 2,
    "num_query_heads": 2,
    "num_spatial_layers": 1,
    "num_temporal_layers": 1,
    "partial_rotary_factor": 1.0,
    "patch_size": 4,
    "projection_dim": 8,
    "rope_theta": 10000.0,
    "shared_expert_intermediate_dim": 8,
    "shared_expert_intermediate_size": 8,
    "top_k": 1,
    "vit_hidden_dim": 8,
    "vit_num_heads": 2,
    "vit_num_layers": 1,
    "vit_patch_size": 4,
    "vocab_size": 50,
    "vocabulary_size": 50,
}
for _side in ("encoder", "decoder"):
    _SMALL |= {
        f"{_side}_head_dim": 8,
        f"{_side}_hidden_dim": 16,
        f"{_side}_intermediate_dim": 16,
        f"{_side}_layer_types": ["full_attention"],
        f"{_side}_num_attention_heads": 2,
        f"{_side}_num_key_value_heads": 1,
    }

# The arguments that one backbone has for itself.
_OWN: dict[str, Callable[[], dict[str, Any]]] = {
    "BASNetBackbone": lambda: {
        "image_encoder": _backbone("ResNetBackbone", image_shape=(None, None, 3)),
        "num_classes": 1,
        "projection_filters": 64,
    },
    "CSPNetBackbone": lambda: {
        "stem_filters": 8,
        "stem_kernel_size": 3,
        "stem_strides": 1,
        "stackwise_depth": [1, 2],
        "stackwise_strides": [1, 2],
        "stackwise_num_filters": [8, 16],
        "block_type": "dark_block",
        "stage_type": "csp",
        "bottle_ratio": [0.5],
        "expand_ratio": [2.0],
    },
    "DeepLabV3Backbone": lambda: {
        "image_encoder": _backbone("ResNetBackbone"),
        "spatial_pyramid_pooling_key": "P4",
        "upsampling_size": 4,
        "dilation_rates": [2, 4],
    },
    "DenseNetBackbone": lambda: {"stackwise_num_repeats": [1, 2, 1], "growth_rate": 4},
    "EfficientNetBackbone": lambda: {
        "stackwise_kernel_sizes": [3, 3],
        "stackwise_num_repeats": [1, 2],
        "stackwise_input_filters": [8, 8],
        "stackwise_output_filters": [8, 12],
        "stackwise_expansion_ratios": [1, 6],
        "stackwise_squeeze_and_excite_ratios": [0.25, 0.25],
        "stackwise_strides": [1, 2],
        "stackwise_block_types": ["v1", "fused"],
        "stackwise_force_input_filters": [0, 0],
        "stackwise_nores_option": [False, False],
        "stackwise_width_coefficients": [1.0, 1.0],
        "stackwise_depth_coefficients": [1.0, 1.0],
        "input_shape": (32, 32, 3),
    },
    "FluxBackbone": lambda: {
        "input_channels": 16,
        "mlp_ratio": 2.0,
        "depth": 1,
        "depth_single_blocks": 1,
        "axes_dim": [2, 3, 3],
        "theta": 10000,
        "use_bias": True,
        "image_shape": (4, 16),
        "text_shape": (4, 16),
        "image_ids_shape": (4, 3),
        "text_ids_shape": (4, 3),
        "y_shape": (16,),
    },
    "HGNetV2Backbone": lambda: {
        "depths": [1, 2],
        "embedding_size": 8,
        "hidden_sizes": [8, 16],
        "stem_channels": [3, 8, 8],
        "hidden_act": "relu",
        "use_learnable_affine_block": False,
        "stackwise_stage_filters": [[8, 4, 8, 1, 3, 3], [8, 4, 16, 1, 3, 3]],
        "apply_downsample": [False, True],
        "use_lightweight_conv_block": [False, True],
    },
    "MiTBackbone": lambda: {
        "layerwise_depths": [1, 1],
        "layerwise_num_heads": [1, 2],
        "layerwise_sr_ratios": [8, 4],
        "max_drop_path_rate": 0.1,
        "layerwise_patch_sizes": [7, 3],
        "layerwise_strides": [4, 2],
        "hidden_dims": [8, 16],
    },
    "MobileNetBackbone": lambda: {
        "stackwise_expansion": [[8, 12], [8]],
        "stackwise_num_blocks": [2, 1],
        "stackwise_num_filters": [[8, 8], [12]],
        "stackwise_kernel_size": [[3, 3], [5]],
        "stackwise_num_strides": [[2, 1], [2]],
        "stackwise_se_ratio": [[None, None], [0.25]],
        "stackwise_activation": [["relu", "relu"], ["hard_swish"]],
        "stackwise_padding": [[1, 1], [2]],
        "output_num_filters": 24,
        "depthwise_filters": 8,
        "depthwise_stride": 1,
        "depthwise_residual": False,
        "last_layer_filter": 16,
        "input_num_filters": 8,
    },
    "ResNetBackbone": lambda: {
        "input_conv_filters": [64],
        "input_conv_kernel_sizes": [7],
        "stackwise_num_filters": [64, 8, 16, 16],
        "stackwise_num_blocks": [1, 1, 1, 1],
        "stackwise_num_strides": [1, 2, 2, 2],
        "block_type": "bottleneck_block",
    },
    "RetinaNetBackbone": lambda: {
        "image_encoder": _backbone("ResNetBackbone"),
        "min_level": 3,
        "max_level": 5,
        "use_p5": False,
    },
    "SegFormerBackbone": lambda: {
        "image_encoder": _backbone("MiTBackbone"),
        "projection_filters": 8,
    },
    "SmolLM3Backbone": lambda: {
        "rope_layer_enabled_list": [True, False],
        "layer_types": ["full_attention", "full_attention"],
    },
    "SwinTransformerBackbone": lambda: {
        "embed_dim": 8,
        "depths": [1, 1],
        "window_size": 4,
        "num_heads": [2, 2],
    },
    "VGGBackbone": lambda: {
        "stackwise_num_repeats": [2, 2, 1],
        "stackwise_num_filters": [4, 8, 8],
    },
    "ViTDetBackbone": lambda: {
        "global_attention_layer_indices": [1],
        "num_output_channels": 8,
        "window_size": 4,
    },
    "XceptionBackbone": lambda: {
        "stackwise_conv_filters": [[4, 8], [8, 8]],
        "stackwise_pooling": [True, False],
    },
}
_OWN["SmolLMBackbone"] = _OWN["SmolLM3Backbone"]


def _backbone(name: str, **other: Any) -> Any:
    """A small backbone of that class."""
    kind = getattr(models, name)
    taken = inspect.signature(kind.__init__).parameters
    shared = {argument: value for argument, value in _SMALL.items() if argument in taken}
    own = _OWN[name]() if name in _OWN else {}
    return kind(**{**shared, **own, **other})


def _names() -> list[str]:
    """Every backbone but the bases of others."""
    bases = ("Backbone", "FeaturePyramidBackbone")
    return [name for name in dir(models) if name.endswith("Backbone") and name not in bases]


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    keras.backend.clear_session()
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize("name", _names())
def test_backbone_is_exact_or_claims_less(name: str) -> None:
    try:
        model = _backbone(name)
    except TypeError as error:
        if "missing" not in str(error):
            raise
        pytest.skip(f"takes parts that are not made here: {error}")
    plain = keras.Model(model.inputs, model.outputs)  # Its config holds the layers.
    live = calc(model)
    assert live.total("params") == model.count_params()
    _assert_exact_or_less(calc(model.to_json()), model)
    for source in (plain, _json(plain)):
        if source is not None:
            _assert_exact_or_less(calc(source), plain)


def _json(model: Any) -> str | None:
    """The model's config, or `None` where a layer of KerasHub can't make its own."""
    try:
        return str(model.to_json())
    except (AttributeError, NotImplementedError, TypeError):
        return None


def _assert_exact_or_less(report: Report, model: Any) -> None:
    params, counted = report.total("params"), model.count_params()
    assert params == counted if report.complete else params <= counted
    for row in report.rows:
        layer = next((layer for layer in model.layers if layer.name == row.name), None)
        if layer is not None and row.params is not None:
            assert row.params == layer.count_params()
