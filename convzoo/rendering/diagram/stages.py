"""Where the stages of an architecture end: as its card says, or where the size changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convzoo.rendering.diagram.nodes import Node, sizes_text

_SHORTEST = 6
"""So many nodes a stage has where the size changes; what is shorter is part of the next."""


class Stage(NamedTuple):
    """A stage of an architecture.

    Args:
        end: the place of its last node.
        title: what it is called.
    """

    end: int
    title: str


def stages_of(nodes: Sequence[Node], ends: Sequence[str], axes: range) -> list[Stage]:
    """The stages of an architecture, none where it has no parts.

    Args:
        nodes: all nodes.
        ends: the names of the layers that end the stages, as far as they are known.
        axes: the spatial axes.
    """
    return _by_name(nodes, frozenset(ends)) or _by_size(nodes, axes)


def _by_name(nodes: Sequence[Node], names: frozenset[str]) -> list[Stage]:
    ends = [
        place for place, node in enumerate(nodes) if not node.level and node.layer.name in names
    ]
    stages = [Stage(end, f"Stage {number}") for number, end in enumerate(ends, 1)]
    if stages and ends[-1] < len(nodes) - 1:
        stages.append(Stage(len(nodes) - 1, "Head"))
    return stages


def _by_size(nodes: Sequence[Node], axes: range) -> list[Stage]:
    """A stage ends where the size along the spatial axes changes, and no branch goes past."""
    stages: list[Stage] = []
    begin = 0
    before: tuple[int, tuple[Any, ...]] | None = None
    for place in _passed_by_none(nodes):
        size = _size(nodes[place], axes)
        if before is not None and size != before[1] and before[0] - begin >= _SHORTEST:
            stages.append(Stage(before[0], _title(before[1])))
            begin = before[0] + 1
        before = place, size
    if before is not None:
        stages.append(Stage(len(nodes) - 1, _title(before[1])))
    # Where the size changes all the time, as in a net without padding, there are no stages.
    return stages if 1 < len(stages) <= len(nodes) / 4 else []


def _passed_by_none(nodes: Sequence[Node]) -> Iterator[int]:
    """The places after which only the output of the node there is taken."""
    last_taken = list(range(len(nodes)))
    for place, node in enumerate(nodes):
        for source in node.inputs:
            last_taken[source] = place
    reach = 0
    for place in range(len(nodes)):
        is_outside = place + 1 == len(nodes) or nodes[place + 1].level == 0
        if reach <= place and is_outside:
            yield place
        reach = max(reach, last_taken[place])


def _size(node: Node, axes: range) -> tuple[Any, ...]:
    """The sizes along the spatial axes; nothing where there is one place only."""
    if not node.tensors or not node.tensors[0].is_known or node.tensors[0].rank <= axes.stop:
        return ()
    size = node.tensors[0].shape[axes.start : axes.stop]
    return () if set(size) == {1} else size


def _title(size: tuple[Any, ...]) -> str:
    return sizes_text((None, *size)) if size else "Head"
