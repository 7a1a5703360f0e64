"""Stranger behaviours: codings within codings, statuses nobody asked for, odd spellings of one's own address, pages that
are no article and say 200."""

import gzip
from collections.abc import Callable, Mapping

import brotli
from backports import zstd
from backports.zstd import CompressionParameter, ZstdCompressor

from storage.vocabulary import FetchError, RefusalKind
from tests.hostile.contract import Behaviour, around, article, coded, fixed, head, made, page, redirect, text, to, whole
from tests.hostile.manners import robots
from tests.hostile.server import DOMAIN, Visit
from tests.hostile.wire import BROTLI, CHUNKED, GZIP, ZSTD, chunks


def of_a_huge_window(body: bytes) -> bytes:
    """Zstandard whose reader would have to set 64 MiB aside, whatever the size of what it holds."""
    packer = ZstdCompressor(options={CompressionParameter.window_log: 26})
    return packer.compress(body) + packer.flush()


def in_two_members(body: bytes) -> bytes:
    return gzip.compress(body[:200]) + gzip.compress(body[200:])


def growing(visit: Visit) -> bytes:
    """Each hop leads to an address twice as long."""
    return redirect(visit.path.encode() * 2)


def shouting(visit: Visit) -> bytes:
    name = visit.name.replace("_", "-")
    return (
        page(visit)
        if visit.path == "/moi"
        else redirect(f"HTTP://{name}.{DOMAIN}:80/moi".upper().replace("MOI", "moi").encode())
    )


def dotted(visit: Visit) -> bytes:
    name = visit.name.replace("_", "-")
    return page(visit) if visit.path == "/moi" else redirect(f"http://{name}.{DOMAIN}./moi".encode())


def robots_elsewhere(visit: Visit) -> bytes:
    """The rules stand at another path of the host."""
    return redirect(b"/luat.txt") if visit.path == "/robots.txt" else whole(b"User-agent: *\nDisallow: /bai\n")


ODD: Mapping[str, Behaviour] = {
    # --- Codings
    "gzip_in_brotli": Behaviour(
        coded(lambda body: brotli.compress(gzip.compress(body)), b"Content-Encoding: gzip, br")
    ),
    "brotli_in_zstd": Behaviour(
        coded(lambda body: zstd.compress(brotli.compress(body)), b"Content-Encoding: br", ZSTD)
    ),
    "gzip_by_its_old_name": Behaviour(coded(gzip.compress, b"Content-Encoding: X-GZip")),
    "gzip_said_twice": Behaviour(coded(gzip.compress, b"Content-Encoding: gzip, gzip")),
    "gzip_called_brotli": Behaviour(coded(gzip.compress, BROTLI)),
    "gzip_with_rubbish_behind": Behaviour(coded(lambda body: gzip.compress(body) + b"\0" * 100, GZIP)),
    "gzip_in_two_members": Behaviour(coded(in_two_members, GZIP)),
    "identity_said": Behaviour(around(b"Content-Encoding: identity")),
    "zstd_of_a_huge_window": Behaviour(coded(of_a_huge_window, ZSTD), FetchError.CUT, 3),
    "gzip_of_nothing": Behaviour(fixed(whole(b"", GZIP)), refusal=RefusalKind.EMPTY),
    # --- Lengths and chunks
    "http_0_9": Behaviour(made(lambda visit: article(visit.name)), FetchError.CONNECTION, 3),
    "chunks_and_a_length": Behaviour(
        made(lambda visit: head(CHUNKED, length=5) + chunks(article(visit.name), 90) + b"0\r\n\r\n")
    ),
    "chunk_size_below_zero": Behaviour(fixed(head(CHUNKED), b"-5\r\n<html>\r\n"), FetchError.CUT, 3),
    "chunk_size_of_ten_exbibytes": Behaviour(fixed(head(CHUNKED), b"AFFFFFFFFFFFFFFF\r\n<html>"), FetchError.CUT, 3),
    "chunk_extension_of_1_mib": Behaviour(
        fixed(head(CHUNKED), b"5;" + b"a" * (1 << 20) + b"\r\n<html>\r\n0\r\n\r\n"), FetchError.CUT, 3
    ),
    "switching_protocols": Behaviour(
        fixed(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), FetchError.CONNECTION, 3
    ),
    "charset_of_markup": Behaviour(
        made(lambda visit: page(visit).replace(b"charset=utf-8\r\n", b"charset=\"'><script>\r\n"))
    ),
    "empty_header_name": Behaviour(around(b": x")),
    # --- Statuses
    "status_600": Behaviour(fixed(whole(b"x", status=b"600 x")), FetchError.HTTP, archived=(600,)),
    "status_451": Behaviour(fixed(whole(b"x", status=b"451 x")), FetchError.HTTP, archived=(451,)),
    "maintenance_503": Behaviour(
        made(lambda visit: whole(article(visit.name), status=b"503 x")), FetchError.HTTP, 3, archived=(503,) * 3
    ),
    # --- One's own address, oddly spelt
    "to_its_fragment": Behaviour(fixed(redirect(b"/bai#x")), FetchError.PROTOCOL, 6),
    "to_another_case": Behaviour(to("/BAI"), requests=2),
    "to_a_bare_name": Behaviour(to("moi"), requests=2),
    "to_a_bare_query": Behaviour(to("?trang=2"), requests=2),
    "to_above_the_root": Behaviour(to("../../../moi"), requests=2),
    "to_controls": Behaviour(to("/m\x00o\x1bi"), requests=2),
    "to_itself_shouting": Behaviour(made(shouting), requests=2),
    "to_itself_with_a_dot": Behaviour(made(dotted), requests=2),
    "to_user_at_itself": Behaviour(to(f"http://a:b@to-user-at-itself.{DOMAIN}/moi"), FetchError.REDIRECT),
    "to_an_accented_host": Behaviour(to(f"http://tỉnh.{DOMAIN}/"), FetchError.REDIRECT),
    "to_a_full_width_dot": Behaviour(to("http://127。0。0。1:CANARY/"), FetchError.REDIRECT),
    "to_a_huge_port": Behaviour(to(f"http://to-a-huge-port.{DOMAIN}:65616/"), FetchError.REDIRECT),
    "to_ever_longer": Behaviour(made(growing), FetchError.PROTOCOL, 6),
    # --- robots.txt
    "robots_delay_of_nan": robots(text(b"User-agent: *\nCrawl-delay: nan\n")),
    "robots_delay_below_zero": robots(text(b"User-agent: *\nCrawl-delay: -5\n")),
    "robots_delay_in_words": robots(text(b"User-agent: *\nCrawl-delay: 1 day\nDisallow: /khac\n")),
    "robots_of_one_line": robots(text(b"Disallow: /" + b"a" * (600 << 10))),
    "robots_of_groups": robots(text(b"User-agent: a\nDisallow: /\n\n" * 15_000)),
    "robots_unauthorised": robots(fixed(whole(b"", status=b"401 x"))),
    "robots_without_content": robots(fixed(head(status=b"204 No Content"))),
    "robots_elsewhere": Behaviour(made(robots_elsewhere), FetchError.ROBOTS, 1, robots=made(robots_elsewhere)),
}


