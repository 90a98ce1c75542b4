"""AlexNet's accuracy with a fiftieth of its parameters: squeeze to few maps, expand to many.

Source: F. N. Iandola, S. Han, M. W. Moskewicz, K. Ashraf, W. J. Dally, K. Keutzer, "SqueezeNet:
AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size" (2016), table 1, and the
models that its authors published for Caffe.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import Preprocessing

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

# Maps of the eight fire modules: squeezed, and in each of the two halves expanded.
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))


def squeezenet(
    input_shape: Shape = (227, 227, 3),
    classes: int = 1000,
    filters: int = 96,
    kernel_size: int = 7,
    pooled_after: tuple[int, ...] = (4, 8),
) -> Graph:
    """A convolution, eight fire modules, a 1x1 convolution as the classifier.

    Args:
        input_shape: height, width and channels of the images.
        classes: how many there are.
        filters: those of the first convolution.
        kernel_size: the size of the first convolution.
        pooled_after: the numbers of the fire modules, counted from 2, that a pooling follows.
    """
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(
        filters, (kernel_size, kernel_size), strides=(2, 2), activation="relu", name="conv1"
    )(inputs)
    x = _pooled(x, "pool1")
    for number, (squeezed, expanded) in enumerate(_FIRES, start=2):
        x = _fire(x, squeezed, expanded, f"fire{number}")
        if number in pooled_after:
            x = _pooled(x, f"pool{number}")
    x = layers.Dropout(0.5)(x)
    x = layers.Conv2D(classes, (1, 1), activation="relu", name="conv10")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Activation("softmax")(x))


def _fire(x: Tensor, squeezed: int, expanded: int, name: str) -> Any:
    x = layers.Conv2D(squeezed, (1, 1), activation="relu", name=f"{name}_squeeze1x1")(x)
    one = layers.Conv2D(expanded, (1, 1), activation="relu", name=f"{name}_expand1x1")(x)
    three = layers.Conv2D(
        expanded, (3, 3), padding="same", activation="relu", name=f"{name}_expand3x3"
    )(x)
    return layers.Concatenate(name=name)([one, three])


def _pooled(x: Tensor, name: str) -> Any:
    """A 3x3 max pooling of every second place, whose sizes Caffe rounds up."""
    # Of an even size, Keras's "same" adds the one row that Caffe looks at beyond the end.
    even = all(size is not None and size % 2 == 0 for size in x.shape[1:3])
    padding = "same" if even else "valid"
    return layers.MaxPooling2D((3, 3), strides=(2, 2), padding=padding, name=name)(x)


_MODELS = "github.com/forresti/SqueezeNet"
_RECIPE = Recipe(
    "imagenet",
    "SGD",
    epochs=68,
    batch_size=512,
    optimizer_arguments={"learning_rate": 0.04, "momentum": 0.9},
    schedule="PolynomialDecay",
    schedule_arguments={
        "initial_learning_rate": 0.04,
        "decay_steps": 68,
        "end_learning_rate": 0.0,
        "power": 1.0,
    },
    augmentation=("RandomCrop:227,227", "RandomFlip:horizontal"),
    notes=("weight decay of 0.0002", "170,000 steps", "cropped from images of 256x256"),
)


def _card(version: str, params: int, claims: tuple[Claim, ...], poolings: tuple[str, ...]) -> Card:
    return Card(
        title=f"SqueezeNet {version}: fire modules",
        source=Source(
            "F. N. Iandola, S. Han, M. W. Moskewicz, K. Ashraf, W. J. Dally, K. Keutzer",
            "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
            2016,
            "arXiv 1602.07360",
        ),
        params=params,
        claims=claims,
        input="227x227 colour images",
        preprocessing=Preprocessing(mean=(104.0, 117.0, 123.0), bgr=True),
        stages=(*poolings, "fire9"),
        recipe=_RECIPE,
        tags=("imagenet", "mobile", "fully-convolutional"),
        notes=("The classifier is a 1x1 convolution with a ReLU, averaged over all places.",),
    )


register(
    _card(
        "1.0",
        1_248_424,
        (
            Claim("params", "1,248,424"),
            Claim(
                "flops",
                "1.72 G",
                by=_MODELS,
                note="1.67 calculated; the published model pads conv10: with its 15x15 maps, in "
                "place of the paper's 13x13, twice the multiply-accumulates are 1.72",
            ),
            Claim("accuracy", "57.5 %", on="ImageNet", samples=50_000, note="top 1"),
            Claim("accuracy", "80.3 %", on="ImageNet", samples=50_000, note="top 5"),
        ),
        ("pool1", "pool4", "pool8"),
    ),
    name="squeezenet_1_0",
)(squeezenet)

register(
    _card(
        "1.1",
        1_235_496,
        (
            Claim("params", "1,235,496"),
            Claim(
                "flops",
                "0.72 G",
                by=_MODELS,
                note="0.78 calculated; with pool5 rounded down, to 13x13 maps, it is 0.72",
            ),
            Claim("accuracy", "80.3 %", on="ImageNet", samples=50_000, note="top 5"),
        ),
        ("pool1", "pool3", "pool5"),
    ),
    name="squeezenet_1_1",
)(partial(squeezenet, filters=64, kernel_size=3, pooled_after=(3, 5)))
