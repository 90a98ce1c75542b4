"""What the code's names can stand for besides plain values, layers, tensors and models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convzoo.graph.dims import Shape
from convzoo.graph.facts import Weight
from convzoo.graph.layer import Constant, Layer, Tensor

if TYPE_CHECKING:
    import ast

    from convzoo.sources.python_code.expressions import Expressions as Interpreter

PLAIN = (int, float, bool, str, type(None), type(Ellipsis))
"""The types of single values, which are told by their text."""

SYMBOLIC = (Tensor, Constant)
"""The types of what has a shape: tensors, and variables and other constants within a layer."""


HARMLESS = frozenset(
    """
    IPython PIL builtins class constant convzoo cv2 datetime display expression functools gc
    glob h5py imageio io json keras keras.callbacks keras.datasets keras.losses keras.metrics
    keras.optimizers keras.preprocessing keras.random keras.utils keras_tuner logging math
    matplotlib mlflow netron np numpy os pandas pathlib pd pickle plt pprint pydot re scipy
    seaborn shap shutil sklearn skimage sns sys tensorboard tensorflow tensorflow_datasets tfds
    time torchinfo tqdm typing urllib visualkeras wandb warnings with zipfile
    """.split()  # noqa: SIM905 - a list of so many names reads worse
)
"""Packages whose functions change no list and no model that they are given; of Keras also those
sections whose objects are no layers and have no variables that count among those of one."""


class Own:
    """A variable that a layer of the code makes.

    Args:
        weight: what it is.
    """

    __slots__ = ("user", "weight")

    def __init__(self, weight: Weight) -> None:
        self.weight = weight
        self.user: Layer | None = None
        """What first calculates with it and a tensor, among whose variables it is counted."""


class Variable(Constant):
    """A variable of a layer of the code, or what is calculated of such alone.

    Args:
        shape: the dims.
        dtype: the name of the dtype.
        sources: the variables.
    """

    __slots__ = ("sources",)

    def __init__(self, shape: Shape, dtype: str, sources: tuple[Own, ...] = ()) -> None:
        super().__init__(shape, dtype)
        self.sources = sources


Parameters = list[Any]
Keywords = dict[str, Any]


class Unknown:
    """A thing that only running the code would tell, and what follows from it.

    It goes through the code unnoticed, and is refused where the model depends on it.

    Args:
        what: what is said of it: what it is, where, and a way out.
        root: the package or the kind of thing that it comes from.
        path: its dotted name, where it is one that an import gives.
        line: where it is.
        is_loaded: whether it is a model that was saved before.
    """

    __slots__ = ("is_loaded", "line", "path", "root", "what")

    def __init__(
        self,
        what: str | Callable[[], str],
        root: str = "",
        path: str | None = None,
        line: int = 0,
        is_loaded: bool = False,
    ) -> None:
        self.what = what
        self.root = root
        self.path = path
        self.line = line
        self.is_loaded = is_loaded

    @property
    def sentence(self) -> str:
        """Why it is refused."""
        return self.what if isinstance(self.what, str) else self.what()


@dataclass(frozen=True, eq=False)
class Known:
    """A function or class of the vocabulary.

    Args:
        name: its name.
        call: what a call gives, by the interpreter, the positional and the keyword arguments.
        kind: the class that it is, for `isinstance`.
        takes_unknown: whether it is called with what is unknown too; else it gives that.
        activation: Keras's name of the activation that it is.
    """

    name: str
    call: Callable[[Interpreter, Parameters, Keywords], Any]
    kind: type | None = None
    takes_unknown: bool = False
    activation: str | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """A function that the code defines.

    Args:
        name: its name.
        arguments: its parameters.
        body: its statements, or the one expression of a lambda.
        defaults: the values of its parameters that have one.
        frame: the names around it.
        owner: the class whose method it is.
    """

    name: str
    arguments: ast.arguments
    body: list[ast.stmt] | ast.expr
    defaults: dict[str, Any]
    frame: Frame
    owner: Class | None = None


@dataclass(frozen=True, eq=False)
class Class:
    """A class of layers or models that the code defines.

    Args:
        name: its name.
        bases: the classes of the code that it is made from, in the order in which Python looks.
        is_model: whether it is one of models.
        members: its methods and what else stands in it.
    """

    name: str
    bases: tuple[Class, ...]
    is_model: bool
    members: dict[str, Any]

    def find(self, name: str, after: Class | None = None) -> Any:
        """A member of the class or of its bases; `NotImplemented` where there is none.

        Args:
            name: its name.
            after: one of the classes, after which to look.
        """
        order = (self, *self.bases)
        start = 0 if after is None else order.index(after) + 1
        found = (kind.members[name] for kind in order[start:] if name in kind.members)
        return next(found, NotImplemented)


@dataclass(frozen=True, eq=False)
class Partial:
    """A function some of whose arguments are given: `functools.partial`."""

    function: Any
    args: Parameters
    kwargs: Keywords


class Frame:
    """The names of a module, a function or a comprehension.

    Args:
        outer: the names around it.
        is_function: whether a name that is bound here belongs to a function.
    """

    __slots__ = ("elsewhere", "function", "is_function", "names", "outer", "returned")

    def __init__(self, outer: Frame | None = None, is_function: bool = False) -> None:
        self.outer = outer
        self.is_function = is_function
        self.names: dict[str, Any] = {}
        self.elsewhere: dict[str, Frame] = {}
        """The frames of names that are declared global or nonlocal."""
        self.function: Function | None = None
        """The function that is called."""
        self.returned: Unknown | None = None
        """What decides whether the function has returned already, where that is unknown."""

    def find(self, name: str) -> Frame | None:
        """The frame, this or one around it, that has the name."""
        frame: Frame | None = self
        while frame is not None and name not in frame.names:
            frame = frame.outer
        return frame


class Inert:
    """A function of the code as an argument of a layer: it has a name and is not called."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{self.__name__} is not run")

    def __repr__(self) -> str:
        return self.__name__
