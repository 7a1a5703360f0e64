"""Servers that do not keep to HTTP, each under a host of its own."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from crawlers.plan import Target
from storage.vocabulary import FetchError
from tests.e2e.crawl.runs import HOST, Bench

PAGE = b"<html><body><h1>x</h1></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

Behaviour = Callable[[socket.socket], None]


def send(*pieces: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def drip(piece: bytes, head: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(piece)
            time.sleep(0.05)

    return behave


def reset(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n" + PAGE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hold(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    time.sleep(4)


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


@contextmanager
def serve_raw(behave: Behaviour) -> Iterator[int]:
    """Answer robots.txt with 404, everything else as told; one request a connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                request = connection.recv(65536)
                if request.startswith(b"GET /robots.txt"):
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    behave(connection)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


BEHAVIOURS: dict[str, tuple[Behaviour, FetchError | None]] = {
    "plain": (send(HEAD, b"Content-Length: 36\r\n\r\n", PAGE), None),
    "no_length": (send(HEAD, b"Connection: close\r\n\r\n", PAGE), None),
    "no_colon": (send(HEAD, b"nonsense\r\nContent-Length: 36\r\n\r\n", PAGE), None),
    "no_type": (send(b"HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n", PAGE), None),
    "nothing": (send(), FetchError.CONNECTION),
    "garbage": (send(bytes(range(256)) * 40), FetchError.PROTOCOL),
    "short": (send(HEAD, b"Content-Length: 900\r\n\r\n", PAGE), FetchError.CUT),
    "reset": (reset, FetchError.CUT),
    "no_last_chunk": (send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n24\r\n", PAGE, b"\r\n"), FetchError.CUT),
    "five_gib": (send(HEAD, b"Content-Length: 5368709120\r\n\r\n", PAGE), FetchError.TOO_LARGE),
    "endless": (endless, FetchError.TOO_LARGE),
    "silence": (hold, FetchError.TIMEOUT),
    "slow_head": (drip(b"X-A: b\r\n", HEAD), FetchError.TIMEOUT),
    "slow_body": (drip(b"x", HEAD + b"\r\n"), FetchError.TIMEOUT),
    "big_header": (send(HEAD, b"X-Big: " + b"x" * (2 << 20) + b"\r\n\r\n", PAGE), FetchError.CONNECTION),
    "many_headers": (
        send(HEAD, b"".join(b"X-%d: y\r\n" % n for n in range(200_000)) + b"\r\n", PAGE),
        FetchError.PROTOCOL,
    ),
    "endless_head": (drip(b"X-A: b\r\n" * 20_000, HEAD), FetchError.PROTOCOL),
    "no_coding": (send(HEAD, b"Content-Encoding: gzip\r\nContent-Length: 36\r\n\r\n", PAGE), None),
    "odd_coding": (
        send(HEAD, b"Content-Encoding: x-odd\r\nContent-Length: 4\r\n\r\n", b"\x00\x01\x02\x03"),
        FetchError.CUT,
    ),
}


def test_every_fault_has_its_name(bench: Bench) -> None:
    hosts = {name: f"{name.replace('_', '-')}.{HOST}" for name in BEHAVIOURS}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(serve_raw(behave)) for name, (behave, _) in BEHAVIOURS.items()}
        bench.write(
            {name: f"http://{host}/tin" for name, host in hosts.items()},
            extra='access=Access(timeout=1.5, reason="thử"),',
        )
        bench.environment["CONGTIN_CONNECT_TO"] = ",".join(
            f"{hosts[name]}:80=127.0.0.1:{port}" for name, port in ports.items()
        )
        report = bench.crawl(listings=(), targets=tuple(Target(url=f"http://{host}/bai") for host in hosts.values()))
    found = {
        failure.url.removeprefix("http://").partition(".")[0].replace("-", "_"): failure.error
        for failure in report.failures
    }
    assert found == {name: error for name, (_, error) in BEHAVIOURS.items() if error}
    assert report.reason == "finished"
    assert report.peak_memory_mb < 250
