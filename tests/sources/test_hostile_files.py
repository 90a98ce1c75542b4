"""Files from a stranger: each is read within its limits, or refused with a reason."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from convzoo import calc
from convzoo.errors import ConfigError, ConvzooError, GraphError, ShapeError, SourceError
from convzoo.limits import Limits, check_json, largest_integer, limits, variable
from convzoo.plotting import plot
from convzoo.rendering import FORMATS


def _stack(*layers: dict[str, Any], shape: tuple[Any, ...] = (4, 4), name: Any = "s") -> Any:
    entry = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "i"}}
    return {"class_name": "Sequential", "config": {"name": name, "layers": [entry, *layers]}}


def _layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def _tensor(name: Any, node: Any = 0) -> dict[str, Any]:
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, node, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def _node(*names: Any) -> dict[str, Any]:
    taken = [_tensor(name) for name in names]
    return {"args": taken if len(taken) == 1 else [taken], "kwargs": {}}


def _functional(layers: dict[str, tuple[dict[str, Any], list[Any]]], output: Any) -> Any:
    """A model of layers by name, each with its nodes."""
    entries = [_layer("InputLayer", batch_shape=[None, 4], name="i") | {"inbound_nodes": []}]
    entries[0]["name"] = "i"
    for name, (entry, nodes) in layers.items():
        config = {**entry["config"], "name": name}
        entries.append({**entry, "name": name, "config": config, "inbound_nodes": nodes})
    config = {"layers": entries, "input_layers": [["i", 0, 0]], "output_layers": [output]}
    return {"class_name": "Functional", "config": {"name": "m", **config}}


def _bytes(config: Any) -> bytes:
    return json.dumps(config).encode()


_DENSE = _layer("Dense", units=4)
_PLAIN = _bytes(_stack(_DENSE))


@pytest.fixture
def lift(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets limits by their environment variables."""

    def clear() -> None:
        from convzoo import limits as module

        for cached in (module.limits, module.largest_integer, module._tensor_limits):
            cached.cache_clear()

    def set_limit(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(variable(name), str(value))
        clear()

    yield set_limit
    monkeypatch.undo()
    clear()


# ---------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("name", "value", "data"),
    [
        ("text_bytes", 100, _PLAIN),
        ("json_values", 5, _PLAIN),
        ("json_text_bytes", 8, _PLAIN),
        ("json_depth", 3, _PLAIN),
        ("integer_digits", 2, _bytes(_stack(_layer("Dense", units=100)))),
        ("tensor_axes", 2, _PLAIN),
        ("layers", 2, _bytes(_stack(_DENSE, {**_DENSE}))),
        ("directory_bytes", 1, None),
    ],
)
def test_each_limit_names_the_variable_that_lifts_it(
    lift: Any, name: str, value: int, data: bytes | None
) -> None:
    if data is None:
        data = _archive([(f"{number}" * 60, "") for number in range(4000)])
    lift(**{name: value})
    with pytest.raises(ConvzooError, match=f"{variable(name)} to a higher number"):
        calc(data)


def test_limit_that_is_no_number_is_refused(lift: Any) -> None:
    lift(layers="many")
    with pytest.raises(
        ConfigError,
        match=r"CONVZOO_MAX_LAYERS must be a whole number above 0\. Received 'many'\. Its def",
    ):
        calc(_PLAIN)


def test_higher_limit_lets_more_through(lift: Any) -> None:
    data = _bytes(_stack(_layer("Dense", units=10**40)))
    with pytest.raises(SourceError, match="has an integer of more than 32 digits"):
        calc(data)
    lift(integer_digits=60)
    assert calc(data).total("params") == 5 * 10**40


