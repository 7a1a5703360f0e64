"""The server of all portals: HTTPS and HTTP on loopback under the portals' true names, and a control port."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import trustme
import uvicorn

from tests.replicas.faults import Fault
from tests.replicas.model import Request, Response
from tests.replicas.site import Site

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class _Server(uvicorn.Server):
    """Three of them share a loop: signals are `run`'s business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    more = True
    while more:
        message = await receive()
        parts += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(parts)


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status != 304:
        headers.append((b"Content-Length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


class Portals:
    """The ASGI application of all hosts; it keeps the log, the day and the faults."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self.sites = sites
        self.hosts = {host: site for site in sites.values() for host in (site.facts.host, *site.facts.other_hosts)}
        self.faults: dict[str, tuple[Fault, str]] = {}
        self.log: list[dict[str, object]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of a portal's host."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "").lower().partition(":")[0]
        request = Request(
            scheme=scope["scheme"],
            host=host,
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=await _body(receive),
        )
        entry: dict[str, object] = {
            "time": time.time(),
            "ended": 0.0,
            "scheme": request.scheme,
            "host": host,
            "method": request.method,
            "target": request.target,
            "status": 0,
            "agent": headers.get("user-agent", ""),
            "conditional": "if-none-match" in headers or "if-modified-since" in headers,
        }
        self.log.append(entry)
        fault, argument = self.faults.get(host, (None, ""))
        if fault is Fault.SLOW:
            await asyncio.sleep(float(argument or 1))
        if fault is Fault.QUIET:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        site = self.hosts.get(host)
        response = Response.html("<h1>Misdirected</h1>", 421) if site is None else site.answer(request, fault, argument)
        entry["status"] = response.status
        await _send(send, response)
        entry["ended"] = time.time()

    async def control(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the control port: `GET /requests?since=N`, `POST /advance`, `/fault`, each with a JSON object."""
        given = json.loads(await _body(receive) or b"{}")
        answer: object = {}
        status = 200
        match scope["path"]:
            case "/requests":
                since = int(parse_qs(scope["query_string"].decode()).get("since", ["0"])[0])
                answer = self.log[since:]
            case "/advance":
                for site in self.sites.values():
                    site.day = int(given["day"])
            case "/fault":
                self.faults.pop(given["host"], None)
                if given.get("fault"):
                    self.faults[given["host"]] = (Fault(given["fault"]), str(given.get("argument", "")))
            case _:
                status = 404
        await _send(send, Response(status, json.dumps(answer).encode(), {"Content-Type": "application/json"}))


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _certify(folder: Path, hosts: list[str]) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Throw-away CA of the replicas")
    pem, ca = folder / "server.pem", folder / "ca.pem"
    pem.unlink(missing_ok=True)
    pem.touch(mode=0o600)
    authority.issue_cert(*hosts).private_key_and_cert_chain_pem.write_to_path(str(pem))
    authority.cert_pem.write_to_path(str(ca))
    return pem, ca


async def run(sites: dict[str, Site], folder: Path, port: int, *, with_stdin: bool) -> None:
    """Serve until SIGTERM or SIGINT, or, `with_stdin`, until the standard input ends.

    Prints one JSON line once all ports listen: `connect_to`, `ca_file`, `control`.

    Args:
        sites: by portal name.
        folder: for the certificates; made if missing.
        port: of HTTPS; 0 for any free one. The other ports are any free ones.
        with_stdin: whether the end of the standard input, that is the parent's end, ends the server.
    """
    portals = Portals(sites)
    hosts = sorted(portals.hosts)
    pem, ca = _certify(folder, hosts)
    sockets = [_listen(port), _listen(0), _listen(0)]
    secure, plain, control = (listener.getsockname()[1] for listener in sockets)
    quiet: dict[str, Any] = {
        "log_level": "error",
        "access_log": False,
        "lifespan": "off",
        "interface": "asgi3",
        "proxy_headers": False,
        "server_header": False,
        "http": "h11",
        "timeout_graceful_shutdown": 1,
    }
    servers = [
        _Server(uvicorn.Config(portals, ssl_certfile=str(pem), **quiet)),
        _Server(uvicorn.Config(portals, **quiet)),
        _Server(uvicorn.Config(portals.control, **quiet)),
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if with_stdin:
        loop.add_reader(sys.stdin.fileno(), stop)  # nobody writes to it: readable means ended
    entries = ",".join(f"{host}:443=127.0.0.1:{secure},{host}:80=127.0.0.1:{plain}" for host in hosts)
    print(
        json.dumps({"connect_to": entries, "ca_file": str(ca.resolve()), "control": f"http://127.0.0.1:{control}"}),
        flush=True,
    )
    await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in zip(servers, sockets, strict=True)))
