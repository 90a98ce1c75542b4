# mypy: disable-error-code="override"
"""Rearranging by a pattern. Equals `keras/src/ops/einops.py`."""

from __future__ import annotations

import re
from typing import Any

from convzoo.graph.dims import Dim, product
from convzoo.graph.layer import Tensor
from convzoo.operations import OPERATIONS
from convzoo.operations.families import Rearranging


@OPERATIONS.register("einops.Rearrange")
class Rearrange(Rearranging):
    """The axes divided, moved and joined as a pattern says. Equals `keras.ops.rearrange`."""

    def output(self, tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:
        before, arrow, after = pattern.partition("->")
        if not arrow or "->" in after:
            raise self.error("a pattern must have one '->'", repr(pattern))
        sizes = dict[str, Dim](axes_lengths)
        found: dict[str, Dim] = {}
        for group, size in zip(_groups(before), tensor.shape, strict=False):
            if group[1:]:
                self._divide(group, size, sizes)
                found.update({name: sizes[name] for name in group})
            else:
                found[group[0]] = size
        wanted = _groups(after)
        missing = {name for group in wanted for name in group} - found.keys()
        if missing:
            raise self.error(f"a pattern must name {sorted(missing)} on the left", repr(pattern))
        shape = [product(found[name] for name in group) for group in wanted]
        # Keras multiplies the sizes, so that it needs to know even the batch.
        self.require(None not in shape, "needs to know all sizes", tensor)
        return self.tensor(shape, tensor.dtype)

    def _divide(self, group: list[str], size: Dim, sizes: dict[str, Dim]) -> None:
        """Find the one size of the group that is not given."""
        unknown = [name for name in group if name not in sizes]
        if unknown and size is not None:
            known = product(sizes[name] for name in group if name in sizes)
            if len(unknown) > 1 or not known:
                raise self.error("needs the size of all but one of its axes", f"{group}")
            sizes[unknown[0]] = size // known


def _groups(side: str) -> list[list[str]]:
    """The names of the axes on one side of a pattern, those in brackets together."""
    return [re.findall(r"\w+", group) for group in re.findall(r"\w+|\(.*?\)", side)]
