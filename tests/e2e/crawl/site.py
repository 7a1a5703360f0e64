"""A portal on loopback, written in the test: pages by path, and a log of who asked what, when, and how many at once."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import trustme


@dataclass(frozen=True)
class Seen:
    """A request that a site got."""

    method: str
    target: str
    headers: dict[str, str]
    form: dict[str, str]
    began: float
    ended: float


@dataclass
class Reply:
    """An answer: status, body, further headers; `cut` bytes of the body are announced and not sent.

    `wait` seconds pass before it, `hold` seconds before the connection of a cut one is closed.
    """

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    packed: bool = False
    cut: int = 0
    wait: float = 0.0
    hold: float = 0.0


Page = Reply | str | Callable[["Request"], Reply | str]


@dataclass(frozen=True)
class Request:
    """What a page function is given."""

    target: str
    headers: dict[str, str]
    form: dict[str, str]
    before: int
    """How often this target was asked for before."""


class Site:
    """Pages by request target; what is not there answers 404."""

    def __init__(self, pages: dict[str, Page] | None = None) -> None:
        self.pages: dict[str, Page] = pages or {}
        self.seen: list[Seen] = []
        self.overlaps = 0
        self.port = 0
        self._under_way = 0
        self._lock = threading.Lock()

    def targets(self, method: str = "GET") -> list[str]:
        """Request targets in order."""
        return [seen.target for seen in self.seen if seen.method == method]

    def gaps(self) -> list[float]:
        """Seconds between the end of each request and the beginning of the next."""
        ordered = sorted(self.seen, key=lambda seen: seen.began)
        return [after.began - before.ended for before, after in pairwise(ordered)]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        began = time.monotonic()
        with self._lock:
            self._under_way += 1
            self.overlaps += self._under_way > 1
        try:
            self._answer(handler, began)
        finally:
            with self._lock:
                self._under_way -= 1

    def _answer(self, handler: BaseHTTPRequestHandler, began: float) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        size = int(headers.get("content-length", "0"))
        form = {
            name: values[0]
            for name, values in parse_qs(handler.rfile.read(size).decode(), keep_blank_values=True).items()
        }
        target = handler.path
        before = sum(seen.target == target for seen in self.seen)
        page = self.pages.get(target, Reply("not here", 404))
        if callable(page):
            page = page(Request(target, headers, form, before))
        reply = Reply(page) if isinstance(page, str) else page
        time.sleep(reply.wait)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        if reply.packed:
            body = gzip.compress(body)
        handler.send_response(reply.status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **reply.headers}.items():
            handler.send_header(name, value)
        if reply.packed:
            handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        self.seen.append(Seen(handler.command, target, headers, form, began, time.monotonic()))
        handler.wfile.write(body[: len(body) - reply.cut])
        handler.wfile.flush()
        if reply.cut:
            time.sleep(reply.hold)
            handler.close_connection = True


@contextmanager
def serve(site: Site, *, certificate: trustme.LeafCert | None = None) -> Iterator[Site]:
    """Serve a site on a free port of 127.0.0.1, over TLS if a certificate is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            site.answer(self)

        def do_POST(self) -> None:
            site.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def listing_page(rows: list[tuple[str, str, str]], pager: str = "") -> str:
    """A listing page: rows of address, title and date, between a menu and a pager."""
    items = "".join(
        f'<li class="row"><h2 class="Title"><a href="{url}">{title}</a></h2><div class="Ngaydang">{date}</div>'
        f"<p>Tóm tắt của bài {title}, đủ dài để là một đoạn.</p></li>"
        for url, title, date in rows
    )
    return (
        "<!DOCTYPE html><html><head><title>Tin tức</title></head><body>"
        '<ul class="menu"><li><a href="/">Trang chủ</a></li><li><a href="/gioi-thieu">Giới thiệu</a></li></ul>'
        f'<div id="main"><h1>Tin tức</h1><ul class="ArticleList">{items}</ul>{pager}</div></body></html>'
    )


def article_page(title: str) -> str:
    """An article page."""
    body = "".join(f"<p>Đoạn {number} của {title}: nội dung bài viết về công việc của tỉnh.</p>" for number in range(5))
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


def articles(numbers: range, prefix: str = "/tin-tuc/bai-viet-so") -> dict[str, Page]:
    """Article pages by target."""
    return {f"{prefix}-{number}": article_page(f"Bài viết số {number} về phát triển kinh tế") for number in numbers}


def rows(numbers: range, prefix: str = "/tin-tuc/bai-viet-so") -> list[tuple[str, str, str]]:
    """Listing rows of those articles, in order."""
    return [
        (f"{prefix}-{number}", f"Bài viết số {number} về phát triển kinh tế", f"{number % 28 + 1:02}/03/2024")
        for number in numbers
    ]


def paged_listing(path: str, count: int, size: int, prefix: str = "/tin-tuc/bai-viet-so") -> dict[str, Page]:
    """A listing of `count` articles on pages `?page=N`, each with links to its neighbours, and the articles."""
    last = -(-count // size)
    pages: dict[str, Page] = dict(articles(range(1, count + 1), prefix))
    for number in range(1, last + 1):
        first = (number - 1) * size + 1
        links = "".join(
            f'<li><a href="{path}?page={n}">{n}</a></li>'
            for n in range(max(1, number - 2), min(last, number + 2) + 1)
            if n != number
        )
        html = listing_page(
            rows(range(first, min(count, first + size - 1) + 1), prefix), f'<ul class="pagination">{links}</ul>'
        )
        pages[f"{path}?page={number}"] = html
        if number == 1:
            pages[path] = html
    return pages


def portal_file(
    folder: Path, name: str, listings: Mapping[str, str], *, platform: str = "generic", extra: str = ""
) -> None:
    """Write a portal file; `listings` are addresses by key, `extra` further arguments of `Portal`."""
    written = "".join(
        f'Listing(key="{key}", url="{url}", sureness=Sureness.SEEN, evidence="thử"), ' for key, url in listings.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(
        f'''"""Cổng thử.

Publisher: thử.
Quirks: không.
Caveats: không.
History: không.
"""

from datetime import date, time

from crawlers.portal import Access, Cadence, CertificateException, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit
from crawlers.private_sections import PrivateSection

portal = Portal(
    name="{name}",
    title="Cổng thử",
    unit=Unit(level=Level.PROVINCE, name="Tỉnh thử", province="10"),
    platform="{platform}",
    listings=({written}),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="thử",
    expect=Expect(rows=1),
    {extra}
)
''',
        encoding="utf-8",
    )
