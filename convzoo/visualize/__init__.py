"""Inside a network: its feature maps, its filters, and where in an image it looks. Needs Keras.

    from convzoo import visualize

    for picture in visualize.look(model, "digit.png"):
        picture.save(f"{picture.name}.png")

Each file beside this one that registers a view makes pictures of one kind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo.errors import ConvzooWarning, NothingToShowError, warn
from convzoo.registry import Registry
from convzoo.visualize.images import for_pictures
from convzoo.visualize.subject import Subject as Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convzoo.visualize.gradcam import Heat as Heat
    from convzoo.visualize.gradcam import grad_cam as grad_cam
    from convzoo.visualize.maximal import Maximal as Maximal
    from convzoo.visualize.maximal import maximal_inputs as maximal_inputs
    from convzoo.visualize.receptive_field import UnitField as UnitField
    from convzoo.visualize.receptive_field import seen_by as seen_by
    from convzoo.visualize.tapping import feature_maps as feature_maps


class Picture(NamedTuple):
    """A picture that can be drawn.

    Args:
        name: what it's called, such as `"activations-conv2d"`.
        draw: draws it, and gives matplotlib's Figure.
    """

    name: str
    draw: Callable[[], Figure]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Draw it into a file, PNG or SVG by its suffix; the same picture gives the same bytes."""
        from matplotlib import rc_context

        date = {"Date": None} if os.fspath(path).endswith(".svg") else {}
        with rc_context({"svg.hashsalt": "convzoo"}):
            self.draw().savefig(path, metadata=date)


class Wish(NamedTuple):
    """What a picture is to be of.

    Args:
        layer: the path of a layer; `None` for the view's own choice, mostly every stage.
        class_index: the class that Grad-CAM explains; `None` for the predicted one.
        unit: row and column of the unit whose receptive field is shown; `None` for the middle one.
        filters: how many filters there are in a picture of filters.
        steps: steps up the gradient of an input that maximises a filter.
        seed: what random starts follow from.
    """

    layer: str | None = None
    class_index: int | None = None
    unit: tuple[int, ...] | None = None
    filters: int = 16
    steps: int = 30
    seed: int = 0


View: TypeAlias = "Callable[[Subject, Wish], list[Picture]]"

VIEWS: Registry[View] = Registry(
    "kind of picture", "convzoo.visualize", hint="See convzoo look --help."
)
"""What makes the pictures of a kind, by the kind's name."""


def look(
    model: Any,
    image: Any,
    show: Sequence[str] | None = None,
    *,
    layer: str | None = None,
    class_index: int | None = None,
    unit: Sequence[int] | None = None,
    preprocessing: Any = None,
    filters: int = 16,
    steps: int = 30,
    seed: int = 0,
) -> list[Picture]:
    """The pictures of a model that looks at an image; each is drawn when it's asked for.

    Args:
        model: a live Keras model with one image as its input, models within it included.
        image: a path, or an array of values from 0 to 255, shape (height, width) or
            (height, width, channels). It is resized to the model's input.
        show: the kinds of pictures: `"activations"`, `"filters"`, `"gradcam"`, `"maximal"` and
            `"receptive_field"`; `None` for all that the model has something for.
        layer: the layer that they are of, by its name, or by its path such as `"base/conv1"`;
            `None` for the end of every stage, and for Grad-CAM the last with spatial axes.
        class_index: the class that Grad-CAM explains; `None` for the predicted one.
        unit: row and column of the unit whose receptive field is drawn; `None` for the middle one.
        preprocessing: what the image goes through, such as `convzoo.preprocess("vgg16")`; `None`
            for that of the entry of the zoo which the model's name names, or values from 0 to 1.
        filters: how many filters there are in a picture of filters.
        steps: steps up the gradient of an input that maximises a filter.
        seed: what random starts follow from.

    Returns:
        The pictures, in the order of `show`.

    Raises:
        BuildError: when Keras or a package for pictures is missing.
        ArgumentError: when an argument can't be, or the model has nothing to show.
        SourceError: when the image is none.
        UnknownNameError: when there is no such layer or kind of picture.
    """
    seen = Subject.of(model, image, preprocessing)
    place = None if unit is None else tuple(unit)
    return pictures(seen, show, Wish(layer, class_index, place, filters, steps, seed))


def pictures(subject: Subject, show: Sequence[str] | None, wish: Wish) -> list[Picture]:
    """The pictures of a subject.

    Args:
        subject: the model and the image.
        show: the kinds of pictures; `None` for all that the model has something for.
        wish: what they are to be of.

    Raises:
        ArgumentError: when a wish can't be granted, or the model has nothing to show.
        UnknownNameError: when there is no such layer or kind of picture.
        BuildError: when matplotlib is missing.
    """
    with for_pictures():
        import matplotlib  # noqa: F401
    if wish.layer is not None:
        wish = wish._replace(layer=subject.find(wish.layer).path)
    if show is not None:
        views = [VIEWS.get(kind) for kind in dict.fromkeys(show)]
        return [picture for view in views for picture in view(subject, wish)]
    found = []
    reasons = []
    for _, view in sorted(VIEWS.items()):
        try:
            found += view(subject, wish)
        except NothingToShowError as error:
            reasons.append(error)
    if not found:
        raise reasons[0]
    for reason in reasons:
        warn(str(reason), ConvzooWarning)
    return found


# Where the other public names live; they are imported when first used.
_HOMES = {
    "feature_maps": "tapping",
    "grad_cam": "gradcam",
    "Heat": "gradcam",
    "maximal_inputs": "maximal",
    "Maximal": "maximal",
    "seen_by": "receptive_field",
    "UnitField": "receptive_field",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'convzoo.visualize' has no attribute {name!r}")
    return getattr(import_module(f"convzoo.visualize.{_HOMES[name]}"), name)