def says(title: str, body: str) -> Callable[[Visit], bytes]:
    menu = "".join(f'<li><a href="/muc-{n}">Chuyên mục {n}</a></li>' for n in range(9))
    html = f"<html><head><title>{title}</title></head><body><ul>{menu}</ul><div>{body}</div></body></html>"
    return lambda _visit: whole(html.encode())


def refused(make: Callable[[Visit], bytes], kind: RefusalKind) -> Behaviour:
    return Behaviour(made(make), archived=(200,), refusal=kind)


def raw(body: bytes, *lines: bytes) -> Callable[[Visit], bytes]:
    return lambda _visit: whole(body, *lines)


NO_ARTICLES: Mapping[str, Behaviour] = {
    "soft_404": refused(
        says("Lỗi", "<h1>Không tìm thấy trang</h1><p>Trang bạn tìm không tồn tại hoặc đã bị xóa.</p>"),
        RefusalKind.ERROR,
    ),
    "soft_404_in_english": refused(says("Not found", "<h1>404</h1><p>Page not found.</p>"), RefusalKind.ERROR),
    "maintenance_200": refused(
        says("Thông báo", "<h1>Hệ thống đang bảo trì</h1><p>Vui lòng quay lại sau.</p>"), RefusalKind.MAINTENANCE
    ),
    "login_200": refused(
        says("Đăng nhập", "<h1>Đăng nhập</h1><form><input name=u><input type=password></form>"), RefusalKind.LOGIN
    ),
    "json_error_200": refused(raw(b'{"error": "not found", "code": 404}'), RefusalKind.NOT_HTML),
    "xml_error_200": refused(raw(b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'), RefusalKind.NOT_HTML),
    "pdf_as_html": refused(raw(b"%PDF-1.7\n" + bytes(range(256)) * 20), RefusalKind.NOT_HTML),
    "challenge_by_name": refused(
        raw(b"<html><title>Just a moment...</title><body><p>Checking your browser</p></body></html>"),
        RefusalKind.CHALLENGE,
    ),
    "challenge_by_refresh": refused(
        raw(
            b'<html><head><meta http-equiv="refresh" content="1"><script>document.cookie="a="+b()</script></head>'
            b"<body></body></html>"
        ),
        RefusalKind.CHALLENGE,
    ),
    "block_200": refused(
        raw(b"<html><title>Request Rejected</title><body>The requested URL was rejected. ID: 12</body></html>"),
        RefusalKind.BLOCK,
    ),
    "shell_of_scripts": refused(
        raw(b"<html><head><title>X</title></head><body><div id=root></div><script src=/a.js></script></body></html>"),
        RefusalKind.EMPTY,
    ),
    "frames": refused(raw(b"<html><frameset><frame src=/a><frame src=/b></frameset></html>"), RefusalKind.EMPTY),
    "nothing_but_spaces": refused(raw(b" \r\n\t" * 50), RefusalKind.EMPTY),
}
"""Fetched and archived, and refused by reading with its kind."""
