"""From an entry of the zoo and its recipe to a compiled Keras model of images.

What is trained is a model of images with values from 0 to 255: before the network stand the layers
that enlarge, change and scale them. They are no part of the network, which is what is saved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, BuildError, ConvzooError, ShapeError
from convzoo.graph.graph import Graph
from convzoo.graph.naming import fresh_names
from convzoo.sources.text import looks_like_input, read_stack
from convzoo.zoo import Preprocessing, Recipe, describe, entry, smallest_input, takes
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    import keras

DEFAULT = Recipe("", "Adam", 5, 64, {"learning_rate": 0.001})
"""How an entry is trained whose card has no recipe."""

# A network learns by steps, and 5 epochs of 1,300 digits are too few of them.
_FEWEST_STEPS = 500

_BINARY = "binary_crossentropy"
_CROSSENTROPIES = (_BINARY, "categorical_crossentropy", "sparse_categorical_crossentropy")

# The arguments of schedules that count steps.
_STEPS = ("boundaries", "decay_steps", "first_decay_steps", "warmup_steps")


@dataclass(frozen=True)
class Fitted:
    """An architecture made to fit the images and the classes of a data set.

    Args:
        name: the name of the entry, or the typed stack.
        graph: the architecture.
        recipe: how it is trained.
        preprocessing: what images go through before they are its input.
        image_shape: height, width and channels of the images as they are.
        sizes: height and width that they are resized to, or have already.
        channels: the channels that they are given; a grey image is repeated.
    """

    name: str
    graph: Graph
    recipe: Recipe
    preprocessing: Preprocessing
    image_shape: tuple[int, int, int]
    sizes: tuple[int, int]
    channels: int

    @property
    def is_resized(self) -> bool:
        """Whether the images have another size than what the network is given."""
        return self.sizes != self.image_shape[:2]


def fitted(
    name: str,
    image_shape: tuple[int, int, int],
    classes: int,
    recipe: Recipe | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Fitted:
    """An entry of the zoo, or a typed stack, for images and classes of a data set.

    A stack stays as it is, and images are resized for it. Images that are smaller than the smallest
    input of an entry are enlarged to its usual one; otherwise it is described anew for the images
    as they are. Grey ones get the three channels of a network for colour images.

    Args:
        name: the name of the entry, or the stack.
        image_shape: height, width and channels of the images.
        classes: how many classes there are.
        recipe: how it is trained; the card's where it is not given.
        overrides: arguments of the architecture, as in `describe`, besides the input and the
            classes.

    Raises:
        UnknownNameError: when there is no such entry.
        ArgumentError: when it is no classifier of images, or an argument can't be used.
        ShapeError: when it can't take the images.
    """
    if looks_like_input(name.split(maxsplit=1)[0] if name.strip() else ""):
        return _fitted_stack(name, image_shape, classes, recipe or DEFAULT, overrides)
    found = entry(name)
    recipe = recipe or found.card.recipe or DEFAULT
    if not takes(found.name, "classes"):
        raise ArgumentError(
            f"{found.name!r} has no classifier that could be trained: it has no argument classes."
        )
    given = dict(overrides or {})
    for argument in ("input_shape", "classes"):
        if argument in given:
            raise ArgumentError(f"{argument} follows from the data; leave it out of the overrides.")
    usual = describe(found.name, **given).input_shapes
    if len(usual) != 1 or len(usual[0]) != 4:
        raise ArgumentError(f"{found.name!r} does not take images: its input is {usual}.")
    preprocessing = found.card.preprocessing
    padding = 2 * preprocessing.padding
    height, width, channels = image_shape
    if channels == 1 and usual[0][-1] == 3:
        channels = 3
    for values in (preprocessing.mean, preprocessing.deviation):
        if isinstance(values, tuple) and len(values) != channels:
            raise ShapeError(
                f"{found.name!r} takes images of {len(values)} channels: {preprocessing}. "
                f"Received images of {_sizes(image_shape)}."
            )
    if _is_smaller((height + padding, width + padding), found.name, usual[0][1:3]):
        usual_sizes: Any = usual[0][1:3]
        height, width = (size - padding for size in usual_sizes)
    outputs = 1 if classes == 2 and recipe.loss == _BINARY else classes
    shape = (height + padding, width + padding, channels)
    graph = describe(found.name, **given, input_shape=shape, classes=outputs)
    output = [tensor.shape for tensor in graph.output_tensors]
    if output != [(None, outputs)]:
        raise ArgumentError(
            f"{found.name!r} can't be trained on one label for each image: its output is {output}."
        )
    sizes = (height, width)
    return Fitted(found.name, graph, recipe, preprocessing, image_shape, sizes, channels)


def _fitted_stack(
    text: str,
    image_shape: tuple[int, int, int],
    classes: int,
    recipe: Recipe,
    overrides: Mapping[str, Any] | None,
) -> Fitted:
    """A typed stack, which takes values from 0 to 1."""
    if overrides:
        raise ArgumentError(f"{text!r} is a stack and has no arguments: write them in it.")
    with fresh_names():
        graph = read_stack(text.split())
    [(_, *sizes)], output = graph.input_shapes, graph.output_tensors[0].shape
    possible = (1, 3) if image_shape[-1] == 1 else image_shape[-1:]
    if len(sizes) != 3 or None in sizes or sizes[-1] not in possible:
        raise ShapeError(
            f"{text.split()[0]!r} takes no images of {_sizes(image_shape)}, whatever their size. "
            f"Let the stack begin with {_sizes(image_shape)}."
        )
    if output != (None, classes) and not (classes == 2 and output == (None, 1)):
        raise ArgumentError(
            f"The stack can't tell {classes} classes apart: its output is {output}. "
            f"Let it end in dense:{classes},softmax."
        )
    height, width, channels = (size or 0 for size in sizes)
    return Fitted(text, graph, recipe, UNIT, image_shape, (height, width), channels)


def _is_smaller(sizes: tuple[int, int], name: str, usual: Any) -> bool:
    """Whether an input is smaller than the smallest one of an entry."""
    if None in usual:
        return False
    smallest: Any = smallest_input(name)
    return any(size < least for size, least in zip(sizes, smallest[:2], strict=True))


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


# ---------------------------------------------------------------------- with Keras


def compiled(
    made: Fitted, network: keras.Model, steps_per_epoch: int, epochs: int
) -> tuple[keras.Model, keras.Model]:
    """The model that is trained and the one that is tested: both hold the network.

    They take images of values up to 255. The one that is trained changes them as the recipe says.

    Args:
        made: the architecture that the network was built from.
        network: the network.
        steps_per_epoch: how many batches there are.
        epochs: how many epochs it will be trained.

    Raises:
        ArgumentError: when an argument of the recipe can't be used.
        BuildError: when Keras lacks something that the recipe names.
    """
    changes = augmentation(made.recipe, (*made.sizes, made.channels))
    trained = tested = _of_images(made, network, changes)
    if changes is not None:
        # Layers that change images in training only can't be in both: Keras's RandomCrop does not
        # even crop otherwise.
        tested = _of_images(made, network, None)
        _compile(tested, made)
    _compile(trained, made, optimizer(made.recipe, steps_per_epoch, epochs))
    trained.optimizer.build(trained.trainable_variables)
    return trained, tested


def _compile(model: keras.Model, made: Fitted, optimizer: Any = "SGD") -> None:
    import keras

    is_jax = keras.backend.backend() == "jax"
    if is_jax:
        # Keras marks the layers that change images as none for XLA, which is true of TensorFlow;
        # on JAX nothing would then be compiled, and training take three times as long.
        for layer in model._flatten_layers():
            layer.supports_jit = True
    loss, accuracy = _loss_and_accuracy(made)
    compiling = True if is_jax else "auto"
    model.compile(optimizer, loss, metrics=[accuracy], jit_compile=compiling)


def _of_images(made: Fitted, network: keras.Model, changes: Graph | None) -> keras.Model:
    """The network, and before it what makes its input of images."""
    import keras
    import numpy as np

    from convzoo.building import build

    preprocessing = made.preprocessing
    images = keras.Input(made.image_shape, dtype="uint8", name="images")
    x = keras.ops.cast(images, "float32")
    if made.channels != made.image_shape[-1]:
        x = keras.ops.repeat(x, made.channels, axis=-1)
    last = {"data_format": "channels_last"}
    if made.is_resized:
        x = keras.layers.Resizing(*made.sizes, interpolation="bilinear", **last)(x)
    if changes is not None:
        x = build(changes)(x)
    if preprocessing.padding:
        x = keras.layers.ZeroPadding2D(preprocessing.padding, **last)(x)
    if preprocessing.bgr:
        x = keras.ops.flip(x, axis=-1)
    mean, deviation = (
        np.array(value, "float32") for value in (preprocessing.mean, preprocessing.deviation)
    )
    return keras.Model(images, network((x * preprocessing.scale - mean) / deviation), name="run")


def augmentation(recipe: Recipe, image_shape: tuple[int, int, int]) -> Graph | None:
    """The layers that change images at random in training, and leave them as they are otherwise.

    A RandomCrop cuts to the size of the images, whatever the recipe's were.

    Args:
        recipe: how the network is trained.
        image_shape: height, width and channels of the images.

    Returns:
        A description, or `None` where the recipe changes nothing.

    Raises:
        ArgumentError: when the recipe names what is no such layer.
    """
    if not recipe.augmentation:
        return None
    crop = f"RandomCrop:{image_shape[0]},{image_shape[1]}"
    words = [
        crop if word.lower().startswith("randomcrop:") else word for word in recipe.augmentation
    ]
    try:
        with fresh_names():
            graph = read_stack([_sizes(image_shape), *words])
    except ConvzooError as error:
        raise ArgumentError(f"The recipe's augmentation: {error}") from error
    if graph.output_tensors[0].shape[1:] != image_shape:
        raise ArgumentError(
            f"The recipe's augmentation makes images of {graph.output_tensors[0].shape[1:]} from "
            f"images of {image_shape}. It must leave their shape as it is."
        )
    graph.name = "augmentation"
    return graph


def usual_epochs(recipe: Recipe, steps_per_epoch: int) -> int:
    """The epochs of a recipe, or more of a data set so small that its steps would be too few.

    Args:
        recipe: how the network is trained.
        steps_per_epoch: how many batches there are.
    """
    return max(recipe.epochs, math.ceil(_FEWEST_STEPS / steps_per_epoch))


def optimizer(recipe: Recipe, steps_per_epoch: int, epochs: int) -> Any:
    """The optimizer of a recipe, with the schedule of its learning rate.

    Where the network is trained for other epochs than the recipe's, the schedule is stretched or
    shortened with them.

    Args:
        recipe: how the network is trained.
        steps_per_epoch: how many batches there are.
        epochs: how many epochs it will be trained.

    Raises:
        ArgumentError: when an argument can't be used.
        BuildError: when Keras has no such optimizer or schedule.
    """
    import keras

    arguments = dict(recipe.optimizer_arguments)
    if recipe.schedule:
        steps = steps_per_epoch * epochs / recipe.epochs
        own = {
            key: _in_steps(key, value, steps) if key in _STEPS else value
            for key, value in recipe.schedule_arguments.items()
        }
        arguments["learning_rate"] = _made(keras.optimizers.schedules, recipe.schedule, own)
    return _made(keras.optimizers, recipe.optimizer, arguments)


def _in_steps(argument: str, epochs: Any, steps: float) -> Any:
    if argument == "boundaries":
        # Keras takes the next value in the step after a boundary; they count from 0.
        return [round(boundary * steps) - 1 for boundary in epochs]
    return max(round(epochs * steps), 0 if argument == "warmup_steps" else 1)


def _made(module: Any, name: str, arguments: Mapping[str, Any]) -> Any:
    kind = getattr(module, name, None)
    if kind is None:
        raise BuildError(f"{module.__name__} has no {name!r}, which the recipe names.")
    try:
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"The recipe's {name}: {error}") from error


def _loss_and_accuracy(made: Fitted) -> tuple[Any, Any]:
    """The loss and the accuracy of labels that are numbers of classes."""
    import keras

    recipe, last = made.recipe, made.graph.layers[-1]
    is_softmax = last.class_name == "Softmax"
    is_logits = not is_softmax and getattr(last, "activation", None) not in ("softmax", "sigmoid")
    outputs = made.graph.output_tensors[0].shape[-1]
    loss: Any
    accuracy: Any
    if recipe.loss not in _CROSSENTROPIES:
        loss = _of_labels(_function(recipe.loss), outputs)
    elif outputs == 1:
        loss = keras.losses.BinaryCrossentropy(from_logits=is_logits)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=is_logits)
    if recipe.accuracy:
        function = _of_labels(_function(recipe.accuracy), outputs)
        accuracy = keras.metrics.MeanMetricWrapper(function, name="accuracy")
    elif outputs == 1:
        threshold = 0.0 if is_logits else 0.5
        accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=threshold)
    else:
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    return loss, accuracy


def _function(name: str) -> Any:
    """The loss, or what tells the right outputs, by its name in Keras."""
    import keras

    try:
        return keras.saving.get_registered_object(name) or keras.losses.get(name)
    except ValueError as error:
        raise BuildError(f"Keras has no {name!r}, which the recipe names.") from error


def _of_labels(function: Any, classes: int | None) -> Any:
    """A function of labels that are 1 for the right class and 0 elsewhere, of their numbers."""
    from keras import ops

    def of_numbers(numbers: Any, outputs: Any) -> Any:
        numbers = ops.cast(ops.reshape(numbers, (-1,)), "int32")
        return function(ops.one_hot(numbers, classes), outputs)

    return of_numbers
