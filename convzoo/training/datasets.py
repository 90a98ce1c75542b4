"""Images with their classes: what can be trained on, checked.

A data set is named by a text: its name or the path of an `.npz`, then, if only some of it is meant,
the classes in brackets and the number of training images after a colon: `cifar10[cat,dog]:2000`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convzoo.building import import_keras
from convzoo.errors import BuildError, DataError, UnknownNameError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPEC = re.compile(
    r"(?P<source>.+?)(\[(?P<classes>[^\[\]]*)\])?(:(?P<count>[0-9]+))?", flags=re.DOTALL
)
_EXAMPLE = "Write, for example, digits, images.npz or cifar10[cat,dog]:2000."
_MOST_CLASSES = 100_000
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, eq=False)
class Data:
    """Images to train on and to test with.

    Args:
        name: the text that names it.
        x_train: images to train on, uint8 from 0 to 255, shape (images, height, width, channels).
        y_train: their classes, int64 from 0, shape (images,).
        x_test: images to test with.
        y_test: their classes.
        classes: the names of the classes.
    """

    name: str
    x_train: NDArray[np.uint8]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.int64]
    classes: tuple[str, ...]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        height, width, channels = self.x_train.shape[1:]
        return height, width, channels

    def held_out(self, fraction: float, seed: int = 0) -> Data:
        """The training images alone, a part of them held out in place of the test images.

        What is chosen by the part that is held out is chosen without a look at the test images.

        Args:
            fraction: how much of each class is held out, above 0 and below 1; one image at least.
            seed: which ones: the same ones for the same seed.

        Raises:
            DataError: when the fraction is none, or a class has a single image.
        """
        import numpy as np

        if not 0 < fraction < 1:
            raise DataError(f"held_out: the fraction must be above 0 and below 1, not {fraction}.")
        rng = np.random.default_rng(seed)
        is_held = np.zeros(len(self.y_train), bool)
        for number, name in enumerate(self.classes):
            places = rng.permutation(np.flatnonzero(self.y_train == number))
            if len(places) < 2:
                raise DataError(
                    f"{self.name}: the class {name!r} has too few images to hold one out."
                )
            share = min(max(round(fraction * len(places)), 1), len(places) - 1)
            is_held[places[:share]] = True
        return replace(
            self,
            x_train=self.x_train[~is_held],
            y_train=self.y_train[~is_held],
            x_test=self.x_train[is_held],
            y_test=self.y_train[is_held],
        )

    def fingerprint(self) -> str:
        """A text that differs where the images, their classes or their order do."""
        from hashlib import sha256

        import numpy as np

        found = sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            found.update(f"{array.shape}".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()[:16]


def load_data(spec: str) -> Data:
    """The data set that a text names.

    Args:
        spec: `mnist`, `fashion_mnist` or `cifar10`, which Keras downloads and keeps; `digits`, the
            8x8 digits that come with scikit-learn, scaled to values up to 255, a fifth of them to
            test with; or the path of an `.npz` that holds `x_train`, `y_train`, `x_test` and
            `y_test`. Then, where only some of it is meant, the names or the numbers of classes in
            brackets, which are numbered anew in that order; and a colon with the number of training
            images, the first ones, as many of each class as can be.

    Raises:
        DataError: when there is no such data set, it can't be downloaded, or it holds what can't be
            trained on.
        UnknownNameError: when it has no such class.
        BuildError: when Keras, a backend for it or scikit-learn is missing.
    """
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        raise DataError(f"{spec!r} names no data set. {_EXAMPLE}")
    source, count = parts["source"], parts["count"]
    load = SOURCES.get(source)
    if load is None and not source.endswith(".npz"):
        raise UnknownNameError(
            "data set", source, SOURCES, "Give one of these or the path of an .npz."
        )
    data = load() if load else _from_npz(source)
    if parts["classes"] is not None:
        data = _of_classes(data, [word.strip() for word in parts["classes"].split(",")])
    _check_classes(data)
    if count is not None:
        data = _first(data, int(count))
    return replace(data, name=spec)


# ---------------------------------------------------------------------- where data is from


def _from_keras(name: str, classes: Sequence[str]) -> Data:
    datasets = import_keras(name).datasets
    try:
        (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    except Exception as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{name} can't be downloaded: {reason} "
            "digits needs no network, and the path of an .npz is data too."
        ) from error
    return _checked(
        name, dict(zip(_ARRAYS, (x_train, y_train, x_test, y_test), strict=True)), classes
    )


def _digits() -> Data:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise BuildError(
            "digits come with scikit-learn, which is missing. "
            "Install it: pip install 'convzoo[train]'."
        ) from error
    import numpy as np

    bunch = load_digits()
    # Values up to 16 become values up to 255.
    images = np.round(bunch.images * (255 / 16))
    labels = bunch.target
    arrays = {"x_train": images, "y_train": labels, "x_test": images[:0], "y_test": labels[:0]}
    return _checked("digits", arrays, [str(digit) for digit in range(10)]).held_out(0.2)


_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR10 = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

SOURCES: dict[str, Callable[[], Data]] = {
    "cifar10": lambda: _from_keras("cifar10", _CIFAR10),
    "digits": _digits,
    "fashion_mnist": lambda: _from_keras("fashion_mnist", _FASHION),
    "mnist": lambda: _from_keras("mnist", [str(digit) for digit in range(10)]),
}


def _from_npz(path: str) -> Data:
    from zipfile import BadZipFile

    import numpy as np

    try:
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            missing = [name for name in _ARRAYS if name not in file]
            if missing:
                raise DataError(
                    f"{path}: {' and '.join(missing)} missing. An .npz must hold "
                    f"{', '.join(_ARRAYS)}; this one holds {', '.join(file.files) or 'nothing'}."
                )
            arrays = {name: file[name] for name in _ARRAYS}
    except FileNotFoundError:
        raise DataError(f"There is no file {path!r}.") from None
    except DataError:
        raise
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise DataError(
            f"{path}: can't be read as an .npz of NumPy: {error} "
            "Save it with numpy.savez(path, x_train=..., y_train=..., x_test=..., y_test=...)."
        ) from error
    return _checked(path, arrays)


# ---------------------------------------------------------------------- checks


def _checked(name: str, arrays: dict[str, Any], classes: Sequence[str] | None = None) -> Data:
    """The data set of four arrays.

    Args:
        name: the place that a message names.
        arrays: `x_train`, `y_train`, `x_test` and `y_test`.
        classes: the names of the classes; `None` to name them by their numbers.
    """
    checked: dict[str, Any] = {}
    for part in ("train", "test"):
        x = _images(f"{name}: x_{part}", arrays[f"x_{part}"])
        y = _labels(f"{name}: y_{part}", arrays[f"y_{part}"])
        if len(x) != len(y):
            raise DataError(
                f"{name}: x_{part} and y_{part} must be of one length. "
                f"Received {len(x)} images and {len(y)} labels."
            )
        checked[f"x_{part}"], checked[f"y_{part}"] = x, y
    x_train, y_train, x_test, y_test = (checked[array] for array in _ARRAYS)
    if x_train.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"{name}: the images to train on and to test with must have one shape. "
            f"Received {x_train.shape[1:]} and {x_test.shape[1:]}."
        )
    if classes is None:
        highest = max(int(y.max(initial=-1)) for y in (y_train, y_test))
        if highest >= _MOST_CLASSES:
            raise DataError(
                f"{name}: labels must be the numbers of the classes, which count from 0. "
                f"Received {highest}."
            )
        classes = [str(number) for number in range(highest + 1)]
    return Data(name, x_train, y_train, x_test, y_test, tuple(classes))


def _images(place: str, array: Any) -> NDArray[np.uint8]:
    import numpy as np

    if array.ndim == 3:
        array = array[..., np.newaxis]
    if array.ndim != 4 or 0 in array.shape[1:]:
        raise DataError(
            f"{place}: images must have the shape (images, height, width) or "
            f"(images, height, width, channels). Received {array.shape}."
        )
    if array.dtype == np.uint8:
        return np.asarray(array)
    if array.dtype.kind not in "iuf":
        raise DataError(f"{place}: images must be numbers. Received {array.dtype}.")
    if np.isnan(array).any():
        raise DataError(f"{place}: images must be numbers. Received NaN among them.")
    lowest, highest = array.min(initial=0), array.max(initial=0)
    if lowest < 0 or highest > 255:
        raise DataError(
            f"{place}: values must be from 0 to 255. Received {lowest:g} to {highest:g}."
        )
    whole = array.astype("uint8")
    if array.dtype.kind == "f" and (whole != array).any():
        raise DataError(
            f"{place}: values must be whole numbers from 0 to 255. Received others, up to "
            f"{highest:g}. Save values from 0 to 1 times 255, rounded."
        )
    return np.asarray(whole)


def _labels(place: str, array: Any) -> NDArray[np.int64]:
    import numpy as np

    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(
            f"{place}: labels must have the shape (images,) or (images, 1). Received {array.shape}."
        )
    if array.dtype.kind not in "iu":
        raise DataError(
            f"{place}: labels must be integers, the numbers of the classes from 0. "
            f"Received {array.dtype}."
        )
    if array.min(initial=0) < 0:
        raise DataError(f"{place}: labels must be 0 or more. Received {array.min()}.")
    return np.asarray(array.astype("int64"))


def _check_classes(data: Data) -> None:
    import numpy as np

    if len(data.classes) < 2:
        raise DataError(f"{data.name}: there must be two classes or more to tell apart.")
    counts = np.bincount(data.y_train, minlength=len(data.classes))
    empty = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if empty:
        raise DataError(
            f"{data.name}: no training image is of the class {', '.join(empty[:5])}. "
            "Choose those that have some, as in images.npz[0,3,5]."
        )
    if not len(data.y_test):
        raise DataError(f"{data.name}: there are no images to test with.")


# ---------------------------------------------------------------------- a part of it


def _of_classes(data: Data, words: list[str]) -> Data:
    """The images of these classes alone, the classes numbered in that order."""
    import numpy as np

    chosen = [_number(data, word) for word in words]
    if len(set(chosen)) < len(chosen):
        raise DataError(f"{data.name}[{','.join(words)}]: a class is named twice.")
    new_number = np.full(len(data.classes), -1)
    new_number[chosen] = np.arange(len(chosen))
    y_train, y_test = new_number[data.y_train], new_number[data.y_test]
    return Data(
        f"{data.name}[{','.join(words)}]",
        data.x_train[y_train >= 0],
        y_train[y_train >= 0],
        data.x_test[y_test >= 0],
        y_test[y_test >= 0],
        tuple(data.classes[number] for number in chosen),
    )


def _number(data: Data, word: str) -> int:
    for number, name in enumerate(data.classes):
        if word.lower() == name.lower():
            return number
    if word.isdecimal() and int(word) < len(data.classes):
        return int(word)
    raise UnknownNameError(
        f"class of {data.name}", word, data.classes, f"There are {', '.join(data.classes)}."
    )


def _first(data: Data, count: int) -> Data:
    """The first training images, as many of each class as can be."""
    import numpy as np

    if count > len(data.y_train):
        raise DataError(
            f"{data.name}: {count:,} training images are asked for. "
            f"There are {len(data.y_train):,}."
        )
    if count < len(data.classes):
        raise DataError(
            f"{data.name}: {count:,} training images are too few for {len(data.classes)} classes."
        )
    # How many of its class come before each image: the first of every class, then the second, ...
    rank = np.zeros(len(data.y_train), int)
    for number in range(len(data.classes)):
        is_of_class = data.y_train == number
        rank[is_of_class] = np.arange(is_of_class.sum())
    kept = np.sort(np.lexsort((data.y_train, rank))[:count])
    return replace(data, x_train=data.x_train[kept], y_train=data.y_train[kept])
