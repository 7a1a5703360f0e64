"""The scope guard on odd spellings: what it lets through goes to the portal's own host and port, whoever reads it."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from twisted.internet.protocol import Factory
from twisted.web.client import URI

from crawlers.net.address import resolve
from crawlers.net.errors import AddressRefusedError, FetchFailed
from crawlers.net.handler import _GuardedEndpoint
from crawlers.net.session import Session
from crawlers.platforms.base import plan_by_hand
from crawlers.portals import load

BASE = "https://laocai.gov.vn/tin-thoi-su"
ORIGINS = {("https", "laocai.gov.vn", 443), ("https", "storage-vnportal.vnpt.vn", 443)}

SCHEMES = (
    "https://",
    "HTTPS://",
    "http://",
    "https:",
    "https:/",
    "https:\\\\",
    "//",
    "\\\\",
    "ht\ttps://",
    " https://",
    "",
)
USERS = ("", "laocai.gov.vn@", "a:b@", "laocai.gov.vn:443@", "laocai.gov.vn%40", "laocai.gov.vn\\@", "laocai.gov.vn#@")
HOSTS = (
    *("laocai.gov.vn", "LAOCAI.gov.VN", "laocai.gov.vn.", "laocai.gov.vn..", "laocai。gov。vn", "ｌaocai.gov.vn"),
    *(
        "lаocai.gov.vn",
        "xn--locai-2ve.gov.vn",
        "laocai%2egov%2evn",
        "laocai.gov.vn%00",
        "laocai.gov.vn\u200b",
        "lao\ncai.gov.vn",
    ),
    *("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "１２７.0.0.1", "①②⑦.0.0.1", "[::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1%25eth0]", "[0:0:0:0:0:0:0:1]", "169.254.169.254", "localhost", ""),
    *("evil.vn", "laocai.gov.vn.evil.vn", "evil-laocai.gov.vn", "laocai.gov.vn evil.vn", "laocai.gov.vn,evil.vn"),
)
PORTS = ("", ":443", ":80", ":0443", ":65979", ":", ":-443", ":4 43", ":443@evil.vn", ":443:80", ":４４３")
PATHS = (
    "",
    "/",
    "/x",
    "?x",
    "#x",
    "\\x",
    "/..//evil.vn",
    "/%0d%0aHost:%20evil.vn",
    "\t/x",
    "/\\evil.vn",
    ";x",
    "@evil.vn/",
)


@pytest.fixture(scope="module")
def session() -> Session:
    portal = load("lao_cai")
    return Session(plan_by_hand(portal), portal)


@given(
    st.sampled_from(SCHEMES),
    st.sampled_from(USERS),
    st.sampled_from(HOSTS),
    st.sampled_from(PORTS),
    st.sampled_from(PATHS),
)
def test_what_passes_goes_to_the_portal(
    session: Session, scheme: str, user: str, host: str, port: str, path: str
) -> None:
    """Our own reading, Python's and the one that connects agree, or the address is refused."""
    url = resolve(BASE, f"{scheme}{user}{host}{port}{path}")
    try:
        session.check_scope(url)
    except FetchFailed:
        return
    request = Request(url, meta={"verbatim_url": True})
    assert request.url == url
    read = URI.fromBytes(request.url.encode("ascii"))  # type: ignore[no-untyped-call]
    parts = urlsplit(url)
    assert (read.scheme.decode(), read.host.decode().lower().rstrip("."), read.port) in ORIGINS
    assert (parts.scheme, (parts.hostname or "").rstrip("."), parts.port or 443) in ORIGINS
    assert parts.username is None
    assert not any(character in url for character in "\r\n\t ")


class Reactor:
    """Notes where connections would go, and makes none."""

    def __init__(self) -> None:
        self.places: list[tuple[str, int]] = []

    def connectTCP(self, host: str, port: int, *arguments: Any, **options: Any) -> None:  # noqa: N802 - Twisted's
        self.places.append((host, port))
        raise ConnectionRefusedError


@pytest.mark.parametrize("second", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_the_second_time(
    session: Session, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    """The resolver answers a public address first: that one is connected to, by its number; then nothing is."""
    answers = [["203.162.0.1"], [second], ["203.162.0.1", second]]

    async def rebinding(host: str, port: int, **options: object) -> Sequence[Any]:
        return [(0, 0, 0, "", (address, port)) for address in answers.pop(0)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
    reactor = Reactor()
    endpoint = _GuardedEndpoint(reactor, "laocai.gov.vn", 443, session)
    with pytest.raises(ConnectionRefusedError):
        await endpoint._connect(Factory())  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(AddressRefusedError, match="not a public address"):
            await endpoint._connect(Factory())  # type: ignore[arg-type]
    assert reactor.places == [("203.162.0.1", 443)]