def test_limits_are_positive_and_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/use/files.md").read_text()
    for name in Limits._fields:
        assert getattr(limits(), name) > 0
        assert variable(name) in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 100_000, "has lists or objects more than 100 deep within each other. "),
        (b'{"a":' * 100_000, "has lists or objects more than 100 deep within each other. "),
        (b"[" * 101 + b"]" * 101, "has lists or objects more than 100 deep within each other. "),
        (b"[" + b"[]," * 1_000_000 + b"1]", "has more than 1,000,000 values. "),
        (b"[" + b" " * 2**24 + b"]", "has more than 16,777,216 bytes of text. "),
        (b"28x28x1 " + b"relu " * 20_001, "has more than 20,000 layers and calls of layers, "),
        (b'{"a": "' + b'\\"x' * 700_000 + b'"}', "has a text of more than 2,000,000 bytes. "),
        (b"28x28x1 dense:" + b"1," * 6_000, "has a word of more than 10,000 characters: 'dense:1,"),
        (b"1" + b"x1" * 6_000 + b" relu", "has a word of more than 10,000 characters: '1x1x1"),
        (b'{"a": ' + b"9" * 5_000_000 + b"}", "has an integer of more than 32 digits. "),
        (b"28x28x1 dense:" + b"9" * 5_000, "'dense:9"),
        (b"9" * 5_000 + b"x1 relu", "'9999"),
    ],
    ids=[
        *("deep", "deep objects", "101", "values", "bytes", "words", "text", "long word", "axes"),
        *("digits", "word", "input"),
    ],
)
def test_too_much_is_refused_before_it_is_read(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        calc(data)
    assert str(caught.value).startswith(f"the bytes: {message}")
    assert len(str(caught.value)) < 3_000


@pytest.mark.parametrize("place", range(9))
def test_long_integer_is_found_wherever_it_stands(place: int) -> None:
    before = b'{"' + b"a" * place + b'": '
    with pytest.raises(SourceError, match="has an integer of more than 32 digits"):
        check_json(before + b"7" * 33 + b"}")
    check_json(before + b"7" * 32 + b"}")


def test_brackets_and_digits_within_texts_do_not_count() -> None:
    name = "[" * 300 + '\\"{' * 200 + "1" * 100
    assert calc(_bytes(_stack(_DENSE, name=name))).name == name


# ---------------------------------------------------------------------- integers


def test_filter_count_of_thirty_digits_is_calculated_exactly() -> None:
    report = calc(_bytes(_stack(_layer("Dense", units=10**30), _layer("Dense", units=10**30))))
    assert report.total("params") == 5 * 10**30 + (10**30 + 1) * 10**30
    for style in ("table", "json", "csv", "html", "markdown"):
        assert FORMATS.get(style)(report)
    assert plot(report.graph)


def test_sizes_that_multiply_from_layer_to_layer_are_refused() -> None:
    layers = [_layer("UpSampling1D", size=10**9, name=f"u{number}") for number in range(6)]
    with pytest.raises(ShapeError, match="A tensor has a size of more than 32 digits"):
        calc(_bytes(_stack(*layers)))


def test_strides_that_multiply_from_layer_to_layer_are_refused() -> None:
    layers = [
        _layer("MaxPooling1D", pool_size=1, strides=2, name=f"p{number}") for number in range(120)
    ]
    report = calc(_bytes(_stack(*layers, shape=(None, 4))))
    with pytest.raises(ShapeError, match="The strides of the windows multiply to a number that"):
        report.to_dict()


def test_largest_integer_has_as_many_digits_as_the_limit() -> None:
    assert len(str(largest_integer())) == limits().integer_digits


@pytest.mark.parametrize(
    "value",
    [-1, 0, True, 1.5, 1e308, float("nan"), float("inf"), "3", [], [1], {}, None, "\ud800"],
    ids=repr,
)
@pytest.mark.parametrize("key", ["units", "name", "dtype", "activation", "use_bias"])
def test_value_of_a_wrong_kind_is_an_error_of_ours(key: str, value: Any) -> None:
    with suppress(ConvzooError):
        report = calc(_bytes(_stack({"class_name": "Dense", "config": {"units": 3, key: value}})))
        assert str(report).encode()
        assert json.dumps(report.to_dict())


def test_wrong_kind_names_the_layer() -> None:
    layer = _layer("Conv2D", filters=3, kernel_size=3, batch_input_shape=5, name="c")
    with pytest.raises(
        SourceError,
        match=r"^the bytes: Conv2D 'c': a value in its config is of a kind that does not belong",
    ):
        calc(_bytes(_stack(layer)))


# ---------------------------------------------------------------------- graphs


@pytest.mark.parametrize(
    ("layers", "output", "message"),
    [
        ({"a": (_DENSE, [_node("b")]), "b": (_DENSE, [_node("a")])}, ["a", 0, 0], "part of a cyc"),
        ({"a": (_DENSE, [_node("a")])}, ["a", 0, 0], "which is part of a cycle"),
        ({"a": (_DENSE, [_node("gone")])}, ["a", 0, 0], "from 'gone', which is not in the model"),
        ({"a": (_DENSE, [_node("i")])}, ["gone", 0, 0], "name the layer 'gone', which is not in"),
        ({"a": (_DENSE, [_node("i")])}, ["a", 7, 0], "not called that often"),
        ({"a": (_DENSE, [_node("i")])}, ["a", 0, 7], "'a' has 1 outputs; the config names 7"),
        ({"a": (_DENSE, [_node(["i"])])}, ["a", 0, 0], "The config names a tensor by [['i'], 0,"),
        ({"a": (_DENSE, [5])}, ["a", 0, 0], "The config connects a layer by 5. "),
        ({"a": (_DENSE, [{"args": [], "kwargs": 5}])}, ["a", 0, 0], "calls a layer with 5. "),
        ({"i": (_DENSE, [_node("i")])}, ["i", 0, 0], "Two layers are named 'i'. "),
    ],
)
def test_graph_that_does_not_connect_is_refused(layers: Any, output: Any, message: str) -> None:
    with pytest.raises((GraphError, SourceError)) as caught:
        calc(_bytes(_functional(layers, output)))
    assert message in str(caught.value)


def test_models_that_hold_a_model_twice_are_counted_at_each_call() -> None:
    inner: Any = _DENSE
    for level in range(30):
        # A functional model's definition is its call 0.
        nodes = [_node("i"), {"args": [_tensor("d")], "kwargs": {}}]
        inner = _functional({"d": (inner, nodes)}, ["d", 1 + (level > 0), 0])
    with pytest.raises(SourceError, match="has more than 20,000 layers and calls of layers, those"):
        calc(_bytes(inner))


@pytest.mark.parametrize("class_name", ["TimeDistributed", "SpectralNormalization"])
def test_time_does_not_double_with_every_layer_around_a_layer(class_name: str) -> None:
    layer = _layer("Dense", units=4, name="d")
    for level in range(40):
        layer = _layer(class_name, layer=layer, name=f"w{level}")
    report = calc(_bytes(_stack(layer, shape=(4,) * 42)))
    assert report.total("params") >= 20


def test_formula_that_doubles_with_every_layer_is_not_told() -> None:
    from convzoo import Input, Model, layers

    inputs = x = Input((None, None, 3))
    for _ in range(30):
        x = layers.Concatenate(axis=1)([layers.MaxPooling2D(2)(x), layers.MaxPooling2D(3)(x)])
    report = calc(Model(inputs, x))
    assert len(str(report.to_dict())) < 1_000_000


def test_output_with_a_number_of_a_billion_is_refused() -> None:
    unknown = {"class_name": "Mine", "module": "mine", "registered_name": "Mine", "config": {}}
    inputs = {"class_name": "__keras_tensor__", "config": {"keras_history": ["u", 0, 10**9]}}
    layers = {
        "u": (unknown, [_node("i")]),
        "a": (_DENSE, [{"args": [inputs], "kwargs": {}}]),
    }
    with pytest.raises(ConvzooError):
        calc(_bytes(_functional(layers, ["a", 0, 0])))


# ---------------------------------------------------------------------- archives


def _archive(entries: list[tuple[str, Any]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return data.getvalue()


def test_zip_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = _archive([("config.json", b" " * 100_000_000)])
    assert len(bomb) < 100_000
    with pytest.raises(SourceError, match="has more than 16,777,216 bytes of text"):
        calc(bomb)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("entries", "method", "message"),
    [
        ([("../../config.json", _PLAIN)], 8, "is a zip archive without config.json"),
        ([("/config.json", _PLAIN)], 8, "is a zip archive without config.json"),
        ([("config.json", _PLAIN)] * 2, 8, "with 2 entries named config.json, of which programs"),
        ([("config.json", _PLAIN)], 12, "is compressed in another way than Keras does"),
        ([("config.json", _PLAIN)], 14, "is compressed in another way than Keras does"),
        ([(f"{n}" * 9, "") for n in range(30_000)], 8, "1,048,576 bytes of names of files"),
    ],
)
def test_archive_that_keras_would_not_write_is_refused(
    entries: Any, method: int, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        calc(_archive(entries, method))


def test_nothing_of_an_archive_is_extracted(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    data = _archive([("../../x", "y"), ("/tmp/x", "z"), ("config.json", _PLAIN)])
    assert calc(data).total("params") == 20
    assert not list(tmp_path.iterdir())


def test_sizes_that_a_directory_tells_are_not_believed() -> None:
    data = bytearray(_archive([("config.json", _PLAIN)]))
    directory, end = data.rfind(b"PK\1\2"), data.rfind(b"PK\5\6")
    data[directory + 24 : directory + 28] = struct.pack("<I", 2**32 - 2)
    assert calc(bytes(data)).total("params") == 20
    data[end + 12 : end + 16] = struct.pack("<I", 2**32 - 2)
    with pytest.raises(SourceError, match="is a damaged zip archive"):
        calc(bytes(data))


def test_encrypted_config_is_told() -> None:
    data = bytearray(_archive([("config.json", _PLAIN)]))
    for place in (6, data.rfind(b"PK\1\2") + 8):
        data[place] |= 1
    with pytest.raises(SourceError, match=r"config\.json is encrypted\. Decrypt it first\."):
        calc(bytes(data))


def test_archive_cut_at_any_byte_is_refused() -> None:
    data = _archive([("config.json", _PLAIN)])
    for length in range(len(data)):
        with pytest.raises(SourceError):
            calc(data[:length])


# ---------------------------------------------------------------------- HDF5


def _hdf5(path: Path, value: Any, **kwargs: Any) -> Path:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file.attrs.create("model_config", file.ref if value is None else value, **kwargs)
    return path


def test_attribute_of_hdf5_is_read_from_a_path_and_from_bytes(tmp_path: Path) -> None:
    path = _hdf5(tmp_path / "m.h5", _PLAIN.decode())
    assert calc(path).total("params") == 20
    assert calc(path.read_bytes()).total("params") == 20


def test_hdf5_with_an_odd_attribute_is_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    for value, kwargs, message in (
        ([1, 2, 3], {}, "is an HDF5 file without a model_config"),
        ([_PLAIN, _PLAIN], {}, "is an HDF5 file without a model_config"),
        (None, {"dtype": h5py.ref_dtype}, "is an HDF5 file without a model_config"),
        ("x" * 17_000_000, {"dtype": h5py.string_dtype()}, "has more than 16,777,216 bytes of te"),
        (b"{\xff}", {"dtype": h5py.string_dtype()}, "is not JSON that can be read"),
    ):
        with pytest.raises(SourceError, match=message):
            calc(_hdf5(tmp_path / "m.h5", value, **kwargs))


def test_hdf5_with_an_external_link_is_not_followed(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    _hdf5(tmp_path / "other.h5", _PLAIN.decode())
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["model_config"] = h5py.ExternalLink("other.h5", "/")
    with pytest.raises(SourceError, match="is an HDF5 file without a model_config"):
        calc(tmp_path / "m.h5")


def test_file_that_crashes_the_hdf5_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("h5py")
    from convzoo.sources import hdf5

    monkeypatch.setattr(hdf5, "_apart", lambda _: (-11, b""))  # As after SIGSEGV.
    with pytest.raises(SourceError, match="is a damaged HDF5 file: it crashes the HDF5 library"):
        calc(b"\x89HDF\r\n\x1a\n")


def test_process_that_reads_hdf5_ends_by_itself() -> None:
    pytest.importorskip("h5py")
    pytest.importorskip("resource")
    code = (
        "from itertools import count\n"
        "from convzoo.sources import hdf5_attribute\n"
        "hdf5_attribute.LONGEST_SECONDS = 1\n"
        "hdf5_attribute.attribute = lambda _: sum(count())\n"
        "hdf5_attribute.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"", timeout=60, check=False)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


# ---------------------------------------------------------------------- names

_NAMES = {
    "escape": "a\x1b[31mb\x9b1m",
    "lines": "a\nb\rc\u2028d",
    "invisible": "a\u202eb\u200bc",
    "surrogate": "a\ud800b",
    "nul": "a\0b",
    "html": "<script>alert(1)</script>",
    "svg": "]]></text><script/>\"'&",
    "markdown": "a|b](javascript:1)<b>",
    "formula": '=HYPERLINK("x")',
    "latex": "\\input{x}",
    "annotation": "x::error::y\n::error::z",
}


def _named(name: str) -> bytes:
    unknown = {"class_name": f"U{name}", "module": name, "registered_name": name}
    layers = (
        _layer("Conv1D", filters=4, kernel_size=3, name=f"{name}c"),
        {**unknown, "config": {"name": f"{name}u"}},
    )
    return _bytes(_stack(*layers, name=name))


@pytest.mark.parametrize("name", _NAMES.values(), ids=_NAMES)
def test_name_of_a_file_steers_no_output(name: str) -> None:
    from xml.etree import ElementTree

    report = calc(_named(name)).with_columns(["params", "receptive_field"])
    for style in sorted({"table", "json", "csv", "markdown", "html", "github", "latex"}):
        text = FORMATS.get(style)(report)
        text.encode()
        assert all(line.isprintable() for line in text.split("\n"))
    for style in ("html", "unsafehtml"):
        assert "<script" not in FORMATS.get(style)(report)
    assert "\\input{" not in FORMATS.get("latex_raw")(report)
    for style in ("csv", "tsv"):
        assert not any(line.startswith("=") for line in FORMATS.get(style)(report).splitlines())
    picture = plot(_named(name))
    assert "script" not in {
        x.tag.rpartition("}")[2] for x in ElementTree.fromstring(picture).iter()
    }


@pytest.mark.parametrize("style", ["markdown", "github", "pipe"])
def test_name_makes_no_column_no_tag_and_no_link_of_markdown(style: str) -> None:
    report = calc(_named(_NAMES["markdown"]))
    rows = [row for row in FORMATS.get(style)(report).splitlines() if row.startswith("|")]
    assert len({row.replace("\\|", "").count("|") for row in rows}) == 1
    assert "a\\|b]\\(javascript:1)&lt;b>c" in rows[2]


def test_command_line_tells_an_odd_name_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(_bytes(_stack(_layer("Dense", units=-1, name="a\x1b[31m\ud800\nb"))))
    done = subprocess.run(
        [sys.executable, "-m", "convzoo", "calc", str(path)], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr
    assert b"units must be an integer of 1 or more" in done.stderr


# ---------------------------------------------------------------------- nothing runs

_WATCH = """
import os, sys
import convzoo
from convzoo import calc
from convzoo.plotting import plot
calc("28x28x1 conv:3,3 flatten dense:2").to_dict(); str(calc("28x28x1 dense:2"))
plot("28x28x1 dense:2")
found = []
FORBIDDEN = ("pickle.find_class", "os.system", "os.exec", "os.posix_spawn",
             "subprocess.Popen", "socket.connect", "os.remove", "os.mkdir", "ctypes.dlopen")
def watch(event, args):
    if event in FORBIDDEN:
        found.append((event, str(args)[:80]))
    # Python's own imports unmarshal and execute what is compiled.
    if event == "marshal.loads" and b"canary" in bytes(args[0]):
        found.append((event, ""))
    if event in ("exec", "compile") and "canary" in getattr(args[0], "co_names", ()):
        found.append((event, str(args)[:80]))
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        found.append((event, str(args)[:80]))
    if event == "import" and str(args[0]).startswith(("canary", "antigravity", "this")):
        found.append((event, str(args)[:80]))
path = sys.argv[1]
data = open(path, "rb").read()
sys.addaudithook(watch)
before = set(sys.modules)
try:
    report = calc(data)
    str(report), report.to_dict(), plot(data)
except convzoo.ConvzooError as error:
    print("refused", error)
new = {name for name in set(sys.modules) - before if not name.startswith("convzoo")}
assert not {name for name in new if name.startswith(("canary", "antigravity", "this"))}, new
found = [one for one in found if "__pycache__" not in one[1]]
assert not found, found
"""


def _canaries() -> dict[str, Any]:
    import base64
    import marshal

    code = compile("__import__('canary')", "x", "eval")
    bytecode = base64.b64encode(marshal.dumps(code)).decode()
    wrapped = {"class_name": "__lambda__", "config": {"code": bytecode, "defaults": None}}
    return {
        "lambda of Keras 3": _stack(_layer("Lambda", function=wrapped, name="l")),
        "lambda of Keras 2": _stack(
            _layer("Lambda", function=[bytecode, None, None], function_type="lambda", name="l")
        ),
        "module": _stack(
            {**_layer("Layer", name="l"), "module": "canary", "registered_name": "canary>Layer"}
        ),
        "antigravity": _stack({**_layer("fly", name="l"), "module": "antigravity"}),
        "function": _stack(
            _layer(
                "Dense",
                units=3,
                activation={
                    "module": "canary",
                    "class_name": "function",
                    "config": "run",
                    "registered_name": "canary>run",
                },
            )
        ),
        "__import__": _stack(_layer("__import__", name="canary")),
        "__reduce__": _stack(_layer("Dense", units=3, __reduce__=["canary", []])),
        "custom object": _stack(
            _layer("Dense", units=3, kernel_initializer={"class_name": "canary.Run", "config": {}})
        ),
        "model": {
            "module": "canary",
            "class_name": "Model",
            "registered_name": "canary>Model",
            "config": {"name": "m"},
        },
    }


@pytest.mark.parametrize("name", _canaries())
def test_nothing_that_a_file_names_is_run(tmp_path: Path, name: str) -> None:
    (tmp_path / "canary.py").write_text(f"open({str(tmp_path / 'sung')!r}, 'w').close()\n")
    file = tmp_path / "model.json"
    file.write_bytes(_bytes(_canaries()[name]))
    paths = os.pathsep.join([str(tmp_path), *(path for path in sys.path if path)])
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, str(file)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "sung").exists()
