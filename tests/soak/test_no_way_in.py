"""Every odd spelling of an address, by every road by which a page can name one: nothing leaves for where it leads.

A second real server counts: it stands at 127.0.0.1 and ::1, and at the place of two other hosts on the map, which no
portal of the run may ask. No connection may ever reach it.
"""

import html
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from storage.settings import settings
from tests.e2e.crawl.site import Page, Reply, Request, Site, listing_page, portal_file, serve
from tests.e2e.ingest.conftest import house
from tests.e2e.ingest.site import House

__all__ = ["house"]

pytestmark = [pytest.mark.soak, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

PORTAL = "cong_thu"
HOST = "congthu.gov.vn"
OTHER, FOREIGN = "noibo.gov.vn", "xn--nib-6mzc.gov.vn"
"""Hosts that the map leads to the canary for another portal's sake; the second is `nộibộ.gov.vn` by its letters."""


MANY = 'access=Access(max_requests=5000, max_seconds=3600, reason="thử")'
ROBOTS = 6
"""Of the spellings one in so many is tried by robots.txt too, which takes a run of its own."""


class Canary:
    """Counts connections; `port` is the same on both loopback addresses."""

    def __init__(self) -> None:
        self.hits = 0
        self.port = 0

    def _count(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.hits += 1
            with suppress(OSError):
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nxx")
            connection.close()

    @contextmanager
    def listening(self) -> Iterator["Canary"]:
        with ExitStack() as stack:
            first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            self.port = first.getsockname()[1]
            listeners = [first]
            with suppress(OSError):  # a machine without IPv6
                listeners.append(stack.enter_context(socket.create_server(("::1", self.port), family=socket.AF_INET6)))
            for listener in listeners:
                threading.Thread(target=self._count, args=(listener,), daemon=True).start()
            yield self
            for listener in listeners:
                listener.shutdown(socket.SHUT_RDWR)


def spellings(port: int) -> list[str]:
    """Return addresses of the canary, without a path: as browsers, libraries and attackers write them."""
    wide = str(port).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    loopback = [
        *("127.0.0.1", "2130706433", "0x7f000001", "0X7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "127.1", "0"),
        *("0.0.0.0", "127.0.0.1.", "１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "127%2e0%2e0%2e1", "%31%32%37.0.0.1"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::1%25lo]"),
        *("localhost", "LOCALHOST", "localhost.", "ｌocalhost", "localhost.localdomain"),
        *(HOST, HOST.upper(), f"{HOST}.", f"{HOST}@127.0.0.1", f"{HOST}:80@127.0.0.1", f"a:b@{HOST}", f"{HOST}%40127.0.0.1"),
        *(f"127.0.0.1\\@{HOST}", f"127.0.0.1#@{HOST}", f"127.0.0.1?@{HOST}", "127.0.0.1\t", "127.0.\t0.1", "127.0.0.1%00"),
    ]  # fmt: skip
    found = [f"{scheme}{host}:{port}" for scheme in ("http://", "//") for host in loopback]
    found += [
        f"{scheme}127.0.0.1:{port}" for scheme in ("HTTP://", "https://", "\\\\", "http:\\\\", "/\\", "http:/", "http:")
    ]
    found += [
        f"ht\ttp://127.0.0.1:{port}",
        f"\x01http://127.0.0.1:{port}",
        f"http://127.0.0.1:{wide}",
        f"http://[::1]:{port}",
    ]
    found += [
        f"http://127.0.0.1:0{port}",
        f"http://127.0.0.1\n:{port}",
        f"http:///127.0.0.1:{port}",
        f"http://{HOST}:{wide}",
    ]
    others = [
        *(OTHER, OTHER.upper(), f"{OTHER}.", f"{OTHER}:80", f"{OTHER}:080", "ｎoibo.gov.vn", f"{HOST}@{OTHER}", f"{OTHER}\\@{HOST}"),
        *(f"{HOST}.{OTHER}", "noibo%2egov%2evn", "noibo。gov。vn", "noi\nbo.gov.vn", FOREIGN, FOREIGN.upper(), "nộibộ.gov.vn"),
    ]  # fmt: skip
    return found + [f"{scheme}{host}" for scheme in ("http://", "//", "HTTP://") for host in others]


def page(name: str, inside: str = "", head: str = "", pager: str = "") -> str:
    body = "".join(f"<p>Đoạn {part} của bài {name}: tỉnh báo cáo kết quả thực hiện nhiệm vụ.</p>" for part in range(4))
    title = f"Kết quả thực hiện nhiệm vụ đợt {name} của tỉnh"
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><div class='detail'><h1>{title}</h1>"
        f"<div class='date'>10/03/2025 08:30</div><div class='content'>{body}{inside}</div>{pager}</div></body></html>"
    )


def site_of(odd: Sequence[str]) -> Site:
    """Return a portal that names each address by each road."""
    pages: dict[str, Page] = {}
    rows = []

    def add(path: str, made: Page) -> None:
        pages[path] = made
        rows.append((path, f"Kết quả thực hiện nhiệm vụ tại {path}", "10/03/2025"))

    for number, address in enumerate(odd):
        quoted = html.escape(address, quote=True)
        sent = address.translate(dict.fromkeys(map(ord, "\n\t\x01"))).encode().decode("latin-1")
        away = Reply(status=302, headers={"Location": f"{sent}/chuyen"})

        def busy_then_away(request: Request, away: Reply = away) -> Reply:
            return away if request.before else Reply("bận", 503, {"Retry-After": "0"})

        add(f"/tin/tep-{number}", page(f"tep {number}", f'<p><a href="{quoted}/tep.pdf">Tệp đính kèm</a></p>'))
        pager = "".join(f'<a href="{quoted}/tin/noi-{number}?trang={at}">{at}</a> ' for at in (1, 2, 3))
        add(f"/tin/noi-{number}", page(f"noi {number}", pager=f'<div class="phan-trang">Trang {pager}</div>'))
        tags = f'<meta http-equiv="refresh" content="0;url={quoted}/lai"><base href="{quoted}/"><link rel="next" href="{quoted}/n">'
        add(
            f"/tin/lai-{number}",
            page(f"lai {number}", '<a href="tep.pdf">Tệp</a>', tags + f'<link rel="canonical" href="{quoted}/c">'),
        )
        add(f"/tin/dau-{number}", Reply(page(f"dau {number}"), headers={"Refresh": f"0; url={sent}/dau"}))
        add(f"/tin/chuyen-{number}", away)
        add(f"/tin/ban-{number}", busy_then_away)
        pages[f"/tep/{number}.pdf"] = away
        add(
            f"/tin/tep-chuyen-{number}",
            page(f"chuyển {number}", f'<p><a href="/tep/{number}.pdf">Tệp đính kèm</a></p>'),
        )
        rows.append((f"{quoted}/bai", f"Kết quả thực hiện nhiệm vụ ở ngoài số {number}", "10/03/2025"))
    nexts = "".join(f'<li><a href="{html.escape(address, quote=True)}/tin?page=2">2</a></li>' for address in odd)
    maps = "".join(f"Sitemap: {address.strip()}/sitemap.xml\n" for address in odd if "\n" not in address)
    pages["/robots.txt"] = Reply(f"User-agent: *\nAllow: /\n{maps}", headers={"Content-Type": "text/plain"})
    pages["/tin"] = listing_page(rows, f'<ul class="pagination">{nexts}</ul>')
    return Site(pages)


def test_no_odd_spelling_leads_out_by_any_road(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Canary().listening() as canary:
        odd = spellings(canary.port)
        site = site_of(odd)
        portal_file(Path(house.environment["CONGTIN_PORTALS"]), PORTAL, {"tin": f"http://{HOST}/tin"}, extra=MANY)
        robots = [
            Site({"/robots.txt": Reply(status=302, headers={"Location": f"{address}/robots.txt"})})
            for address in odd[::ROBOTS]
            if address.isascii() and address.isprintable()
        ]
        with ExitStack() as stack:
            stack.enter_context(serve(site))
            ways = [f"{HOST}:80=127.0.0.1:{site.port}"]
            ways += [f"{name}:80=127.0.0.1:{canary.port}" for name in (OTHER, FOREIGN)]
            for number, one in enumerate(robots):
                stack.enter_context(serve(one))
                name = f"cong_r{number}"
                portal_file(Path(house.environment["CONGTIN_PORTALS"]), name, {"tin": f"http://r{number}.{HOST}/tin"})
                ways.append(f"r{number}.{HOST}:80=127.0.0.1:{one.port}")
            monkeypatch.setenv("CONGTIN_CONNECT_TO", ",".join(ways))
            settings.cache_clear()
            files = {f"/tep/{number}.pdf" for number in range(len(odd))}
            for _ in range(4):  # a run fetches so many files at most
                house.ingest(PORTAL)
                if files <= set(site.targets()):
                    break
            for number in range(len(robots)):
                house.ingest(f"cong_r{number}")
                assert robots[number].targets()[:1] == ["/robots.txt"]
            asked = set(site.targets())
            roads = ("tep", "noi", "lai", "dau", "chuyen", "ban", "tep-chuyen")
            missed = {f"/tin/{road}-{number}" for road in roads for number in range(len(odd))} - asked
            assert not missed, sorted(missed)[:20]
            assert not files - asked, sorted(files - asked)[:20]
        assert canary.hits == 0
        with urlopen(f"http://127.0.0.1:{canary.port}/") as answer:  # the canary does sing
            assert answer.read() == b"xx"
        assert canary.hits == 1
    with capsys.disabled():
        print(f"\n{len(odd)} spellings by {len(roads) + 3} roads, {len(robots)} by robots.txt: no connection")
