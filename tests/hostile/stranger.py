"""Behaviours of servers, gateways and pages that are at odds with HTTP, with themselves, or with whoever reads them."""

import gzip
import zlib
from collections.abc import Mapping

from storage.vocabulary import FetchError, RefusalKind
from tests.hostile.contract import (
    Behaviour,
    around,
    article,
    coded,
    first,
    fixed,
    head,
    made,
    nothing,
    page,
    redirect,
    text,
    whole,
)
from tests.hostile.manners import robots
from tests.hostile.server import Act, Visit
from tests.hostile.wire import CHUNKED, DEFLATE, GZIP, KEEP, ZEROS, chunks, flood


def spelt(*changes: tuple[bytes, bytes]) -> Act:
    """Answer with the ordinary page, its head written in another way."""

    def answer(visit: Visit) -> bytes:
        lines, _, body = page(visit).partition(b"\r\n\r\n")
        for old, new in changes:
            assert old in lines
            lines = lines.replace(old, new)
        return lines + b"\r\n\r\n" + body

    return made(answer)


def inside(*pieces: bytes) -> Act:
    """Answer with the ordinary page and something more in its head."""
    return made(lambda visit: whole(article(visit.name, visit.path).replace(b"<title>", b"".join(pieces) + b"<title>")))


def status(line: bytes, *lines: bytes) -> Act:
    """Answer with the ordinary page under another status."""
    return made(lambda visit: whole(article(visit.name, visit.path), *lines, status=line))


def away(line: bytes) -> Behaviour:
    """Name the canary in a header that asks for something."""
    return Behaviour(made(lambda visit: page(visit, line.replace(b"CANARY", b"127.0.0.1:%d" % visit.canary))))


async def close_though_kept(visit: Visit) -> bool:
    """Say that the connection stays, and close it."""
    await visit.send(page(visit, KEEP))
    return False


async def reset_when_used_again(visit: Visit) -> bool:
    """Cut the second request on a connection, having said that it stays."""
    if visit.path == "/hai" and not visit.before:
        visit.reset()
        return False
    await visit.send(page(visit, KEEP))
    return True


def growing_query(visit: Visit) -> bytes:
    return redirect(b"/bai?lan=%d" % (len(visit.path)) + b"9" * len(visit.path))


