"""Behaviours below and beside HTTP: transport, heads, lengths, content codings, statuses."""

import asyncio
import gzip
import zlib
from collections.abc import Mapping

import brotli
from backports import zstd

from storage.vocabulary import FetchError
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
    text,
    whole,
)
from tests.hostile.server import Act, Visit

GZIP, DEFLATE, BROTLI, ZSTD = (b"Content-Encoding: " + name for name in (b"gzip", b"deflate", b"br", b"zstd"))
CHUNKED = b"Transfer-Encoding: chunked"
KEEP = b"Connection: keep-alive"
ZEROS = bytes(64 << 20)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def chunks(body: bytes, size: int, extension: bytes = b"") -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)


def flood(start: bytes, piece: bytes) -> Act:
    """Send a piece without end."""

    async def act(visit: Visit) -> None:
        await visit.send(start)
        while True:
            await visit.send(piece)

    return act


def drip(start: bytes, piece: bytes) -> Act:
    """Send a piece without end, slowly."""

    async def act(visit: Visit) -> None:
        await visit.send(start)
        while True:
            await visit.send(piece)
            await asyncio.sleep(0.05)

    return act


async def honest_but_slow(visit: Visit) -> None:
    body = article(visit.name)
    await asyncio.sleep(0.6)
    await visit.send(head(length=len(body)), body[:100])
    await asyncio.sleep(0.4)
    await visit.send(body[100:])


async def reset_in_the_body(visit: Visit) -> None:
    await visit.send(head(length=9000), article(visit.name))
    await asyncio.sleep(0.05)
    visit.reset()


async def reset_at_first(visit: Visit) -> None:
    if visit.before:
        await visit.send(page(visit))
    else:
        visit.reset()


async def hold(visit: Visit) -> None:
    await visit.send(head(length=9000))
    await asyncio.sleep(30)


async def never_answer(visit: Visit) -> None:
    del visit
    await asyncio.sleep(30)


async def answer_twice(visit: Visit) -> bool:
    """Send a second whole response unasked, which must not become the answer to the next request."""
    body = article(visit.name, visit.path)
    poison = b"<html><body><h1>poison</h1></body></html>"
    await visit.send(head(KEEP, length=len(body)) + body + head(KEEP, length=len(poison)) + poison)
    return True


async def late_bytes(visit: Visit) -> bool:
    """The same, a moment after the response has ended."""
    body = article(visit.name, visit.path)
    await visit.send(head(KEEP, length=len(body)) + body)
    await asyncio.sleep(0.02)
    await visit.send(head(KEEP, length=6) + b"poison")
    return True


async def body_with_204(visit: Visit) -> bool:
    if visit.path == "/bai":
        await visit.send(head(KEEP, status=b"204 No Content", length=300) + b"x" * 300)
    else:
        await visit.send(page(visit))
    return True


def layered(body: bytes) -> bytes:
    for _ in range(8):
        body = gzip.compress(body)
    return body


