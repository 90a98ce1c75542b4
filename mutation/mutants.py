"""The faults that can be planted in a file.

mutmut's operators make them. mutmut itself plants them in bodies of undecorated functions alone:
most of what convzoo says of layers stands in bodies of classes and in arguments of decorators.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from random import Random

import libcst as cst
import libcst.matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

# Read by type checkers and people, or run by neither.
_NOT_RUN = (
    m.Annotation()
    | m.Import()
    | m.ImportFrom()
    | m.If(test=m.Name("TYPE_CHECKING"))
    | m.Expr(value=m.SimpleString())
    | m.Call(func=m.Name("cast") | m.Name("TypeVar"))
)


@dataclass(frozen=True)
class Mutant:
    """A file with one fault.

    Args:
        path: the file, relative to the repository.
        number: which of the file's faults.
        operator: what makes it.
        lines: the lines that the fault touches.
        source: the file's text with the fault.
    """

    path: str
    number: int
    operator: str
    lines: range
    source: str

    @classmethod
    def none(cls, path: Path) -> Mutant:
        """The file as it is."""
        return cls(str(path), 0, "none", range(0), path.read_text())

    @property
    def name(self) -> str:
        return f"{self.path}:{self.lines.start}#{self.number}"

    @property
    def change(self) -> str:
        """The lines that differ, before and after."""
        before, after = Path(self.path).read_text().split("\n"), self.source.split("\n")
        changed = list(unified_diff(before, after, n=0, lineterm=""))[2:]
        return "\n".join(line for line in changed if not line.startswith("@@"))


def draw(folder: Path, count: int, seed: int) -> tuple[list[Mutant], int]:
    """Draw from the faults of a folder, each of which has the same chance.

    Returns: the mutants, and from how many they are drawn.
    """
    files = {path: _File(path) for path in sorted(folder.rglob("*.py"))}
    faults = [(path, number) for path, file in files.items() for number in range(len(file.faults))]
    drawn = Random(seed).sample(faults, min(count, len(faults)))
    return [files[path].mutant(number) for path, number in drawn], len(faults)


class _File(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.faults: list[tuple[cst.CSTNode, cst.CSTNode, CodeRange, str]] = []
        wrapper = MetadataWrapper(cst.parse_module(path.read_text()))
        wrapper.visit(self)
        self.module = wrapper.module

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, _NOT_RUN):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                where = self.get_metadata(PositionProvider, node, None) or self.faults[-1][2]
                name = operator.__name__.removeprefix("operator_")
                self.faults += [(node, changed, where, name) for changed in operator(node)]
        return True

    def mutant(self, number: int) -> Mutant:
        node, changed, where, name = self.faults[number]
        source = cst.ensure_type(self.module.deep_replace(node, changed), cst.Module).code
        lines = range(where.start.line, where.end.line + 1)
        return Mutant(str(self.path), number, name, lines, source)
