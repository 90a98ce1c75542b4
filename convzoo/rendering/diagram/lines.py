"""The lines of a diagram: which layers stand beside one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from convzoo.rendering.diagram.nodes import Node

_BESIDE = frozenset({"normalization", "activation", "regularization"})
"""The families whose layers stand beside the one before."""


class Line(NamedTuple):
    """One line of a diagram.

    Args:
        repetitions: the nodes on it, once for each repetition of the block that it is part of.
        inputs: the places of the lines whose outputs it takes.
    """

    repetitions: tuple[tuple[Node, ...], ...]
    inputs: tuple[int, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes on it, where it is repeated those of the first time."""
        return self.repetitions[0]

    @property
    def level(self) -> int:
        """How many models it is within."""
        return self.repetitions[0][0].level

    @property
    def params(self) -> int | None:
        """The parameters of all its nodes; `None` if one of them is unknown."""
        counts = [node.params for nodes in self.repetitions for node in nodes]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None


def lines_of(nodes: Sequence[Node]) -> list[Line]:
    """A line for each node."""
    return [Line(((node,),), node.inputs) for node in nodes]


def gathered_lines(nodes: Sequence[Node], ends: Collection[int]) -> tuple[list[Line], list[int]]:
    """Lines in which each layer that keeps the shape stands beside the one before it.

    Args:
        nodes: all nodes.
        ends: the last places of the stages, after which a line begins.

    Returns:
        The lines, and the place of the line of each node.
    """
    taken = Counter(source for node in nodes for source in node.inputs)
    line_of: list[int] = []
    gathered: list[list[Node]] = []
    for place, node in enumerate(nodes):
        is_next = node.inputs == (place - 1,) and taken[place - 1] == 1 and place - 1 not in ends
        if is_next and _stands_beside(node, nodes[place - 1]):
            gathered[-1].append(node)
        else:
            gathered.append([node])
        line_of.append(len(gathered) - 1)
    lines = [
        Line((tuple(line),), tuple(dict.fromkeys(line_of[place] for place in line[0].inputs)))
        for line in gathered
    ]
    return lines, line_of


def _stands_beside(node: Node, before: Node) -> bool:
    """Whether a node that takes from another stands on the line of that."""
    # What normalizes the sum of a residual block belongs to the next block.
    families = _BESIDE if before.family != "merging" else _BESIDE - {"normalization"}
    return (
        node.family in families
        and before.family not in ("input", "model")
        and node.level == before.level
        and node.shape == before.shape
    )
