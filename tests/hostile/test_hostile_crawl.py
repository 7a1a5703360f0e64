"""The crawl against the table of behaviours: a few crawls, each over many hosts, and what became of every address."""

import datetime as dt
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crawlers.net.address import host_of, sendable
from crawlers.plan import CrawlReport, Failure, ListingState, Target
from crawlers.portals import load
from crawlers.reading import read_page
from storage.archive import BodyCut, BodyError, read
from storage.records import Capture, Location, Refusal
from storage.vocabulary import FetchError, Purpose, RefusalKind
from tests.e2e.crawl.runs import Bench
from tests.hostile import manners, odd, stranger, wire
from tests.hostile.contract import Behaviour, around
from tests.hostile.server import DOMAIN, HostileServer, serve
from tests.hostile.traps import TRAPS

DELAY = 0.02
CONTACT = "https://example.org/congtin"

TLS: Mapping[str, Behaviour] = {
    "tls_good": Behaviour(around()),
    "tls_expired": Behaviour(around(), FetchError.TLS, 0),
    "tls_other_name": Behaviour(around(), FetchError.TLS, 0),
    "tls_unknown_authority": Behaviour(around(), FetchError.TLS, 0),
    "tls_plain_http": Behaviour(around(), FetchError.TLS, 0),
    "tls_never_starts": Behaviour(around(), FetchError.TIMEOUT, 0),
    "tls_excepted": Behaviour(around(), paths=("/bai", "/hai"), requests=2),
    "tls_excepted_expired": Behaviour(around()),
    "tls_excepted_other": Behaviour(around(), FetchError.TLS, 0),
    "tls_excepted_until_yesterday": Behaviour(around(), FetchError.TLS, 0),
    "tls_excepted_elsewhere": Behaviour(around(), FetchError.TLS, 0),
    "tls_excepted_needlessly": Behaviour(around()),
    **stranger.TLS_STRANGER,
}
HASTY = {**wire.SLOW, **stranger.SLOW_STRANGER, "tls_never_starts": TLS["tls_never_starts"]}
WIRE = {
    **wire.STORED,
    **wire.REFUSED,
    **wire.UNSPOKEN,
    **manners.UNANSWERED,
    **odd.ODD,
    **odd.NO_ARTICLES,
    **stranger.STRANGER,
}
MANNERS = {
    **manners.NEVER,
    **manners.REDIRECTS,
    **manners.ROBOTS,
    **manners.WAITS,
    **manners.BOUNCES,
    **{name: behaviour for name, behaviour in TLS.items() if name not in HASTY},
}
CRAWLS: Mapping[str, Mapping[str, Behaviour]] = {"hasty": HASTY, "wire": WIRE, "manners": MANNERS}
BEHAVIOURS = {**WIRE, **MANNERS, **HASTY}

