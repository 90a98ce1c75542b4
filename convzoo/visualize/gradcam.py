"""Grad-CAM: where in the image a layer finds what speaks for a class.

Source: R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization", ICCV 2017, equations 1 and 2.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, NothingToShowError
from convzoo.visualize import VIEWS, Picture, Subject, Wish
from convzoo.visualize.drawing import Scale, bar, beside, height_of, page, panel
from convzoo.visualize.gradients import slope
from convzoo.visualize.receptive_field import centres
from convzoo.visualize.survey import Ran, Survey, name_of_activation
from convzoo.visualize.tapping import outputs_of, replaced, tapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Heat:
    """Where in an image a layer finds what speaks for a class.

    Args:
        layer: the path of the layer.
        class_index: the class.
        output: what the model gives for the class, softmax or sigmoid included.
        map: the sum of the layer's feature maps, each weighted by the mean of the class's gradient
            in it, what is below 0 left out; shape (height, width) of the layer.
        on_image: the same at every pixel of the image, each unit at the centre of what it sees.
    """

    layer: str
    class_index: int
    output: float
    map: Any
    on_image: Any


@VIEWS.register("gradcam")
def pictures(subject: Subject, wish: Wish) -> list[Picture]:
    """One picture: the image, and with the heat on it."""
    ran = _layer(subject, wish.layer)
    class_index = _class(subject, wish.class_index)
    return [Picture("gradcam", lambda: _draw(subject, ran, class_index))]


def grad_cam(subject: Subject, layer: str | None = None, class_index: int | None = None) -> Heat:
    """Where in the image a layer finds what speaks for a class.

    The gradient is that of the class's score, before the softmax or sigmoid at the end.

    Args:
        subject: the model and the image.
        layer: the name or the path of a layer; `None` for the last that has spatial axes.
        class_index: the class; `None` for the predicted one. A model whose output is one number has
            the classes 0, for which low numbers speak, and 1.

    Raises:
        UnknownNameError: when there is no such layer.
        ArgumentError: when the layer has no spatial axes, or there is no such class.
        BuildError: when the backend has no gradients.
    """
    return _heat(subject, _layer(subject, layer), _class(subject, class_index))


def _layer(subject: Subject, path: str | None) -> Ran:
    if path is not None:
        return subject.chosen(path)[0]
    survey = subject.survey
    inner = [ran for ran in survey.spatial if ran.layer is not survey.last]
    if not inner:
        raise NothingToShowError(f"'{subject.model.name}' is one layer: nothing comes before it.")
    return inner[-1]


def _class(subject: Subject, index: int | None) -> int:
    """The class that is asked for, or the predicted one."""
    outputs = _class_outputs(subject)
    count = len(outputs)
    if index is None:
        return int(outputs.argmax())
    if not 0 <= index < count:
        raise ArgumentError(f"class must be 0 to {count - 1}. Received {index}.")
    return index


def _class_outputs(subject: Subject) -> Any:
    """What the model gives for each class; of one number, that of both classes."""
    import keras
    import numpy as np

    survey = subject.survey
    outputs = keras.ops.convert_to_numpy(_by_class(survey.output, survey))[0]
    if len(outputs) > 1:
        return outputs
    is_share = name_of_activation(survey.last) == "sigmoid"
    return np.array([1 - outputs[0] if is_share else -outputs[0], outputs[0]])


def _by_class(output: Any, survey: Survey) -> Any:
    """A model's output as (batch, classes), the mean over what places it has."""
    import keras

    if len(getattr(output, "shape", ())) < 2:
        raise NothingToShowError(
            f"'{survey.model.name}' gives no output of classes, which Grad-CAM explains."
        )
    rank = len(output.shape)
    axes = range(2, rank) if survey.channels_first and rank > 3 else range(1, rank - 1)
    return keras.ops.mean(output, tuple(axes)) if axes else output


def _heat(subject: Subject, ran: Ran, class_index: int) -> Heat:
    import keras
    import numpy as np

    survey = subject.survey
    [activation] = outputs_of(subject.model, subject.inputs, [ran.layer])

    def score(change: Any) -> Any:
        with _before_squashing(survey.last), tapped({ran.layer: lambda output: output + change}):
            outputs = _by_class(subject.model(subject.inputs, training=False), survey)[0]
        if outputs.shape[0] == 1:
            return outputs[0] if class_index else -outputs[0]
        return outputs[class_index]

    gradient = slope(score, keras.ops.zeros_like(activation)).gradient
    maps = subject.channels_last(keras.ops.convert_to_numpy(activation))[0]
    weights = subject.channels_last(gradient)[0].mean(axis=(0, 1))
    found = np.maximum(maps @ weights, 0)
    output = float(_class_outputs(subject)[class_index])
    return Heat(ran.path, class_index, output, found, _on_image(found, subject, ran))


def _before_squashing(last: Any) -> AbstractContextManager[None]:
    """Leave out the softmax or sigmoid at the end of a model, where gradients fade."""
    import keras

    if isinstance(last, keras.layers.Softmax):
        return replaced(last, "call", lambda inputs, **_: inputs)
    if name_of_activation(last) in ("softmax", "sigmoid"):
        return replaced(last, "activation", keras.activations.linear)
    return nullcontext()


def _on_image(heat: Any, subject: Subject, ran: Ran) -> Any:
    """Heat at every pixel: between the centres of what units see in proportion, beyond as there."""
    import numpy as np

    rows, columns = centres(subject, ran)
    height, width = subject.image.shape[:2]
    tall = np.stack([np.interp(range(height), rows, column) for column in heat.T], -1)
    return np.stack([np.interp(range(width), columns, row) for row in tall])


def _draw(subject: Subject, ran: Ran, class_index: int) -> Figure:
    heat = _heat(subject, ran, class_index)
    shares = heat.on_image / (heat.on_image.max() or 1.0)
    said = f"class {class_index}, whose output is {heat.output:.3g}"
    text = f"what speaks for {said}; each unit at the centre of what it sees"
    if not heat.map.max():
        text = f"nothing in this layer speaks for {said}"
    wide = min(3.3, 5.6 * subject.image.shape[1] / subject.image.shape[0])
    figure = page(f"{ran.name}: Grad-CAM", text, height_of(subject.image, wide))
    panel(figure, 0.3, wide, "the image", subject.image)
    size = f"{heat.map.shape[0]} x {heat.map.shape[1]}"
    axes = panel(figure, wide + 0.45, wide, f"where its {size} units find it", subject.image)
    # The image stays as it is where there is no heat.
    scale = Scale("inferno", 0, 1, "share of the largest")
    axes.imshow(shares, alpha=0.7 * shares**0.5, cmap=scale.colours, vmin=0, vmax=1, aspect="auto")
    bar(figure, beside(figure, axes), scale)
    return figure
