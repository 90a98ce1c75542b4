"""A server of a folder, as hosts of static sites are: right types, and compressed."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# What GitHub Pages compresses, WebAssembly among it.
_COMPRESSED = {".css", ".html", ".js", ".json", ".mjs", ".py", ".svg", ".wasm", ".xml"}


@contextmanager
def served(folder: Path, types: dict[str, str] | None = None) -> Iterator[tuple[str, list[int]]]:
    """Serve a folder.

    Args:
        folder: its files.
        types: MIME types by ending, in place of the right ones.

    Yields:
        The address, and a list that grows by the bytes of every body that is sent.
    """
    sent: list[int] = []
    handler = partial(_Handler, directory=str(folder), sent=sent, types=types or {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }

    def __init__(self, *args: Any, sent: list[int], types: dict[str, str], **kwargs: Any) -> None:
        self.sent = sent
        self.types = types
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path = path / "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        is_compressed = path.suffix in _COMPRESSED
        body = _compressed(path) if is_compressed else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.types.get(path.suffix) or self.guess_type(path))
        if is_compressed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.sent.append(len(body))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of requests."""


@lru_cache(maxsize=64)
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())
