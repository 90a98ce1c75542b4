"""Files and bytes: the kind is found from the content, and what holds no model is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from convzoo import calc
from convzoo.errors import SourceError
from convzoo.graph.config_writing import config_of
from convzoo.sources import read
from convzoo.sources.keras_archive import read_archive


@pytest.fixture
def config() -> Any:
    return config_of(read("mnist_convnet"))


def _archive(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_json", ".json"), text)
    return data.getvalue()


def test_json_archive_and_stack_are_told_by_content(tmp_path: Path, config: Any) -> None:
    for data in (
        json.dumps(config).encode(),
        b"\xef\xbb\xbf\n " + json.dumps(config).encode(),
        _archive(config_json=json.dumps(config)),
    ):
        path = tmp_path / "named.wrongly"
        path.write_bytes(data)
        assert calc(path).total("params") == 93_322
        assert calc(str(path)).total("params") == 93_322
    path.write_text("28x28x1\nconv:32,3,relu\n")
    assert calc(path).total("params") == 320


def test_config_json_text_and_bytes_are_read(config: Any) -> None:
    assert calc(config).total("params") == 93_322
    assert calc(json.dumps(config)).total("params") == 93_322
    assert calc(json.dumps(config).encode()).total("params") == 93_322


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty. Expected a Keras model or a stack of layers."),
        (b" \n", "is empty. "),
        (b"garbage", "is no .keras archive, no JSON of model.to_json(), no HDF5 and no typed "),
        (b"\x00\xff\xfe", "is no .keras archive, "),
        (b'{"a":', "is not valid JSON at line 1, column 6: Expecting value. "),
        (b'{"a": 1}', "The config has no 'class_name' where one belongs. "),
        (b'{"class_name": "Dense", "config": {}}', "The config is of a layer, Dense, not of a mo"),
        (_archive(a="b"), "is a zip archive without config.json, so not a .keras file. "),
        (_archive(config_json="{}")[:-30], "is a damaged zip archive: "),
        (b"\x89HDF\r\n\x1a\n", "is a damaged HDF5 file: "),
        (b'{"format": "graph-model", "modelTopology": {}}', "is a TensorFlow.js graph-model: "),
        (b'{"weightsManifest": []}', "is a TensorFlow.js list of weights, without an architec"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer, not the file "),
        (b"\x80\x04\x95", "is a pickle, which is never opened: it can run any code. "),
        (b"\x08\x01\x12\x00", "is a SavedModel's graph, in which the layers are gone. "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_without_a_model_is_refused_with_its_reason(
    tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        calc(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_directory_and_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r": is a directory\. Give a \.keras file"):
        calc(tmp_path)
    with pytest.raises(SourceError, match=r"There is no file '.*model\.keras'\."):
        calc(str(tmp_path / "model.keras"))


def test_saved_model_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(
        SourceError, match=r": is a SavedModel\. Give a \.keras file.*model\.save\("
    ):
        calc(tmp_path)


class _Counted(io.BytesIO):
    """A file that counts the bytes read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def test_weights_in_an_archive_are_not_read(config: Any) -> None:
    weights = "0" * 10_000_000
    file = _Counted(_archive(config_json=json.dumps(config), weights=weights))
    assert calc(read_archive(file)).total("params") == 93_322
    assert file.count < 100_000


def test_json_encoded_twice_is_read(config: Any) -> None:
    # A long text is refused in the JSON of a model, and this text is that JSON.
    padded = json.dumps(config) + " " * 3_000_000
    twice = json.dumps(padded).encode()
    assert calc(twice).total("params") == 93_322
    tfjs = json.dumps({"format": "layers-model", "modelTopology": {"model_config": config}})
    assert calc(tfjs).total("params") == 93_322


def test_thing_that_is_no_source_is_refused() -> None:
    with pytest.raises(SourceError, match=r"Can't read an architecture from 'int'"):
        calc(5)


def test_model_without_an_input_shape_asks_for_one() -> None:
    from convzoo import Sequential, layers

    model = Sequential([layers.Dense(3)], name="open")
    with pytest.raises(SourceError, match=r"'open' has no input shape.*--input-shape 28x28x1"):
        calc(model)
    assert calc(model, input_shape=(4,)).total("params") == 15


def test_name_of_the_zoo_wins_over_a_directory_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist_convnet").mkdir()
    assert calc("mnist_convnet").total("params") == 93_322
