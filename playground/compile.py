"""Compile the modules of an archive; run by `compile.mjs` within Pyodide."""

from __future__ import annotations

import importlib.util
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]

# What no question of the playground can reach: it would only take time to load.
OF_THE_LIBRARY = (
    "_markupbase", "_pydatetime", "_pyio", "_pyrepl", "antigravity", "argparse", "bdb",
    "cProfile", "cmd", "compileall", "configparser", "ctypes", "curses", "dbm", "doctest",
    "ensurepip", "filecmp", "fileinput", "ftplib", "getpass", "gettext", "html/parser", "http",
    "idlelib", "imaplib", "ipaddress", "mailbox", "modulefinder", "multiprocessing", "netrc",
    "optparse", "pdb", "pickletools", "plistlib", "poplib", "pprint", "profile", "profiling",
    "pstats", "pyclbr", "pydoc", "pydoc_data", "runpy", "smtplib", "socketserver", "sqlite3",
    "statistics", "symtable", "tabnanny", "this", "timeit", "tkinter", "tomllib",
    "trace", "turtle", "turtledemo", "unittest", "venv", "wave", "wsgiref", "xml", "xmlrpc",
    "zipapp", "zoneinfo",
)  # fmt: skip

# What needs Keras, processes or a terminal, or is for one.
OF_THE_WHEEL = (
    "convzoo/building", "convzoo/cli", "convzoo/executors", "convzoo/guides",
    "convzoo/installation", "convzoo/sweeping", "convzoo/testing", "convzoo/training",
    "convzoo/visualize",
)  # fmt: skip

# The encodings that the calculator and archives use; there are a hundred more.
_ENCODINGS = (
    "__init__", "aliases", "ascii", "cp437", "idna", "latin_1", "punycode", "raw_unicode_escape",
    "unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le",
    "utf_8", "utf_8_sig",
)  # fmt: skip


def compile_archive(path: str, to: str, left_out: tuple[str, ...]) -> None:
    """Write an archive anew with its modules compiled, without their sources and docstrings.

    Args:
        path: the archive.
        to: the new one.
        left_out: modules and packages that it does not have.
    """
    with (
        zipfile.ZipFile(path) as given,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
    ):
        for entry in given.infolist():
            if not entry.is_dir() and not _is_left_out(entry.filename, left_out):
                name, data = entry.filename, given.read(entry)
                if name.endswith(".py"):
                    name, data = f"{name}c", _compiled(data, name)
                # Without the time, so that the same modules are the same archive.
                made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def _is_left_out(name: str, left_out: tuple[str, ...]) -> bool:
    module = name.removesuffix(".py")
    package, _, rest = module.partition("/")
    if package == "encodings":
        return rest not in _ENCODINGS
    return any(module == one or module.startswith(f"{one}/") for one in left_out)


def _compiled(source: bytes, name: str) -> bytes:
    code = compile(source, name, "exec", dont_inherit=True, optimize=2)
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
