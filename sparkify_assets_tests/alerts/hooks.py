"""A real web server on the loopback that takes alerts, refuses them, or never answers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve until the end; give the address, and what was posted to it."""
    posted: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/json"
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/s3cret", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silence(*, drip: bool = False) -> Iterator[str]:
    """Accept connections until the end and never answer, or answer a byte at a time without an end."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def accept() -> None:
            held = []
            while not ended.is_set():
                try:
                    held.append(server.accept()[0])
                except TimeoutError:
                    for each in held if drip else ():
                        each.send(b"H")
            for each in held:
                each.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/s3cret"
        finally:
            ended.set()
            thread.join()
