"""The playground's numbers are those of the command line: of the zoo, and of strangers' files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import convzoo
from convzoo.errors import ConvzooError
from convzoo.zoo import list_models

pytestmark = pytest.mark.slow

_WILD = Path(__file__).parents[3] / "shared" / "wild"
_HDF5 = b"\x89HDF"


def _answers(playground: Path, sources: list[str], folder: Path) -> dict[str, dict[str, Any]]:
    if shutil.which("node") is None:
        pytest.skip("needs node")
    done = subprocess.run(
        ["node", str(Path(__file__).parent / "numbers.mjs"), str(playground), str(folder)],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
    )
    return {source: json.loads(answer) for source, answer in json.loads(done.stdout).items()}


def _told(source: Any) -> dict[str, Any]:
    """What the command line tells, as the page would be told."""
    try:
        return {"answer": json.loads(json.dumps(convzoo.calc(source).to_dict()))}
    except ConvzooError as error:
        return {"error": str(error)}


def test_zoo_has_the_same_numbers(playground: Path, tmp_path: Path) -> None:
    names = list_models()
    answers = _answers(playground, names, tmp_path)
    assert [name for name in names if answers[name] != _told(name)] == []
    assert answers["mnist_convnet"]["answer"]["totals"]["params"] == 93_322


def test_files_of_strangers_have_the_same_numbers(playground: Path) -> None:
    if not _WILD.exists():
        pytest.skip("needs the files of ../shared/wild")
    files = [path for path in sorted(_WILD.rglob("*")) if path.suffix in (".json", ".keras")]
    assert files
    sources = {f"/files/{path.relative_to(_WILD).as_posix()}": path for path in files}
    answers = _answers(playground, [*sources], _WILD)
    for source, path in sources.items():
        found = answers[source]
        if path.read_bytes().startswith(_HDF5):  # Whatever it is called.
            assert found["error"].startswith("This needs h5py, which does not run in a browser.")
            continue
        if "error" in found:
            found["error"] = found["error"].replace(source, str(path))
        assert found == _told(path)
    assert any("answer" in found for found in answers.values())
