"""A proxy in front of PostgreSQL that lets COMMIT through and loses the answer, where something was written."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""The message of a client that ends its transaction (PostgreSQL's protocol 3, simple query)."""
_WRITES = (b"INSERT INTO", b"UPDATE ", b"DELETE FROM", b"COPY ")
_DONE = b"COMMIT\x00"
"""The tag by which the server says that it has: CommandComplete."""


@dataclass(slots=True)
class Proxy:
    """Takes connections at `port` of 127.0.0.1; of each `every` COMMITs of writing transactions one is done, and its client never hears of it."""

    upstream: Path
    every: int
    port: int = 0
    commits: int = 0
    lost: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.upstream))
            losing = threading.Event()
            for work in (self._up, self._down):
                threading.Thread(target=work, args=(client, server, losing), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        wrote = False
        with suppress(OSError):
            while data := client.recv(1 << 16):
                wrote = wrote or any(verb in data for verb in _WRITES)
                if data.endswith(_COMMIT) and wrote:
                    wrote = False
                    with self._lock:
                        self.commits += 1
                        if self.commits % self.every == 0:
                            losing.set()
                server.sendall(data)
        _cut(client, server)

    def _down(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if losing.is_set() and _DONE in data:
                    with self._lock:
                        self.lost += 1
                    break
                client.sendall(data)
        _cut(client, server)


def _cut(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def losing_answers(upstream: Path, every: int) -> Iterator[Proxy]:
    """Run such a proxy before the socket of a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(upstream, every, listener.getsockname()[1])
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
