"""The reference of operations."""

from __future__ import annotations

from itertools import groupby

from convzoo.operations import OPERATIONS, Operation


def operations_page() -> str:
    """The reference of operations: every one, by the file of `keras/src/ops` that has it."""
    lines = [
        "# Operations",
        "",
        "What calls of `keras.ops`, and operators on tensors, leave as nodes of a functional "
        "model. Their shapes and dtypes are exact. Operations for each output element are given "
        "where one number tells them; the others state their work by a formula of their own, or it "
        "is unknown.",
    ]
    found = [(*name.split("."), operation) for name, operation in OPERATIONS.items()]
    for file, operations in groupby(sorted(found, key=lambda entry: entry[:2]), lambda e: e[0]):
        lines += ["", f"## keras.ops: {file}", ""]
        lines += ["| class | arguments | operations per output element |", "|---|---|---|"]
        for _, name, operation in operations:
            arguments = ", ".join(f"`{argument}`" for argument in operation.positional) or "none"
            lines.append(f"| {name} | {arguments} | {_work_of(operation)} |")
    return "\n".join(lines) + "\n"


def _work_of(operation: type[Operation]) -> str:
    if operation.ops_per_output is not None:
        return str(operation.ops_per_output)
    return "unknown" if operation.work is Operation.work else "by formula"
