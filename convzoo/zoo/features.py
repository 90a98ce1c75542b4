"""What a pretrained convolutional base sees, and a small classifier on top of it.

Source: F. Chollet, "Deep Learning with Python", 1st edition (2017), section 5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.errors import UnknownNameError
from convzoo.zoo import Card, Claim, Recipe, Source, describe, register
from convzoo.zoo.preprocessing import IMAGENET_MEAN

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


def _accuracy(value: str, note: str) -> Claim:
    return Claim("accuracy", value, on="2,000 cats and dogs", samples=1000, note=note)


@register(
    Card(
        title="A pretrained base, frozen, and two dense layers for little data",
        source=Source("F. Chollet", "Deep Learning with Python", 2017, "Manning, section 5.3"),
        params=2_097_665,
        total_params=16_812_353,
        claims=(
            Claim("params", "16,812,353", note="14,714,688 of them are VGG16's"),
            _accuracy("90 %", "on the validation images, without augmentation, dropout of 0.5"),
            _accuracy("96 %", "on the validation images"),
            _accuracy("97 %", 'on the test images, fine_tune_from="block5_conv1" in the end'),
        ),
        input="150x150 colour images",
        preprocessing=IMAGENET_MEAN,
        stages=tuple(f"block{block}_pool" for block in range(1, 6)),
        recipe=Recipe(
            "cats_vs_dogs",
            "RMSprop",
            epochs=30,
            batch_size=20,
            optimizer_arguments={"learning_rate": 2e-5},
            loss="binary_crossentropy",
            augmentation=(
                f"RandomRotation:{40 / 360:.4f},fill_mode=nearest",
                "RandomTranslation:0.2,0.2,fill_mode=nearest",
                "RandomZoom:0.2,fill_mode=nearest",
                "RandomFlip:horizontal",
            ),
            notes=(
                'weights="imagenet"',
                "1,000 images of each class to train on",
                'then 100 epochs with fine_tune_from="block5_conv1" and a learning rate of 1e-5',
            ),
        ),
        tags=("lecture", "small-data"),
        weights_licence="CC BY 4.0",
        notes=(
            "base names any entry whose classifier can be left out; its layers stand in the model "
            'with their own names, and weights="imagenet" loads those of the base. The stages are '
            "those of VGG16, and so is the preprocessing: for another base it is "
            "convzoo.preprocess(base).",
            "The book gives VGG16 values from 0 to 1, with which it was not trained.",
        ),
    )
)
def vgg16_features(
    input_shape: Shape = (150, 150, 3),
    classes: int = 1,
    base: str = "vgg16",
    fine_tune_from: str | None = None,
) -> Graph:
    """The base without its classifier, 256 hidden units and one output for yes or no.

    Args:
        input_shape: the sizes of an image.
        classes: the number of classes; 1 for yes or no.
        base: the name of the entry that is the base.
        fine_tune_from: the first layer of the base that is trained; those before it are frozen.
            `None` freezes the base.

    Raises:
        UnknownNameError: when there is no such base, or the base has no such layer.
    """
    graph = describe(base, include_top=False, input_shape=input_shape)
    names = [layer.name for layer in graph.layers]
    if fine_tune_from is not None and fine_tune_from not in names:
        raise UnknownNameError(f"layer of {base!r}", fine_tune_from, names)
    frozen = len(names) if fine_tune_from is None else names.index(fine_tune_from)
    for layer in graph.layers[:frozen]:
        layer.trainable = False
    x = layers.Flatten()(graph.output_tensors[0])
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dense(classes, activation="sigmoid" if classes == 1 else "softmax")(x)
    return models.Model(graph.inputs, x)
