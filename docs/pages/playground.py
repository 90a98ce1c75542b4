"""The playground: the calculator in the page, run by Pyodide."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path

from convzoo.errors import ConvzooError
from convzoo.version import __version__
from convzoo.zoo import list_models

_ROOT = Path(__file__).parents[2]
_PLAYGROUND = _ROOT / "playground"
_PYODIDE = _PLAYGROUND / "node_modules" / "pyodide"

# What the page loads of Pyodide; its own list of packages is replaced by ours.
_OF_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

# What only compiles for it.
_COMPILER = ("compile.mjs", "compile.py")


class PlaygroundError(ConvzooError):
    """A playground that must be part of the build and can't be."""


def playground() -> dict[str, str | bytes]:
    """The page and the files that it loads, by their paths in the site.

    The files lie in a folder that is named after what is in them, so that a browser never has some
    of an older build.

    Raises:
        PlaygroundError: when Pyodide is not installed and `CI` is set, or can't be run.
    """
    if not _PYODIDE.exists():
        if os.environ.get("CI"):
            raise PlaygroundError("Pyodide is not installed. Run npm ci in playground/ first.")
        return {"playground.md": _MISSING}
    files = {name: _PYODIDE.joinpath(name).read_bytes() for name in _OF_PYODIDE}
    for path in sorted(_PLAYGROUND.glob("*.*")):
        if path.suffix in (".js", ".css", ".py") and path.name not in _COMPILER:
            files[path.name] = path.read_bytes()
    compiled = _compiled()
    files |= compiled
    files["lock.json"] = _lock(compiled).encode()
    folder = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()[:12]
    page = (_PLAYGROUND / "page.md").read_text("utf-8")
    entries = "".join(f"<option>{escape(name)}</option>" for name in list_models())
    page = page.replace("{files}", folder).replace("{entries}", entries)
    return {
        "playground.md": page,
        **{f"playground/{folder}/{name}": content for name, content in files.items()},
    }


_MISSING = """# Playground

The playground is not part of this build of the site: Pyodide is not installed. To have it, run
`npm ci` in the folder `playground/` and build the site again.
"""


def _compiled() -> dict[str, bytes]:
    """The standard library and the wheel of this checkout, compiled; by their names.

    Kept until the wheel, the compiler or Pyodide changes, since compiling takes 15 seconds.
    """
    from hatchling.builders.wheel import WheelBuilder

    with tempfile.TemporaryDirectory(dir=_PYODIDE.parent) as folder:
        (wheel,) = map(
            Path, WheelBuilder(str(_ROOT)).build(directory=folder, versions=["standard"])
        )
        inputs = [wheel, _PYODIDE / "package.json", *map(_PLAYGROUND.joinpath, _COMPILER)]
        key = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
        kept = _PYODIDE.parent / ".compiled" / key
        if not kept.exists():
            made = Path(folder) / "made"
            made.mkdir()
            _run_compiler(wheel, made)
            shutil.rmtree(kept.parent, ignore_errors=True)
            kept.parent.mkdir()
            made.rename(kept)
    return {path.name: path.read_bytes() for path in sorted(kept.iterdir())}


def _run_compiler(wheel: Path, folder: Path) -> None:
    try:
        subprocess.run(
            ["node", str(_PLAYGROUND / "compile.mjs"), str(wheel), str(folder)],
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise PlaygroundError(
            "The playground is compiled by Node, which is not installed."
        ) from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr[-2000:]
        raise PlaygroundError(f"The playground can't be compiled: {reason}") from None


def _lock(compiled: dict[str, bytes]) -> str:
    """The packages that there are, as Pyodide reads them: only our own.

    Source: the lock file of Pyodide's own packages.
    """
    of_pyodide = json.loads((_PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    (wheel,) = (name for name in compiled if name.endswith(".whl"))
    package = {
        "depends": [],
        "file_name": wheel,
        "imports": ["convzoo"],
        "install_dir": "site",
        "name": "convzoo",
        "package_type": "package",
        "sha256": hashlib.sha256(compiled[wheel]).hexdigest(),
        "unvendored_tests": False,
        "version": __version__,
    }
    return json.dumps({"info": of_pyodide["info"], "packages": {"convzoo": package}}, indent=2)
