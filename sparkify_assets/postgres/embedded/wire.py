"""The little of Postgres' protocol that we need ourselves: is it up, run a command, read a startup packet.

Why not a driver: libpq takes what it is not told from the environment (PGSERVICE, PGOPTIONS, PGHOSTADDR),
hides the SQLSTATE of a refused connection, and is not there in the keeper, which runs on the bare standard library.
"""

import socket
import struct
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
PORT = 5432  # of the socket's name only; no network port is opened
SUPERUSER = "postgres"

PROTOCOL_3 = 3 << 16
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
_MAX_STARTUP_BYTES = 10_000  # Postgres' own limit
_ANSWER_TIMEOUT_S = 5.0
_COMMAND_TIMEOUT_S = 120.0

_CANNOT_CONNECT_NOW = "57P03"
_NO_SUCH_DATABASE = "3D000"
_TOO_MANY_CONNECTIONS = "53300"


class State(Enum):
    """What a server answers to somebody who wants in."""

    UP = auto()
    NO_DATABASE = auto()  # up, but it has no database of this name
    NOT_YET = auto()  # starting, recovering or stopping
    SILENT = auto()  # nobody listens
    REFUSED = auto()


@dataclass(frozen=True)
class Answer:
    """A state, with the server's own words where it gave any."""

    state: State
    message: str = ""


class ServerRefusedError(Exception):
    """The server answered with an error; `code` is its SQLSTATE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Session:
    """One connection as the superuser, through the private socket."""

    def __init__(self, folder: Path, database: str, timeout_s: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(timeout_s)
            self._socket.connect(str(folder / SOCKET_NAME))
            self._socket.sendall(startup_packet({"user": SUPERUSER, "database": database}))
            kind, body = self._message()
            if kind != b"R" or body[:4] != b"\0\0\0\0":
                raise ServerRefusedError("28000", "the server asks for a password on its private socket")
            self._until_ready()  # admitted first, then told that there is no such database
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def run(self, command: str) -> None:
        """Run one SQL command that returns no rows."""
        text = command.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)
        self._until_ready()

    def leave(self) -> None:
        """Say goodbye, so that the server has nothing to log."""
        self._socket.sendall(b"X\0\0\0\4")

    def _until_ready(self) -> None:
        while self._message()[0] != b"Z":
            pass

    def _message(self) -> tuple[bytes, bytes]:
        head = receive(self._socket, 5)
        body = receive(self._socket, int.from_bytes(head[1:], "big") - 4)
        if head[:1] == b"E":
            fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
            raise ServerRefusedError(fields.get(b"C", ""), fields.get(b"M", ""))
        return head[:1], body


def probe(folder: Path, database: str) -> Answer:
    """Ask the server behind the socket in `folder` for a connection to `database`."""
    try:
        with Session(folder, database, _ANSWER_TIMEOUT_S) as session:
            session.leave()
    except (FileNotFoundError, ConnectionRefusedError):
        return Answer(State.SILENT)
    except (TimeoutError, ConnectionError, BlockingIOError):
        return Answer(State.NOT_YET, "it does not answer")
    except ServerRefusedError as error:
        states = {
            _CANNOT_CONNECT_NOW: State.NOT_YET,
            _NO_SUCH_DATABASE: State.NO_DATABASE,
            _TOO_MANY_CONNECTIONS: State.UP,
        }
        return Answer(states.get(error.code, State.REFUSED), str(error))
    return Answer(State.UP)


def run_command(folder: Path, database: str, *commands: str) -> None:
    """Run SQL commands that return no rows, as the superuser, each on its own."""
    with Session(folder, database, _COMMAND_TIMEOUT_S) as session:
        for command in commands:
            session.run(command)
        session.leave()


def identifier(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL; without backslashes, so that it reads the same under any setting."""
    if "\\" in text or "\0" in text:
        raise ValueError("a literal with a backslash or a NUL is not supported")
    return "'" + text.replace("'", "''") + "'"


def startup_packet(parameters: dict[str, str]) -> bytes:
    """Build the packet that opens a connection."""
    pairs = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
    return struct.pack("!ii", len(pairs) + 9, PROTOCOL_3) + pairs + b"\0"


def read_startup(connection: socket.socket) -> tuple[int, bytes]:
    """Read a client's first packet: the code in its head, and its body.

    Raises:
        ConnectionError: it is none, or the client went away.
    """
    length, code = struct.unpack("!ii", receive(connection, 8))
    if not 8 <= length <= _MAX_STARTUP_BYTES:
        raise ConnectionError(f"a startup packet of {length} bytes")
    return code, receive(connection, length - 8)


def receive(connection: socket.socket, size: int) -> bytes:
    """Read exactly `size` bytes."""
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the other side closed the connection")
        data += part
    return data
