"""The served replicas: true names over TLS, raw addresses, days, faults, the log."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.replicas import Fault, Replicas, Special, serve


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    with serve(seed=1, articles=30) as running:
        yield running


def fetch(replicas: Replicas, url: str, timeout: float = 20) -> tuple[int, dict[str, str], bytes]:
    """A GET of a true address through the connect-to map, the certificate checked for the true name."""
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}[parts.scheme]
    places = dict(entry.split("=") for entry in replicas.connect_to.split(","))
    address, at = places[f"{parts.hostname}:{port}"].rsplit(":", 1)
    connection = http.client.HTTPConnection(str(parts.hostname), timeout=timeout)
    raw = socket.create_connection((address, int(at)), timeout=timeout)
    connection.sock = raw
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=replicas.ca_file)
        connection.sock = context.wrap_socket(raw, server_hostname=parts.hostname)
    try:
        connection.request("GET", url.split(str(parts.hostname), 1)[1], headers={"User-Agent": "test"})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_an_article_of_every_portal_over_tls(replicas: Replicas) -> None:
    for portal in ("lao_cai", "long_an_hcc", "long_an_baolongan", "tien_giang", "kien_giang_kien_luong"):
        truth = next(truth for truth in replicas.truth(portal) if truth.special is Special.SEED)
        status, headers, body = fetch(replicas, truth.url)
        assert status == 200
        assert headers["content-type"].startswith("text/html")
        assert truth.title.split()[0].encode() in body


def test_the_log_keeps_bare_queries_as_sent(replicas: Replicas) -> None:
    replicas.forget()
    url = replicas.truth("tien_giang")[0].url
    fetch(replicas, url)
    (logged,) = replicas.requests
    assert logged.url == url
    assert (logged.method, logged.status, logged.agent) == ("GET", 200, "test")


def test_plain_http_redirects_to_https(replicas: Replicas) -> None:
    status, headers, _ = fetch(replicas, "http://laocai.gov.vn/tin-thoi-su?a=%2Fb")
    assert (status, headers["location"]) == (301, "https://laocai.gov.vn/tin-thoi-su?a=%2Fb")


def test_robots(replicas: Replicas) -> None:
    assert fetch(replicas, "https://laocai.gov.vn/robots.txt")[2].startswith(b"User-agent: *")
    assert fetch(replicas, "https://kienluong.kiengiang.gov.vn/robots.txt")[0] == 404


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault.MAINTENANCE, 200, "bảo trì"),
        (Fault.SOFT_404, 200, "không tồn tại"),
        (Fault.MOVED, 301, "cong-moi.gov.vn"),
        (Fault.GONE, 404, "không tồn tại"),
        (Fault.ERROR_500, 500, "Server Error"),
        (Fault.FORBIDDEN, 403, "Forbidden"),
        (Fault.TOO_MANY, 429, "Too Many"),
        (Fault.BLOCKED, 200, "support ID"),
        (Fault.COOKIE_WALL, 200, "document.cookie"),
    ],
)
def test_faults_of_pages_leave_robots_and_other_hosts_alone(
    replicas: Replicas, fault: Fault, status: int, words: str
) -> None:
    replicas.fault("baolongan.vn", fault)
    try:
        got, _, body = fetch(replicas, "https://baolongan.vn/thoi-su-chinh-tri/long-an/")
        assert got == status
        assert words in body.decode()
        assert fetch(replicas, "https://baolongan.vn/robots.txt")[0] == 200
        assert fetch(replicas, "https://laocai.gov.vn/tin-thoi-su")[0] == 200
    finally:
        replicas.fault("baolongan.vn", None)
    assert fetch(replicas, "https://baolongan.vn/thoi-su-chinh-tri/long-an/")[0] == 200


def test_a_quiet_host_never_answers(replicas: Replicas) -> None:
    replicas.fault("baolongan.vn", Fault.QUIET)
    try:
        with pytest.raises(TimeoutError):
            fetch(replicas, "https://baolongan.vn/robots.txt", timeout=0.3)
    finally:
        replicas.fault("baolongan.vn", None)


def test_listings_without_rows_and_robots_faults(replicas: Replicas) -> None:
    titles = {truth.title for truth in replicas.truth("lao_cai")[:8]}
    try:
        replicas.fault("laocai.gov.vn", Fault.NO_ROWS)
        page = fetch(replicas, "https://laocai.gov.vn/tin-thoi-su")[2].decode()
        assert not all(title in page for title in titles)  # side blocks still link to some
        replicas.fault("laocai.gov.vn", Fault.ROBOTS_500)
        assert fetch(replicas, "https://laocai.gov.vn/robots.txt")[0] == 500
        replicas.fault("laocai.gov.vn", Fault.ROBOTS_DENY)
        assert b"Disallow: /\n" in fetch(replicas, "https://laocai.gov.vn/robots.txt")[2]
        replicas.fault("laocai.gov.vn", Fault.HALF_ARTICLES)
        statuses = {fetch(replicas, truth.url)[0] for truth in replicas.truth("lao_cai")}
        assert statuses == {200, 500}
    finally:
        replicas.fault("laocai.gov.vn", None)


def test_days_go_on_in_the_served_replicas_too() -> None:
    with serve(seed=3, articles=30) as replicas:
        before = {truth.special: truth for truth in replicas.truth("lao_cai")}
        assert fetch(replicas, before[Special.REMOVED].url)[0] == 200
        replicas.advance(2)
        assert fetch(replicas, before[Special.REMOVED].url)[0] == 404
        status, headers, _ = fetch(replicas, before[Special.MOVED].url)
        now = next(truth for truth in replicas.truth("lao_cai") if truth.special is Special.MOVED)
        assert (status, f"https://laocai.gov.vn{headers['location']}") == (301, now.url)
        assert fetch(replicas, now.url)[0] == 200
