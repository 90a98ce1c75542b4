"""The core imports no framework, held to that in fresh processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FRAMEWORKS = ("keras", "tensorflow", "jax", "torch", "numpy", "h5py", "matplotlib", "PIL")


@pytest.mark.parametrize(
    "code",
    [
        "import convzoo; convzoo.calc; convzoo.layers.Conv2D; convzoo.Sequential",
        "from convzoo.operations import OPERATIONS; OPERATIONS.names()",
        "import convzoo; convzoo.list_models(); convzoo.card('mnist_convnet')",
        "from convzoo.testing import CHECKS, check_model; CHECKS.names()",
        "import convzoo.testing.plugin",
        "from convzoo.cli import run; run(['calc', 'mnist_convnet'])",
        "from convzoo.cli import run; run(['calc', 'mnist_convnet', '--format', 'json'])",
        "from convzoo.cli import run; run(['calc', '28x28x1', 'conv:8,3', '--explain'])",
        "from convzoo.cli import run; run(['list'])",
        "from convzoo.cli import run; run(['list', 'mnist*', '--sort', 'receptive_field'])",
        "from convzoo.cli import run; run(['compare', 'two_convs', 'mnist_convnet', '--layers'])",
        "from convzoo.cli import run; run(['check', 'two_convs', '--max-params', '1M'])",
        "import convzoo; convzoo.budget(min_receptive_field=3, dtype='int8')('mnist_convnet')",
        "from convzoo.cli import run; run(['show', 'mnist_convnet'])",
        "from convzoo.cli import run; run(['plot', 'lenet5', '-o', '-'])",
        "from convzoo.cli import run; run(['--help'])",
        "import convzoo; convzoo.bench; convzoo.Benchmark",
        "from convzoo.executors import Processes; Processes(1).shutdown()",
        "import convzoo; convzoo.visualize.look; convzoo.visualize.grad_cam",
        "from convzoo.cli import run; run(['look', '--help'])",
    ],
)
def test_no_framework_is_imported(code: str) -> None:
    check = f"import sys\n{code}\nprint([name for name in {_FRAMEWORKS} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


def test_list_of_the_zoo_loads_no_layers_and_no_analyses() -> None:
    check = (
        "import sys; from convzoo.cli import run; run(['list', '--tag', 'mnist'])\n"
        "print([name for name in sys.modules if name.startswith('convzoo.analyses')"
        " or name in ('convzoo.layers.convolution', 'convzoo.sources')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_imports_run_one_way() -> None:
    """`errors, registry <- graph <- layers <- analyses <- rendering <- cli`."""
    import re
    from pathlib import Path

    import convzoo

    order = ["graph", "layers", "analyses", "rendering", "cli"]
    root = Path(convzoo.__file__).parent
    for place, folder in enumerate(order):
        for file in (root / folder).glob("*.py"):
            at_start = re.findall(r"^from convzoo\.(\w+)", file.read_text(), flags=re.MULTILINE)
            later = set(order[place + 1 :]) & set(at_start)
            assert not later, f"{file} imports {later}"
