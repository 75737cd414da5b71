"""The address on 127.0.0.1: the keeper passes its connections on to the server's private socket.

The server itself never listens on a network: it could only begin or cease to by a restart, in the middle of
other people's work. What comes in by the loopback is let through under one name, which has to show a password
(see `ADMISSION` in `cluster`), and which can read everything and change nothing.
"""

import json
import os
import secrets
import socket
import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .home import Home
from .wire import (
    CANCEL_REQUEST,
    GSS_REQUEST,
    PROTOCOL_3,
    SOCKET_NAME,
    SSL_REQUEST,
    identifier,
    literal,
    read_startup,
    run_command,
)

HOST = "127.0.0.1"
READER = "reader"
_CHUNK = 1 << 16
_GREETING_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class LoopbackAddress:
    """How a program on this machine, such as a BI tool, reaches the server; the user may read everything."""

    host: str
    port: int
    user: str
    database: str
    password: str

    @property
    def url(self) -> str:
        """The same as one URL, with the password in it."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{quote(self.database)}"

    def __repr__(self) -> str:
        """Show everything but the password."""
        return f"LoopbackAddress({self.user}@{self.host}:{self.port}/{self.database})"


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Listens on the loopback address, and passes on to the socket in `folder` what may come in."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__((HOST, port), _Passage)
        self.folder = folder
        self.open_sockets: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Accept connections from now on, in a thread."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def end(self) -> None:
        """Stop listening, and end the connections."""
        self.shutdown()
        self.server_close()
        for connection in list(self.open_sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a broken connection go without a word; the client knows."""


class _Passage(socketserver.BaseRequestHandler):
    """One connection from the loopback address to the server."""

    server: LoopbackServer
    request: socket.socket

    def handle(self) -> None:
        """Look at the first packet, and pass on the rest as it comes."""
        self.request.settimeout(_GREETING_TIMEOUT_S)
        code, body = self._first_packet()
        if not _may_enter(code, body):
            self.request.sendall(_refusal())
            return
        self.request.settimeout(None)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as inside:
            inside.connect(str(self.server.folder / SOCKET_NAME))
            inside.sendall((len(body) + 8).to_bytes(4, "big") + code.to_bytes(4, "big") + body)
            self.server.open_sockets |= {self.request, inside}
            try:
                back = threading.Thread(target=_pump, args=(inside, self.request), daemon=True)
                back.start()
                _pump(self.request, inside)
                back.join()
            finally:
                self.server.open_sockets -= {self.request, inside}

    def _first_packet(self) -> tuple[int, bytes]:
        while True:
            code, body = read_startup(self.request)
            if code not in (SSL_REQUEST, GSS_REQUEST):
                return code, body
            self.request.sendall(b"N")  # no encryption: it never leaves the machine


def _may_enter(code: int, body: bytes) -> bool:
    """Let in who comes under the reader's name, once, and a request to cancel (it carries a secret of its own)."""
    if code == CANCEL_REQUEST:
        return True
    parts = body.split(b"\0")
    names, values = parts[0::2], parts[1::2]
    users = [value for name, value in zip(names, values, strict=False) if name == b"user"]
    return code >> 16 == PROTOCOL_3 >> 16 and b"replication" not in names and users == [READER.encode()]


def _refusal() -> bytes:
    message = f"the loopback address admits the user {READER!r} only"
    fields = b"".join(part.encode() + b"\0" for part in ("SFATAL", "VFATAL", "C28000", "M" + message)) + b"\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on bytes until one side ends, and end the other."""
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    for side in (source, target):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def remembered(home: Home) -> dict[str, str | int]:
    """Return the port and password of the last time, as far as there are any."""
    try:
        found = json.loads(home.loopback.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(home: Home, **news: str | int) -> None:
    """Keep port or password for the next time, readable for us alone."""
    fresh = home.loopback.with_name(f"loopback-{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({**remembered(home), **news}, file)
    fresh.replace(home.loopback)


def admit_reader(home: Home, folder: Path, database: str) -> str:
    """Give the reader a password (the last one, if there was one) and the right to read, and return the password."""
    password = str(remembered(home).get("password") or secrets.token_urlsafe(18))
    remember(home, password=password)
    reader, text = identifier(READER), literal(password)
    run_command(
        folder,
        database,
        f"DO $$ BEGIN CREATE ROLE {reader}; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"ALTER ROLE {reader} LOGIN PASSWORD {text}",
        f"GRANT pg_read_all_data TO {reader}",
    )
    return password