INSIDE = ("localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "0.0.0.0")
"""Hosts that a portal's file names, and that no entry of the map permits."""

NOT_ASKED = (
    "http://127.0.0.1:{canary}/",
    "http://ordinary.{domain}:{canary}/",
    "https://ordinary.{domain}/",
    "http://ordinary.{domain}@127.0.0.1:{canary}/user",
    "http://127.0.0.1:{canary}\\@ordinary.{domain}/back",
    "file:///etc/passwd",
    "ftp://ordinary.{domain}/ftp",
    "s3://ordinary.{domain}/s3",
    "data:text/html,x",
    "javascript:alert(1)",
    "mailto:a@khac.vn",
    "http://ordinary.{domain}/dang-nhap?x=1",
    "http://ordinary.{domain}/a/b/a/b/a/b",
    "http://ordinary.{domain}/" + "/".join("abcdefghijklmn"),
    "http://ordinary.{domain}/" + "x" * 1001,
    "http://[::1",
    "//",
    "không phải địa chỉ",
)
"""Addresses that no request may be made for."""


def host(name: str) -> str:
    return f"{name.replace('_', '-')}.{DOMAIN}"


def scheme(name: str) -> str:
    return "https" if name.startswith("tls_") else "http"


@dataclass
class Outcome:
    """A crawl that ended."""

    bench: Bench
    server: HostileServer
    report: CrawlReport
    log: str

    @cached_property
    def failures(self) -> dict[str, Failure]:
        """Failures by address; those of robots.txt are told by what failed for it."""
        return {failure.url: failure for failure in self.report.failures if failure.purpose is not Purpose.ROBOTS}

    @cached_property
    def captures(self) -> list[tuple[Capture, Location]]:
        """All captures of articles."""
        return [pair for pair in self.bench.captures() if pair[0].purpose is Purpose.ARTICLE]

    def of(self, name: str) -> list[tuple[Capture, Location]]:
        """Captures of a host."""
        return [pair for pair in self.captures if host_of(pair[0].url) == host(name)]

    def pages(self, name: str) -> list[str]:
        """Decoded bodies of a host's captures that are whole, of status 200."""
        found = []
        for capture, location in self.of(name):
            if capture.status == 200:
                try:
                    found.append(read(self.bench.archive, self.bench.name, location)[1].decode("utf-8", "replace"))
                except BodyError:
                    continue
        return found


@dataclass
class Hostile:
    """What the crawls did to the server, and it to them."""

    server: HostileServer
    crawls: Mapping[str, Outcome]
    seconds: float

    def crawl_of(self, behaviour: str) -> Outcome:
        """The crawl that met a behaviour."""
        return next(self.crawls[name] for name, behaviours in CRAWLS.items() if behaviour in behaviours)


def self_signed(name: str, *, days: int = 30) -> tuple[bytes, bytes]:
    """Return certificate and key, in PEM, of a host that vouches for itself; a negative number of days has it expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host(name))])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=90))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host(name))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), private


def fingerprint(pem: bytes) -> str:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex(":")


def contexts(folder: Path) -> tuple[dict[str, ssl.SSLContext], str]:
    """Return a TLS context for each fault of certificates, and the exceptions; the trusted authority is in `ca.pem`."""
    trusted, unknown = trustme.CA(), trustme.CA()
    trusted.cert_pem.write_to_path(str(folder / "ca.pem"))
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificates = {
        "tls_good": trusted.issue_cert(host("tls_good")),
        "tls_expired": trusted.issue_cert(host("tls_expired"), not_before=past, not_after=past + dt.timedelta(days=9)),
        "tls_other_name": trusted.issue_cert("khac.gov.vn"),
        "tls_unknown_authority": unknown.issue_cert(host("tls_unknown_authority")),
        "tls_wildcard": trusted.issue_cert(f"*.{DOMAIN}"),
        "tls_of_1_1": trusted.issue_cert(host("tls_of_1_1")),
        "tls_closes_after_the_handshake": trusted.issue_cert(host("tls_closes_after_the_handshake")),
    }
    made = {}
    for name, certificate in certificates.items():
        made[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(made[name])
    made["tls_of_1_1"].set_ciphers("ALL:@SECLEVEL=0")
    made["tls_of_1_1"].minimum_version = ssl.TLSVersion.TLSv1
    made["tls_of_1_1"].maximum_version = ssl.TLSVersion.TLSv1_1
    leaf = trusted.create_child_ca().issue_cert(host("tls_without_intermediate"))
    alone = folder / "alone.pem"
    alone.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    made["tls_without_intermediate"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made["tls_without_intermediate"].load_cert_chain(alone)
    excepted = []
    names = [name for name in TLS if name.startswith("tls_excepted")]
    for name in names:
        pem, key = self_signed(name, days=-30 if name == "tls_excepted_expired" else 30)
        if name == "tls_excepted_needlessly":
            leaf = trusted.issue_cert(host(name))
            pem, key = leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()
        file = folder / f"{name}.pem"
        file.write_bytes(pem + key)
        made[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[name].load_cert_chain(file)
        wrong = name in {"tls_excepted_other", "tls_excepted_needlessly"}
        digits = "ab" * 32 if wrong else fingerprint(pem)
        place = "tls_excepted" if name == "tls_excepted_elsewhere" else name
        day = "2020, 1, 1" if name == "tls_excepted_until_yesterday" else "2999, 1, 1"
        excepted.append(
            f'CertificateException(host="{host(place)}", sha256="{digits}", reason="thử", expires=date({day}))'
        )
    return made, f"({', '.join(excepted)},)"


def bench_of(
    folder: Path, server: HostileServer, name: str, urls: list[str], listings: dict[str, str], certificates: str
) -> Bench:
    """Return a portal that holds all these addresses, each mapped to the server."""
    folder.mkdir()
    bench = Bench(folder, name=name)
    timeout = 0.5 if name == "hasty" else 40.0
    further = f", cookie_bounce=True, certificates={certificates}" if name == "manners" else ""
    bench.write(
        listings or {"tin": urls[0]},
        extra=f'hosts={tuple(urls)!r}, access=Access(timeout={timeout}, reason="thử"{further}),',
    )
    ports = {**server.tls, "tls_plain_http": server.plain_speaking}
    places = [
        f"{host(key)}:{443 if scheme(key) == 'https' else 80}=127.0.0.1:{ports.get(key, server.port)}"
        for key in (*BEHAVIOURS, *TRAPS)
    ]
    bench.environment = {
        "CONGTIN_CONNECT_TO": ",".join(places),
        "CONGTIN_DELAY": str(DELAY),
        "CONGTIN_CONTACT": CONTACT,
        "CONGTIN_CA_FILE": str(folder.parent / "ca.pem"),
    }
    return bench


def targets(behaviours: Mapping[str, Behaviour]) -> tuple[Target, ...]:
    return tuple(
        Target(url=f"{scheme(name)}://{host(name)}{path}", etag=behaviour.etag if number == 0 else None)
        for name, behaviour in behaviours.items()
        for number, path in enumerate(behaviour.paths)
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """Run all crawls at once and wait for their ends."""
    folder = tmp_path_factory.mktemp("hostile")
    acts = {**{name: behaviour.act for name, behaviour in BEHAVIOURS.items()}}
    acts |= {name: trap.act for name, trap in TRAPS.items()}
    robots = {name: behaviour.robots for name, behaviour in BEHAVIOURS.items() if behaviour.robots}
    began = time.monotonic()
    secure, certificates = contexts(folder)
    with serve(acts, robots, secure) as server:
        inside = [f"http://{name}:{server.canary}/bai" for name in INSIDE]
        never = [url.format(canary=server.canary, domain=DOMAIN) for url in NOT_ASKED]

        def crawl(name: str, urls: list[str], pages: dict[str, str], **changes: Any) -> Outcome:
            bench = bench_of(folder / name, server, name, urls, pages, certificates)
            facts = {"listings": (), "max_requests": 3000, "max_bytes": 1 << 30, **changes}
            process = bench.start(bench.plan(**facts))
            return Outcome(bench, server, process.report(150), process.log)

        def over(name: str, behaviours: Mapping[str, Behaviour], *further: str) -> Outcome:
            wanted = (*targets(behaviours), *(Target(url=url) for url in further))
            urls = [f"{scheme(key)}://{host(key)}" for key in behaviours]
            return crawl(name, [*urls, *(url for url in further if url in inside)], {}, targets=wanted)

        def trapped() -> Outcome:
            urls = {name: f"http://{host(name)}/tin-tuc" for name in TRAPS}
            states = tuple(ListingState(key=name) for name in TRAPS)
            return crawl("traps", list(urls.values()), urls, listings=states, max_requests=300)

        with ThreadPoolExecutor() as pool:
            further = {"hasty": inside, "wire": never, "manners": []}
            crawls = {name: pool.submit(over, name, met, *further[name]) for name, met in CRAWLS.items()}
            crawls["traps"] = pool.submit(trapped)
            outcomes = {name: crawl.result() for name, crawl in crawls.items()}
            yield Hostile(server, outcomes, time.monotonic() - began)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaviour(hostile: Hostile, name: str) -> None:
    """Each address ends as its contract says, within its number of requests."""
    behaviour = BEHAVIOURS[name]
    outcome = hostile.crawl_of(name)
    base = f"{scheme(name)}://{host(name)}"
    first, *further = behaviour.paths
    failed = {
        path: failure.error
        for path in behaviour.paths
        if (failure := outcome.failures.get(f"{base}{path}")) is not None
    }
    expected = dict(behaviour.failing) | ({first: behaviour.error} if behaviour.error else {})
    assert failed == expected, outcome.failures
    assert len(hostile.server.paths(name)) == behaviour.requests
    pages = [page for page in outcome.pages(name) if "document.cookie" not in page]  # bounces are archived too
    stored = [path for path in behaviour.paths if path not in expected]
    if behaviour.error is None and behaviour.archived not in {None, (200,)}:
        stored.remove(first)  # no failure of the exchange, and no article: reading takes none but of 200
    if behaviour.refusal is not None:
        assert read_first(outcome, name, base + first) is behaviour.refusal
        return
    assert len(pages) == len(stored)
    for path, body in zip(stored, pages, strict=True):
        assert f"Nội dung của {name} tại {path if further else ''}" in body
        assert "poison" not in body
    captures = [capture for capture, _ in outcome.of(name)]
    if behaviour.archived is not None:
        statuses = [capture.status for capture in captures if capture.url.startswith(base + first)]
        assert tuple(statuses) == behaviour.archived
    if behaviour.truncated:
        assert len(captures) == behaviour.requests
        for _, location in outcome.of(name):
            with pytest.raises(BodyCut, match="disconnect"):
                read(outcome.bench.archive, outcome.bench.name, location)


def read_first(outcome: Outcome, name: str, url: str) -> RefusalKind | None:
    """Return as what reading refuses the last capture of an address; None if it takes it for an article."""
    capture, location = [pair for pair in outcome.of(name) if pair[0].url == url][-1]
    body = read(outcome.bench.archive, outcome.bench.name, location)[1]
    portal = load("lao_cai").model_copy(update={"platform": "generic", "rules": ()})
    result = read_page(body, url=url, headers=capture.headers, portal=portal)
    return result.kind if isinstance(result, Refusal) else None


@pytest.mark.parametrize("name", TRAPS)
def test_trap(hostile: Hostile, name: str) -> None:
    """Each listing is read to its bound, and no further."""
    listing = next(listing for listing in hostile.crawls["traps"].report.listings if listing.key == name)
    assert (listing.stop, listing.detail) == (TRAPS[name].stop, listing.detail)
    paths = hostile.server.paths(name)
    assert len(paths) <= TRAPS[name].requests
    assert len(paths) == TRAPS[name].requests or name == "always_new"


def test_nothing_reached_the_canary(hostile: Hostile) -> None:
    """Redirects, refreshes, rows, sitemaps, spellings: no connection was even opened."""
    assert hostile.server.canary_hits == 0


@pytest.mark.parametrize("number", range(len(INSIDE)))
def test_names_that_lead_inside(hostile: Hostile, number: int) -> None:
    """What the portal's own file names is looked at again when connecting."""
    failure = hostile.crawls["hasty"].failures[f"http://{INSIDE[number]}:{hostile.server.canary}/bai"]
    assert failure.error in {FetchError.SCOPE, FetchError.DNS}


@pytest.mark.parametrize("number", range(len(NOT_ASKED)))
def test_addresses_that_are_never_asked(hostile: Hostile, number: int) -> None:
    """Each is named as out of scope."""
    url = NOT_ASKED[number].format(canary=hostile.server.canary, domain=DOMAIN)
    failures = hostile.crawls["wire"].failures
    errors = {failures[spelling].error for spelling in (url, sendable(url)) if spelling in failures}
    assert errors == {FetchError.SCOPE}, failures


def test_the_crawls_end_by_themselves(hostile: Hostile) -> None:
    """No behaviour ends a run, fills its memory, or takes its time."""
    reasons = {name: outcome.report.reason for name, outcome in hostile.crawls.items()}
    assert reasons == {**dict.fromkeys(CRAWLS, "finished"), "traps": "budget"}
    assert max(outcome.report.peak_memory_mb for outcome in hostile.crawls.values()) < 300
    assert hostile.seconds < 120


def test_endless_bodies_are_counted(hostile: Hostile) -> None:
    """Two endless bodies were taken to 16 MiB each: what came is archived, and counts against the run's budget."""
    outcome = hostile.crawls["wire"]
    endless = [capture for capture, _ in outcome.captures if capture.payload_size > 15 << 20]
    assert len(endless) >= 2
    assert outcome.report.bytes > 2 * (15 << 20)


def test_politeness(hostile: Hostile) -> None:
    """No host saw two requests at once, or closer together than the delay."""
    assert hostile.server.overlaps == []
    gaps = hostile.server.gaps()
    del gaps["late_bytes"]  # there the server goes on after the response's end
    assert len(gaps) > 100
    assert min(gaps.values()) >= DELAY, min(gaps, key=lambda name: gaps[name])


def test_a_wait_is_the_hosts(hostile: Hostile) -> None:
    """While Retry-After lasts, no other page of the host is asked for either."""
    log = [entry for entry in hostile.server.log if entry.name == "wait_holds_the_host"]
    began = [entry.began for entry in log if entry.path != "/robots.txt"]
    assert len(began) == 4
    assert min(after - before for before, after in pairwise(began)) > 0.9


def test_who_we_say_we_are(hostile: Hostile) -> None:
    """Every request names us and our contact, and carries neither cookies nor where we came from."""
    assert {entry.headers["user-agent"].partition("/")[0] for entry in hostile.server.log} == {"congtin"}
    assert all(entry.headers["user-agent"].endswith(f"(+{CONTACT})") for entry in hostile.server.log)
    assert not any(name in entry.headers for entry in hostile.server.log for name in ("referer", "cookie2"))
    bounced = {entry.name for entry in hostile.server.log if "cookie" in entry.headers}
    assert bounced == {"bounce", "bounce_again", "bounce_packed", "bounce_of_two", "bounce_then_away"}


def test_a_refused_certificate_says_what_to_do(hostile: Hostile) -> None:
    """The report names portal, host, fingerprint, and the exception that is over or another's."""
    failures = hostile.crawls["manners"].failures
    for name, words in {
        "tls_unknown_authority": ("unable to get local issuer certificate", "Access.certificates"),
        "tls_other_name": ("for another name",),
        "tls_excepted_other": ("self-signed certificate", "not the one excepted"),
        "tls_excepted_until_yesterday": ("its exception ended on 2020-01-01",),
    }.items():
        detail = failures[f"https://{host(name)}/bai"].detail
        for word in ("portal manners", host(name), "sha256 ", *words):
            assert word in detail


def test_the_log_cannot_be_forged(hostile: Hostile) -> None:
    """One record a line, whatever was sent."""
    for outcome in hostile.crawls.values():
        lines = [json.loads(line) for line in outcome.log.splitlines()]
        assert {"time", "level", "logger", "message"} <= set(lines[0])
        assert [line["message"] for line in lines if line["level"] in {"ERROR", "CRITICAL"}] == []


def test_every_response_is_archived(hostile: Hostile) -> None:
    """As many captures as the report counts statuses, robots and errors included."""
    for outcome in hostile.crawls.values():
        assert len(outcome.bench.captures()) == sum(outcome.report.statuses.values())