STORED: Mapping[str, Behaviour] = {
    "ordinary": Behaviour(around(), archived=(200,)),
    "kept_alive": Behaviour(around(KEEP), paths=("/bai", "/hai", "/ba"), requests=3),
    "slow_but_honest": Behaviour(honest_but_slow),
    "no_length": Behaviour(made(lambda visit: head() + article(visit.name))),
    "http_1_0": Behaviour(made(lambda visit: b"HTTP/1.0 200 OK\r\n\r\n" + article(visit.name))),
    "bare_line_feeds": Behaviour(made(lambda visit: b"HTTP/1.1 200 OK\nX: y\n\n" + article(visit.name))),
    "no_reason_phrase": Behaviour(made(lambda visit: b"HTTP/1.1 200\r\n\r\n" + article(visit.name))),
    "header_without_colon": Behaviour(around(b"nonsense")),
    "header_folded": Behaviour(around(b"X-Long: one\r\n two\r\n\tthree")),
    "header_name_with_space": Behaviour(around(b"X Powered By: portal")),
    "header_of_controls": Behaviour(around(b"X-Odd: a\x00b\rc\x1b[31m\xff")),
    "no_content_type": Behaviour(made(lambda visit: b"HTTP/1.1 200 OK\r\n\r\n" + article(visit.name))),
    "hundred_cookies": Behaviour(around(*(b"Set-Cookie: c%d=%s" % (n, b"v" * 500) for n in range(100)))),
    "continue_first": Behaviour(made(lambda visit: b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + page(visit))),
    "early_hints": Behaviour(made(lambda visit: b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + page(visit))),
    "tiny_chunks": Behaviour(
        made(lambda visit: head(CHUNKED) + chunks(article(visit.name), 3, b";a=b") + b"0\r\nX-Trailer: y\r\n\r\n")
    ),
    "file_name_with_path": Behaviour(around(b'Content-Disposition: inline; filename="../../../etc/cron.d/x"')),
    "date_in_the_future": Behaviour(around(b"Date: Fri, 01 Jan 2999 00:00:00 GMT")),
    "gzip": Behaviour(coded(gzip.compress, GZIP)),
    "brotli": Behaviour(coded(brotli.compress, BROTLI)),
    "zstd": Behaviour(coded(zstd.compress, ZSTD)),
    "deflate": Behaviour(coded(zlib.compress, DEFLATE)),
    "deflate_raw": Behaviour(coded(raw_deflate, DEFLATE)),
    "says_gzip_sends_plain": Behaviour(coded(bytes, GZIP)),
    "gzip_without_a_word": Behaviour(coded(gzip.compress)),
    "gzip_twice": Behaviour(coded(lambda body: gzip.compress(gzip.compress(body)), GZIP, GZIP)),
    "title_of_8_mib": Behaviour(
        made(lambda visit: whole(article(visit.name) + b"<title>" + b"x" * (8 << 20) + b"</title>"))
    ),
    "answer_twice": Behaviour(answer_twice, paths=("/bai", "/hai", "/ba"), requests=3),
    "late_bytes": Behaviour(
        late_bytes, paths=("/bai", "/hai"), requests=2, robots=text(b"User-agent: *\nCrawl-delay: 2\n")
    ),  # the second request must come after those bytes
    "cut_then_whole": Behaviour(first(head(length=9000) + b"<html>"), requests=2),
    "gzip_cut_then_whole": Behaviour(first(whole(gzip.compress(article("x"))[:-9], GZIP)), requests=2),
    "reset_then_whole": Behaviour(reset_at_first, requests=2),
    "garbage_then_whole": Behaviour(first(bytes(range(256)) * 8), requests=2),
}

