"""A layer of which only the name of its class is known: somebody's own, read from a file."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from convzoo.graph.dims import UNKNOWN, Shape
from convzoo.graph.layer import Layer, Tensor


class UnknownLayer(Layer):
    """A layer that convzoo has no description of. What it computes and holds is unknown.

    Args:
        entry: its entry in a config, which is kept and handed on.
    """

    entry: Any

    told: ClassVar[dict[int, set[tuple[Shape, str]]]]
    """Shapes and dtypes of its outputs, by number, as other parts of the file tell them."""

    @classmethod
    def of_entry(cls, entry: dict[str, Any]) -> Self:
        """The layer of an entry in a config."""
        return cls.from_config({"entry": entry})

    def check_arguments(self) -> None:
        entry, values = self.entry, self.__dict__
        config = entry.get("config")
        config = config if isinstance(config, dict) else {}
        name = entry.get("name") or config.get("name")
        if name is not None:
            values["name"] = name
        if config.get("trainable") is False:
            values["trainable"] = False
        values["class_name"] = entry["class_name"]
        values["keras_module"] = entry.get("module")
        values["registered_name"] = entry.get("registered_name")
        values["unknown_because"] = (
            f"its class {entry['class_name']} is unknown; "
            "tell convzoo of it with convzoo.register_layer"
        )
        values["told"] = {}
        if isinstance(shape := config.get("batch_input_shape"), list):
            values["_batch_shape"] = tuple(shape)

    def to_config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.entry.get("config") or {}
        return config

    def output(self, *args: Any, **kwargs: Any) -> Any:
        tensors = []
        for number in range(max(self.told, default=0) + 1):
            told = self.told.get(number, ())
            # Calls with outputs of several shapes tell nothing of this one.
            [(shape, dtype)] = told if len(told) == 1 else [(UNKNOWN, self.compute_dtype)]
            tensors.append(Tensor(UNKNOWN, dtype))
            tensors[-1].recover(shape)
        return tensors if len(tensors) > 1 else tensors[0]

    def work(self, *args: Any, **kwargs: Any) -> None:
        return None

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Its variables stay unknown."""

    def tell(self, number: int, shape: Shape = UNKNOWN, dtype: str = "float32") -> None:
        """Take in what another part of the file says of an output: that it is there, at least."""
        told = self.told.setdefault(number, set())
        if shape is not UNKNOWN:
            told.add((shape, dtype))
