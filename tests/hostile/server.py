"""A raw server on loopback with a table of behaviours: what each host does is written byte for byte.

One behaviour a host, told apart by the Host header; `robots.txt` answers 404 where the behaviour does not say otherwise.
Each exchange is logged with its beginning and end, so that politeness can be read off it. A second port, the canary,
must get no connection at all.
"""

import asyncio
import contextlib
import ssl
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

DOMAIN = "thu.gov.vn"
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Visit:
    """A request, and the way to answer it."""

    name: str
    path: str
    headers: Mapping[str, str]
    before: int
    """How often this host was asked for this path before."""
    canary: int
    """Port that nobody may connect to."""
    writer: asyncio.StreamWriter
    last_sent: float = 0.0
    """When the last piece was about to be sent: the client cannot have had the whole response before."""

    async def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        for piece in pieces:
            self.last_sent = time.monotonic()
            self.writer.write(piece)
            await self.writer.drain()

    def reset(self) -> None:
        """Cut the connection without a word of TCP's own."""
        self.writer.transport.abort()


Act = Callable[[Visit], Awaitable[bool | None]]
"""Answers a visit; returns True to keep the connection for the next request."""


@dataclass(frozen=True)
class Exchange:
    """A request as the server saw it."""

    name: str
    path: str
    headers: Mapping[str, str]
    began: float
    ended: float
    closed: bool
    """Whether the client hung up first."""


@dataclass
class HostileServer:
    """The behaviours, the ports, and the log."""

    acts: Mapping[str, Act]
    robots: Mapping[str, Act]
    port: int = 0
    canary: int = 0
    plain_speaking: int = 0
    """Port that answers in plain HTTP whatever it is asked."""
    tls: dict[str, int] = field(default_factory=dict)
    log: list[Exchange] = field(default_factory=list)
    canary_hits: int = 0
    overlaps: list[str] = field(default_factory=list)
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _under_way: Counter[str] = field(default_factory=Counter)

    def paths(self, name: str) -> list[str]:
        """Return what a host was asked for, in order, robots.txt aside."""
        return [entry.path for entry in self.log if entry.name == name and entry.path != "/robots.txt"]

    def gaps(self) -> dict[str, float]:
        """Return for each host the least time between the end of a response and the beginning of the next exchange.

        Not where the client hung up: the server learns of that at some later time.
        """
        least: dict[str, float] = {}
        for name in {entry.name for entry in self.log}:
            entries = sorted((entry for entry in self.log if entry.name == name), key=lambda entry: entry.began)
            if len(entries) > 1:
                gaps = [after.began - before.ended for before, after in pairwise(entries) if not before.closed]
                least |= {name: min(gaps)} if gaps else {}
        return least

    async def start(self, contexts: Mapping[str, ssl.SSLContext]) -> list[asyncio.Server]:
        """Open the ports: plain, canary, and one for each TLS context."""
        plain = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        canary = await asyncio.start_server(self._trespass, "127.0.0.1", 0)
        plain_speaking = await asyncio.start_server(self._speak_plainly, "127.0.0.1", 0)
        self.port, self.canary, self.plain_speaking = (
            server.sockets[0].getsockname()[1] for server in (plain, canary, plain_speaking)
        )
        secure = {
            name: await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
            for name, context in contexts.items()
        }
        self.tls = {name: server.sockets[0].getsockname()[1] for name, server in secure.items()}
        return [plain, canary, plain_speaking, *secure.values()]

    async def _trespass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        self.canary_hits += 1
        writer.close()

    async def _speak_plainly(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pending = b""
        try:
            while True:
                head = pending + await reader.readuntil(b"\r\n\r\n")
                keep, pending = await self._answer(head, reader, writer)
                if not keep:
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[bool, bytes]:
        began = time.monotonic()
        request, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        path = request.split(" ")[1]
        name = headers["host"].lower().partition(".")[0].replace("-", "_")
        visit = Visit(name, path, headers, self._asked[name, path], self.canary, writer)
        self._asked[name, path] += 1
        self._under_way[name] += 1
        if self._under_way[name] > 1:
            self.overlaps.append(name)
        act = self.robots.get(name, _absent) if path == "/robots.txt" else self.acts.get(name, _absent)
        acting = asyncio.ensure_future(_quietly(act(visit)))
        hanging_up = asyncio.ensure_future(_quietly(reader.read(1)))
        gone = True
        try:
            await asyncio.wait({acting, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
            gone = not acting.done()
        finally:
            for task in (acting, hanging_up):
                task.cancel()
            self._under_way[name] -= 1
            ended = visit.last_sent if acting.done() and visit.last_sent else time.monotonic()
            self.log.append(Exchange(name, path, headers, began, ended, gone))
        read = hanging_up.result() if hanging_up.done() and not hanging_up.cancelled() else b""
        return not gone and acting.result() is True, read if isinstance(read, bytes) else b""


async def _absent(visit: Visit) -> None:
    await visit.send(ABSENT)


async def _quietly(awaitable: Awaitable[Any]) -> Any:
    """Await; a connection that breaks meanwhile is what these tests are about."""
    with contextlib.suppress(OSError):
        return await awaitable
    return None


@contextmanager
def serve(
    acts: Mapping[str, Act], robots: Mapping[str, Act], contexts: Mapping[str, ssl.SSLContext]
) -> Iterator[HostileServer]:
    """Serve the behaviours in a thread with a loop of its own."""
    server = HostileServer(acts, robots)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # broken connections, again
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)

    listeners = run(server.start(contexts))
    try:
        yield server
    finally:

        async def stop() -> None:
            for listener in listeners:
                listener.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        run(stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