def longer_than_said(visit: Visit) -> bytes:
    body = article(visit.name, visit.path)
    return head(length=len(body) // 2) + body


def with_trailers(visit: Visit) -> bytes:
    """Headers after the body, which may change nothing any more."""
    trailers = b"Content-Length: 5\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\nLocation: /khac\r\n"
    return head(CHUNKED) + chunks(article(visit.name), 90) + b"0\r\n" + trailers + b"\r\n"


def like_an_archive(visit: Visit) -> bytes:
    """A body that looks like the records that we keep."""
    record = b"\r\n\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 9999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    return whole(article(visit.name) + record + gzip.compress(record))


def many_rules(count: int) -> bytes:
    return b"User-agent: *\n" + b"".join(b"Disallow: /muc-%d/*.aspx$\n" % number for number in range(count))


STRANGER: Mapping[str, Behaviour] = {
    # --- Codings
    "gzip_in_gzip_unsaid": Behaviour(coded(lambda body: gzip.compress(gzip.compress(body)), GZIP)),
    "deflate_bomb": Behaviour(fixed(whole(zlib.compress(ZEROS), DEFLATE)), FetchError.TOO_LARGE),
    "gzip_of_a_thousand_members": Behaviour(
        coded(lambda body: b"".join(gzip.compress(body[at : at + 1]) for at in range(len(body))), GZIP)
    ),
    # --- Lengths
    "longer_than_said": Behaviour(made(longer_than_said), FetchError.CUT, 3),
    "longer_by_a_line": Behaviour(made(lambda visit: page(visit) + b"\r\n")),
    "length_with_zeros": Behaviour(spelt((b"Content-Length: ", b"Content-Length: 000"))),
    "length_with_plus": Behaviour(spelt((b"Content-Length: ", b"Content-Length: +")), FetchError.PROTOCOL, 3),
    "length_said_twice_alike": Behaviour(
        made(
            lambda visit: (
                head(b"Content-Length: %d" % len(article(visit.name)), length=len(article(visit.name)))
                + article(visit.name)
            )
        ),
    ),
    "names_in_odd_case": Behaviour(
        spelt(
            (b"Content-Length", b"cOnTeNt-lEnGtH"), (b"Content-Type", b"CONTENT-TYPE"), (b"Connection", b"CoNNection")
        )
    ),
    "colon_after_a_space": Behaviour(spelt((b"Content-Type:", b"Content-Type :"))),
    "chunked_twice": Behaviour(
        made(
            lambda visit: head(b"Transfer-Encoding: chunked, chunked") + chunks(article(visit.name), 90) + b"0\r\n\r\n"
        ),
        FetchError.PROTOCOL,
        3,
    ),
    "chunked_misspelt": Behaviour(
        made(lambda visit: head(b"Transfer-Encoding: xchunked") + article(visit.name)), FetchError.PROTOCOL, 3
    ),
    "trailers_that_lie": Behaviour(made(with_trailers)),
    "chunk_extensions": Behaviour(
        made(lambda visit: head(CHUNKED) + chunks(article(visit.name), 20, b";a=" + b"b" * 900) + b"0\r\n\r\n")
    ),
    # --- Connections
    "closed_though_kept": Behaviour(close_though_kept, paths=("/bai", "/hai", "/ba"), requests=3),
    "reset_when_used_again": Behaviour(reset_when_used_again, paths=("/bai", "/hai", "/ba"), requests=4),
    "http_2_frames": Behaviour(
        fixed(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80\0\4\0\1\0\0\0\5\0\xff\xff\xff"), FetchError.CONNECTION, 3
    ),
    "http_2_in_words": Behaviour(
        made(lambda visit: page(visit).replace(b"HTTP/1.1 200", b"HTTP/2 200")), FetchError.PROTOCOL, 3
    ),
    "icy": Behaviour(made(lambda visit: page(visit).replace(b"HTTP/1.1", b"ICY")), FetchError.PROTOCOL, 3),
    "empty_lines_first": Behaviour(made(lambda visit: b"\r\n\r\n" + page(visit)), FetchError.PROTOCOL, 3),
    "fifty_hints": Behaviour(
        made(lambda visit: b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * 50 + page(visit))
    ),
    "reason_of_100_kib": Behaviour(status(b"200 " + b"x" * 100_000), FetchError.CONNECTION, 3),
    "two_thousand_headers": Behaviour(around(*(b"X-%d: y" % number for number in range(2000)))),
    "header_in_utf_8": Behaviour(around("Content-Disposition: inline; filename=báo-cáo.html".encode())),
    "cookies_of_200_kib": Behaviour(
        around(*(b"Set-Cookie: c%d=%s; Domain=.vn; Path=/" % (n, b"v" * 900) for n in range(200)))
    ),
    # --- Statuses
    "status_300": Behaviour(status(b"300 Multiple Choices", b"Location: /khac"), archived=(300,)),
    "status_206": Behaviour(status(b"206 Partial Content", b"Content-Range: bytes 0-99/5000"), archived=(206,)),
    "status_203": Behaviour(status(b"203 Non-Authoritative"), archived=(203,)),
    "status_401": Behaviour(status(b"401 x", b'WWW-Authenticate: Basic realm="x"'), FetchError.HTTP, archived=(401,)),
    "status_407": Behaviour(status(b"407 x", b'Proxy-Authenticate: Basic realm="x"'), FetchError.HTTP, archived=(407,)),
    "status_408_then_whole": Behaviour(first(whole(b"", status=b"408 x")), requests=2),
    "status_418": Behaviour(status(b"418 x"), FetchError.HTTP, archived=(418,)),
    "unchanged_unasked": Behaviour(fixed(head(status=b"304 Not Modified")), archived=(304,)),
    "location_beside_200": Behaviour(around(b"Location: /khac")),
    # --- Redirects
    "to_itself_with_a_longer_query": Behaviour(made(growing_query), FetchError.PROTOCOL, 6),
    "to_two_places": Behaviour(
        made(lambda visit: page(visit) if visit.path != "/bai" else redirect(b"/moi\r\nLocation: /khac")), requests=2
    ),
    "to_coded_line_breaks": Behaviour(
        made(lambda visit: page(visit) if visit.path != "/bai" else redirect(b"/moi%0d%0aX-Evil:%201")), requests=2
    ),
    # --- Headers that ask for something elsewhere
    "alternative_away": away(b'Alt-Svc: h2="CANARY"; ma=86400'),
    "preload_away": away(b"Link: <http://CANARY/x>; rel=preload, <http://CANARY/>; rel=canonical"),
    "content_location_away": away(b"Content-Location: http://CANARY/"),
    "reports_away": away(b'Report-To: {"endpoints":[{"url":"http://CANARY/"}]}'),
    # --- Pages that point elsewhere
    "base_elsewhere": Behaviour(inside(b'<base href="http://127.0.0.1/">')),
    "canonical_away": Behaviour(
        inside(b'<link rel=canonical href="http://khac.gov.vn/bai"><meta property=og:url content=//khac.vn>')
    ),
    "not_to_be_indexed": Behaviour(inside(b'<meta name=robots content="noindex, noarchive">')),
    "not_to_be_indexed_by_header": Behaviour(around(b"X-Robots-Tag: noindex, noarchive, nosnippet")),
    "nothing_but_a_refresh": Behaviour(
        fixed(whole(b'<html><head><meta http-equiv=refresh content="0;url=/trang-chu"></head></html>')),
        archived=(200,),
        refusal=RefusalKind.EMPTY,
    ),
    "xhtml": Behaviour(spelt((b"text/html", b"application/xhtml+xml"))),
    "as_a_download": Behaviour(around(b'Content-Disposition: attachment; filename="bai.html"')),
    "parts_without_end": Behaviour(
        made(lambda visit: page(visit).replace(b"text/html; charset=utf-8", b"multipart/x-mixed-replace; boundary=a")),
    ),
    "charset_utf_7": Behaviour(spelt((b"charset=utf-8", b"charset=utf-7"))),
    "looks_like_an_archive": Behaviour(made(like_an_archive)),
    # --- robots.txt
    "robots_of_ten_thousand_rules": robots(text(many_rules(10_000))),
    "robots_twice": Behaviour(
        around(),
        FetchError.ROBOTS,
        0,
        robots=text(b"User-agent: congtin\nAllow: /\n\nUser-agent: congtin\nDisallow: /bai\n"),
    ),
    "robots_in_latin": robots(text("User-agent: *\nDisallow: /bài-viết\n".encode("cp1258", "ignore"))),
    "robots_as_json": robots(fixed(whole(b'{"error": "not found"}'))),
}
"""Beside the others, in the same crawl."""

TLS_STRANGER: Mapping[str, Behaviour] = {
    "tls_wildcard": Behaviour(around()),
    "tls_without_intermediate": Behaviour(around(), FetchError.TLS, 0),
    "tls_of_1_1": Behaviour(around(), FetchError.CONNECTION, 0),
    "tls_closes_after_the_handshake": Behaviour(nothing, FetchError.CONNECTION, 3),
}

SLOW_STRANGER: Mapping[str, Behaviour] = {
    "chunk_extensions_without_end": Behaviour(
        flood(head(CHUNKED), b"1;" + b"a" * 900 + b"\r\nx\r\n"), FetchError.TIMEOUT, 2
    ),
}
"""For a crawl with a short time-out."""