REFUSED: Mapping[str, Behaviour] = {
    "nothing_at_all": Behaviour(nothing, FetchError.CONNECTION, 3),
    "garbage": Behaviour(fixed(bytes(range(256)) * 40), FetchError.PROTOCOL, 3),
    "shorter_than_said": Behaviour(
        made(lambda visit: head(length=9000) + article(visit.name)), FetchError.CUT, 3, truncated=True
    ),
    "reset_in_the_body": Behaviour(reset_in_the_body, FetchError.CUT, 3, truncated=True),
    "no_last_chunk": Behaviour(
        made(lambda visit: head(CHUNKED) + chunks(article(visit.name), 90)), FetchError.CUT, 3, truncated=True
    ),
    "chunk_size_of_letters": Behaviour(fixed(head(CHUNKED), b"xyz\r\n<html>\r\n"), FetchError.CUT, 3),
    "chunk_size_without_end": Behaviour(flood(head(CHUNKED), b"1" * 4096), FetchError.CUT, 3),
    "trailers_without_end": Behaviour(flood(head(CHUNKED) + b"0\r\n", b"X: y\r\n" * 500), FetchError.CUT, 3),
    "chunks_without_end": Behaviour(
        flood(head(CHUNKED), b"10000\r\n" + b"x" * 0x10000 + b"\r\n"), FetchError.TOO_LARGE
    ),
    "body_without_end": Behaviour(flood(head(), b"x" * 0x10000), FetchError.TOO_LARGE),
    "five_gib_announced": Behaviour(fixed(head(length=5 << 30), b"<html>"), FetchError.TOO_LARGE),
    "header_of_2_mib": Behaviour(fixed(head(b"X-Big: " + b"x" * (2 << 20))), FetchError.CONNECTION, 3),
    "header_flood": Behaviour(flood(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 500), FetchError.PROTOCOL, 3),
    "header_folded_for_ever": Behaviour(
        flood(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", b" x\r\n" * 1000), FetchError.PROTOCOL, 3
    ),
    "continue_for_ever": Behaviour(flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), FetchError.PROTOCOL, 3),
    "two_lengths": Behaviour(fixed(head(b"Content-Length: 5", length=6), b"<html>"), FetchError.PROTOCOL, 3),
    "length_of_letters": Behaviour(fixed(head(b"Content-Length: six"), b"<html>"), FetchError.PROTOCOL, 3),
    "length_below_zero": Behaviour(fixed(head(b"Content-Length: -6"), b"<html>"), FetchError.PROTOCOL, 3),
    "odd_transfer_coding": Behaviour(
        fixed(head(b"Transfer-Encoding: gzip"), gzip.compress(b"x")), FetchError.PROTOCOL, 3
    ),
    "status_20": Behaviour(fixed(whole(b"x", status=b"20 OK")), FetchError.PROTOCOL, 3),
    "status_below_zero": Behaviour(fixed(whole(b"x", status=b"-1 OK")), FetchError.PROTOCOL, 3),
    "status_of_20_digits": Behaviour(fixed(whole(b"x", status=b"2" * 20 + b" OK")), FetchError.PROTOCOL, 3),
    "status_of_letters": Behaviour(fixed(whole(b"x", status=b"OK 200")), FetchError.PROTOCOL, 3),
    "status_999": Behaviour(fixed(whole(b"x", status=b"999 Denied")), FetchError.HTTP, archived=(999,)),
    "not_found": Behaviour(made(lambda visit: whole(article(visit.name), status=b"404 x")), FetchError.HTTP),
    "gone": Behaviour(fixed(whole(b"", status=b"410 Gone")), FetchError.HTTP, archived=(410,)),
    "gzip_bomb": Behaviour(fixed(whole(gzip.compress(ZEROS), GZIP)), FetchError.TOO_LARGE),
    "brotli_bomb": Behaviour(fixed(whole(brotli.compress(ZEROS, quality=5), BROTLI)), FetchError.TOO_LARGE),
    "zstd_bomb": Behaviour(fixed(whole(zstd.compress(ZEROS), ZSTD)), FetchError.TOO_LARGE),
    "bomb_in_a_bomb": Behaviour(fixed(whole(gzip.compress(gzip.compress(ZEROS)), GZIP, GZIP)), FetchError.TOO_LARGE),
    "bomb_without_a_word": Behaviour(fixed(whole(gzip.compress(ZEROS))), FetchError.TOO_LARGE),
    "eight_codings": Behaviour(coded(layered, *[GZIP] * 8), FetchError.CUT, 3),
    "gzip_cut": Behaviour(coded(lambda body: gzip.compress(body)[:-20], GZIP), FetchError.CUT, 3),
    "gzip_of_another_sum": Behaviour(coded(lambda body: gzip.compress(body)[:-8] + b"\0" * 8, GZIP), FetchError.CUT, 3),
    "brotli_cut": Behaviour(coded(lambda body: brotli.compress(body)[:-20], BROTLI), FetchError.CUT, 3),
    "odd_coding": Behaviour(fixed(whole(b"\0\1\2\3", b"Content-Encoding: x-odd")), FetchError.CUT, 3),
}

SLOW: Mapping[str, Behaviour] = {
    "head_by_drips": Behaviour(drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), FetchError.TIMEOUT, 2),
    "head_by_bytes": Behaviour(drip(b"", b"H"), FetchError.TIMEOUT, 2),
    "body_by_drips": Behaviour(drip(head(), b"x"), FetchError.TIMEOUT, 2),
    "chunks_by_drips": Behaviour(drip(head(CHUNKED), b"1\r\nx\r\n"), FetchError.TIMEOUT, 2),
    "head_then_silence": Behaviour(hold, FetchError.TIMEOUT, 2),
    "never_answers": Behaviour(never_answer, FetchError.TIMEOUT, 2),
    "hangs_at_every_page": Behaviour(
        never_answer,
        FetchError.TIMEOUT,
        3,
        paths=("/bai", "/hai", "/ba", "/bon"),
        failing={"/hai": FetchError.TIMEOUT, "/ba": FetchError.HOST_CLOSED, "/bon": FetchError.HOST_CLOSED},
    ),
    "robots_never_answers": Behaviour(around(), FetchError.TIMEOUT, 0, robots=never_answer),
    "robots_by_drips": Behaviour(around(), FetchError.TIMEOUT, 0, robots=drip(head(), b"#")),
}
"""For a crawl with a short time-out."""

UNSPOKEN: Mapping[str, Behaviour] = {"body_with_204": Behaviour(body_with_204, archived=(204,), requests=1)}
"""No article, and no failure of the exchange either: reading refuses it."""
